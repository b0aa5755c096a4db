"""Regrading a quiz: what would change is seen before it is done, and is what is done."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.queries import list_questions
from desktop.ui.questions.bodies import ChoiceForm
from desktop.ui.questions.regrade import ApplyDialog, RegradePage
from tests.support.association import one
from tests.support.quizzes import add_choices
from tests.ui.accessibility import assert_accessible


async def test_a_wrong_key_is_mended_for_who_was_graded_by_it(association, sign_in, qtbot, until):
    quiz, (wrong_key, right_key) = add_choices(association, 2)
    lea = association.database.store(association.people["lea"])
    attempt = lea.write(start_attempt, association["lea_enrollment"], quiz).value
    for asked in lea.read(list_questions, attempt):
        wanted = "Beta" if asked.id == wrong_key else "Alpha"
        picked = next(option.id for option in asked.options if option.text == wanted)
        lea.write(save_answer, attempt, asked.id, 1, {"selected": picked})
    lea.write(submit_attempt, attempt)

    def stored():
        with association.installer() as installer:
            return one(installer, "SELECT score FROM quiz_attempts WHERE id = %s", attempt)

    desk = sign_in(association.database, association.people["teacher"])
    page = RegradePage(desk.context, quiz, association["course"], wrong_key)
    qtbot.addWidget(page)
    page.resize(1200, 860)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    tester = QAbstractItemModelTester(page.changes, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert not page.look_button.isEnabled(), "nothing is chosen yet"
    choose_way(page, "By another key")
    form = page.bodies["multiple_choice"]
    assert isinstance(form, ChoiceForm)
    page.form.ensureWidgetVisible(form.options.rows[1].mark)
    form.options.rows[1].mark.click()
    assert_accessible(page)

    qtbot.mouseClick(page.look_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.preview is not None, seconds=20)
    (row,) = page.changes.rows
    assert row.attempt_id == attempt
    assert (row.score_before, row.score_after) == (Decimal(50), Decimal(100))
    assert (row.passed_before, row.passed_after) == (False, True)
    assert "1 of 1 attempts would change: 1 up, 0 down. 1 would pass now." in page.summary.text()
    assert stored() == 50, "nothing is written by looking"

    page.list.selectRow(1)
    choose_way(page, "It counts for nothing")
    assert page.preview is None, "what was shown is no longer what would be done"
    assert not page.apply_button.isEnabled()
    choose_way(page, "As it was")
    await page.look()
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    (dialog,) = page.findChildren(ApplyDialog)
    QTest.keyClicks(dialog.reason, "The key was wrong.")
    QTest.keyClick(dialog.reason, Qt.Key.Key_Return)
    await until(lambda: stored() == 100, seconds=20)
    await until(lambda: "The key was wrong." in page.history.text() and not page.loading, seconds=20)
    assert page.regrade.questions == ()
    with association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM audit_logs WHERE table_name = 'quiz_attempts' AND row_id = %s", attempt) >= 1

    page.passing.setFocus()
    QTest.keyClicks(page.passing, "100")
    await page.look()
    assert page.regrade.passing_score == Decimal(100)
    assert page.summary.text() == "No score would change."
    assert right_key in {row.id for row in page.questions.rows}
    del tester


def choose_way(page, name):
    page.way_box.setCurrentText(name)
    assert page.way_box.currentText() == name
    page.way_box.activated.emit(page.way_box.currentIndex())


async def test_questions_of_the_associations_banks_are_counted_for_who_may_not_see_them(association, sign_in, qtbot, until):
    quiz, _own = add_choices(association, 1)
    bank, _hidden = add_choices(association, 2, bank=True, shared=True)
    with association.installer() as installer:
        installer.execute("INSERT INTO lms.quiz_draws (quiz_id, bank_id, count, position) VALUES (%s, %s, 2, 9)", (quiz, bank))
    lea = association.database.store(association.people["lea"])
    lea.write(submit_attempt, lea.write(start_attempt, association["lea_enrollment"], quiz).value)
    for person, rows, words in (
        ("teacher", 1, "2 questions come from banks of the association; an administrator can regrade them."),
        ("admin", 3, ""),
    ):
        desk = sign_in(association.database, association.people[person])
        page = RegradePage(desk.context, quiz, association["course"])
        qtbot.addWidget(page)
        page.show()
        await until(lambda page=page: page.state == "content" and not page.loading, seconds=20)
        assert len(page.questions.rows) == rows
        assert (page.hidden.text() if page.hidden.isVisible() else "") == words
        await desk.context.settled()
