"""Questions as somebody types or pastes them: numbered, lettered, with the right answers marked in any of the usual ways.

A question begins with a number (``1.``, ``2)``, ``Question 3:``); where nothing is numbered, an empty line parts questions. Below it
stand

- options: ``a) …``, ``B. …``, ``(c) …``, ``- …``, ``[x] …``. A right one has a ``*`` or ``✓`` before it, ``*`` or ``(correct)`` after it,
  is set in ``**bold**``, or is named by the answer;
- ``Answer: B``, ``Answer: A, C``, ``Answer: True``, or without options the words to type, with ``;`` between alternatives;
- pairs: ``Paris -> France``;
- ``Explanation: …``, ``Hint: …``, ``Points: 2`` or ``(2 points)``, ``Tags: a, b``.

``___`` in a question is a blank. Without options and answer it is an essay. A key at the end (``Answers: 1. B 2. C``) is read too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from desktop.i18n import _
from desktop.questions.model import (
    ONE,
    Accepted,
    Blank,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Pair,
    Question,
    ShortAnswer,
    Text,
    TrueFalse,
    letter,
)
from desktop.questions.numbers import number
from desktop.questions.report import Imported, Notes, Reading

_NUMBERED = re.compile(r"(?:\*\*)?(?:Q|Question)?\s*(\d{1,4})\s*[.):]\s*(.*)", re.IGNORECASE)
_OPTION = re.compile(
    r"(?P<mark>[*✓✔√→]{0,2}\s*)(?:\(?(?P<letter>[A-Za-z])[.)]|(?P<box>\[[ xX✓]?\]|[☐☑☒])|(?P<bullet>[-•–]))\s+(?P<text>\S.*)"
)
_PAIR = re.compile(r"(?:[-•–]\s+|\(?[A-Za-z0-9]{1,2}[.)]\s+)?(?P<left>\S.*?)\s*(?:->|=>|→|⇒)\s*(?P<right>\S.*)")
_NAMES = "correct answers?|answers?|ans|key|explanation|rationale|feedback|hint|points?|marks?|tags?"
_FIELD = re.compile(rf"(?:\*\*)?({_NAMES})(?:\*\*)?\s*[:=](?:\*\*)?\s*(.*)", re.IGNORECASE)
_SAME = {"rationale": "explanation", "feedback": "explanation", "point": "points", "marks": "points", "mark": "points", "tag": "tags"}
_ONE_KEY = r"(\d{1,4}) ?[.):-]? ?(true\b|false\b|[A-Za-z](?: ?[,&] ?[A-Za-z])*\b)"
_KEYED = re.compile(_ONE_KEY, re.IGNORECASE)
_KEY = re.compile(rf"(?:#+ ?)?(?:answers?|answer key|key) ?:?(?: ?{_ONE_KEY}[,;]?)*", re.IGNORECASE)
_KEYS = re.compile(rf"{_ONE_KEY}[,;]?(?: {_ONE_KEY}[,;]?)*", re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:\*{1,2}|[✓✔√]|\((?:correct|right)(?: answer)?\)|\[(?:correct|x)\])\s*$", re.IGNORECASE)
_POINTS = re.compile(r"\s*[(\[](\d+(?:[.,]\d+)?)\s*(?:points?|pts?|marks?)\.?[)\]]\s*", re.IGNORECASE)
_TRUTH = re.compile(r"\s*[(\[]?\s*(?:true\s*(?:/|or)\s*false|t\s*/\s*f)\s*[)\]]?\s*[:.?]?\s*", re.IGNORECASE)
_BLANK = re.compile(r"_{3,}")


@dataclass(slots=True)
class _Draft:
    """A question as its lines say it."""

    line: int
    number: str
    words: list[str] = field(default_factory=list)
    options: list[tuple[str, bool]] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    answer: tuple[int, str] | None = None
    fields: dict[str, str] = field(default_factory=dict)


def read(source: str) -> Imported:
    """The questions of a text, with ``\\n`` as line ends."""
    reading = Reading()
    drafts = _drafts(source.split("\n"))
    for draft in drafts:
        if not draft.number and drafts[-1].number and not (draft.answer or draft.options or draft.pairs):
            notes = Notes()
            notes.dropped(_("It stands above the first question."))
            reading.add(draft.line, draft.words[0], None, notes)
        else:
            _add(reading, draft)
    return reading.done()


def _drafts(source: list[str]) -> list[_Draft]:
    lines = [" ".join(line.split()) for line in source]
    numbered = any(_NUMBERED.fullmatch(line) for line in lines)
    drafts: list[_Draft] = []
    gap, keyed = True, False
    for place, line in enumerate(lines, 1):
        if not line:
            gap = True
            continue
        keyed = numbered and bool(drafts) and ((keyed and _KEYS.fullmatch(line) is not None) or _KEY.fullmatch(line) is not None)
        start = _NUMBERED.fullmatch(line)
        if keyed:
            _take_key(line, drafts)
        elif start is not None and start.group(2):
            drafts.append(_Draft(place, start.group(1), [_unbold(start.group(2))[0]]))
        elif not drafts or (not numbered and gap and not _belongs(line)):
            drafts.append(_Draft(place, "", [_unbold(line)[0]]))
        else:
            _take(drafts[-1], place, line)
        gap = False
    return drafts


def _belongs(line: str) -> bool:
    """Whether a line after an empty one goes on with the question before it: an option, an answer."""
    return _FIELD.match(line) is not None or _OPTION.fullmatch(_unbold(line)[0]) is not None


def _take_key(line: str, drafts: list[_Draft]) -> None:
    """Gives answers of a key to the questions with those numbers."""
    by_number = {draft.number: draft for draft in drafts if draft.number}
    for name, answer in _KEYED.findall(line):
        if name in by_number:
            by_number[name].answer = by_number[name].answer or (by_number[name].line, answer)


def _take(draft: _Draft, place: int, line: str) -> None:
    """One line below the first of a question."""
    found = _FIELD.fullmatch(line)
    if found is not None:
        name = found.group(1).casefold()
        if name.startswith(("correct", "ans", "key")):
            draft.answer = (place, _unbold(found.group(2))[0])
        else:
            draft.fields[_SAME.get(name, name)] = found.group(2)
        return
    words, bold = _unbold(line)
    option = _OPTION.fullmatch(words)
    pair = _PAIR.fullmatch(words)
    if pair is not None:
        draft.pairs.append((pair.group("left"), pair.group("right")))
    elif option is not None and _next(option, draft):
        _take_option(draft, option, bold)
    elif draft.options:
        text, right = draft.options[-1]
        draft.options[-1] = (f"{text} {words}", right)
    else:
        draft.words.append(words)


def _next(option: re.Match[str], draft: _Draft) -> bool:
    """Whether its letter is the next one: “I. think” in a text is no option."""
    said = option.group("letter")
    return said is None or said.casefold() == letter(len(draft.options))


def _take_option(draft: _Draft, option: re.Match[str], bold: bool) -> None:
    text, inner_bold = _unbold(option.group("text"))
    after = _AFTER.search(text)
    box = option.group("box") or ""
    right = (
        bold or inner_bold or bool(option.group("mark").strip()) or after is not None or box[1:2] in ("x", "X", "✓") or box in ("☑", "☒")
    )
    draft.options.append((text[: after.start()] if after else text, right))


def _unbold(line: str) -> tuple[str, bool]:
    """The line without bold marks around the whole of it, and whether there were some."""
    for mark in ("**", "__"):
        if len(line) > 4 and line.startswith(mark) and line.endswith(mark) and mark not in line[2:-2]:
            return line[2:-2].strip(), True
    return line, False


def _add(reading: Reading, draft: _Draft) -> None:
    notes = Notes()
    text = "\n".join(draft.words)
    points = ONE
    said = _POINTS.search(text)
    if said is not None:
        points, text = number(said.group(1)), _POINTS.sub(" ", text, count=1).strip()
    if "points" in draft.fields:
        try:
            points = number(draft.fields["points"].split()[0] if draft.fields["points"].split() else "")
        except ValueError:
            reading.problem(draft.line, 1, _("“{words}” is not a number.").format(words=draft.fields["points"][:40]))
            return
    made = _body(draft, text, reading)
    if made is None:
        return
    text, body = made
    question = Question(
        Text(text),
        body,
        points=points,
        explanation=Text(draft.fields.get("explanation", "")),
        hint=draft.fields.get("hint", ""),
        tags=tuple(dict.fromkeys(tag.strip() for tag in re.split("[,;]", draft.fields.get("tags", "")) if tag.strip())),
    )
    reading.add(draft.line, text, question, notes)


def _body(draft: _Draft, text: str, reading: Reading) -> tuple[str, Body] | None:
    """The text and what it asks for; None where the answer names nothing, which is then a problem."""
    line, answer = draft.answer or (draft.line, "")
    words = answer.strip().rstrip(".").casefold()
    truth = {"true": True, "t": True, "false": False, "f": False}.get(words)
    if draft.pairs and not draft.options:
        return text, Matching(tuple(Pair(Text(left), right) for left, right in draft.pairs))
    if draft.options:
        return _chosen(draft, text, reading)
    asks_truth = _TRUTH.search(text) is not None
    if truth is not None and (len(words) > 1 or asks_truth):
        return _TRUTH.sub(" ", text).strip() or text, TrueFalse(truth)
    if asks_truth and not answer:
        reading.problem(draft.line, 1, _("It does not say whether this is true or false."))
        return None
    if not answer:
        return text, Essay()
    blanks = len(_BLANK.findall(text))
    alternatives = [each.strip() for each in answer.split(";") if each.strip()]
    if blanks:
        parts = alternatives if blanks > 1 else [answer]
        if len(parts) != blanks:
            reading.problem(line, 1, _("The question has {blanks} blanks and {answers} answers.").format(blanks=blanks, answers=len(parts)))
            return None
        made = [Blank(tuple(Accepted(each.strip()) for each in re.split("[;/|]", part) if each.strip())) for part in parts]
        counter = iter(range(1, blanks + 1))
        return _BLANK.sub(lambda _found: f"[[{next(counter)}]]", text), FillBlank(tuple(made))
    return text, ShortAnswer(tuple(Accepted(each) for each in alternatives))


def _chosen(draft: _Draft, text: str, reading: Reading) -> tuple[str, Body] | None:
    right = {index for index, (_words, is_right) in enumerate(draft.options) if is_right}
    if draft.answer is not None:
        named = _named(draft)
        if named is None:
            reading.problem(draft.answer[0], 1, _("The answer names none of the options."))
            return None
        right = named
    folded = [words.strip().rstrip(".").casefold() for words, _right in draft.options]
    if sorted(folded) in (["false", "true"], ["f", "t"]) and len(right) == 1:
        return text, TrueFalse(folded[next(iter(right))].startswith("t"))
    options = tuple(Option(letter(index), Text(words), index in right) for index, (words, _right) in enumerate(draft.options))
    return text, MultipleAnswer(options) if len(right) > 1 else MultipleChoice(options)


def _named(draft: _Draft) -> set[int] | None:
    """The options that the answer names, by their letters or by their words."""
    assert draft.answer is not None
    said = draft.answer[1].strip()
    folded = {words.strip().rstrip(".").casefold(): index for index, (words, _right) in enumerate(draft.options)}
    if said.rstrip(".").casefold() in folded:
        return {folded[said.rstrip(".").casefold()]}
    tokens = [token.strip("().") for token in re.split(r"[,;&/ ]+", said) if token and token.casefold() != "and"]
    names = tokens if all(len(token) == 1 for token in tokens) else tokens[:1]
    found = {ord(name.casefold()) - ord("a") for name in names if len(name) == 1 and name.isascii() and name.isalpha()}
    return found if found and max(found) < len(draft.options) else None
