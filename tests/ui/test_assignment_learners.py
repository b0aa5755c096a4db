"""The learners of an assignment: extensions by a dialog, and dealing out peer reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PySide6.QtCore import QDateTime
from PySide6.QtTest import QAbstractItemModelTester, QTest

from desktop.grading.commands import Work, submit_assignment
from desktop.ui.grading.learners import AssignmentLearnersPage, ExtendDialog
from tests.support.association import one
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
