"""Continuing education as an administrator works through it: numbers, approvals, rosters, what courses lack, and the rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel

from desktop.certificates.ce import Method
from desktop.certificates.commands import issue
from desktop.certificates.rosters import NewApproval, list_approvals, list_providers, save_approval
from desktop.ui.certificates.certificates import CertificatesPage
from desktop.ui.certificates.continuing import ApprovalDialog, ContinuingEducationPage, ProviderDialog, rule_rows
from desktop.ui.widgets.surfaces import Dialog
from tests.support.courses import complete_course
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def office(db, sign_in):
    """An administrator; Amara, licensed in Washington, completed Ethics."""
    desk = sign_in(db, db.add_person("administrator"))
    amara = db.add_person("learner", first_name="Amara", last_name="Okafor")
    with psycopg.connect(db.dsn) as connection:
        connection.execute("UPDATE members SET license_state = 'WA', npn = '1234567' WHERE id = %s", (amara.member_id,))
    store = db.store(amara)
    store.write(issue, complete_course(db, store))
    return desk


@pytest.fixture
def page(office, qtbot, loop, until):
    page = ContinuingEducationPage(office.context)
    qtbot.addWidget(page)
    office.context.actions.set_current(page)
    page.resize(1100, 760)

    async def show():
        page.show()
        await until(lambda: page.state == "content" and not page.loading and page.roster.rowCount() == 1)

    loop.run_until_complete(show())
    return page


def course_of(db, enrollment):
    with psycopg.connect(db.dsn) as connection:
        ((course,),) = connection.execute("SELECT course_id FROM enrollments WHERE id = %s", (enrollment,)).fetchall()
    return course


async def go(page, tab, until):
    page.tabs.set_value(tab)
    page.reload()
    await until(lambda: not page.loading)


def trigger(page, action):
    page.context.actions.qaction(action).trigger()


def press(qtbot, dialog, text):
    qtbot.mouseClick(next(one for one in dialog.findChildren(QAbstractButton) if one.text() == text), LEFT)


async def test_from_what_is_missing_to_a_reported_roster(office, page, qtbot, until, tmp_path):
    assert page.roster.rows[0].hindrance == "not-approved"
    assert page.summary.text() == "0 are ready to be reported. 1 lacks something."
    assert not page.context.actions.qaction("ce.save-roster").isEnabled()
    assert_accessible(page)

    await go(page, "approvals", until)
    trigger(page, "ce.providers")
    (providers,) = page.findChildren(ProviderDialog)
    assert_accessible(providers)
    providers.lines["WA"].setText("P-300")
    qtbot.mouseClick(providers.button, LEFT)
    await until(lambda: office.context.store.read(list_providers) == {"WA": "P-300"})

    trigger(page, "ce.add-approval")
    await until(lambda: page.findChildren(ApprovalDialog))
    (dialog,) = page.findChildren(ApprovalDialog)
    assert_accessible(dialog)
    dialog.state.setCurrentText("Washington")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: dialog.trouble.text() == "A state is two letters, as in WA.")
    dialog.state.setCurrentText("wa")
    dialog.number.setText("WA-77")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: page.approvals.rowCount() == 1)

    await go(page, "roster", until)
    await until(lambda: page.summary.text() == "1 is ready to be reported.")
    trigger(page, "ce.save-roster")
    (chooser,) = page.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "roster.csv"))
    chooser.close()
    await until(lambda: office.notices and office.notices[-1].message == "1 completion is in roster.csv.")
    assert "P-300,WA-77,Ethics,Amara Okafor,1234567" in (tmp_path / "roster.csv").read_text("utf-8-sig")
    trigger(page, "ce.file-roster")
    question = next(one for one in page.findChildren(Dialog) if one.windowTitle() == "Mark 1 completion as reported?")
    press(qtbot, question, "Mark as reported")
    await until(lambda: page.roster.rowCount() == 0 and not page.loading)
    assert page.nothing.sentence == "Nothing is to be reported to any state."
    await go(page, "filed", until)
    await until(lambda: page.roster.rowCount() == 1)
    assert page.roster.rows[0].filed_at is not None
    await office.context.settled()


async def test_an_approval_is_corrected_and_deleted(office, page, qtbot, until):
    await go(page, "approvals", until)
    trigger(page, "ce.add-approval")
    await until(lambda: page.findChildren(ApprovalDialog))
    (dialog,) = page.findChildren(ApprovalDialog)
    dialog.number.setText("AK-1")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: page.approvals.rowCount() == 1 and not page.loading)
    page.edit_approval(page.approvals.rows[0])
    await until(lambda: any(one.isVisible() and one._approval for one in page.findChildren(ApprovalDialog)))
    dialog = next(one for one in page.findChildren(ApprovalDialog) if one._approval)
    dialog.ends.setChecked(False)
    dialog.number.setText("AK-2")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: [(one.course_number, one.expires_on) for one in office.context.store.read(list_approvals)] == [("AK-2", None)])
    await until(lambda: not page.loading and page.approvals.rows[0].course_number == "AK-2")
    page.edit_approval(page.approvals.rows[0])
    await until(lambda: any(one.isVisible() and one._approval and one.number.text() == "AK-2" for one in page.findChildren(ApprovalDialog)))
    dialog = next(one for one in page.findChildren(ApprovalDialog) if one.isVisible() and one.number.text() == "AK-2")
    qtbot.mouseClick(dialog.delete_button, LEFT)
    await until(lambda: page.approvals.rowCount() == 0 and not page.loading)
    assert office.context.store.read(list_approvals) == ()


async def test_what_courses_lack_and_what_nobody_knows_is_shown_with_the_source(page, qtbot, until):
    await go(page, "findings", until)
    await until(lambda: page.findings.rowCount() > 0)
    said = {row.finding.sentence for row in page.findings.rows}
    assert "WA asks for a final examination of 15 questions; there is none." in said
    assert_accessible(page)
    await go(page, "rules", until)
    await until(lambda: page.rules.rowCount() == len(rule_rows()))
    shown = {(row.state, row.subject, row.method): row for row in page.rules.rows}
    assert shown["HI", "Completion reported within", ""].figure == "15 days"
    assert not shown["HI", "Pass mark", ""].known
    assert_accessible(page)


async def test_before_issuing_somebody_reads_what_a_state_that_approved_the_course_misses(db, office, qtbot, until):
    store = db.store(db.add_person("learner", first_name="Bo", last_name="Okafor"))
    course = course_of(db, complete_course(db, store, "Law"))
    office.context.store.write(save_approval, NewApproval(course, "WA", "WA-78", Decimal(1), Method.SELF_STUDY, date(2026, 1, 1), None))
    certificates = CertificatesPage(office.context)
    qtbot.addWidget(certificates)
    office.context.actions.set_current(certificates)
    certificates.show()
    await until(lambda: certificates.state == "content" and not certificates.loading)
    certificates._go("due")
    await until(lambda: certificates.due.rowCount() == 1 and not certificates.loading)
    for button in ("Cancel", "Issue all the same"):
        trigger(certificates, "certificate.issue-all")
        await until(lambda: any(one.isVisible() for one in certificates.findChildren(Dialog)))
        (dialog,) = [one for one in certificates.findChildren(Dialog) if one.isVisible()]
        assert "Law: WA asks for a final examination of 15 questions; there is none." in [one.text() for one in dialog.findChildren(QLabel)]
        press(qtbot, dialog, button)
        await until(lambda: not any(one.isVisible() for one in certificates.findChildren(Dialog)))
    await until(lambda: office.notices and office.notices[-1].message == "1 certificate was issued.")
    await office.context.settled()


async def test_the_models_keep_qts_contract(page):
    for model in (page.roster, page.approvals, page.findings, page.rules):
        tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        model.set_rows(list(model.rows))
        assert tester.model() is model
