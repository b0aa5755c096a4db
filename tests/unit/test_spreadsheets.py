"""Tables from elsewhere: any encoding, any separator, workbooks; and what is none is said to be none."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Invalid
from desktop.spreadsheets import decode, parse_sheet, read_sheet

CELLS = st.text(st.characters(codec="cp1252", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=6))


@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]))
def test_a_table_is_read_as_it_was_written(rows: list[list[str]], mark: str, encoding: str) -> None:
    head = [f"Column {number}" for number, _cell in enumerate(rows[0])]
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows([head, *([f"row {cell}" for cell in row] for row in rows)])
    written = text.getvalue().encode(encoding)
    expected = [tuple(head), *(tuple(f"row {cell}" for cell in row) for row in rows)]
    assert [line.cells for line in parse_sheet(written).lines] == expected


@given(st.lists(st.tuples(st.text(st.characters(codec="cp1252", exclude_categories=["C"]), max_size=9), st.booleans()), max_size=8))
def test_a_file_that_was_put_together_from_two_encodings_is_whole(parts: list[tuple[str, bool]]) -> None:
    # "Ã©" in the old encoding is "é" in UTF-8: such a line says nothing of which it is, and is no name either.
    lines = [(f"Zoë {text}", old) for text, old in parts if text.isascii()]
    data = b"\n".join(text.encode("cp1252" if old else "utf-8") for text, old in lines)
    assert decode(data)[0] == "\n".join(text for text, _old in lines)


def test_numbers_of_lines_are_those_that_a_spreadsheet_shows() -> None:
    sheet = parse_sheet(b"sep=;\nName;Mail\n\n;\nAda;  ada@example.org  ;;\n")
    assert [(line.number, line.cells) for line in sheet.lines] == [(2, ("Name", "Mail")), (5, ("Ada", "ada@example.org"))]
    assert sheet.lines[1][7] == "", "a row may be shorter than its heading"


def test_a_workbook_gives_numbers_and_dates_as_people_write_them(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "people.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, ["NPN", "Since", "Share"])
        sheet.write_number(3, 0, 1234567)
        sheet.write_datetime(3, 1, date(2026, 3, 4), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_number(3, 2, 0.5)
    assert [(line.number, line.cells) for line in read_sheet(path).lines] == [
        (2, ("NPN", "Since", "Share")), (4, ("1234567", "2026-03-04", "0.5"))
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["none.xlsx", "none.csv", "gone.csv"])
def test_what_is_no_table_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name != "gone.csv":
        path.write_bytes(b"PK\x03\x04 \x00 nothing")
    with pytest.raises(Invalid):
        read_sheet(path)
