"""Payments, by an administrator's clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.ui.learning.payments import PaymentsPage
from desktop.ui.notices import Notice
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


async def opened(association, sign_in, qtbot, until):
    desk = sign_in(association.database, association.people["admin"])
    page = PaymentsPage(desk.context)
    qtbot.addWidget(page)
    page.resize(1180, 760)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=15)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return page, desk


def choose(page, name):
    (at,) = [number for number, row in enumerate(page.model.rows) if row.member == name]
    page.table.selectRow(at)


async def test_one_is_confirmed_and_refunded_with_a_reason(association, sign_in, qtbot, until):
    page, desk = await opened(association, sign_in, qtbot, until)
    assert_accessible(page)
    choose(page, "Paula Payer")
    qtbot.mouseClick(page.confirm_button, LEFT)
    await until(lambda: len(page.model.rows) == 1 and not page.loading)
    next(tab for tab in page.tabs.findChildren(QAbstractButton) if tab.text() == "Received").click()
    await until(lambda: [row.member for row in page.model.rows] == ["Paula Payer"] and not page.loading)
    assert page.confirm_button.isHidden()
    qtbot.mouseClick(page.end_button, LEFT)
    assert_accessible(page.dialog)
    assert not page.dialog.end_button.isEnabled()
    QTest.keyClicks(page.dialog.reason, "Asked for it")
    qtbot.mouseClick(page.dialog.end_button, LEFT)
    await until(lambda: not page.model.rows and not page.loading)
    assert page.views.currentWidget() is page.nothing
    await desk.context.settled()


async def test_all_that_are_shown_and_what_cannot_be_is_named(association, sign_in, qtbot, until):
    page, desk = await opened(association, sign_in, qtbot, until)
    said: list[Notice] = []
    desk.context.notices.posted.connect(said.append)
    rows = [row for row in page.model.rows if row.enrollment_id is not None]
    page.ask_all()
    await page.confirm_all(rows + rows)  # the second time nobody owes anything
    await until(lambda: not page.loading)
    assert any("1 payment could not be confirmed" in notice.message for notice in said)
    assert any("1 payment confirmed" in notice.message for notice in said)
    assert [row.enrollment_id for row in page.model.rows] == [None], "what no enrolment belongs to is nobody's to confirm here"
    await desk.context.settled()
