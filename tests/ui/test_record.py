"""A learner's record: read by those whom it concerns, reviewed on its page, written to a file."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.errors import NotFound
from desktop.learning.commands import enroll
from desktop.scorm import commands
from desktop.scorm.export import COLUMNS, as_csv, as_json
from desktop.scorm.journal import Save
from desktop.scorm.queries import get_learner_record
from desktop.ui.members.record import RecordPage
from tests.support.courses import add_course, add_lesson, add_module
from tests.support.postgres import Database, Person

ASKED = {
    "cmi.core.lesson_status": "failed", "cmi.core.score.raw": "40", "cmi.core.total_time": "0000:01:30.00",
    "cmi.interactions.0.id": "q1", "cmi.interactions.0.type": "choice", "cmi.interactions.0.student_response": "=cmd()",
    "cmi.interactions.0.correct_responses.0.pattern": "a", "cmi.interactions.0.result": "wrong",
    "cmi.interactions.1.id": "q2", "cmi.interactions.1.result": "correct",
}  # fmt: skip


@pytest.fixture
def people(db: Database) -> tuple[Person, Person, UUID]:
    """A teacher, a learner of theirs who has failed a lesson, and the enrolment."""
    teacher, learner = db.add_person("instructor"), db.add_person(first_name="Ada", last_name="Okafor")
    course = add_course(db, instructor_id=teacher.member_id, title="Ethics")
    lesson = add_lesson(db, add_module(db, course), title="Duties", lesson_type="scorm", completion_criteria="scorm_completed")
    store = db.store(learner)
    enrollment = store.write(enroll, course).value
    session = uuid4()
    store.write(commands.begin_session, enrollment, lesson, session)
    first = {"finished": True, "attempt": 1, "title": "Twelve duties", "cmi": ASKED}
    items = {"i0": first, "i1": {"finished": False, "attempt": 1, "cmi": {}}}
    document = {"standard": "1.2", "required": ["i0", "i1"], "current": "i0", "items": items}
    store.write(commands.save_session, Save(session, 1, document, 5))
    return teacher, learner, enrollment


def test_those_whom_it_concerns_read_it(db: Database, people: tuple[Person, Person, UUID]) -> None:
    teacher, learner, enrollment = people
    for reader in (teacher, learner):
        record = db.store(reader).read(get_learner_record, learner.member_id)
        assert record.name == "Ada Okafor"
        assert [(one.lesson, one.scorm_status, one.launches) for one in record.lessons] == [("Duties", "failed", 1)]
        first = record.attempts[0]
        assert [one.title for one in record.attempts] == ["Twelve duties", ""]
        assert (first.enrollment_id, first.part, first.status, first.score, first.total_seconds) == (
            enrollment,
            "i0",
            "failed",
            Decimal(40),
            Decimal(90),
        )
        assert [(one.identifier, one.response, one.correct_responses, one.result) for one in first.interactions] == [
            ("q1", "=cmd()", ("a",), "wrong"),
            ("q2", None, (), "correct"),
        ]
    with pytest.raises(NotFound):
        db.store(db.add_person("instructor")).read(get_learner_record, learner.member_id)


def test_json_holds_everything_and_csv_a_row_for_each_answer(db: Database, people: tuple[Person, Person, UUID]) -> None:
    _teacher, learner, _enrollment = people
    record = db.store(learner).read(get_learner_record, learner.member_id)
    whole = json.loads(as_json(record))
    assert whole["lessons"][0]["document"]["items"]["i0"]["cmi"] == ASKED
    assert whole["attempts"][0]["score"] == 40
    rows = list(csv.DictReader(as_csv(record).splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["part"], row["interaction"], row["result"]) for row in rows] == [
        ("i0", "q1", "wrong"),
        ("i0", "q2", "correct"),
        ("i1", "", ""),
    ]
    assert rows[0]["response"] == "'=cmd()"  # no formula in a spreadsheet
    assert (rows[0]["score"], rows[0]["finished"], rows[2]["finished"]) == ("40", "yes", "no")


async def test_it_is_reviewed_and_exported(db, people, sign_in, qtbot, until, tmp_path) -> None:
    teacher, learner, _enrollment = people
    page = RecordPage(sign_in(db, teacher).context, member=learner.member_id)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    await until(lambda: page.state == "content" and not page.loading)
    QAbstractItemModelTester(page.attempts, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(page.interactions, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page.header.title == "Ada Okafor"
    assert [page.attempts.index(row, 1).data(Qt.ItemDataRole.DisplayRole) for row in range(2)] == ["Twelve duties", "i1"]
    await until(lambda: page.interactions.rowCount() == 2)  # the first is chosen
    assert page.interactions.index(0, 1).data(Qt.ItemDataRole.DisplayRole) == "=cmd()"
    for name in ("record.json", "record.csv"):
        await page.export(tmp_path / name)
    assert json.loads((tmp_path / "record.json").read_text("utf-8"))["name"] == "Ada Okafor"
    assert (tmp_path / "record.csv").read_bytes().startswith(b"\xef\xbb\xbflearner,course")
