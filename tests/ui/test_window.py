"""The window, driven as a person would: rail, history, palette, undo, notices, jobs, the connection, preferences, about."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent, QGuiApplication, QHoverEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.app import follow_choice
from desktop.changes import Changes, Done, Undo
from desktop.errors import Conflict
from desktop.settings import LAST_PERSON, THEME
from desktop.ui.about import AboutDialog, LicencesDialog
from desktop.ui.actions import Action
from desktop.ui.notices import Tone
from desktop.ui.page import Page
from desktop.ui.palette import score
from desktop.ui.places import Place
from desktop.ui.preferences import PreferencesDialog
from desktop.ui.rail import RailButton
from desktop.ui.theme import Scheme, theme
from desktop.ui.widgets.notices import SHOWN_MS, NoticeCard
from desktop.ui.widgets.surfaces import confirm
from desktop.ui.window import SHELL_ACTIONS, Window
from tests.ui.accessibility import assert_accessible, press_tab_through
from tests.ui.conftest import AWAY


class Plain(Page):
    shows: ClassVar[frozenset[str]] = frozenset({"courses"})

    def build(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        self.field = QLineEdit()
        self.field.setAccessibleName("Title of the course")
        column.addWidget(self.field)
        column.addWidget(QLabel("Content"))
        return holder

    async def refresh(self) -> None:
        return None


class Home(Plain):
    title = "Home"


class Catalogue(Plain):
    title = "Catalogue"
    primary = "course.new"

    def __init__(self, context) -> None:
        super().__init__(context)
        self.made = 0
        self.on("course.new", self.make)

    async def make(self) -> None:
        self.made += 1


class Course(Plain):
    def __init__(self, context, course: int) -> None:
        super().__init__(context)
        self.course = course
        self.set_title(f"Course {course}")

    @property
    def document(self):
        return ("course", self.course)


PLACES = [
    Place("home", "Home", "home", Home),
    Place("catalogue", "Catalogue", "catalogue", Catalogue, section="Learn"),
    Place("reports", "Reports", "report", Home, roles=frozenset({"auditor"})),
    Place("course", "Course", "catalogue", Course, parent="catalogue"),
]


@pytest.fixture
def window(qtbot, context, tasks, settings, loop):
    for action in (*SHELL_ACTIONS, Action("course.new", "New course", "Ctrl+N", "plus", place="catalogue")):
        context.actions.add(action)
    window = Window(settings, tasks, context.notices)
    qtbot.addWidget(window)
    window.resize(1280, 800)

    async def start() -> None:  # pages start reading as they are shown, so the loop must run
        window.open_session(context, PLACES, "Sample association", "On this computer")
        window.show()
        window.activateWindow()

    loop.run_until_complete(start())
    return window


def rail(window: Window, place: str) -> RailButton:
    button = window.findChild(RailButton, f"rail.{place}")
    assert button is not None
    return button


def press(window: Window, *keys) -> None:
    QTest.keyClick(window, *keys)


async def test_the_rail_has_the_places_of_the_persons_roles_and_goes_there(qtbot, window):
    assert window.findChild(RailButton, "rail.reports") is None
    qtbot.mouseClick(rail(window, "catalogue"), Qt.MouseButton.LeftButton)
    assert window.workbench.page.header.title == "Catalogue"
    assert rail(window, "catalogue").isChecked()


async def test_a_page_opened_from_another_lights_its_place_and_leads_back(window, context):
    context.open("catalogue")
    context.open("course", course=7)
    assert window.workbench.page.header.title == "Course 7"
    assert rail(window, "catalogue").isChecked()
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.workbench.page.header.title == "Catalogue"
    press(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.workbench.page.header.title == "Course 7"
    window.workbench.page.header._crumb.click()
    assert window.workbench.page.header.title == "Catalogue"


async def test_pages_are_kept_and_the_oldest_let_go(window, context):
    context.open("course", course=1)
    first = window.workbench.page
    context.open("home")
    context.open("course", course=1)
    assert window.workbench.page is first
    for number in range(2, 12):
        context.open("course", course=number)
    assert window.workbench.stack.count() <= 8


async def test_a_place_that_is_not_this_persons_cannot_be_opened(window, context):
    with pytest.raises(KeyError):
        window.workbench.go("reports")


async def test_the_palette_finds_places_and_actions_by_a_few_letters(qtbot, window, until):
    qtbot.mouseClick(rail(window, "catalogue"), Qt.MouseButton.LeftButton)
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.palette_view
    assert palette.isVisible()
    shown = {entry.text: entry for entry in palette.shown}
    assert shown["New course"].shortcut == "Ctrl+N"
    assert shown["Home"].kind == "Place"
    assert not shown["Undo"].enabled
    QTest.keyClicks(palette.field, "ne co")
    assert palette.shown[0].text == "New course"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    await until(lambda: window.workbench.page.made == 1)


async def test_the_palette_says_when_nothing_fits_and_escape_gives_the_focus_back(window, until):
    page = window.workbench.page
    await until(lambda: page.state == "content")
    page.field.setFocus()
    window.palette_view.open()
    QTest.keyClicks(window.palette_view.field, "zzzz")
    assert window.palette_view.nothing.isVisible()
    QTest.keyClick(window.palette_view.field, Qt.Key.Key_Escape)
    assert not window.palette_view.isVisible()
    assert window.focusWidget() is page.field


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [("cat", "Catalogue", "Duplicate"), ("nc", "New course", "Incident"), ("sync", "Save and sync now", "Sign in, carefully")],
)
def test_word_starts_and_runs_rank_first(typed, better, worse):
    high, low = score(typed, better), score(typed, worse)
    assert high is not None
    assert low is None or high > low


def rename(names: list[str], new: str) -> Done[None]:
    old, names[:] = names[0], [new]
    return Done(None, Changes.of("courses"), Undo("Rename course", rename, (old,)))


async def test_ctrl_z_takes_back_the_last_step_of_the_document_that_is_open(window, context, until):
    names = context.store.session = ["Ethics"]
    context.open("course", course=1)
    await context.write(rename, "Ethics 2")
    undo = context.actions.qaction("edit.undo")
    assert undo.text() == "Undo: Rename course"
    context.open("course", course=2)
    assert not undo.isEnabled()
    context.open("course", course=1)
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: names == ["Ethics"])
    await until(lambda: context.actions.qaction("edit.redo").isEnabled())
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    await until(lambda: names == ["Ethics 2"])


async def test_an_undo_that_meets_a_conflict_is_said_and_dropped(window, context, heard, until):
    def refuse(_session):
        raise Conflict("Somebody else renamed it.")

    context.undo.active.push(Undo("Rename course", refuse))
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: heard.notices)
    assert heard.last.message == "Somebody else renamed it."
    assert context.undo.active.undo_name is None


async def test_ctrl_s_says_that_everything_is_saved(window, until):
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: window.workbench.status.saved.text() == "Everything is saved")


async def test_good_news_leaves_by_itself_and_errors_stay(qtbot, window, context):
    context.notices.done("Published.")
    context.notices.error(Conflict("Somebody else changed it.", details="lesson 7"))
    good, bad = window.notice_stack.cards
    assert good._timer.isActive()
    assert good._timer.interval() == SHOWN_MS
    assert not bad._timer.isActive()
    qtbot.mouseClick(bad.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "conflict: lesson 7"
    qtbot.mouseClick(bad.close_button, Qt.MouseButton.LeftButton)
    pass_time(good)
    assert window.notice_stack.cards == []


def pass_time(card: NoticeCard) -> None:
    """The time that a notice stays has passed."""
    card._timer.timeout.emit()


async def test_a_notice_that_appears_under_a_resting_pointer_leaves_all_the_same(window, context, until):
    context.notices.done("You are enrolled.")
    (card,) = window.notice_stack.cards
    await until(lambda: card.mapTo(window, QPoint(0, 0)).y() > 0)
    QCursor.setPos(card.mapToGlobal(QPoint(20, 20)))
    place = QPointF(20, 20)
    QGuiApplication.sendEvent(card, QEnterEvent(place, card.mapTo(window, place), card.mapToGlobal(place)))  # all that Qt says then
    assert card._timer.isActive()
    assert not card.held
    pass_time(card)
    assert window.notice_stack.cards == []


async def test_a_notice_that_is_pointed_at_stays_until_the_pointer_leaves(window, context, until):
    context.notices.done("Published.", button="Undo", pressed=lambda: None)
    (card,) = window.notice_stack.cards
    await until(lambda: card.mapTo(window, QPoint(0, 0)).y() > 0)
    place = QPointF(30, 20)
    QCursor.setPos(card.mapToGlobal(place.toPoint()))
    # Sent by hand: without a screen, which window the pointer is said to enter depends on those that were made before.
    QGuiApplication.sendEvent(card, QHoverEvent(QEvent.Type.HoverMove, place, card.mapToGlobal(place), QPointF(20, 20)))
    await until(lambda: card.held)
    pass_time(card)
    assert window.notice_stack.cards == [card]
    QCursor.setPos(AWAY)
    QGuiApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    pass_time(card)
    assert window.notice_stack.cards == []


async def test_a_notice_that_has_the_keyboard_stays_until_it_moves_on(window, context, until):
    page = window.workbench.page
    await until(lambda: page.state == "content")
    context.notices.done("Lesson deleted.", button="Undo", pressed=lambda: None)
    (card,) = window.notice_stack.cards
    card.act_button.setFocus()
    pass_time(card)
    assert window.notice_stack.cards == [card]
    page.field.setFocus()
    pass_time(card)
    assert window.notice_stack.cards == []


async def test_moving_on_takes_along_what_was_seen_and_leaves_errors_and_what_was_just_said(window, context, until):
    context.notices.done("You are enrolled.")
    context.notices.error(Conflict("Somebody else changed it."))
    enrolled, changed = window.notice_stack.cards
    enrolled._timer.stop()  # however slow the machine is, it does not leave by itself
    context.open("catalogue")
    assert window.notice_stack.cards == [enrolled, changed]
    await until(lambda: enrolled.seen)
    context.notices.done("Course deleted.")
    context.open("home")
    assert [card.notice.message for card in window.notice_stack.cards] == ["Somebody else changed it.", "Course deleted."]


async def test_notices_stay_inside_the_window_and_do_not_pile_up(window, context):
    for number in range(10):
        context.notices.info(f"Notice {number}")
    cards = window.notice_stack.cards
    assert [card.notice.message for card in cards] == [f"Notice {n}" for n in range(6, 10)]
    for card in cards:
        corner = card.mapTo(window, QPoint(0, 0))
        assert window.rect().contains(corner)
        assert window.rect().contains(corner + QPoint(card.width() - 1, card.height() - 1))


async def test_the_same_notice_again_replaces_the_first(window, context):
    context.notices.info("Saved.")
    context.notices.info("Saved.")
    assert len(window.notice_stack.cards) == 1


async def test_a_notice_may_offer_one_thing_to_do(qtbot, window, context):
    pressed = []
    context.notices.done("Lesson deleted.", button="Undo", pressed=lambda: pressed.append(1))
    (card,) = window.notice_stack.cards
    qtbot.mouseClick(card.act_button, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert window.notice_stack.cards == []


async def test_a_defect_is_shown_as_one_with_its_trace(window, context, heard, caplog):
    context.notices.error(ZeroDivisionError("division by zero"))
    assert heard.last.tone is Tone.BAD
    assert "Something in this program went wrong" in heard.last.message
    assert "ZeroDivisionError" in heard.last.details
    assert caplog.records


async def test_a_running_job_shows_progress_and_can_be_cancelled(qtbot, window, context, heard, until):
    started = threading.Event()

    def issue(control) -> None:
        control.report(40, 100, "200 of 500")
        started.set()
        while True:
            control.check()
            threading.Event().wait(0.005)

    jobs = window.workbench.status.jobs
    assert jobs.isHidden()
    task = context.spawn(context.job("Issuing certificates", issue))
    await until(lambda: jobs.button.text() == "Issuing certificates · 40%")
    qtbot.mouseClick(jobs.button, Qt.MouseButton.LeftButton)
    assert jobs.popover.isVisible()
    row = jobs._rows[next(iter(context.tasks.jobs))]
    qtbot.mouseClick(row.cancel_button, Qt.MouseButton.LeftButton)
    await until(task.done)
    await until(jobs.isHidden)
    assert heard.notices == [], "cancelling is no error"


async def test_while_the_server_is_away_there_is_a_sentence_and_a_button_not_to_wait(qtbot, window):
    status = window.workbench.status
    assert status.retry.isHidden()
    window.set_connection("The server cannot be reached. Trying again in 4 seconds.", up=False)
    assert "4 seconds" in status.connection.text()
    with qtbot.waitSignal(window.retry_wanted):
        qtbot.mouseClick(status.retry, Qt.MouseButton.LeftButton)


async def test_a_narrow_window_shows_icons_only_and_the_person_may_choose(qtbot, window):
    assert not window.workbench.rail.narrow
    window.resize(820, 600)
    qtbot.waitUntil(lambda: window.workbench.rail.narrow)
    press(window, Qt.Key.Key_Backslash, Qt.KeyboardModifier.ControlModifier)
    assert not window.workbench.rail.narrow


async def test_the_window_remembers_its_size(qtbot, window, tasks, settings, context):
    window.resize(777, 555)
    window.close()
    again = Window(settings, tasks, context.notices)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (777, 555)


async def test_a_session_that_ends_takes_its_pages_along(qtbot, window, context, until):
    page = window.workbench.page
    gone = []
    page.destroyed.connect(lambda: gone.append(1))
    start = QWidget()
    window.close_session()
    window.show_start(start)
    assert window.workbench is None
    await until(lambda: gone)
    window.palette_view.open()
    assert window.palette_view.shown == []


async def test_every_widget_has_a_name_and_tab_reaches_it(qtbot, window, context, until):
    context.notices.error(Conflict("Somebody else changed it."))
    await until(lambda: window.workbench.page.state == "content")
    assert_accessible(window)
    visited = press_tab_through(qtbot, window)
    assert {"Home", "Title of the course", "Dismiss"} <= set(visited)


async def test_a_theme_is_chosen_and_counts_at_once(qtbot, window, settings):
    settings.observe(lambda changed: follow_choice(settings, changed))
    dialog = PreferencesDialog(settings, window)
    dialog.open()
    assert_accessible(dialog)
    combo = dialog.editors[THEME.name]
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(combo.findData("dark"))
    assert theme().name == "dark"
    assert settings.get(THEME) == "dark"
    theme().apply(Scheme.LIGHT, motion=False)
    dialog.accept()


def test_only_a_choice_of_looks_makes_every_widget_look_again(qtbot, settings):
    follow_choice(settings, THEME)
    with qtbot.assertNotEmitted(theme().changed):
        follow_choice(settings, LAST_PERSON)
    theme().apply(Scheme.LIGHT, motion=False)


def test_the_same_look_again_styles_nothing(qtbot):
    styled = _Styled()
    qtbot.addWidget(styled)
    styled.show()
    theme().apply(Scheme.LIGHT, motion=False)
    styled.times = 0
    theme().apply(Scheme.LIGHT, motion=False)
    assert styled.times == 0
    theme().apply(Scheme.DARK, motion=False)
    assert styled.times > 0
    theme().apply(Scheme.LIGHT, motion=False)


class _Styled(QWidget):
    """Counts how often it was styled anew."""

    times = 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.times += event.type() == QEvent.Type.StyleChange


async def test_about_names_every_version_and_copies_them(qtbot, window, context, until):
    context.store.session = _Server()
    dialog = AboutDialog(context, window)
    dialog.open()
    await until(lambda: dialog._server.text() == "18.1")
    dialog.copy()
    copied = QGuiApplication.clipboard().text()
    assert all(name in copied for name in ("Qt", "Python", "Chromium", "Postgres: 18.1"))
    dialog.show_licences()
    (licences,) = dialog.findChildren(LicencesDialog)
    await until(lambda: "psycopg" in licences.text.toPlainText())
    licences.accept()
    dialog.accept()


class _Server:
    """Answers the one question that About asks."""

    def connection(self):
        return self

    def exec_driver_sql(self, statement: str):
        assert statement == "SHOW server_version"
        return self

    def scalar_one(self) -> str:
        return "18.1"


async def test_before_something_destructive_cancel_has_the_focus(qtbot, window):
    done = []
    dialog = confirm(window, "Delete this course?", "Nobody is enrolled.", "Delete course", lambda: done.append(1))
    assert dialog.focusWidget().accessibleName() == "Cancel"
    dialog.reject()
    assert done == []
    dialog = confirm(window, "Delete this course?", "Nobody is enrolled.", "Delete course", lambda: done.append(1))
    dialog.accept()
    assert done == [1]
