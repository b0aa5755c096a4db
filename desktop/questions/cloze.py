"""Moodle's embedded answers ("Cloze"): blanks written into the text as ``{1:SHORTANSWER:=Paris#Right!~%50%Lyon}``, in and out.

A blank has a weight, a type and answers with ``~`` between them; ``=`` or ``%100%`` marks a right one, ``#`` begins its feedback. Types
come in short forms, and those that end in C compare upper and lower case. A file of this format is one question.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from desktop.i18n import _
from desktop.questions.markup import from_plain, is_markup, plain_text
from desktop.questions.model import NOTHING, ONE, ZERO, Accepted, Blank, FillBlank, Question, Text, Typing
from desktop.questions.numbers import is_number, number, plain
from desktop.questions.report import Imported, Notes, Reading

HUNDRED = Decimal(100)
MOST_BLANKS = 1000

_BLANK = re.compile(
    r"\{(\d{0,6}):(SHORTANSWER|SHORTANSWER_C|SA|SAC|MW|MWC|NUMERICAL|NM|MULTICHOICE|MC|(?:MULTICHOICE|MC)_?[VHS]+|(?:MULTIRESPONSE|MR)_?[HS]*)"
    r":((?:\\.|[^\\{}])*)\}",
    re.DOTALL,
)
_ANSWER = re.compile(r"(=|%(-?\d{1,3}(?:\.\d{1,10})?)%)?(.*)", re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z/]")
_PLACE = re.compile(r"\[\[\d+\]\]")
_SPECIAL = re.compile(r"[~#}{\\\"=%&<>]")


def read(source: str) -> Imported:
    """The one question of a file."""
    reading, notes = Reading(), Notes()
    words = source.strip()
    text = Text(plain_text(words), words) if is_markup(words) else Text(words)
    found = fill_blank(text, notes)
    if found is None:
        first = _BLANK.search(source)
        above = source[: first.start() if first else 0]
        reading.problem(
            above.count("\n") + 1,
            len(above) - above.rfind("\n"),
            _("There are no blanks like {1:SHORTANSWER:=answer} in it, or of a kind that is not read."),
        )
    else:
        stem, body, points = found
        reading.add(1, "", Question(stem, body, points=points), notes)
    return reading.done()


def is_cloze(text: str) -> bool:
    return _BLANK.search(text) is not None


def fill_blank(text: Text, notes: Notes) -> tuple[Text, FillBlank, Decimal] | None:
    """The text with ``[[1]]`` for its blanks, what they accept, and the points of all; None where one cannot be kept."""
    blanks: list[Blank] = []
    weights: list[Decimal] = []
    cased = wild = False
    source = text.html if text.html is not None else text.plain
    for found in _BLANK.finditer(source):
        kind = found.group(2)
        if kind.startswith(("MULTIR", "MR")):
            notes.dropped(_("A blank in which several answers are to be picked."))
            return None
        if len(blanks) >= MOST_BLANKS or found.group(3).count("~") >= MOST_BLANKS:
            notes.dropped(_("It has more than {most} answers.").format(most=MOST_BLANKS))
            return None
        weights.append(Decimal(found.group(1) or 1))
        cased = cased or kind in ("SHORTANSWER_C", "SAC", "MWC")
        listed = kind.startswith(("MULTIC", "MC"))
        answers = list(_answers(found.group(3), numeric=kind in ("NUMERICAL", "NM")))
        wild = wild or (not listed and any("*" in each.text.replace(r"\*", "") for each in answers))
        right = tuple(each for each in answers if each.part > 0 or not listed)
        if listed and any(each.feedback for each in answers if each.part <= 0):
            notes.dropped(_("The feedback of answers that are not right."))
        blanks.append(Blank(right, tuple(dict.fromkeys(each.text for each in answers)) if listed else ()))
    if not blanks:
        return None
    if len(set(weights)) > 1:
        notes.changed(_("Each blank counts the same now."))
    if not wild:
        blanks = [
            Blank(tuple(replace(each, text=each.text.replace(r"\*", "*")) for each in blank.accepted), blank.choices) for blank in blanks
        ]
    counter = iter(range(1, len(blanks) + 1))
    kept = _BLANK.sub(lambda _found: f"[[{next(counter)}]]", source)
    stem = Text(kept) if text.html is None else Text(plain_text(kept), kept)
    return stem, FillBlank(tuple(blanks), Typing(case=cased, wildcards=wild)), sum(weights, ZERO)


def _answers(source: str, *, numeric: bool) -> Iterator[Accepted]:
    for raw in re.split(r"(?<!\\)~", source):
        answer, sharp, feedback = _cut(raw)
        found = _ANSWER.match(answer.strip())
        assert found is not None
        part = ONE if found.group(1) == "=" else max(Decimal(found.group(2) or 0) / HUNDRED, ZERO)
        words = _decoded(found.group(3))
        tolerance = None
        if numeric:
            value, _colon, margin = words.partition(":")
            if is_number(value) and (not margin or is_number(margin)):
                words, tolerance = plain(number(value)), abs(number(margin)) if margin else ZERO
        said = feedback.strip()
        shown = NOTHING
        if sharp and said:
            decoded = re.sub(r"\\([~#{}\"\\/=])", r"\1", said).replace("&#92;", "\\")
            shown = Text(plain_text(decoded), decoded) if _TAG.search(decoded) else Text(html.unescape(" ".join(decoded.split())))
        yield Accepted(words, part, shown, tolerance)


def _cut(raw: str) -> tuple[str, str, str]:
    """An answer and its feedback, parted at the first # that is neither escaped nor of an entity."""
    found = re.search(r"(?<![\\&])#", raw)
    return (raw, "", "") if found is None else (raw[: found.start()], "#", raw[found.end() :])


def _decoded(words: str) -> str:
    words = re.sub(r"\\([~#}\"\\/=])", r"\1", words)
    return " ".join(html.unescape(re.sub(r"<[a-zA-Z/][^<>]*>", " ", words)).split())


def written(text: Text, body: FillBlank, notes: Notes) -> Text:
    """The text with its blanks written into it."""
    if body.rule is not None:
        notes.dropped(_("The rule for partial credit."))
    if not body.typing.accents:
        notes.dropped(_("That accents do not count."))
    source = text.html if text.html is not None else text.plain
    if is_cloze(source):
        source = re.sub(r"\{(?=\d*:[A-Z])", "&#123;", source if text.html is not None else from_plain(source))
        text = Text(text.plain, source)
    missing = [number for number in range(1, len(body.blanks) + 1) if f"[[{number}]]" not in source]
    if missing:
        notes.changed(_("A blank without a place stands at the end of the text."))
        source += "".join(f" [[{number}]]" for number in missing)
    left = {
        f"[[{number}]]": f"{{1:{_kind(blank, body.typing)}:{_listed(blank, body.typing, notes)}}}"
        for number, blank in enumerate(body.blanks, 1)
    }
    source = _PLACE.sub(lambda found: left.pop(found.group(), found.group()), source)
    return Text(source) if text.html is None else Text(text.plain, source)


def _kind(blank: Blank, typing: Typing) -> str:
    if blank.choices:
        return "MULTICHOICE"
    if all(each.tolerance is not None for each in blank.accepted):
        return "NUMERICAL"
    return "SHORTANSWER_C" if typing.case else "SHORTANSWER"


def _listed(blank: Blank, typing: Typing, notes: Notes) -> str:
    accepted = {each.text: each for each in blank.accepted}
    if blank.choices:
        if accepted.keys() - set(blank.choices):
            notes.dropped(_("An accepted answer that is not among the choices."))
        return "~".join(_answer(accepted.get(each, Accepted(each, ZERO)), _entities(each)) for each in blank.choices)
    if any(each.tolerance is not None for each in blank.accepted) and _kind(blank, typing) != "NUMERICAL":
        notes.changed(_("Numbers beside texts are compared as texts."))
    made = []
    for each in blank.accepted:
        words = each.text if typing.wildcards or each.tolerance is not None else each.text.replace("*", "\\*")
        if _kind(blank, typing) == "NUMERICAL" and each.tolerance is not None:
            words += f":{plain(each.tolerance)}"
        made.append(_answer(each, _entities(words)))
    return "~".join(made)


def _answer(accepted: Accepted, words: str) -> str:
    mark = "=" if accepted.part == ONE else f"%{plain(round(accepted.part * HUNDRED, 5))}%"
    feedback = accepted.feedback
    said = feedback.html if feedback.html is not None else html.escape(feedback.plain, quote=False).replace("\n", "<br>")
    said = re.sub(r"([~#{}])", r"\\\1", said.replace("\\", "&#92;")).replace("&\\#", "&#")
    return f"{mark}{words}{f'#{said}' if said else ''}"


def _entities(words: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", words)
