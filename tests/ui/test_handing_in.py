"""Handing in as a learner does: text, files and an address, kept while it is written, with a receipt, and what comes back."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.grading.commands import Mark, release_grades, save_grade
from desktop.ui.grading.handing_in import AskDialog, AssignmentPage
from tests.support.association import one
from tests.ui.accessibility import assert_accessible

RUBRIC = [
    {"id": "c1", "criterion": "Evidence", "points": 6, "levels": [{"id": "l1", "title": "Sources named", "points": 6}]},
    {"id": "c2", "criterion": "Style", "points": 4},
]


def shown(widget):
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


@pytest.fixture
def assignment(association):
    """One that takes text and files, due an hour ago, with a rubric."""
    found = uuid4()
    with association.installer() as installer:
        installer.execute(
            "INSERT INTO assignments (id, course_id, title, description, submission_type, total_points, rubric, due_date, max_submissions,"
            " allowed_file_types, max_file_size_mb, late_penalty_percentage, late_penalty_interval)"
            " VALUES (%s, %s, 'A plan', 'Two plans.', 'both', 10, %s, now() - interval '30 minutes', 2, '{pdf,txt}', 1, 10, 'hour')",
            (found, association["course"], json.dumps(RUBRIC)),
        )
    return found


@pytest.fixture
def open_page(association, assignment, sign_in, qtbot, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))

    async def open_page():
        desk = sign_in(association.database, association.people["lea"])
        page = AssignmentPage(desk.context, association["course"], assignment=assignment, enrollment=association["lea_enrollment"])
        qtbot.addWidget(page)
        page.resize(900, 900)
        page.show()
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading, seconds=20)
        assert page.state == "content", [notice.message for notice in desk.notices]
        return page, desk

    return open_page


async def test_work_is_kept_while_it_is_written_handed_in_late_and_comes_back_with_its_penalty(
    open_page, association, assignment, tmp_path, until
):
    page, desk = await open_page()
    assert "10 % of all points for each hour begun" in shown(page)
    QTest.keyClicks(page.work.text, "The first plan")
    large, wrong, good = (tmp_path / name for name in ("large.pdf", "wrong.exe", "good.txt"))
    with large.open("wb") as file:
        file.truncate(2 << 30)  # 2 GB, that nobody reads
    wrong.write_bytes(b"MZ")
    good.write_bytes(b"A table of costs")
    page.work.add_files([large, wrong, tmp_path / "gone.pdf", good])
    assert ["large.pdf" in notice.message for notice in desk.notices] == [True, False, False]
    assert "1 MB" in desk.notices[0].message
    assert page.work.state().files == (str(good),)
    assert_accessible(page)
    await page.work.keep()
    await page.context.settled()

    again, desk = await open_page()  # as after a crash
    assert again.work.text.toPlainText() == "The first plan"
    assert again.work.state() == page.work.state()
    QTest.mouseClick(again.work.hand_in_button, Qt.MouseButton.LeftButton)
    await again.context.settled()
    assert "Handed in: number 1" in shown(again)
    assert any("Receipt" in notice.message for notice in desk.notices)
    assert any(button.text().startswith("good.txt") for button in again.findChildren(QPushButton)), "what was handed in can be seen"
    assert "late" in shown(again)
    assert "once more" in shown(again)
    assert again.work.state().text == "", "the second one begins anew"
    await page.hand_in(page.work.state())  # the other window did not know: it is the same handing in
    with association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM assignment_submissions WHERE assignment_id = %s", assignment) == 1
        submission = one(installer, "SELECT id FROM assignment_submissions WHERE assignment_id = %s", assignment)

    teacher = association.database.store(association.people["teacher"])
    given = {"c1": {"points": 6, "level": "l1"}, "c2": {"points": 3, "comment": "Shorter sentences."}}
    teacher.write(save_grade, submission, "first", 0, uuid4(), Mark(Decimal(9), given, "<p>Good work.</p>", "A private note", True))
    again.reload()
    await until(lambda: not again.loading, seconds=20)
    for hidden in ("Good work", "private", "Shorter sentences"):
        assert hidden not in shown(again), "nothing is released yet"
    teacher.write(release_grades, [submission])
    again.reload()
    await until(lambda: "8 of 10" in shown(again), seconds=20)
    for words in ("9 for the work, less 1 for being late", "Good work.", "Sources named", "6 of 6", "Shorter sentences."):
        assert words in shown(again)
    assert "private" not in shown(again)

    again._ask(submission)
    dialog = again.findChildren(AskDialog)[0]
    QTest.keyClicks(dialog.reason, "My sources are complete")
    dialog.accept()
    await until(lambda: "You asked: My sources are complete" in shown(again), seconds=20)
    await again.context.settled()
    await page.context.settled()


async def test_the_lesson_is_complete_with_its_work(open_page, association, assignment, until):
    lesson = uuid4()
    with association.installer() as installer:
        module = one(installer, "SELECT id FROM course_modules WHERE course_id = %s LIMIT 1", association["course"])
        installer.execute(
            "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order, position) VALUES (%s, %s, 'Plan', 'assignment', 90, 90)",
            (lesson, module),
        )
        installer.execute("UPDATE assignments SET lesson_id = %s WHERE id = %s", (lesson, assignment))
    page, _desk = await open_page()
    QTest.keyClicks(page.work.text, "Both plans")
    QTest.mouseClick(page.work.hand_in_button, Qt.MouseButton.LeftButton)
    await page.context.settled()
    assert "Handed in: number 1" in shown(page)
    with association.installer() as installer:
        assert one(installer, "SELECT status FROM lesson_progress WHERE lesson_id = %s", lesson) == "completed"
