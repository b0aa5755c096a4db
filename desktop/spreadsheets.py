"""Tables that come from elsewhere: CSV in any encoding and with any separator, and workbooks, as rows of text; and tables that go there.

Every line is kept, empty cells at its end aside, with the number that a spreadsheet program shows beside it: what is refused is named by
the line where it stands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.errors import Invalid
from desktop.i18n import _

LARGEST = 50 << 20
"""Bytes. 20,000 people with all their columns are 4 MB."""
MOST_ROWS = 200_000
WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
SEPARATORS = ",;\t|"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program computes begins with one of these; text that does is written with an apostrophe before it."""
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class Line:
    """A row and its number in the file, counted from 1."""

    number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: int) -> str:
        """The cell of a column, counted from 0; empty where the row is shorter."""
        return self.cells[column] if 0 <= column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file that hold anything. ``encodings`` are those that were met, more than one in a file that was put together."""

    lines: tuple[Line, ...]
    encodings: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """The first sheet of a workbook, or a CSV file. Raises :class:`Invalid` for what is neither."""
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(_("{name} is larger than 50 MB.").format(name=path.name), remedy=_("Split it."))
        if path.suffix.lower() in WORKBOOKS:
            return Sheet(_numbered(_workbook(path)), ())
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(_("{name} could not be read.").format(name=path.name), details=str(error)) from error
    return parse_sheet(data)


def parse_sheet(data: bytes) -> Sheet:
    """A CSV file's bytes as rows."""
    text, encodings = decode(data)
    if "\0" in text:
        raise Invalid(_("This is no table."), remedy=_("Save it as CSV or as a workbook."))
    try:
        return Sheet(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))), encodings)
    except csv.Error as error:
        raise Invalid(_("This table cannot be read."), remedy=_("Save it as CSV or as a workbook."), details=str(error)) from error


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text, whatever it was written in, and the encodings met.

    UTF-16 without a mark shows by its zero bytes. Anything else is read line by line: a line that is no UTF-8 is of the system that Excel
    saves "CSV" in, so a file that was put together from two comes out whole.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").removeprefix("\ufeff"), (encoding.removesuffix("-sig"),)
    sample = data[:4096]
    if len(sample) > 3 and sample.count(0) > len(sample) // 4:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return data.decode(encoding, errors="replace"), ("utf-16",)
    try:
        return data.decode("utf-8"), ("utf-8",)
    except UnicodeDecodeError:
        pass  # line by line, then
    found: dict[str, None] = {}
    lines = []
    for line in data.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            if not line.isascii():
                found["utf-8"] = None
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
            found["cp1252"] = None
    return "\n".join(lines), tuple(found)


def separator(text: str) -> str:
    """What parts cells: the separator that the most lines of the beginning have as often as each other. Excel's ``sep=`` line wins."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:40]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) >= 5:
        return lines[0][4]

    def weight(mark: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) for line in lines]
        usual = max(set(counts), key=lambda n: (counts.count(n) if n > 1 else 0, n), default=1)
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(SEPARATORS, key=weight)


def _numbered(rows: Iterable[Iterable[str]]) -> tuple[Line, ...]:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [" ".join(cell.replace("\u00a0", " ").split()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells and not (number == 1 and cells[0].lower().startswith("sep=")):
            lines.append(Line(number, tuple(cells)))
        if len(lines) > MOST_ROWS:
            raise Invalid(_("This table has more than {n} rows.").format(n=f"{MOST_ROWS:,}"), remedy=_("Split it."))
    return tuple(lines)


def _workbook(path: Path) -> Iterable[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Invalid(
            _("{name} is no workbook that can be read.").format(name=path.name), remedy=_("Save it as CSV."), details=str(error)
        ) from error
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> str:
    match value:
        case float() if value.is_integer():
            return str(int(value))  # numbers of licences and telephones are numbers to a spreadsheet
        case datetime() | date() | time():
            return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


type Cell = str | Decimal | int | date | None
"""What a line of a table that is written may hold."""


def write_table(lines: Iterable[Iterable[Cell]], path: Path, sheet: str) -> None:
    """Write a table, the first line of which names its columns: as CSV where the name of the file says so, else as a workbook.

    Raises :class:`~desktop.errors.Invalid` where it cannot be written there.
    """
    try:
        if path.suffix.casefold() == ".csv":
            write_csv(lines, path)
        else:
            write_xlsx(lines, path, sheet)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error


def write_csv(lines: Iterable[Iterable[Cell]], path: Path) -> None:
    """UTF-8 with a byte order mark, which spreadsheets need to read names; nothing in it is computed by them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for line in lines:
            writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in line])


def write_xlsx(lines: Iterable[Iterable[Cell]], path: Path, sheet: str) -> None:
    """A workbook with one sheet: numbers as numbers, days as days, the head and the first column held still."""
    from xlsxwriter import Workbook

    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31])
        head, number = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), book.add_format({"num_format": "0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.freeze_panes(1, 1)
        page.set_column(0, 1, 28)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                match cell:
                    case Decimal():
                        page.write_number(row, column, float(cell), number)
                    case int():
                        page.write_number(row, column, cell)
                    case datetime():
                        page.write_datetime(row, column, cell.replace(tzinfo=None), day)
                    case date():
                        page.write_datetime(row, column, cell, day)
                    case str():
                        page.write_string(row, column, cell, head if row == 0 else None)
