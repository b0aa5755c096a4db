"""The proctor's desk: the sittings, the seats as they stand, and what is done to one or many of them."""

from __future__ import annotations

import secrets

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PySide6.QtTest import QAbstractItemModelTester

from desktop.ui.exams.console import AskDialog, ConsolePage, TimeDialog
from desktop.ui.exams.page import ExamsPage
from desktop.ui.exams.plan import PlanDialog
from tests.support.association import one
from tests.support.exams import plan_exam
from tests.support.quizzes import add_quiz
from tests.ui.accessibility import assert_accessible


@pytest.fixture
def exam(association):
    return plan_exam(association)


async def test_a_proctor_checks_in_authorises_pauses_and_adds_time(exam, sign_in, qtbot, until, tmp_path):
    desk = sign_in(exam.association.database, exam.association.people["proctor"])
    page = ExamsPage(desk.context)
    qtbot.addWidget(page)
    page.show()
    await until(lambda: page.state == "content", seconds=20)
    assert [(row.title, row.seats, row.begun) for row in page.model.rows] == [("May", 2, 0)]
    assert_accessible(page)
    page.hide()

    console = ConsolePage(desk.context, exam.sitting, "May")
    qtbot.addWidget(console)
    console.resize(1100, 700)
    console.show()
    await until(lambda: console.state == "content", seconds=20)
    QAbstractItemModelTester(console.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(console)

    def state(label: str) -> str:
        return next(row.delivery for row in console.model.rows if row.label == label)

    def dialog() -> AskDialog:
        return next(found for found in console.findChildren(AskDialog) if found.isVisible())

    console.move_chosen("check_in")  # both, since none is chosen: it asks first
    dialog().do_button.click()
    await until(lambda: state("A1") == state("A2") == "checked_in", seconds=20)
    slips = tmp_path / "slips.pdf"
    await console.save_slips([row for row in console.model.rows if row.label == "A1"], slips)
    (code,) = zxingcpp.read_barcodes(pdfium.PdfDocument(slips)[0].render(scale=3).to_pil())
    with exam.at(exam.desk) as station:
        assert one(station, "SELECT lms.enter_exam(%s, %s)", code.text, secrets.token_bytes(32)) == "entered"
    await until(lambda: state("A1") == "awaiting", seconds=20)  # the console found out by itself
    console.table.selectRow(next(at for at, row in enumerate(console.model.rows) if row.label == "A1"))
    console.move_chosen("authorize")
    await until(lambda: state("A1") == "authorized", seconds=20)
    console.ask_time()
    asked = dialog()
    assert isinstance(asked, TimeDialog)
    assert not asked.do_button.isEnabled()
    asked.minutes.setValue(7)
    asked.words.setPlainText("Fire alarm")
    asked.do_button.click()
    await until(lambda: [notice.message for notice in desk.notices].count("Done for 1 seat.") == 2, seconds=20)  # authorised, and this
    with exam.association.installer() as installer:
        assert installer.execute("SELECT label, incident_minutes FROM lms.seats ORDER BY label").fetchall() == [("A1", 7), ("A2", 0)]
    console.look.choose("attention")
    await until(lambda: [row.label for row in console.model.rows] == ["A1"], seconds=20)  # no heartbeat yet: it is away
    await desk.context.settled()


async def test_who_does_not_supervise_a_sitting_sees_none_of_it(exam, sign_in, qtbot, until):
    desk = sign_in(exam.association.database, exam.association.people["teacher"])
    console = ConsolePage(desk.context, exam.sitting, "May")
    qtbot.addWidget(console)
    console.show()
    await until(lambda: console.state == "error", seconds=20)
    assert console.seats == ()
    await desk.context.settled()


async def test_an_administrator_plans_a_sitting_and_seats_everybody_enrolled(association, sign_in, qtbot, until):
    add_quiz(association, title="Final", quiz_type="final_exam", time_limit_minutes=90)
    desk = sign_in(association.database, association.people["admin"])
    page = ExamsPage(desk.context)
    qtbot.addWidget(page)
    page.show()
    await until(lambda: page.state == "empty", seconds=20)
    await page.plan()
    dialog = next(found for found in page.findChildren(PlanDialog))
    assert_accessible(dialog)
    assert (dialog.quiz.currentText().split(" · ")[0], dialog.minutes.value()) == ("Final", 90)
    dialog.give()
    assert "supervises" in dialog.trouble.text()
    dialog.proctors[association["proctor"]].setChecked(True)
    opened: list[dict[str, object]] = []
    desk.context.opened.connect(lambda _place, arguments: opened.append(arguments))
    dialog.give()
    await until(lambda: len(page.model.rows) == 1 and opened, seconds=20)
    console = ConsolePage(desk.context, page.model.rows[0].id, "Final")
    qtbot.addWidget(console)
    console.show()
    await until(lambda: console.state == "empty", seconds=20)
    await console.roster()
    await until(lambda: console.state == "content", seconds=20)
    assert {row.delivery for row in console.model.rows} == {"rostered"}
    assert sorted(str(row.label) for row in console.model.rows) == [str(number + 1) for number in range(len(console.model.rows))]
    await desk.context.settled()
