"""A table of marks, written, edited by people and programs, and checked when it comes back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Invalid
from desktop.grading.bulk import COLUMNS, Line, Table, as_html, as_plain, check_table, read_table, safe_name, write_table

ADA, BAO = UUID(int=1), UUID(int=2)
TABLE = Table(
    "Plan design",
    Decimal(100),
    (Line(ADA, "Ada", "2026-03-02 10:00", 3, Decimal("70.50"), "Good."), Line(BAO, "=Bao", "2026-03-02 11:00", 0, None, "")),
)


@pytest.fixture
def uploaded(tmp_path):
    """``uploaded(text)``: what the table would do, as a person's program has saved it."""

    def uploaded(data, encoding="utf-8"):
        path = tmp_path / "marks.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
        return check_table(TABLE, read_table(path))

    return uploaded


def edited(**cells):
    """The table with some cells of Bao's line changed."""
    rows = list(csv.DictReader(io.StringIO(write_table(TABLE))))
    rows[1] |= cells
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_what_comes_back_as_it_was_changes_nothing(uploaded):
    upload = uploaded(write_table(TABLE))
    assert (upload.changes, upload.problems, upload.unchanged) == ((), (), 2)
    assert "'=Bao" in write_table(TABLE), "no program computes what somebody calls themselves"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_it_is_read_as_spreadsheet_programs_save_it(uploaded, encoding, separator):
    rows = csv.reader(io.StringIO(edited(Score="12,5", Comment="Für später")))
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    (change,) = uploaded(text, encoding).changes
    assert (change.line.submission, change.score, change.comment) == (BAO, Decimal("12.5"), "Für später")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"Score": "101"}, "101 is not between 0 and 100 points."),
        ({"Score": "-1"}, "-1 is not between 0 and 100 points."),
        ({"Score": "NaN"}, "NaN is not between 0 and 100 points."),
        ({"Score": "A+"}, "“A+” is no number."),
        ({"Score": "1.005"}, "1.005 has more than two decimals."),
        ({"Score": "50", "Version": "9"}, "Somebody has graded this since the table was downloaded."),
        ({"Submission": "nobody"}, "There is no such submission in this assignment."),
        ({"Submission": ""}, "It names no submission."),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_with_its_reason(uploaded, cells, sentence):
    upload = uploaded(edited(**cells))
    assert [(one.number, one.sentence) for one in upload.problems] == [(3, sentence)]
    assert upload.changes == ()
    assert upload.unchanged == 1


def test_a_learner_who_is_in_it_twice_keeps_their_grade(uploaded):
    upload = uploaded(edited(Submission=str(ADA), Score="10"))
    assert [one.number for one in upload.problems] == [2, 3]
    assert "line 2 is the first" in upload.problems[1].sentence
    assert upload.changes == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04\x00\x00 a workbook", "no table of marks"),
        (b"", "lacks the column Submission, Version, Score"),
        (b"Name,Score\nAda,3\n", "lacks the column Submission, Version"),
    ],
)
def test_what_is_no_table_of_marks_is_refused_in_a_sentence(uploaded, data, words):
    with pytest.raises(Invalid, match=words):
        uploaded(data)


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85"), max_size=60))
def test_words_come_back_as_they_were(words):
    assert as_plain(as_html(words)) == words.strip()


@given(st.text(max_size=120))
def test_a_name_of_a_file_is_one_on_every_platform(name):
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 80
    assert not set(safe) & set('<>:"/\\|?*\0')
    assert safe.strip(" .") == safe
