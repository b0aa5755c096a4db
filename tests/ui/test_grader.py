"""Grading with real keys against a real server: every score ends on the learner it was given to, however fast one goes on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QDialog

from desktop.grading.commands import Mark, Work, release_grades, request_regrade, save_grade, submit_assignment
from desktop.grading.own_work import get_own_assignment
from desktop.grading.queries import ASSIGNMENT, ESSAYS
from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.queries import list_questions
from desktop.store.dsn import Host
from desktop.ui.grading.grader import GraderPage
from desktop.ui.grading.markers import AnswerDialog
from desktop.ui.grading.page import GradingPage
from desktop.ui.widgets.buttons import Button
from tests.support.association import one
from tests.support.grading import add_work
from tests.support.quizzes import add_quiz
from tests.ui.accessibility import assert_accessible


@pytest.fixture
def open_grader(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    """``await open_grader(assignment, "teacher")``: a colleague's desk with the queue in front of them; a computer for each ``home``."""

    async def open_grader(task, person="teacher", kind=ASSIGNMENT, home="one"):
        monkeypatch.setenv("LMS_HOME", str(tmp_path / home))
        desk = sign_in(association.database, association.people[person])
        page = GraderPage(desk.context, task, kind, association["course"], "Plan design")
        qtbot.addWidget(page)
        page.resize(1280, 800)
        page.show()
        await until(lambda: page.state in {"content", "error", "empty"} and not page.loading, seconds=20)
        await until(lambda: page.form.piece is not None and page.form.isEnabled(), seconds=20)
        return page, desk

    return open_grader


@pytest.fixture
def scores(association):
    """``scores(submissions)``: the scores that graders gave them, as the server has them."""

    def scores(submissions):
        with association.installer() as installer:
            found = dict(installer.execute("SELECT submission_id, score FROM lms.grades").fetchall())
        return [found.get(submission) for submission in submissions]

    return scores


def shows(page, work):
    """Whether a grade that is typed now is this work's."""
    return page.form.isEnabled() and page.form.piece is not None and page.form.piece.key.id == work


def give(page, score):
    """Type a score as a person does."""
    page.form.score.setFocus()
    page.form.score.selectAll()
    QTest.keyClicks(page.form.score, str(score))


async def test_however_fast_one_presses_next_each_score_ends_on_its_learner(association, open_grader, until, scores):
    assignment, works = add_work(association, 6)
    page, desk = await open_grader(assignment)
    QAbstractItemModelTester(page.queue, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with psycopg.connect(association.database.dsn) as slow:
        # A server that takes its time: no grade is acknowledged while this lasts, and all of the work can be read
        slow.execute("SELECT FROM assignment_submissions WHERE assignment_id = %s FOR NO KEY UPDATE", (assignment,))
        for number, work in enumerate(works, 1):
            await until(lambda work=work: shows(page, work), seconds=20)
            give(page, 10 * number)
            page.go(1)
            assert not shows(page, work) or number == len(works), "nothing can be typed for the one before"
        assert scores(works) == [None] * 6
        assert page.saver.waiting == 6
    await until(lambda: page.saver.waiting == 0, seconds=30)
    assert scores(works) == [10, 20, 30, 40, 50, 60]
    page.go(-1)
    await until(lambda: page.form.piece.key.id == works[4], seconds=20)
    assert page.form.score.text() == "50"
    await desk.context.settled()


async def test_a_rubric_is_given_by_keys_and_bleeds_into_no_other_work(association, open_grader, until, scores, qtbot):
    assignment, works = add_work(association, 2, rubric=True)
    page, desk = await open_grader(assignment)
    assert_accessible(page)
    page.form.setFocus()
    for key in (Qt.Key.Key_2, Qt.Key.Key_1):
        QTest.keyClick(page.form, key)
    assert page.form.score.text() == "70"
    page.form.feedback.setFocus()
    QTest.keyClicks(page.form.feedback, "Look at 1 and 2 again")
    page.form.done.click()
    desk.context.actions.set_current(page)
    desk.context.actions.run("grader.next")
    await until(lambda: page.form.piece.key.id == works[1] and page.form.isEnabled(), seconds=20)
    assert [card.given.points for card in page.form.cards] == [None, None]
    assert (page.form.score.text(), page.form.feedback.toPlainText(), page.form.done.isChecked()) == ("", "", False)
    await until(lambda: page.saver.waiting == 0, seconds=20)
    assert scores(works) == [70, None]
    with association.installer() as installer:
        stored = installer.execute(
            "SELECT rubric_scores, feedback_html, done FROM lms.grades WHERE assignment_id = %s", (assignment,)
        ).fetchall()
    assert stored == [
        ({"facts": {"level": "some", "points": 30}, "style": {"level": "good", "points": 40}}, "<p>Look at 1 and 2 again</p>", True),
    ]
    give(page, 140)
    assert page.form.score.property("invalid"), "more than the assignment is worth"
    assert page.form.score.value == 14, "the last that could be"
    await page.saver.flush()
    await desk.context.settled()


async def test_grades_given_in_an_outage_survive_a_crash(association, open_grader, until, scores):
    assignment, works = add_work(association, 2)
    page, desk = await open_grader(assignment)
    store, dsn = desk.context.store, desk.context.store.dsn
    await until(lambda: page._known.keys() >= {page.queue.rows[1].key}, seconds=20)
    await desk.context.settled()  # so that no connection is in use
    store.move(replace(dsn, hosts=(Host("127.0.0.1", 1),)))
    store.close()
    give(page, 66)
    page.go(1)
    assert page.form.isEnabled(), "what was read ahead can be graded"
    give(page, 77)
    await until(lambda: page.saver.away, seconds=20)
    assert page.saved.text() == "2 grades wait for the server"
    again, there = await open_grader(assignment)  # the application was started anew
    await until(lambda: again.saver.waiting == 0, seconds=20)
    assert scores(works) == [66, 77]
    store.move(dsn)
    await page.saver.flush()
    await desk.context.settled()
    await there.context.settled()


async def test_two_graders_at_one_work_choose_with_both_grades_in_sight(association, open_grader, until, scores):
    assignment, works = add_work(association, 1)
    tess, one_desk = await open_grader(assignment)
    cora, other_desk = await open_grader(assignment, "cora", home="two")
    for page, score in ((tess, 40), (cora, 90)):
        give(page, score)
        await page.saver.flush()
    await until(cora.conflict.isVisible, seconds=20)
    assert cora.conflict_words.text() == "Somebody else has graded this meanwhile.\nYours: 90 of 100\nTheirs: 40 of 100"
    assert scores(works) == [40], "nobody is overwritten"
    QTest.mouseClick(cora.keep_button, Qt.MouseButton.LeftButton)
    await until(lambda: scores(works) == [90], seconds=20)
    give(tess, 41)
    await tess.saver.flush()
    await until(tess.conflict.isVisible, seconds=20)
    QTest.mouseClick(tess.take_button, Qt.MouseButton.LeftButton)
    await until(lambda: tess.form.score.text() == "90" and tess.saver.waiting == 0, seconds=20)
    assert scores(works) == [90]
    give(tess, 91)
    assert await tess.saver.flush()
    assert scores(works) == [91]
    for desk in (one_desk, other_desk):
        await desk.context.settled()


async def test_names_are_hidden_until_the_release_and_grades_until_then_from_learners(association, open_grader, until, scores):
    assignment, works = add_work(association, 2, anonymous_grading=True)
    page, desk = await open_grader(assignment)
    code = works[0].hex[:4].upper()
    assert page.heading.text() == f"Learner {code}"
    assert "Learner 1" not in {page.queue.data(page.queue.index(row, 0)) for row in range(2)}
    give(page, 80)
    page.form.done.click()
    page.ask_release()
    dialog = next(dialog for dialog in page.findChildren(QDialog) if dialog.isVisible())
    buttons = {button.text(): button for button in dialog.findChildren(Button)}
    assert list(buttons) == ["Cancel", "This one", "1 that is finished"]
    QTest.mouseClick(buttons["1 that is finished"], Qt.MouseButton.LeftButton)
    await until(lambda: desk.notices and desk.notices[-1].message == "1 grade released.", seconds=20)
    with association.installer() as installer:
        assert one(installer, "SELECT final_score FROM assignment_submissions WHERE id = %s", works[0]) == 80
    await until(lambda: page._all[0].name == "Learner 1" and page._all[1].name is None, seconds=20)
    await page.release(works)
    assert desk.notices[-1].remedy == "Not released: 1 without a score."
    await desk.context.settled()


async def test_essays_of_a_quiz_are_graded_on_the_same_screen(association, open_grader, sign_in, until, qtbot):
    quiz = add_quiz(association, kinds=("essay",))
    lea = association.database.store(association.people["lea"])
    attempt = lea.write(start_attempt, association["lea_enrollment"], quiz).value
    (asked,) = lea.read(list_questions, attempt)
    lea.write(save_answer, attempt, asked.id, 1, {"text": "People stay."})
    lea.write(submit_attempt, attempt)
    desk = sign_in(association.database, association.people["teacher"])
    tasks = GradingPage(desk.context)
    qtbot.addWidget(tasks)
    tasks.show()
    await until(lambda: tasks.state == "content" and not tasks.loading, seconds=20)
    (row,) = [row for row in tasks.model.rows if row.kind == ESSAYS]
    assert (row.title, row.waiting) == ("Check", 1)
    tasks.open_task(row)
    assert desk.opened[-1][0] == "grader"
    page, grader = await open_grader(quiz, kind=ESSAYS)
    assert "Why does an employer offer benefits?" in page.work.asked.toPlainText()
    assert page.work.reading.toPlainText() == "People stay."
    page.form.feedback.setPlainText("And they come.")
    assert await page.saver.flush()
    assert page.saver.waiting == 1, "words alone wait for points"
    give(page, "0.5")
    await until(lambda: page.saver.waiting == 0, seconds=20)
    with association.installer() as installer:
        found = installer.execute("SELECT status, score FROM quiz_attempts WHERE id = %s", (attempt,)).fetchone()
    assert found == ("graded", Decimal(50))
    for each in (desk, grader):
        await each.context.settled()


async def test_two_markers_see_each_other_once_both_have_finished_and_agree(association, open_grader, until, scores):
    assignment, (work,) = add_work(association, 1, second_marking_percentage=100)
    tess, one_desk = await open_grader(assignment)
    give(tess, 60)
    tess.form.done.click()
    assert await tess.saver.flush()
    cora, other_desk = await open_grader(assignment, "cora", home="two")
    assert cora.form.piece.stage == "second"
    assert cora.form.score.text() == "", "nothing of the first marker's"
    assert "60" not in cora.markers.words.text()
    give(cora, 81)
    cora.form.done.click()
    assert await cora.saver.flush()
    again, third_desk = await open_grader(assignment, "cora", home="three")
    await until(lambda: shows(again, work) and again.form.piece.stage == "agreed", seconds=20)
    assert "Tess Teacher: 60 of 100" in again.markers.words.text()
    assert "Cora Colleague: 81 of 100" in again.markers.words.text()
    assert_accessible(again)
    QTest.mouseClick(again.markers.buttons[2], Qt.MouseButton.LeftButton)
    assert again.form.score.text() == "70.5"
    again.form.done.click()
    await again.release([work])
    with association.installer() as installer:
        assert one(installer, "SELECT final_score FROM assignment_submissions WHERE id = %s", work) == Decimal("70.5")
    for desk in (one_desk, other_desk, third_desk):
        await desk.context.settled()


async def test_a_learner_who_asks_is_found_and_answered_with_the_changed_grade(association, open_grader, until, sign_in):
    assignment, _works = add_work(association, 2)
    lea = association.database.store(association.people["lea"])
    mine = lea.write(submit_assignment, association["lea_enrollment"], assignment, uuid4(), Work(text="My page")).value.submission
    tess = association.database.store(association.people["teacher"])
    tess.write(save_grade, mine, "first", 0, uuid4(), Mark(Decimal(50), done=True))
    tess.write(release_grades, [mine])
    lea.write(request_regrade, mine, "The sources are on page two")
    page, desk = await open_grader(assignment)
    page.filter.setCurrentIndex(page.filter.findData("asked"))
    page.filter.activated.emit(page.filter.currentIndex())
    at = next(number for number, row in enumerate(page.queue.rows) if row.asked)
    page._select(at)
    await until(lambda: shows(page, mine), seconds=20)
    assert "The sources are on page two" in page.asked.words.text()
    give(page, 65)
    QTest.mouseClick(page.asked.answer_button, Qt.MouseButton.LeftButton)
    dialog = page.findChildren(AnswerDialog)[-1]
    QTest.keyClicks(dialog.words, "So they are.")
    dialog.changed_button.click()
    await until(lambda: not any(row.asked for row in page._all) and not page.loading, seconds=20)
    own = lea.read(get_own_assignment, None, assignment, association["lea_enrollment"])
    assert (own.handed[0].result.final, own.handed[0].request.status, own.handed[0].request.answer) == (65, "changed", "So they are.")
    await desk.context.settled()
