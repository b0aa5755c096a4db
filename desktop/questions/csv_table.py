"""CSV in and out: a table that can be written and mended in any spreadsheet.

A row with a ``type`` begins a question and may hold its first answer; the rows below it without one hold its further answers. The columns
are those of ``COLUMNS``, in any order, and only ``type`` and ``text`` must be there:

=============  =======================================================================================================================
type           one of the eight types, such as ``multiple_choice``
title, text    a text is HTML where it has tags or entities, or begins with ``[html]``; ``[plain]`` says that it is not
points         a number; 1 where the cell is empty
rule           ``docked``, ``all_or_nothing``, ``weights``, ``positions``, ``neighbours``; empty: the usual one of the type
typing         ``case``, ``no accents``, ``wildcards``, with spaces between
explanation    and ``hint``; ``tags`` with ``;`` between
answer         an option, an accepted answer, a left side, or an item in its right place
right          ``x`` where it is right
part           what part of the points it earns, as 0.5 or 50%
tolerance      by how much a number may be off
match          the right side of a pair; without an answer, one that nothing belongs to
blank          the number of the blank that it belongs to; ``listed`` has ``x`` where it is one of a list to choose from
feedback       what is said to whoever gave this answer
=============  =======================================================================================================================

Spreadsheets run what begins with ``=``, and turn ``1/2`` into a date and ``true`` into ``TRUE``. So every text that does not begin as words
do is written with an apostrophe before it, which is taken away again (OWASP, "CSV Injection"). UTF-8 with a mark, commas, and CRLF are
written; semicolons, tabs and decimal commas are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from desktop.i18n import _
from desktop.questions.markup import is_markup, plain_text
from desktop.questions.model import (
    NOTHING,
    ONE,
    ZERO,
    Accepted,
    Blank,
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
from desktop.questions.numbers import number, plain
from desktop.questions.report import Exported, Imported, Item, Notes, Reading, note_lost

COLUMNS = (
    "type", "title", "text", "points", "rule", "typing", "explanation", "hint", "tags",
    "answer", "right", "part", "tolerance", "match", "blank", "listed", "feedback",
)  # fmt: skip

MOST_CELLS = 500
_ALIASES = {
    "mc": "multiple_choice",
    "single_choice": "multiple_choice",
    "tf": "true_false",
    "true/false": "true_false",
    "true_or_false": "true_false",
    "ma": "multiple_answer",
    "multiple_answers": "multiple_answer",
    "multiple_response": "multiple_answer",
    "sa": "short_answer",
    "numerical": "short_answer",
    "fill_in_the_blank": "fill_blank",
    "fill_in_the_blanks": "fill_blank",
    "fib": "fill_blank",
    "match": "matching",
    "order": "ordering",
}
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SAFE = re.compile(rf"(?!(?:true|false)\s*$|(?:{_MONTHS})[a-z]*[\s./,-]*\d)(?:[^\W\d_]|[<\[“«¿¡])", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"')
_FORMAT = re.compile(r"\[(html|plain)\]")
_TAGS = re.compile(r"(?:\\.|[^;\\])+")
_ESCAPED = re.compile(r"\\(.)")
_YES = ("x", "yes", "y", "true", "1", "✓", "✔")


# Reading -------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    words: str
    line: int
    column: int


@dataclass(slots=True)
class _Row:
    line: int
    cells: dict[str, _Cell] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.words if cell is not None else ""

    def place(self, name: str) -> tuple[int, int]:
        cell = self.cells.get(name)
        return (cell.line, cell.column) if cell is not None else (self.line, 1)


class _WrongCell(Exception):
    """A cell that does not say what its column is for."""

    def __init__(self, row: _Row, name: str, text: str) -> None:
        super().__init__(text)
        self.place = row.place(name)
        self.text = text


def is_table(head: str) -> bool:
    """Whether the first line of a text names the columns that must be there."""
    line = head.lstrip("\n").partition("\n")[0]
    return {"type", "text"} <= {name.strip(' "').casefold() for name in re.split("[,;\t]", line)}


def read(source: str) -> Imported:
    """The questions of a table, with ``\\n`` as line ends."""
    reading = Reading()
    rows = list(_rows(source, reading))
    begun: list[_Row] = []
    for row in [*rows, None]:
        if row is not None and not row["type"].strip():
            if begun:
                begun.append(row)
            else:
                reading.problem(*row.place("type"), _("This answer belongs to no question: a row with a type begins one."))
            continue
        if begun:
            _add(reading, begun)
        begun = [] if row is None else [row]
    return reading.done()


def _add(reading: Reading, rows: list[_Row]) -> None:
    first, notes = rows[0], Notes()
    try:
        question = _question(rows)
    except _WrongCell as wrong:
        reading.problem(*wrong.place, wrong.text)
        return
    line, column = first.place("type")
    reading.add(line, question.title or question.text.plain, question, notes, column)


def _rows(source: str, reading: Reading) -> Iterator[_Row]:
    """The rows below the header that are not empty."""
    head = source.partition("\n")[0]
    comma = max(",;\t", key=head.count)
    lines = _cells(source, comma, reading)
    header = next(lines, [])
    names = [cell.words.strip().casefold() for cell in header]
    for wanted in ("type", "text"):
        if wanted not in names:
            reading.problem(1, 1, _("The first row must name the columns; there is none called “{name}”.").format(name=wanted))
            return
    unknown = [cell.words for cell in header if cell.words.strip().casefold() not in COLUMNS and cell.words.strip()]
    if unknown:
        notes = Notes()
        notes.dropped(_("The columns {names}, which are not known.").format(names=", ".join(unknown)[:200]))
        reading.add(1, _("First row"), None, notes)
    for line in lines:
        cells = {name: _plain_cell(cell) for name, cell in zip(names, line, strict=False) if cell.words.strip()}
        if cells:
            yield _Row(line[0].line, cells)


def _plain_cell(cell: _Cell) -> _Cell:
    """Without the apostrophe that only kept a spreadsheet from changing it."""
    words = cell.words
    return _Cell(words[1:], cell.line, cell.column) if words.startswith("'") and not _SAFE.match(words[1:]) else cell


def _cells(source: str, comma: str, reading: Reading) -> Iterator[list[_Cell]]:
    """The cells of each line (RFC 4180), each with its place."""
    bare = re.compile(rf"[^{comma}\n]*")
    position, line, begin = 0, 1, 0
    row: list[_Cell] = []
    while position <= len(source):
        column = position - begin + 1
        quoted = _QUOTED.match(source, position)
        found = quoted or bare.match(source, position)
        assert found is not None
        words = quoted.group(1).replace('""', '"') if quoted else found.group()
        if not quoted and words.startswith('"'):
            reading.problem(line, column, _("This quotation mark is never closed."))
            return
        row.append(_Cell(words, line, column))
        if len(row) > MOST_CELLS:
            reading.problem(line, column, _("This row has too many cells for a table of questions."))
            return
        position = found.end()
        within = found.group().count("\n")
        if within:
            line += within
            begin = source.rindex("\n", 0, position) + 1
        if position >= len(source) or source[position] == "\n":
            yield row
            row, position, line = [], position + 1, line + 1
            begin = position
        elif source[position] == comma:
            position += 1
        else:
            reading.problem(line, position - begin + 1, _("After a quotation mark that closes comes the next cell."))
            return


def _text(words: str) -> Text:
    found = _FORMAT.match(words)
    kind = found.group(1) if found else "html" if is_markup(words) else "plain"
    words = words[found.end() :] if found else words
    return Text(plain_text(words), words) if kind == "html" else Text(words)


def _decimal(row: _Row, name: str, default: Decimal | None) -> Decimal | None:
    words = row[name].strip()
    if not words:
        return default
    try:
        return number(words[:-1]) / 100 if words.endswith("%") else number(words)
    except ValueError:
        raise _WrongCell(row, name, _("“{words}” is not a number.").format(words=words[:40])) from None


def _part(row: _Row) -> Decimal | None:
    part = _decimal(row, "part", None)
    if part is not None and abs(part) > 1:
        raise _WrongCell(row, "part", _("A part lies between -1 and 1, or -100% and 100%."))
    return part


def _yes(row: _Row, name: str) -> bool:
    return row[name].strip().casefold() in _YES


def _question(rows: list[_Row]) -> Question:
    row = rows[0]
    points = _decimal(row, "points", ONE)
    assert points is not None
    return Question(
        _text(row["text"]),
        _body(rows),
        title=" ".join(row["title"].split()),
        points=points,
        explanation=_text(row["explanation"]),
        hint=row["hint"],
        tags=tuple(dict.fromkeys(tag for tag in (_ESCAPED.sub(r"\1", each.strip()) for each in _TAGS.findall(row["tags"])) if tag)),
    )


def _body(rows: list[_Row]) -> Body:
    row = rows[0]
    said = "_".join(row["type"].casefold().replace("-", " ").replace("_", " ").split())
    kind = _ALIASES.get(said, said)
    rule = _rule(row)
    answers = [each for each in rows if each["answer"] or each["match"]]
    match kind:
        case "multiple_choice" | "multiple_answer":
            options = tuple(
                Option(letter(index), _text(each["answer"]), _yes(each, "right"), _part(each), _text(each["feedback"]))
                for index, each in enumerate(answers)
            )
            return MultipleChoice(options) if kind == "multiple_choice" else MultipleAnswer(options, rule or Rule.DOCKED)
        case "true_false":
            return _true_false(row, answers)
        case "short_answer":
            return ShortAnswer(tuple(map(_accepted, answers)), _typing(row))
        case "essay":
            return Essay()
        case "fill_blank":
            return FillBlank(_blanks(answers), _typing(row), rule)
        case "matching":
            pairs = tuple(Pair(_text(each["answer"]), each["match"]) for each in answers if each["answer"])
            return Matching(pairs, tuple(each["match"] for each in answers if not each["answer"]), rule)
        case "ordering":
            return Ordering(tuple(_text(each["answer"]) for each in answers), rule or Rule.ALL_OR_NOTHING)
        case _:
            raise _WrongCell(row, "type", _("“{type}” is none of the eight types of questions.").format(type=row["type"][:40]))


def _rule(row: _Row) -> Rule | None:
    words = "_".join(row["rule"].casefold().split())
    try:
        return Rule(words) if words else None
    except ValueError:
        raise _WrongCell(row, "rule", _("“{rule}” is no rule for partial credit.").format(rule=row["rule"][:40])) from None


def _typing(row: _Row) -> Typing:
    words = row["typing"].casefold()
    return Typing(case="case" in words, accents="no accents" not in words, wildcards="wildcards" in words)


def _true_false(row: _Row, answers: list[_Row]) -> TrueFalse:
    said = {each["answer"].strip().casefold(): each for each in answers}
    true, false = said.get("true"), said.get("false")
    right = [name for name, each in said.items() if _yes(each, "right")] or list(said)
    if len(right) != 1 or right[0] not in ("true", "false"):
        raise _WrongCell(row, "answer", _("One of the answers True and False must be marked as right."))
    return TrueFalse(
        right[0] == "true", _text(true["feedback"]) if true else NOTHING, _text(false["feedback"]) if false is not None else NOTHING
    )


def _accepted(row: _Row) -> Accepted:
    part, tolerance = _part(row), _decimal(row, "tolerance", None)
    words = row["answer"]
    if tolerance is not None:
        try:
            words = plain(number(words))
        except ValueError:
            raise _WrongCell(row, "answer", _("“{words}” is not a number.").format(words=words[:40])) from None
    return Accepted(words, ONE if part is None else max(part, ZERO), _text(row["feedback"]), None if tolerance is None else abs(tolerance))


def _blanks(answers: list[_Row]) -> tuple[Blank, ...]:
    found: dict[int, list[_Row]] = {}
    for each in answers:
        place = _decimal(each, "blank", None)
        if place is None or place != place.to_integral_value() or not 0 < place <= 1000:
            raise _WrongCell(each, "blank", _("The number of its blank is missing."))
        found.setdefault(int(place), []).append(each)
    return tuple(
        Blank(
            tuple(_accepted(each) for each in rows if _yes(each, "right") or not _yes(each, "listed")),
            tuple(each["answer"] for each in rows if _yes(each, "listed")),
        )
        for _place, rows in sorted(found.items())
    )


# Writing -------------------------------------------------------------------------------------------------------------------------------


def write(questions: Iterable[Question]) -> Exported:
    """The questions as a table that a spreadsheet opens without changing it."""
    lines = [",".join(COLUMNS)]
    items: list[Item] = []
    for place, question in enumerate(questions, 1):
        notes = Notes()
        note_lost(question, notes, "title", "points", "explanation", "hint", "tags")
        answers = list(_answers(question.body)) or [{}]
        lines += [_line({**(_about(question) if index == 0 else {}), **answer}) for index, answer in enumerate(answers)]
        items.append(notes.item(place, question.title or question.text.plain, question))
    return Exported(("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode(), tuple(items))


def _line(cells: Mapping[str, str]) -> str:
    return ",".join(_quoted(cells.get(name, "")) for name in COLUMNS)


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"' if re.search(r'[",;\t\n\r]|^\s|\s$', words) else words


def _guarded(words: str) -> str:
    return words if not words or _SAFE.match(words) else f"'{words}"


def _cell(text: Text) -> str:
    if text.html is not None:
        return _guarded(text.html if is_markup(text.html) and not _FORMAT.match(text.html) else f"[html]{text.html}")
    return _guarded(f"[plain]{text.plain}" if is_markup(text.plain) or _FORMAT.match(text.plain) else text.plain)


def _about(question: Question) -> dict[str, str]:
    rule, typing = getattr(question.body, "rule", None), getattr(question.body, "typing", Typing())
    usual = {MultipleAnswer: Rule.DOCKED, Ordering: Rule.ALL_OR_NOTHING}.get(type(question.body))
    words = (("case", typing.case), ("no accents", not typing.accents), ("wildcards", typing.wildcards))
    return {
        "type": question.type_name,
        "title": _guarded(question.title),
        "text": _cell(question.text),
        "points": plain(question.points),
        "rule": "" if rule is None or rule is usual else rule.value,
        "typing": " ".join(word for word, is_set in words if is_set),
        "explanation": _cell(question.explanation),
        "hint": _guarded(question.hint),
        "tags": _guarded("; ".join(re.sub(r"([;\\])", r"\\\1", tag) for tag in question.tags)),
    }


def _answers(body: Body) -> Iterator[dict[str, str]]:
    match body:
        case MultipleChoice(options) | MultipleAnswer(options):
            for option in options:
                part = "" if option.part is None else plain(option.part)
                yield {
                    "answer": _cell(option.text), "right": "x" if option.correct else "", "part": part, "feedback": _cell(option.feedback)
                }  # fmt: skip
        case TrueFalse(answer, true, false):
            yield {"answer": "True", "right": "x" if answer else "", "feedback": _cell(true)}
            yield {"answer": "False", "right": "" if answer else "x", "feedback": _cell(false)}
        case ShortAnswer(accepted):
            yield from map(_accepted_cells, accepted)
        case Essay():
            return
        case FillBlank(blanks):
            for place, blank in enumerate(blanks, 1):
                right = {each.text: each for each in blank.accepted}
                for words in blank.choices:
                    cells = _accepted_cells(right.pop(words)) if words in right else {"answer": _guarded(words)}
                    yield {**cells, "blank": str(place), "listed": "x"}
                for each in right.values():
                    yield {**_accepted_cells(each), "blank": str(place)}
        case Matching(pairs, distractors):
            for pair in pairs:
                yield {"answer": _cell(pair.left), "match": _guarded(pair.right)}
            for distractor in distractors:
                yield {"match": _guarded(distractor)}
        case Ordering(items):
            for item in items:
                yield {"answer": _cell(item)}


def _accepted_cells(accepted: Accepted) -> dict[str, str]:
    return {
        "answer": _guarded(accepted.text),
        "right": "x",
        "part": "" if accepted.part == ONE else plain(accepted.part),
        "tolerance": "" if accepted.tolerance is None else plain(accepted.tolerance),
        "feedback": _cell(accepted.feedback),
    }
