"""Aiken in and out: multiple choice questions as a question, lines ``A) …`` or ``A. …``, and ``ANSWER: A``.

Moodle's form of it: one line a question and a line an answer. Longer questions are read as lines that follow each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from desktop.i18n import _
from desktop.questions.model import MultipleChoice, Option, Question, Text, TrueFalse, letter
from desktop.questions.report import Exported, Imported, Item, Notes, Reading, note_lost

_OPTION = re.compile(r"([A-Z])[.)]\s+(.*)")
_ANSWER = re.compile(r"ANSWER:\s*(.*)", re.IGNORECASE)


def read(source: str) -> Imported:
    """The questions of an Aiken file, with ``\\n`` as line ends."""
    reading = Reading()
    words: list[str] = []
    options: list[str] = []
    begun = 0
    for number, raw in enumerate([*source.split("\n"), None], 1):
        line = raw.strip() if raw is not None else ""
        option, answer = _OPTION.fullmatch(line), _ANSWER.fullmatch(line)
        if answer and words:
            _finish(reading, begun, number, " ".join(words), options, answer.group(1).strip())
            words, options = [], []
        elif option and words and option.group(1) == letter(len(options)).upper():
            options.append(option.group(2))
        elif line and not options and not answer:
            begun = begun if words else number
            words.append(line)
        elif line or (raw is None and words):
            reading.problem(number if line else begun, 1, _("A question needs its answers as A), B) … and then ANSWER:."))
            words, options = ([line], []) if line and not option and not answer else ([], [])
            begun = number
    return reading.done()


def _finish(reading: Reading, begun: int, number: int, text: str, options: list[str], answer: str) -> None:
    index = ord(answer.upper()) - ord("A") if len(answer) == 1 else -1
    if not 0 <= index < len(options):
        reading.problem(number, 1, _("The answer names none of the options."))
        return
    body = MultipleChoice(tuple(Option(letter(n), Text(words), n == index) for n, words in enumerate(options)))
    reading.add(begun, text, Question(Text(text), body), Notes())


def write(questions: Iterable[Question]) -> Exported:
    """The multiple choice questions as an Aiken file, and true or false as such; the others are named in the report and left out."""
    blocks: list[str] = []
    items: list[Item] = []
    for number, question in enumerate(questions, 1):
        notes = Notes()
        options = _options(question, notes)
        title = question.title or question.text.plain
        if options is None:
            notes.dropped(_("Aiken has multiple choice questions only, with up to 26 answers."))
            items.append(notes.item(number, title, None))
            continue
        lines = [_line(question.text, notes), *(f"{letter(n).upper()}) {text}" for n, (text, _correct) in enumerate(options))]
        right = next(n for n, (_text, correct) in enumerate(options) if correct)
        block = "\n".join([*lines, f"ANSWER: {letter(right).upper()}"])
        if not _comes_back(block, len(options)):
            notes.dropped(_("Its words cannot be told from the answers and marks of Aiken."))
            items.append(notes.item(number, title, None))
            continue
        note_lost(question, notes)
        blocks.append(block)
        items.append(notes.item(number, title, question))
    return Exported(("\n\n".join(blocks) + "\n" if blocks else "").encode(), tuple(items))


def _comes_back(block: str, options: int) -> bool:
    """Whether what was written is read as one question again: pictures leave no words, and a text may begin like an answer."""
    imported = read(block)
    found = [item.question.body for item in imported.items if item.question is not None]
    return not imported.problems and [len(body.options) for body in found if isinstance(body, MultipleChoice)] == [options]


def _options(question: Question, notes: Notes) -> list[tuple[str, bool]] | None:
    match question.body:
        case TrueFalse(answer, true_feedback, false_feedback):
            notes.changed(_("True or false becomes multiple choice."))
            if true_feedback or false_feedback:
                notes.dropped(_("The feedback of its answers."))
            return [(_("True"), answer), (_("False"), not answer)]
        case MultipleChoice(options) if len(options) <= 26:
            if any(option.feedback for option in options):
                notes.dropped(_("The feedback of its answers."))
            if any(option.part is not None for option in options):
                notes.dropped(_("What other answers earn."))
            return [(_line(option.text, notes), option.correct) for option in options]
        case _:
            return None


def _line(text: Text, notes: Notes) -> str:
    if text.html is not None:
        notes.changed(_("Formatted text is kept as plain text."))
    if "\n" in text.plain:
        notes.changed(_("Several lines become one."))
    return " ".join(text.plain.split())
