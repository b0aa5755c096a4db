"""CSV: a table that people write in a spreadsheet, and that one opens without changing it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from desktop.questions import csv_table
from desktop.questions.csv_table import COLUMNS
from desktop.questions.model import FillBlank, Matching, MultipleChoice, Option, Pair, Question, ShortAnswer, Text, TrueFalse
from desktop.questions.report import Kind

TABLE = """Text;Type;Points;Answer;Right;Part;Tolerance;Match;Blank;Listed;Remark
What is 1/2?;MC;2,5;'1/2;x;;;;;;ignored
;;;'0,25;;25%;;;;;
Is it so?;true/false;;TRUE;;;;;;;
How much?;numerical;;3,14;;;0,01;;;;
"Where;
is it?";matching;;Paris;;;;France;;;
;;;;;;;Spain;;;
[[1]] is [[2]];fill in the blank;;it;x;;;;1;x;
;;;she;;;;;1;x;
;;;so;;;;;2;;
"""


def test_a_table_as_a_spreadsheet_writes_it() -> None:
    imported = csv_table.read(TABLE)
    half, so, much, where, gaps = imported.questions()
    assert half.points == Decimal("2.5")
    assert half.body == MultipleChoice((Option("a", Text("1/2"), True), Option("b", Text("0,25"), False, Decimal("0.25"))))
    assert so.body == TrueFalse(True)
    assert isinstance(much.body, ShortAnswer)
    assert [(each.text, each.tolerance) for each in much.body.accepted] == [("3.14", Decimal("0.01"))]
    assert (where.text.plain, where.body) == ("Where;\nis it?", Matching((Pair(Text("Paris"), "France"),), ("Spain",)))
    assert isinstance(gaps.body, FillBlank)
    assert [([each.text for each in blank.accepted], blank.choices) for blank in gaps.body.blanks] == [
        (["it"], ("it", "she")),
        (["so"], ()),
    ]
    assert [note.kind for note in imported.items[0].notes] == [Kind.DROPPED]
    assert [(item.line, item.column) for item in imported.items[1:]] == [(2, 14), (4, 11), (5, 11), (7, 9), (9, 16)]


def test_what_is_written_is_safe_in_a_spreadsheet() -> None:
    options = tuple(Option(name, Text(words), name == "a") for name, words in zip("abcdef", DANGEROUS, strict=True))
    asked = [Question(Text('=HYPERLINK("http://x")'), MultipleChoice(options), title="-1", tags=("a;b", "c\\"))]
    data = csv_table.write(asked).data
    assert data.startswith("\ufefftype,".encode())
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert all(not cell or cell[0] not in "=+-@\t\r" for row in rows for name, cell in row.items() if name not in ("points", "part"))
    assert [row["answer"] for row in rows] == [f"'{words}" for words in DANGEROUS]
    assert csv_table.read(data.decode("utf-8-sig").replace("\r\n", "\n")).questions() == asked


DANGEROUS = ("=1+1", "@SUM(A1)", "1/2", "true", "Mar 5", "'quoted")


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("text,points\nWhat?,1", 1, 1),
        ("type,text\nessay,What?\nsomething,What?", 3, 1),
        ("type,text,points\nessay,What?,many", 2, 13),
        ('type,text\nessay,"What?', 2, 7),
        ('type,text\nessay,"What?" yes', 2, 14),
        ("type,text,answer\n,,lost", 2, 1),
        ("type,text,answer,right\nmc,What?,this,\n,,that,", 2, 1),
        ("type,text,answer,part\nsa,What?,this,200%", 2, 15),
        ("type,text,answer,blank\nfill blank,[[1]],this,", 2, 1),
        ("type,text,rule\nmatching,What?,best", 2, 16),
    ],
)
def test_what_cannot_be_read_is_a_cell_of_the_table(source: str, line: int, column: int) -> None:
    problems = csv_table.read(source).problems
    assert [(problem.line, problem.column) for problem in problems] == [(line, column)]
