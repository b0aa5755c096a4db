"""A quiz, taken with real clicks and keys against a real server."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from desktop.questions.queries import Asked, Choice, list_questions
from desktop.store.dsn import Host
from desktop.ui.questions.answering import NAME, BlanksField, ChoiceField, EssayField, MatchingField, OrderingField, ShortField
from desktop.ui.questions.formatted import FormattedItems
from desktop.ui.questions.quiz import QuizPage
from desktop.ui.widgets.buttons import Button
from tests.support.quizzes import add_quiz
from tests.ui.accessibility import assert_accessible

KINDS = ("multiple_choice", "true_false", "multiple_answer", "short_answer", "essay", "fill_blank", "matching", "ordering")


@pytest.fixture
def open_quiz(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    """``await open_quiz(quiz)``: Lea's desk, and the page of a quiz in front of her. Called again it is another desk."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))

    async def open_quiz(quiz):
        desk = sign_in(association.database, association.people["lea"])
        page = QuizPage(desk.context, association["course"], quiz=quiz, enrollment=association["lea_enrollment"])
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        await until(lambda: page.state in {"content", "error"} and not page.loading, seconds=15)
        return page, desk

    return open_quiz


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget):
    """All that is shown as text."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


async def start(page, qtbot, until):
    click(qtbot, page.intro.findChild(Button, "start-quiz"))
    await until(lambda: page.attempt is not None and page.stack.currentWidget() is page.taking, seconds=15)


def stored(page, desk):
    """What the server has of each question."""
    return {asked.type: asked.answer for asked in desk.context.store.read(list_questions, page.attempt.id)}


def choose(box, text):
    """Pick an entry by keys, as a person does: letters that begin it."""
    box.setFocus()
    QTest.keyClicks(box, text)
    box.activated.emit(box.currentIndex())


def answer(page, qtbot, card):
    """Answer a question rightly, with the mouse or the keys."""
    match card.field:
        case ChoiceField() as field:
            right = {"multiple_choice": ("Alpha",), "true_false": ("False",), "multiple_answer": ("Alpha", "Beta")}[card.asked.type]
            for button in field.buttons.values():
                if button.accessibleName() in right:
                    click(qtbot, button)
        case ShortField() as field:
            QTest.keyClicks(field.line, "health savings account")
        case EssayField() as field:
            QTest.keyClicks(field.text, "Because people stay.")
        case BlanksField() as field:
            QTest.keyClicks(field.fields[0], "1985")
            QTest.keyClicks(field.fields[1], "1996")
        case MatchingField() as field:
            for stem, box in zip(card.asked.left, field.boxes.values(), strict=True):
                choose(box, {"Paris": "France", "Rome": "Italy"}[stem.text])
        case OrderingField() as field:
            wanted = ["First", "Second", "Third"]
            for place, text in enumerate(wanted):
                row = next(row for row in range(field.list.count()) if field.list.item(row).text() == text)
                field.list.setCurrentRow(row)
                for _step in range(row - place):
                    QTest.keyClick(field.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
            if card.field.answer() is None:
                click(qtbot, field.keep)


async def submit(page, qtbot, until):
    """Press Submit and agree; answers what the question said."""
    click(qtbot, page.submit_button)
    dialog = next(dialog for dialog in page.findChildren(QDialog) if dialog.isVisible())
    said = words(dialog)
    click(qtbot, next(button for button in dialog.findChildren(Button) if button.text() == "Submit"))
    await until(lambda: page.stack.currentWidget() is page.outcome, seconds=15)
    return said


async def test_all_types_are_answered_saved_submitted_and_reviewed(association, open_quiz, qtbot, until):
    page, desk = await open_quiz(add_quiz(association))
    await start(page, qtbot, until)
    assert [card.asked.type for card in page.cards] == list(KINDS)
    for card in page.cards:
        assert card.isVisible()
        assert sum(other.isVisible() for other in page.cards) == 1
        answer(page, qtbot, card)
        assert card.answered, card.asked.type
        click(qtbot, page.next_button)
    await until(lambda: page.saver.waiting == 0, seconds=15)
    assert all(stored(page, desk).values())
    said = await submit(page, qtbot, until)
    assert "You have answered every question." in said
    shown = words(page.outcome)
    assert "Submitted" in shown  # the essay waits
    assert "Paris → France\nRome → Italy" in shown or "Rome → Italy\nParis → France" in shown
    assert "1. First\n2. Second\n3. Third" in shown
    click(qtbot, page.outcome.findChild(Button, "back-to-quiz"))
    await until(lambda: page.stack.currentWidget() is page.intro)
    assert page.intro.findChild(Button, "start-quiz").text() == "Try again"


async def test_what_was_answered_is_there_again_at_another_desk(association, open_quiz, qtbot, until):
    quiz = add_quiz(association)
    page, _desk = await open_quiz(quiz)
    await start(page, qtbot, until)
    for card in page.cards[:4]:
        answer(page, qtbot, card)
        click(qtbot, page.next_button)
    click(qtbot, page.flag_button)
    await until(lambda: page.saver.waiting == 0, seconds=15)
    await page.context.settled()
    there, _other = await open_quiz(quiz)
    assert there.intro.findChild(Button, "start-quiz").text() == "Resume"
    await start(there, qtbot, until)
    assert [card.field.answer() for card in there.cards] == [card.field.answer() for card in page.cards]
    assert [card.asked.options for card in there.cards] == [card.asked.options for card in page.cards]
    assert there.cards[4].isVisible()  # the first without an answer
    assert "flagged" in there.numbers[4].accessibleName()


async def test_two_desks_the_answer_that_was_given_last_counts(association, open_quiz, qtbot, until):
    quiz = add_quiz(association, kinds=("short_answer",))
    here, desk = await open_quiz(quiz)
    there, _other = await open_quiz(quiz)
    await start(here, qtbot, until)
    await start(there, qtbot, until)
    for page, text in ((here, "first"), (there, "second")):
        QTest.keyClicks(page.cards[0].field.line, text)
        await until(lambda page=page: page.saver.waiting == 0, seconds=15)
    assert stored(here, desk) == {"short_answer": {"text": "second"}}


async def test_unanswered_questions_are_named_before_submitting(association, open_quiz, qtbot, until):
    page, _desk = await open_quiz(add_quiz(association, kinds=("true_false", "short_answer")))
    await start(page, qtbot, until)
    answer(page, qtbot, page.cards[0])
    said = await submit(page, qtbot, until)
    assert "One question is not answered: 2." in said
    shown = words(page.outcome)
    assert "50 %" in shown
    assert "Health Savings Account" in shown  # the right answer, as this quiz shows it after submission


async def test_a_quiz_that_never_shows_its_answers_says_so(association, open_quiz, qtbot, until):
    page, _desk = await open_quiz(add_quiz(association, kinds=("short_answer",), show_correct_answers="never"))
    await start(page, qtbot, until)
    await submit(page, qtbot, until)
    shown = words(page.outcome)
    assert "The right answers are not shown, or not yet." in shown
    assert "Health Savings Account" not in shown


async def test_an_answer_can_be_checked_at_once_where_the_quiz_allows_it(association, open_quiz, qtbot, until):
    page, _desk = await open_quiz(add_quiz(association, kinds=("true_false",), show_correct_answers="immediately"))
    await start(page, qtbot, until)
    card = page.cards[0]
    click(qtbot, card.field.buttons["true"])
    click(qtbot, card.check_button)
    await until(lambda: not card.field.isEnabled(), seconds=15)
    assert "False" in words(card)
    assert "Because." in words(card)


async def test_when_the_time_is_over_what_was_saved_is_submitted(association, open_quiz, qtbot, until):
    page, desk = await open_quiz(add_quiz(association, kinds=("true_false",), time_limit_minutes=1))
    await start(page, qtbot, until)
    answer(page, qtbot, page.cards[0])
    await until(lambda: page.saver.waiting == 0, seconds=15)
    click(qtbot, page.timer_button)
    assert page.timer_button.text() == "Show the time"
    with association.installer() as installer:
        installer.execute("UPDATE lms.attempt_delivery SET deadline = clock_timestamp()")
    page._ends = 0.0  # the server's clock, brought here when the attempt began
    await until(lambda: page.stack.currentWidget() is page.outcome, seconds=15)
    assert "100 %" in words(page.outcome)
    assert desk.notices[-1].message == "The time is over. What was saved is submitted."


async def test_it_can_be_taken_by_keys_and_every_part_has_a_name(association, open_quiz, qtbot, until):
    page, desk = await open_quiz(add_quiz(association))
    assert_accessible(page)
    await start(page, qtbot, until)
    page.together.setChecked(True)
    assert all(card.isVisible() for card in page.cards)
    assert_accessible(page)
    page.together.setChecked(False)
    page.activateWindow()
    first = next(iter(page.cards[0].field.buttons.values()))
    first.setFocus(Qt.FocusReason.TabFocusReason)
    await until(lambda: QApplication.focusWidget() is first)
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert page.cards[0].answered
    desk.context.actions.set_current(page)
    desk.context.actions.run("quiz.next")
    assert page.cards[1].isVisible()
    desk.context.actions.run("quiz.flag")
    assert page.cards[1].flagged
    await until(lambda: page.saver.waiting == 0, seconds=15)
    await page.context.settled()


async def test_an_answer_that_is_refused_costs_no_other(association, open_quiz, qtbot, until):
    page, desk = await open_quiz(add_quiz(association))
    await start(page, qtbot, until)
    asked = {each.type: each.id for each in desk.context.store.read(list_questions, page.attempt.id)}
    page.saver.put(asked["essay"], {"text": "x" * 250_000})
    page.saver.put(asked["short_answer"], {"text": "kept"})
    assert await page.saver.flush()
    assert stored(page, desk)["short_answer"] == {"text": "kept"}
    assert [notice.message for notice in desk.notices] == ["That is no answer to this question."]
    assert page.stack.currentWidget() is page.taking, "the attempt goes on"
    await desk.context.settled()


async def test_what_was_typed_in_an_outage_survives_a_crash_and_is_there_when_the_quiz_goes_on(association, open_quiz, qtbot, until):
    quiz = add_quiz(association, kinds=("short_answer", "essay"))
    page, desk = await open_quiz(quiz)
    await start(page, qtbot, until)
    store = desk.context.store
    store.move(replace(store.dsn, hosts=(Host("127.0.0.1", 1),)))  # where nobody listens
    store.close()  # and the connections that rest
    QTest.keyClicks(page.cards[0].field.line, "typed in the dark")
    await until(lambda: page.saved_label.text().startswith("Waiting for the server"), seconds=20)
    there, other = await open_quiz(quiz)  # the application was started anew
    await start(there, qtbot, until)
    assert there.cards[0].field.line.text() == "typed in the dark"
    assert stored(there, other)["short_answer"] == {"text": "typed in the dark"}
    store.move(other.context.store.dsn)
    await until(lambda: page.saver.waiting == 0, seconds=20)


async def test_answers_that_come_after_the_deadline_are_named_and_kept_here(association, open_quiz, qtbot, until):
    page, desk = await open_quiz(add_quiz(association, kinds=("short_answer",), time_limit_minutes=1))
    await start(page, qtbot, until)
    with association.installer() as installer:
        installer.execute("UPDATE lms.attempt_delivery SET deadline = clock_timestamp()")
    QTest.keyClicks(page.cards[0].field.line, "late")
    await until(lambda: page.stack.currentWidget() is page.outcome, seconds=20)
    await until(lambda: len(desk.notices) == 2, seconds=20)
    assert desk.notices[-1].message.startswith("One answer that was typed on this computer did not reach the server in time.")
    await desk.context.settled()


def test_items_to_put_in_order_keep_their_format_as_they_move(qtbot):
    chemistry = Choice("water", "H2O", "<p>H<sub>2</sub>O</p>")
    long = Choice("long", "long", "<p>" + "many words " * 30 + "</p>")
    field = OrderingField(asked_to_order(chemistry, Choice("plain", "a plain item"), long))
    qtbot.addWidget(field)
    field.resize(400, 300)
    field.show()
    delegate, items = field.list.itemDelegate(), field.list
    assert isinstance(delegate, FormattedItems)
    assert [items.item(row).data(NAME) for row in range(3)] == ["water", "plain", "long"]
    narrow = items.sizeHintForRow(2)
    assert narrow > 3 * items.sizeHintForRow(1), "it wraps"
    field.resize(900, 300)
    assert items.sizeHintForRow(2) < narrow
    assert items.height() >= sum(map(items.sizeHintForRow, range(3)))
    picture = QImage(20, 200, QImage.Format.Format_RGB32)
    flat = items.sizeHintForRow(0)
    delegate.show_picture("no asset of these", picture)
    assert items.sizeHintForRow(0) == flat
    QTest.keyClick(items, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert field.answer() == {"order": ["plain", "water", "long"]}
    assert not field.grab().isNull()


def asked_to_order(*items):
    return Asked(UUID(int=1), 1, Decimal(1), "ordering", "In order", None, None, None, items=items)
