"""GIFT in and out: what its entries mean as questions, and how questions are written in it.

A question whose answers have weights and no ``=`` is a multiple answer question; its weights say by which rule.
In true-false questions the first feedback is the one for a wrong answer, as Moodle's documentation says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from desktop.i18n import _
from desktop.questions import gift_syntax as syntax
from desktop.questions.markup import plain_text
from desktop.questions.model import (
    NOTHING,
    ONE,
    Accepted,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Question,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
    letter,
)
from desktop.questions.numbers import plain
from desktop.questions.report import Exported, Imported, Item, Notes, Reading, note_lost, weights_of

HUNDRED = Decimal(100)
_STAR = re.compile(r"(?<!\\)\*")


# Reading -------------------------------------------------------------------------------------------------------------------------------


def read(source: str) -> Imported:
    """The questions of a GIFT file, with ``\\n`` as line ends."""
    reading = Reading()
    category: str | None = None
    for entry in syntax.parse(source):
        notes = Notes()
        match entry:
            case syntax.GiftError():
                reading.problem(*entry.place, entry.text)
            case syntax.Category(line, path):
                category = path.rstrip("/").rsplit("/", 1)[-1]
                notes.changed(_("The category becomes a tag of the questions below it."))
                reading.add(line, path, None, notes)
            case syntax.Entry(answer=None):
                notes.dropped(_("It asks nothing; texts between questions are not kept."))
                reading.add(entry.line, entry.title or entry.stem.text, None, notes)
            case syntax.Entry():
                question = _question(entry, category, notes)
                reading.add(entry.line, question.title or question.text.plain, question, notes)
    return reading.done()


def _question(entry: syntax.Entry, category: str | None, notes: Notes) -> Question:
    assert entry.answer is not None
    if entry.id is not None:
        notes.dropped(_("Its number in the other system ({id}).").format(id=entry.id))
    return Question(
        _text(entry.stem, notes),
        _body(entry.answer, notes),
        title=entry.title or "",
        explanation=_text(entry.feedback, notes),
        tags=tuple(dict.fromkeys((*(entry.tags or ()), *([category] if category else [])))),
    )


def _text(text: syntax.Formatted | syntax.Number | None, notes: Notes) -> Text:
    if not isinstance(text, syntax.Formatted):
        return NOTHING
    if text.format == "html":
        return Text(plain_text(text.text), text.text)
    if text.format == "markdown":
        notes.changed(_("Markdown is kept as plain text."))
    return Text(text.text)


def _body(answer: syntax.TrueFalse | syntax.Choices | syntax.Pairs | syntax.Essay, notes: Notes) -> Body:
    match answer:
        case syntax.Essay():
            return Essay()
        case syntax.TrueFalse(truth, wrong, right):
            feedback = {truth: _text(right, notes), not truth: _text(wrong, notes)}
            return TrueFalse(truth, feedback[True], feedback[False])
        case syntax.Pairs(pairs):
            return Matching(
                tuple(Pair(_text(left, notes), right) for left, right in pairs if left.text),
                tuple(right for left, right in pairs if not left.text),
            )
        case syntax.Choices("MC", choices):
            if any(choice.correct for choice in choices):
                return MultipleChoice(_single(choices, notes))
            return _multiple(choices, notes)
        case syntax.Choices(_kind, choices):
            return _short_answer(choices, notes)


def _single(choices: tuple[syntax.Choice, ...], notes: Notes) -> tuple[Option, ...]:
    options: list[Option] = []
    for index, choice in enumerate(choices):
        correct = choice.correct and not any(option.correct for option in options)
        part = None if choice.weight is None or (correct and choice.weight == HUNDRED) or not choice.weight else choice.weight / HUNDRED
        if choice.correct and not correct:
            part = ONE if part is None else part
            notes.changed(_("A second right answer is kept as one that earns its points too."))
        options.append(Option(letter(index), _text(choice.text, notes), correct, part, _text(choice.feedback, notes)))
    return tuple(options)


def _multiple(choices: tuple[syntax.Choice, ...], notes: Notes) -> MultipleAnswer:
    weights = [choice.weight or Decimal(0) for choice in choices]
    right = [weight for weight in weights if weight > 0]
    share = HUNDRED / len(right) if right else HUNDRED
    docked = all(abs(abs(weight) - share) < Decimal("0.001") for weight in weights)
    return MultipleAnswer(
        tuple(
            Option(
                letter(index),
                _text(choice.text, notes),
                weight > 0,
                None if docked or not weight else weight / HUNDRED,
                _text(choice.feedback, notes),
            )
            for index, (choice, weight) in enumerate(zip(choices, weights, strict=True))
        ),
        Rule.DOCKED if docked else Rule.WEIGHTS,
    )


def _short_answer(choices: tuple[syntax.Choice, ...], notes: Notes) -> ShortAnswer:
    wildcards = any(isinstance(choice.text, syntax.Formatted) and _STAR.search(choice.text.text) for choice in choices)
    return ShortAnswer(tuple(_accepted(choice, wildcards, notes) for choice in choices), Typing(wildcards=wildcards))


def _accepted(choice: syntax.Choice, wildcards: bool, notes: Notes) -> Accepted:
    part = choice.weight / HUNDRED if choice.weight is not None else ONE if choice.correct else Decimal(0)
    feedback = _text(choice.feedback, notes)
    if part < 0:
        notes.changed(_("An answer that costs points earns nothing instead."))
        part = Decimal(0)
    match choice.text:
        case syntax.Number(low, None, high) if high is not None:
            return Accepted(plain((low + high) / 2), part, feedback, abs(high - low) / 2)
        case syntax.Number(number, margin):
            return Accepted(plain(number), part, feedback, abs(margin or Decimal(0)))
        case syntax.Formatted():
            words = _text(choice.text, notes).plain
            return Accepted(words if wildcards else words.replace(r"\*", "*"), part, feedback)


# Writing -------------------------------------------------------------------------------------------------------------------------------


def write(questions: Iterable[Question]) -> Exported:
    """The questions as a GIFT file; those that GIFT has no form for are named in the report and left out."""
    items: list[Item] = []
    blocks: list[str] = []
    for number, question in enumerate(questions, 1):
        notes = Notes()
        answer = _answer(question, notes)
        if answer is None:
            notes.dropped(_("GIFT has no questions of this type."))
            items.append(notes.item(number, question.title or question.text.plain, None))
            continue
        note_lost(question, notes, "title", "explanation", "tags")
        blocks.append(_entry(question, answer, notes))
        items.append(notes.item(number, question.title or question.text.plain, question))
    return Exported(("\n\n".join(blocks) + "\n" if blocks else "").encode(), tuple(items))


def _entry(question: Question, answer: str, notes: Notes) -> str:
    tags = "".join(f"[tag:{re.sub(r'([][\\~=#{}:])', r'\\\1', tag)}] " for tag in question.tags)
    title = f"::{_escape(question.title)}::" if question.title else ""
    stem = _formatted(question.text, notes, always=question.text.html is not None)
    explanation = f"\n\t####{_formatted(question.explanation, notes)}" if question.explanation else ""
    return f"{f'// {tags.strip()}\n' if tags else ''}{title}{stem} {{{answer}{explanation}\n}}"


def _escape(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", r"\n")


def _formatted(text: Text, notes: Notes, *, always: bool = True) -> str:
    """A text with its format before it, as an entry's format is its answers' default."""
    if text.html is not None:
        return "[html]" + _escape(text.html.strip())
    if re.sub(r"[^\S\n]+", " ", text.plain).strip() != text.plain:
        notes.changed(_("Repeated spaces become one."))
    return ("[plain]" if always or text.plain[:1] in ("[", "/", ":", "$", "%") else "") + _escape(text.plain)


def _feedback(feedback: Text, notes: Notes) -> str:
    return f"#{_formatted(feedback, notes)}" if feedback else ""


def _percent(part: Decimal) -> str:
    return f"%{plain(round(part * HUNDRED, 5))}%"


def _answer(question: Question, notes: Notes) -> str | None:
    match question.body:
        case Essay():
            return ""
        case TrueFalse(truth, true, false):
            wrong, right = (false, true) if truth else (true, false)
            return (
                f"{'TRUE' if truth else 'FALSE'}"
                + (f"#{_formatted(wrong, notes) if wrong else ''}" if wrong or right else "")
                + _feedback(right, notes)
            )
        case MultipleChoice(options):
            return _lines(
                ("=" if option.correct else "~")
                + (_percent(option.part) if option.part is not None else "")
                + _formatted(option.text, notes)
                + _feedback(option.feedback, notes)
                for option in options
            )
        case MultipleAnswer(options):
            return _lines(
                f"~{_percent(part)}{_formatted(option.text, notes)}{_feedback(option.feedback, notes)}"
                for option, part in zip(options, weights_of(question.body, notes), strict=True)
            )
        case ShortAnswer(accepted, typing):
            return _typed(accepted, typing, notes)
        case Matching(pairs, distractors, rule):
            if rule is not None:
                notes.dropped(_("The rule for partial credit."))
            lefts = [*(pair.left for pair in pairs), *(NOTHING for _right in distractors)]
            rights = [*(pair.right for pair in pairs), *distractors]
            return _lines(
                f"={_formatted(Text(_arrow(left.plain, notes), left.html and _arrow(left.html, notes)), notes)} -> {_escape(right)}"
                for left, right in zip(lefts, rights, strict=True)
            )
        case FillBlank() | Ordering():
            return None


def _lines(answers: Iterable[str]) -> str:
    return "".join(f"\n\t{answer}" for answer in answers)


def _arrow(text: str, notes: Notes) -> str:
    if "->" in text:
        notes.changed(_("An arrow of a minus and a greater-than sign becomes →."))
    return text.replace("->", "→")


def _typed(accepted: tuple[Accepted, ...], typing: Typing, notes: Notes) -> str:
    if not accepted:
        notes.changed(_("A short answer that a person grades becomes an essay."))
        return ""
    if typing.case:
        notes.dropped(_("That upper and lower case differ."))
    if not typing.accents:
        notes.dropped(_("That accents do not count."))
    numeric = all(each.tolerance is not None or (each.text == "*" and typing.wildcards) for each in accepted)
    if not numeric and any(each.tolerance is not None for each in accepted):
        notes.changed(_("Numbers beside texts are compared as texts."))
    lines = []
    for each in accepted:
        weight = _percent(each.part) if each.part != ONE else ""
        if numeric and each.tolerance is not None:
            lines.append(f"={weight}{each.text}{f':{plain(each.tolerance)}' if each.tolerance else ''}{_feedback(each.feedback, notes)}")
        elif numeric:
            lines.append(f"={weight}*{_feedback(each.feedback, notes)}")
        else:
            text = _arrow(each.text if typing.wildcards else each.text.replace("*", r"\*"), notes)
            lines.append(f"={weight}{_formatted(Text(text), notes)}{_feedback(each.feedback, notes)}")
    return ("#" if numeric else "") + _lines(lines)
