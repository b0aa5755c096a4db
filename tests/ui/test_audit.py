"""The audit log, as an administrator of the sample association looks something up in it."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QLabel

from desktop.members.commands import grant_role, revoke_role
from desktop.ui.upkeep.audit import AuditPage, DaysDialog


@pytest.fixture
def open_audit(qtbot, sign_in, sample, until):
    async def open_audit():
        desk = sign_in(sample, sample.people["ada"])
        page = AuditPage(desk.context)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        await until(lambda: page.state == "content" and not page.loading)
        return page, desk

    return open_audit


def rows(page):
    return [row for at in range(page.model.rowCount()) if (row := page.model.row(at)) is not None]


async def test_a_role_that_was_given_is_found_by_kind_and_who(open_audit, sample, until):
    page, desk = await open_audit()
    member = sample.people["ines"].member_id if "ines" in sample.people else desk.context.identity.member_id
    await desk.context.write(grant_role, member, "proctor")
    page.reload()
    page.kind_chip.choose("lms.member_roles")
    await until(lambda: not page.loading and rows(page) and all(row.table == "lms.member_roles" for row in rows(page)))
    newest = rows(page)[0]
    assert (newest.action, newest.record, newest.login) == ("insert", member, sample.people["ada"].login)
    page.table.selectRow(0)
    await until(lambda: page.panel.row == newest)
    shown = {label.text() for label in page.panel.findChildren(QLabel)}
    assert {"Role", "+ proctor"} <= shown
    await desk.context.write(revoke_role, member, "proctor")
    desk.context.actions.set_current(page)
    desk.context.actions.run("audit.record")
    await until(lambda: not page.loading and page.search.text() == str(member) and {row.record for row in rows(page)} == {member})
    await until(lambda: rows(page)[0].action == "delete")
    await desk.context.settled()


async def test_what_fits_nothing_can_be_cleared(open_audit, until):
    page, desk = await open_audit()
    count = page.model.rowCount()
    assert count > 0
    page.search.setText("no such words anywhere")
    await until(lambda: not page.loading and page.views.currentWidget() is page.nothing)
    page.clear()
    await until(lambda: not page.loading and page.views.currentWidget() is page.table and page.model.rowCount() == count)
    await desk.context.settled()


async def test_the_entries_that_are_shown_are_saved(open_audit, until, tmp_path):
    page, desk = await open_audit()
    page.action_chip.choose("update")
    await until(lambda: not page.loading and all(row.action == "update" for row in rows(page)))
    path = tmp_path / "audit.csv"
    await page.save_to(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["Action"] for line in lines} <= {"update"}
    assert len({line["Entry"] for line in lines}) == page.model.rowCount()
    assert "in audit.csv" in desk.notices[-1].message
    await desk.context.settled()


async def test_the_days_are_asked_for_and_both_are_included(open_audit, until):
    page, desk = await open_audit()
    count = page.model.rowCount()
    page.when_chip.choose(0)
    (dialog,) = page.findChildren(DaysDialog)
    dialog.first.setDate(QDate(2000, 1, 2))
    dialog.last.setDate(QDate(2000, 1, 1))
    dialog.give()
    assert not dialog.trouble.isHidden()
    dialog.last.setDate(QDate(2000, 1, 3))
    dialog.give()
    await until(lambda: not page.loading and page.views.currentWidget() is page.nothing)
    page.show_days(QDate.currentDate().addDays(-1).toPython(), QDate.currentDate().addDays(1).toPython())
    await until(lambda: not page.loading and page.model.rowCount() == count and page.views.currentWidget() is page.table)
    await desk.context.settled()
