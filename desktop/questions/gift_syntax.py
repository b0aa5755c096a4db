"""GIFT as it is written: a file becomes entries, without any judgement of what they mean (``gift.py`` does that).

The format is described in Moodle's documentation ("GIFT format"); where that is silent, a text is read as Moodle reads it. A line that
begins with ``//`` is a comment; ``[id:…]`` and ``[tag:…]`` in the comments right above an entry belong to it. ``\\`` takes the meaning from
``~ = # { } :`` and itself, and ``\\n`` is a line break. In plain text ("moodle") white space is one space; in HTML and Markdown it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from desktop.i18n import _
from desktop.questions.numbers import number

BLANK = "_____"
MOST_ANSWERS = 1000
FORMATS = ("html", "markdown", "plain", "moodle")

_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_MARK = re.compile(r"\[(id|tag):((?:\\.|[^\[\]\\])*)\]")
_MARK_ESCAPED = re.compile(r"\\([\[\]~=#{}:\\])")
_TRUTH = re.compile(r"\s*(TRUE|FALSE|T|F)\s*(?=#|$)", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d*\.?\d+)%")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*(?:(:|\.\.)\s*({_NUMBER}))?\s*$")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SIGN = re.compile(r"\\.|[=~]", re.DOTALL)
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Number:
    """``number`` ± ``margin``; for ``low..high`` the bounds are kept as they were written."""

    number: Decimal
    margin: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """``correct``: written with ``=``. ``weight`` in percent where one was written."""

    correct: bool
    weight: Decimal | None
    text: Formatted | Number
    feedback: Formatted | None


@dataclass(frozen=True, slots=True)
class TrueFalse:
    """``first`` and ``second`` are the feedbacks in their written order."""

    answer: bool
    first: Formatted | None
    second: Formatted | None


@dataclass(frozen=True, slots=True)
class Choices:
    """``kind`` is ``MC``, ``Short`` or ``Numerical``. ``bare``: one number or word without a sign before it."""

    kind: str
    choices: tuple[Choice, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    pairs: tuple[tuple[Formatted, str], ...]


@dataclass(frozen=True, slots=True)
class Essay:
    pass


@dataclass(frozen=True, slots=True)
class Entry:
    """A question; without ``answer`` a description, which only tells something."""

    line: int
    title: str | None
    stem: Formatted
    answer: TrueFalse | Choices | Pairs | Essay | None
    embedded: bool = False
    feedback: Formatted | None = None
    id: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Category:
    line: int
    path: str


class GiftError(ValueError):
    """One entry that cannot be read. ``offset`` is a place in its block; ``place`` its line and column in the file, from 1."""

    def __init__(self, offset: int, text: str) -> None:
        super().__init__(text)
        self.offset = offset
        self.text = text
        self.place = (1, 1)


def parse(source: str) -> Iterator[Entry | Category | GiftError]:
    """The entries of a file in order. An entry that cannot be read is a ``GiftError``, and reading goes on after it.

    ``source`` has ``\\n`` as line ends and no byte order mark.
    """
    for line, block, marks in _blocks(source):
        try:
            yield _Block(line, block, marks).read()
        except GiftError as error:
            above = block[: error.offset]
            error.place = (line + above.count("\n"), error.offset - above.rfind("\n"))
            yield error


def _blocks(source: str) -> Iterator[tuple[int, str, str]]:
    """Entries as (line, text, the comments above it), comments and empty lines blanked out so that places stay true."""
    marks: list[str] = []
    begun: int | None = None
    text: list[str] = []
    offset = 0
    depth = 0
    braces = _Braces(source)
    for number_of_line, line in enumerate(re.findall(r"[^\n]*\n|[^\n]+", source), 1):
        bare = line.strip()
        comment = bare.startswith("//")
        if comment and begun is None:
            marks.append(bare)
        elif comment:
            text.append(" " * (len(line) - 1) + "\n")
        elif not bare and (depth == 0 or braces.next_opens(offset + len(line))):
            if begun is not None:
                yield begun, "".join(text), "\n".join(marks)
            begun, text, marks, depth = None, [], [], 0
        elif begun is None and bare.startswith("$CATEGORY:"):
            yield number_of_line, line, ""
            marks = []
        else:
            if begun is None:
                begun = number_of_line
            text.append(line)
            depth += _depth(line)
        offset += len(line)
    if begun is not None:
        yield begun, "".join(text), "\n".join(marks)


def _depth(line: str) -> int:
    plain = re.sub(r"\\.", "", line)
    return plain.count("{") - plain.count("}")


class _Braces:
    """The next brace after a place, searched for once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = -1
        self._opens = True

    def next_opens(self, offset: int) -> bool:
        """Whether after an empty line within braces another brace opens before one closes: then the first was never closed."""
        if offset > self._at:
            self._at, self._opens = len(self._source) + 1, True
            for found in _BRACE.finditer(self._source, offset):
                if found.group() in "{}":
                    self._at, self._opens = found.start(), found.group() == "{"
                    break
        return self._opens


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found.group(1) == "n" else found.group(1), text)


def _find(text: str, wanted: str, start: int = 0) -> int:
    """Where an unescaped ``wanted`` begins, or −1."""
    for found in re.finditer(rf"\\.|{re.escape(wanted)}", text[start:] if start else text, re.DOTALL):
        if not found.group().startswith("\\"):
            return found.start() + start
    return -1


def _formatted(raw: str, default: str) -> Formatted:
    found = _FORMAT.match(raw)
    kind = default
    if found:
        kind, raw = found.group(1).lower(), raw[found.end() :]
    raw = raw.strip()
    if kind in ("moodle", "plain"):
        raw = re.sub(r"\s+", " ", raw)
    return Formatted(_unescape(raw), kind)


def _optional(raw: str | None, default: str) -> Formatted | None:
    text = _formatted(raw, default) if raw is not None else None
    return text if text and text.text else None


class _Block:
    def __init__(self, line: int, block: str, marks: str) -> None:
        self.line, self.block, self.marks = line, block, marks

    def read(self) -> Entry | Category:
        block = self.block
        if block.lstrip().startswith("$CATEGORY:"):
            return Category(self.line, block.split(":", 1)[1].strip())
        marks = [(name, _MARK_ESCAPED.sub(r"\1", value.lstrip())) for name, value in _MARK.findall(self.marks)]
        ids = [value for name, value in marks if name == "id"]
        tags = tuple(value for name, value in marks if name == "tag")
        title, offset = self._title()
        opened = _find(block, "{", offset)
        closed = _find(block, "}", opened + 1) if opened >= 0 else _find(block, "}", offset)
        if opened < 0 and closed >= 0:
            raise GiftError(closed, _("This } closes nothing."))
        name = ids[-1] if ids else None
        if opened < 0:
            return Entry(self.line, title, _formatted(block[offset:], "moodle"), None, id=name, tags=tags or None)
        if closed < 0:
            raise GiftError(opened, _("This { is never closed."))
        again = _find(block, "{", opened + 1)
        if 0 <= again < closed or _find(block, "{", closed + 1) >= 0:
            at = again if 0 <= again < closed else _find(block, "{", closed + 1)
            raise GiftError(at, _("A question has one pair of braces; write \\{ for a brace in its text."))
        before, after = block[offset:opened].rstrip(), block[closed + 1 :].strip()
        stem = _formatted(f"{before} {BLANK} {after}" if after else before, "moodle")
        inside, feedback = block[opened + 1 : closed], None
        general = _find(inside, "####")
        if general >= 0:
            feedback = _optional(inside[general + 4 :], stem.format)
            inside = inside[:general]
        answer = self._answer(inside, opened + 1, stem.format)
        return Entry(self.line, title, stem, answer, bool(after), feedback, name, tags or None)

    def _title(self) -> tuple[str | None, int]:
        offset = len(self.block) - len(self.block.lstrip())
        if not self.block.startswith("::", offset):
            return None, offset
        end = _find(self.block, "::", offset + 2)
        if end < 0:
            raise GiftError(offset, _("This title is never closed by ::."))
        return re.sub(r"\s+", " ", _unescape(self.block[offset + 2 : end].strip())), end + 2

    def _answer(self, inside: str, offset: int, kind: str) -> TrueFalse | Choices | Pairs | Essay:
        if not inside.strip():
            return Essay()
        truth = _TRUTH.match(inside)
        if truth:
            first, second = [*self._feedbacks(inside[truth.end() :]), None, None][:2]
            return TrueFalse(truth.group(1).upper().startswith("T"), _optional(first, kind), _optional(second, kind))
        bare = inside.lstrip()
        if bare.startswith("#"):
            return self._numerical(bare[1:], offset + inside.index("#") + 1, kind)
        parts = self._parts(inside, offset)
        if not parts:
            text, feedback = self._split_feedback(inside, kind)
            return Choices("Short", (Choice(True, None, _formatted(text, kind), feedback),), bare=True)
        signs = {sign for sign, _text, _at in parts}
        if signs == {"="} and all(_find(text, "->") >= 0 for _sign, text, _at in parts):
            return Pairs(tuple(self._pair(text, kind) for _sign, text, _at in parts))
        return Choices("MC" if "~" in signs else "Short", tuple(self._choice(*part, kind, numeric=False) for part in parts))

    def _parts(self, inside: str, offset: int) -> list[tuple[str, str, int]]:
        """The answers as (sign, text, place): each begins with an unescaped = or ~."""
        starts = [found.start() for found in _SIGN.finditer(inside) if not found.group().startswith("\\")]
        if len(starts) > MOST_ANSWERS:
            raise GiftError(offset, _("A question has at most {most} answers.").format(most=MOST_ANSWERS))
        if starts and inside[: starts[0]].strip():
            raise GiftError(offset, _("An answer begins with = or ~."))
        ends = [*starts[1:], len(inside)]
        return [(inside[s], inside[s + 1 : e], offset + s + 1) for s, e in zip(starts, ends, strict=False)]

    def _feedbacks(self, text: str) -> list[str]:
        found = []
        at = _find(text, "#")
        while at >= 0:
            end = _find(text, "#", at + 1)
            found.append(text[at + 1 : end] if end >= 0 else text[at + 1 :])
            at = end
        return found

    def _split_feedback(self, text: str, kind: str) -> tuple[str, Formatted | None]:
        at = _find(text, "#")
        return (text, None) if at < 0 else (text[:at], _optional(text[at + 1 :], kind))

    def _choice(self, sign: str, text: str, at: int, kind: str, *, numeric: bool) -> Choice:
        weight = None
        found = _WEIGHT.match(text)
        if found:
            weight, text = Decimal(found.group(1)), text[found.end() :]
            if abs(weight) > 100:
                raise GiftError(at, _("A weight lies between -100 and 100 percent."))
        elif text.lstrip().startswith("%"):
            raise GiftError(at, _("A weight is a number between two % signs."))
        text, feedback = self._split_feedback(text, kind)
        if numeric and text.strip() not in ("", "*"):
            return Choice(sign == "=", weight, self._number(text, at), feedback)
        return Choice(sign == "=", weight, _formatted(text or "*", kind) if numeric else _formatted(text, kind), feedback)

    def _pair(self, text: str, kind: str) -> tuple[Formatted, str]:
        at = _find(text, "->")
        return _formatted(text[:at], kind), re.sub(r"\s+", " ", _unescape(text[at + 2 :].strip()))

    def _numerical(self, inside: str, offset: int, kind: str) -> Choices:
        parts = self._parts_numerical(inside, offset)
        if parts is None:
            text, feedback = self._split_feedback(inside, kind)
            return Choices("Numerical", (Choice(True, None, self._number(text, offset), feedback),), bare=True)
        return Choices("Numerical", tuple(self._choice(*part, kind, numeric=True) for part in parts))

    def _parts_numerical(self, inside: str, offset: int) -> list[tuple[str, str, int]] | None:
        """As ``_parts``, but the first answer may lack its sign; None where the whole is one bare number."""
        first = min((at for at in (_find(inside, "="), _find(inside, "~")) if at >= 0), default=-1)
        if first < 0:
            return None
        head = [("=", inside[:first], offset)] if inside[:first].strip() else []
        return head + self._parts(inside[first:], offset + first)

    def _number(self, text: str, at: int) -> Number:
        found = _RANGE.match(text)
        if not found:
            raise GiftError(at + len(text) - len(text.lstrip()), _("This is not a number, nor a range like 3:2 or 1..5."))
        try:
            first, sign, second = number(found.group(1)), found.group(2), found.group(3)
            if sign == ":":
                return Number(first, margin=number(second))
            if sign == "..":
                return Number(first, high=number(second))
        except ValueError:
            raise GiftError(at, _("This number is too long.")) from None
        return Number(first)
