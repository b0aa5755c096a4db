"""The learners of an assignment: extensions by a dialog, and dealing out peer reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from PySide6.QtCore import QDateTime
from PySide6.QtTest import QAbstractItemModelTester, QTest

from desktop.grading.bulk import COLUMNS
from desktop.grading.commands import Mark, Work, release_grades, save_grade, submit_assignment
from desktop.grading.queries import list_tasks
from desktop.ui.grading.bulk import CommentDialog, MissingDialog, check_upload, save_archive, save_table
from desktop.ui.grading.learners import AssignmentLearnersPage, ExtendDialog
from desktop.ui.grading.what_if import LateRuleDialog
from desktop.ui.grading.what_if_rubric import RubricDialog
from tests.support.association import one
from tests.support.grading import RUBRIC
from tests.ui.accessibility import assert_accessible


@pytest.fixture
def open_page(association, sign_in, qtbot, until):
    async def open_page(person="teacher"):
        desk = sign_in(association.database, association.people[person])
        page = AssignmentLearnersPage(desk.context, association["assignment"])
        qtbot.addWidget(page)
        page.resize(1200, 700)
        page.show()
        desk.context.actions.set_current(page)
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading, seconds=20)
        assert page.state == "content", [notice.message for notice in desk.notices]
        await until(lambda: page.model.settled, seconds=20)
        return page, desk

    return open_page


async def test_a_learner_gets_more_time_which_makes_what_they_handed_in_less_late_and_loses_it_again(open_page, association, until):
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET due_date = now() - interval '3 days', submission_type = 'text_entry' WHERE id = %s",
            (association["assignment"],),
        )
    lea = association.database.store(association.people["lea"])
    lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), Work(text="My page"))
    page, desk = await open_page()
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    rows = [page.model.row(number) for number in range(page.model.rowCount())]
    at = next(number for number, row in enumerate(rows) if row.enrollment == association["lea_enrollment"])
    assert rows[at].late_seconds > 2 * 86_400
    page.extend()
    assert "Choose" in desk.notices[-1].message

    page.table.selectRow(at)
    page.extend()
    dialog = page.findChildren(ExtendDialog)[-1]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    dialog.editors["due"].moment.setDateTime(QDateTime.fromSecsSinceEpoch(int(tomorrow.timestamp())))
    dialog.editors["until"].check.click()
    dialog.editors["until"].moment.setDateTime(QDateTime.fromSecsSinceEpoch(int(tomorrow.timestamp()) - 86_400))
    QTest.keyClicks(dialog.editors["reason"].line, "Ill")
    dialog._give()
    assert dialog.rows["until"].problem == "This is before it is due."
    dialog.editors["until"].check.click()
    dialog._give()
    await until(lambda: any("One submission" in notice.message for notice in desk.notices), seconds=20)
    await until(lambda: page.model.row(at) is not None and page.model.row(at).reason == "Ill", seconds=20)
    assert page.model.row(at).late_seconds == 0

    page.table.selectRow(at)
    page.extend()
    page.findChildren(ExtendDialog)[-1].take_back.click()
    await until(lambda: page.model.row(at) is not None and not page.model.row(at).extended, seconds=20)
    assert page.model.row(at).late_seconds > 2 * 86_400
    page.search.setText("nobody of this name")
    page.search.returnPressed.emit()
    await until(lambda: page.views.currentWidget() is page.nothing, seconds=20)
    await page.context.settled()


async def test_reviews_are_dealt_once(open_page, association, until):
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET enable_peer_review = true, submission_type = 'text_entry' WHERE id = %s", (association["assignment"],)
        )
    lea = association.database.store(association.people["lea"])
    lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), Work(text="My page"))
    page, desk = await open_page()
    for words in ("2 reviews", "Nobody new"):
        await page.deal()
        await until(lambda words=words: any(words in notice.message for notice in desk.notices), seconds=20)
    await until(lambda: not page.loading and page.model.settled, seconds=20)
    dealt = {row.enrollment: row.dealt for row in map(page.model.row, range(page.model.rowCount()))}
    assert dealt[association["lea_enrollment"]] == dealt[association["otto_enrollment"]] == 1
    with association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM assignment_reviews WHERE review_type = 'peer'") == 2
    await page.context.settled()


async def test_the_same_words_go_to_many_and_missing_work_is_graded(open_page, association, until):
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET due_date = now() - interval '3 days', late_submission_allowed = false WHERE id = %s",
            (association["assignment"],),
        )
    page, desk = await open_page()
    page.comment()
    assert "Choose learners who have handed in" in desk.notices[-1].message
    page.table.selectAll()
    page.comment()
    dialog = page.findChildren(CommentDialog)[-1]
    assert not dialog.keep_button.isEnabled()
    QTest.keyClicks(dialog.words, "Read page 3.")
    dialog.keep_button.click()
    await until(lambda: desk.notices[-1].message == "1 grade was saved.", seconds=20)
    page.ask_missing()
    page.findChildren(MissingDialog)[-1].accept()
    await until(lambda: "2 learners who handed in nothing" in desk.notices[-1].message, seconds=20)
    with association.installer() as installer:
        grades = installer.execute("SELECT score, feedback_html FROM lms.grades ORDER BY score").fetchall()
    assert [score for score, _words in grades] == [0, 0, 55], "what was given stays"
    assert [words for _score, words in grades if words] == ["SECRET-FEEDBACK<p>Read page 3.</p>"]
    await until(lambda: not page.loading and page.model.settled, seconds=20)
    await page.context.settled()


async def test_an_uploaded_table_says_what_it_would_do_before_it_does(open_page, association, until, tmp_path):
    page, desk = await open_page()
    store = association.database.store(association.people["teacher"])
    task = next(task for task in store.read(list_tasks) if task.id == association["assignment"])
    path = tmp_path / "marks.csv"
    await save_table(desk.context, task, path)
    line = path.read_text("utf-8-sig").splitlines()[1]
    path.write_text("\n".join([",".join(COLUMNS), line.replace(",55,100,", ",88,100,"), "nobody,0,Nobody,,1,100,"]), "utf-8")
    dialog = await check_upload(desk.context, task, path, page)
    assert dialog.windowTitle() == "1 grade would change"
    assert "Line 3, Nobody: There is no such submission" in dialog.problems.toPlainText()
    assert_accessible(dialog)
    dialog.apply_button.click()
    await until(lambda: desk.notices[-1].message == "1 grade was saved.", seconds=20)
    with association.installer() as installer:
        assert one(installer, "SELECT score FROM lms.grades") == 88
    await save_archive(desk.context, task, tmp_path / "work.zip")
    assert "1 piece of work is in work.zip." in desk.notices[-1].message
    await page.context.settled()


async def test_another_late_rule_is_looked_at_and_then_applied(open_page, association, until):
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET due_date = now() - interval '30 hours', late_penalty_percentage = 0, submission_type = 'text_entry'"
            " WHERE id = %s",
            (association["assignment"],),
        )
    lea = association.database.store(association.people["lea"])
    work = Work(text="My page")
    mine = lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), work).value.submission
    tess = association.database.store(association.people["teacher"])
    tess.write(save_grade, mine, "first", 0, uuid4(), Mark(Decimal(80)))
    tess.write(release_grades, [mine])
    page, desk = await open_page()
    await page.ask_what_if()
    dialog = page.findChildren(LateRuleDialog)[-1]
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(dialog)
    assert mine not in {row.submission for row in dialog.model.rows}
    dialog.percentage.selectAll()
    QTest.keyClicks(dialog.percentage, "10")
    assert not dialog.apply_button.isEnabled(), "nothing is applied that was not shown"
    await until(lambda: dialog.apply_button.isEnabled() and mine in {row.submission for row in dialog.model.rows}, seconds=20)
    (row,) = [row for row in dialog.model.rows if row.submission == mine]
    assert (row.before, row.after, row.released) == (80, 60, True), "two days have begun"
    dialog.apply_button.click()
    await until(lambda: any("The late rule is changed" in notice.message for notice in desk.notices), seconds=20)
    with association.installer() as installer:
        assert one(installer, "SELECT final_score FROM assignment_submissions WHERE id = %s", mine) == 60
    await until(lambda: not page.loading, seconds=20)
    await page.context.settled()


async def test_another_worth_of_the_rubric_is_looked_at_and_then_applied(open_page, association, until):
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET rubric = %s, submission_type = 'text_entry' WHERE id = %s", (Jsonb(RUBRIC), association["assignment"])
        )
    lea = association.database.store(association.people["lea"])
    work = Work(text="My page")
    mine = lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), work).value.submission
    tess = association.database.store(association.people["teacher"])
    given = {"facts": {"level": "some", "points": 30}, "style": {"level": "good", "points": 40}}
    tess.write(save_grade, mine, "first", 0, uuid4(), Mark(Decimal(70), rubric=given))
    tess.write(release_grades, [mine])
    page, desk = await open_page()
    await page.ask_what_if_rubric()
    dialog = page.findChildren(RubricDialog)[-1]
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(dialog)
    assert mine not in {row.submission for row in dialog.model.rows}
    field = dialog.fields["facts", "some"]
    field.selectAll()
    QTest.keyClicks(field, "80")
    assert dialog.total.value == 120, "the assignment is worth what its criteria give, as before"
    await until(lambda: dialog.apply_button.isEnabled() and mine in {row.submission for row in dialog.model.rows}, seconds=20)
    (row,) = [row for row in dialog.model.rows if row.submission == mine]
    assert (row.before, row.after, row.released) == (70, 120, True)
    dialog.apply_button.click()
    await until(lambda: any("The rubric is changed" in notice.message for notice in desk.notices), seconds=20)
    with association.installer() as installer:
        assert one(installer, "SELECT final_score FROM assignment_submissions WHERE id = %s", mine) == 120
    await until(lambda: not page.loading, seconds=20)
    await page.context.settled()
