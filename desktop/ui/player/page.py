"""The page on which a SCORM lesson is played."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.changes import Changes
from desktop.errors import LmsError, NotAllowed
from desktop.i18n import N_, _
from desktop.scorm import commands
from desktop.scorm.cache import package_of_lesson
from desktop.scorm.journal import Journal, journal_path
from desktop.scorm.manifest import Item
from desktop.scorm.package import Package
from desktop.scorm.queries import ScormLesson, get_scorm_lesson
from desktop.scorm.recorder import Recorder, send_waiting
from desktop.scorm.records import Document
from desktop.scorm.references import is_external
from desktop.scorm.route import Step, route_of
from desktop.scorm.sequencing.controls import Controls
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.settings import cache_folder, data_folder
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.page import Page
from desktop.ui.player.console import Console
from desktop.ui.player.contents import Contents
from desktop.ui.player.saving import SaveState, Saving
from desktop.ui.player.view import Call, Launch, PlayerView
from desktop.ui.player.warm import may_start
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, Label, Picture
from desktop.ui.widgets.states import EmptyState

ZOOMS = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
AUTHORS = frozenset({"instructor", "administrator"})
"""Who may look at what the content says."""
NARROW = 720
"""Pixels at the reference size below which the contents make room for the content."""

_STATES = {
    SaveState.SAVED: ("check", "good", N_("Saved")),
    SaveState.SAVING: ("sync", "muted", N_("Saving…")),
    SaveState.KEPT: ("cloud-off", "warn", N_("Kept here until the server is back")),
    SaveState.SUPERSEDED: ("warning", "warn", N_("Opened elsewhere: nothing more is saved from here")),
    SaveState.FAILED: ("error", "bad", N_("Not saved")),
    SaveState.PREVIEW: ("eye", "muted", N_("Preview: nothing is recorded")),
}


class SavedIndicator(QWidget):
    """An icon and two words: where what the learner did is now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(6))
        self._icon = Picture("check", "muted", self)
        self.text = Label(role=Role.CAPTION, token="muted", parent=self)
        layout.addWidget(self._icon)
        layout.addWidget(self.text)

    def show_state(self, state: SaveState, error: LmsError | None = None) -> None:
        name, token, words = _STATES[state]
        self._icon.show_icon(name, token)
        self.text.setText(error.message if state is SaveState.FAILED and error else _(words))
        self.text.set_token(token)
        self.setAccessibleName(self.text.text())


class PlayerPage(Page):
    """``context.open("player", lesson=…, enrollment=…)``; without an enrolment it is a preview that records nothing.

    Leaving the page closes the launch in the background, in order: what the content says last is saved. Before the application quits,
    wait for ``context.settled()``.
    """

    title = N_("Lesson")

    def __init__(self, context: Context, lesson: UUID, enrollment: UUID | None = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._lesson_id = lesson
        self._enrollment_id = enrollment
        self.view: PlayerView | None = None
        self._shortcuts: dict[bool, list[QShortcut]] = {False: [], True: []}  # of the page, and of the stage in full screen
        self._several = False
        self._shown_revision = -1
        self._course_id: UUID | None = None
        self._full = False
        self._narrow = False
        self._leaves = False  # the learner asked to go; the end of the session is no news to them

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]] | None:
        return (_("Course"), self.go_back) if self._course_id else None

    def build(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.contents = Contents()
        self.contents.setMinimumWidth(px(160))
        self.contents.chosen.connect(self.choose)
        self.rest = EmptyState()
        self.rest.setObjectName("player.rest")
        self.stage = QStackedWidget()
        self.stage.setMinimumWidth(px(240))
        self.stage.addWidget(self.rest)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, content)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.contents)
        self.splitter.addWidget(self.stage)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([px(280), px(900)])
        column.addWidget(self._make_bar(content))
        column.addWidget(self._make_trouble(content))
        self.console = Console()
        self.console.hide()
        above = QSplitter(Qt.Orientation.Vertical, content)
        above.setChildrenCollapsible(False)
        above.addWidget(self.splitter)
        above.addWidget(self.console)
        above.setStretchFactor(0, 3)
        above.setStretchFactor(1, 1)
        column.addWidget(above, 1)
        column.addWidget(self._make_navigation(content))
        self._make_shortcuts()
        return content

    def _make_bar(self, parent: QWidget) -> QWidget:
        self.bar = QWidget(parent)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(px(32), 0, px(24), px(12))
        row.setSpacing(px(12))
        self.contents_button = IconButton("list", _("Show or hide the contents"), self.bar)
        self.part = ElidedLabel(role=Role.STRONG, parent=self.bar)
        self.saved = SavedIndicator(self.bar)
        self.console_button = IconButton("code", _("What the content says"), self.bar)
        self.console_button.setObjectName("player.console.show")
        self.full_screen_button = IconButton("fullscreen", _("Full screen (F11)"), self.bar)
        self.suspend_button = Button(_("Suspend"), "quiet", "pause", self.bar)
        self.suspend_button.setObjectName("player.suspend")
        self.suspend_button.setToolTip(_("Leave, and go on here next time"))
        self.exit_button = Button(_("Exit"), "quiet", "", self.bar)
        self.exit_button.setObjectName("player.exit")
        row.addWidget(self.contents_button)
        row.addWidget(self.part, 1)
        for widget in (self.saved, self.console_button, self.full_screen_button, self.suspend_button, self.exit_button):
            row.addWidget(widget)
        self.contents_button.clicked.connect(self._toggle_contents)
        self.console_button.clicked.connect(self._toggle_console)
        self.full_screen_button.clicked.connect(lambda: self.set_full_screen(not self._full))
        self.suspend_button.clicked.connect(lambda: self.ask(Navigation.SUSPEND_ALL))
        self.exit_button.clicked.connect(self.exit)
        return self.bar

    def _make_trouble(self, parent: QWidget) -> QWidget:
        self.trouble = QWidget(parent)
        row = QHBoxLayout(self.trouble)
        row.setContentsMargins(px(32), px(8), px(24), px(8))
        self.trouble_text = Label(token="warn", parent=self.trouble, wrap=True)
        self.again_button = Button(_("Open again"), "primary", "", self.trouble)
        row.addWidget(self.trouble_text, 1)
        row.addWidget(self.again_button)
        self.again_button.clicked.connect(lambda: self.spawn(self._open_again()))
        self.trouble.hide()
        return self.trouble

    def _make_navigation(self, parent: QWidget) -> QWidget:
        self.navigation = QWidget(parent)
        row = QHBoxLayout(self.navigation)
        row.setContentsMargins(px(32), px(10), px(24), px(10))
        self.previous_button = Button(_("Previous"), "quiet", "chevron-left", self.navigation)
        self.previous_button.setObjectName("player.previous")
        self.continue_button = Button(_("Continue"), "primary", "", self.navigation)
        self.continue_button.setObjectName("player.continue")
        row.addWidget(self.previous_button)
        row.addStretch(1)
        row.addWidget(self.continue_button)
        self.previous_button.clicked.connect(lambda: self.ask(Navigation.PREVIOUS))
        self.continue_button.clicked.connect(lambda: self.ask(Navigation.CONTINUE))
        self.navigation.hide()
        return self.navigation

    def _make_shortcuts(self) -> None:
        """On the stage as well: in full screen it is a window of its own."""
        for owner in (self, self.stage):
            for keys, act in (
                (QKeySequence("F11"), lambda: self.set_full_screen(not self._full)),
                (QKeySequence.StandardKey.ZoomIn, lambda: self._zoom(1)),
                (QKeySequence("Ctrl+="), lambda: self._zoom(1)),
                (QKeySequence.StandardKey.ZoomOut, lambda: self._zoom(-1)),
                (QKeySequence("Ctrl+0"), lambda: self._zoom(0)),
                (QKeySequence("F6"), self._next_pane),
            ):
                shortcut = QShortcut(QKeySequence(keys), owner)
                shortcut.setContext(
                    Qt.ShortcutContext.WindowShortcut if owner is self.stage else Qt.ShortcutContext.WidgetWithChildrenShortcut
                )
                shortcut.setEnabled(owner is self)
                shortcut.activated.connect(act)
                self._shortcuts[owner is self.stage].append(shortcut)
        escape = QShortcut(QKeySequence("Esc"), self.stage, lambda: self.set_full_screen(False))
        escape.setEnabled(False)
        self._shortcuts[True].append(escape)

    async def refresh(self) -> None:
        """Begin the launch. A second call, while it runs, changes nothing."""
        if self.view is not None:
            return
        if not may_start():
            raise NotAllowed(
                _("Lessons cannot be played under the system's own account (root)."),
                remedy=_("Start the application as an ordinary user: content is kept in a sandbox, which root cannot have."),
            )
        left = _LEAVING.get(self._lesson_id)
        if left is not None:
            await asyncio.shield(left)  # its last words come first
        lesson = await self.context.read(get_scorm_lesson, self._lesson_id, self._enrollment_id)
        self.set_title(lesson.title)
        self._course_id = lesson.course_id
        package = await self.context.job(_("Opening “{title}”").format(title=lesson.title), _fetch_package, self.context.store, lesson)
        recorder = None
        if lesson.enrollment_id is not None:
            recorder, lesson = await self.context.tasks.run(_begin_launch, self.context.store, self.context.identity.member_id, lesson)
            self.context.broadcast(Changes.of("lesson_progress", "enrollments"))
        self._show(lesson, package, recorder)
        await self._start()

    # what a person does

    def ask(self, kind: Navigation) -> None:
        """Previous, Continue, Suspend, Exit."""
        if self.view is not None:
            self._leaves = kind in (Navigation.SUSPEND_ALL, Navigation.EXIT_ALL)
            self.spawn(self.view.ask(NavigationRequest(kind)))

    def choose(self, identifier: str) -> None:
        """An entry of the contents."""
        if self.view is not None and identifier != self.view.current:
            self.spawn(self.view.open_item(identifier))

    def exit(self) -> None:
        """End the session, then go back to the course."""
        if self.view is not None and self.view.current:
            self.ask(Navigation.EXIT_ALL)
        else:
            self.go_back()

    def go_back(self) -> None:
        """Leave the lesson as it is: close the launch, then go back to its course."""
        course = self._course_id
        self.release()
        if course is not None:
            self.context.open("course", course=course)

    def set_full_screen(self, full: bool) -> None:
        """Nothing but the content on the whole screen; Esc or F11 ends it."""
        window = self.window()
        if full == self._full or self.view is None:
            return
        self._full = full
        for on_stage, shortcuts in self._shortcuts.items():
            for shortcut in shortcuts:
                shortcut.setEnabled(on_stage is full)
        if full:
            self.stage.setWindowFlag(Qt.WindowType.Window, True)
            self.stage.setWindowTitle(self.header.title)
            self.stage.showFullScreen()
            self.stage.activateWindow()
        else:
            self.stage.setWindowFlag(Qt.WindowType.Window, False)
            self.splitter.insertWidget(1, self.stage)
            self.stage.show()
            window.activateWindow()
        self.view.setFocus()

    def _zoom(self, step: int) -> None:
        """A step larger or smaller; 0 is the content's own size."""
        if self.view is None:
            return
        now = self.view.view.zoomFactor()
        larger = [zoom for zoom in ZOOMS if zoom > now + 0.01]
        smaller = [zoom for zoom in ZOOMS if zoom < now - 0.01]
        wanted = 1.0 if step == 0 else min(larger, default=now) if step > 0 else max(smaller, default=now)
        self.view.view.setZoomFactor(wanted)
        self.context.notices.info(_("{percent} %").format(percent=round(wanted * 100)))

    def _next_pane(self) -> None:
        """The keyboard's way out of content that keeps Tab to itself: contents, content, buttons, and round again."""
        panes = [self.contents, self.view, self.exit_button]
        shown = [pane for pane in panes if pane is not None and pane.isVisible()]
        focus: QWidget | None = self.window().focusWidget()
        here = next((n for n, pane in enumerate(shown) if focus is not None and (pane is focus or pane.isAncestorOf(focus))), -1)
        shown[(here + 1) % len(shown)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW)
        if narrow != self._narrow:
            self._narrow = narrow
            if self.view is not None:
                self._make_room()

    def _make_room(self) -> None:
        self.contents.setVisible(self._several and not self._narrow)
        self.console.show_narrow(self._narrow)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # another page is shown; a window that is only minimised goes on
            self.release()

    def release(self) -> None:
        """Let go of the launch. It is closed in the background, whatever becomes of this page; showing the page again begins another."""
        if self.view is None:
            return
        self.set_full_screen(False)
        view, self.view = self.view, None
        view.hide()
        view.setParent(None)
        self._stale = True
        task = self.context.spawn(_close(view, self.context))
        _LEAVING[self._lesson_id] = task
        task.add_done_callback(lambda done: _LEAVING.pop(self._lesson_id) if _LEAVING.get(self._lesson_id) is done else None)

    # how it works

    def _show(self, lesson: ScormLesson, package: Package, recorder: Recorder | None) -> None:
        manifest = package.manifest
        launch = Launch(
            session_id=recorder.session_id if recorder else uuid4(),
            package=package,
            route=route_of(manifest, lesson.record, lesson.shared),
            learner_id=str(lesson.learner_id),
            learner_name=lesson.learner_name,
            preview=recorder is None,
            traced=recorder is None or bool(AUTHORS & self.context.identity.roles),
        )
        saving = Saving(recorder)
        view = PlayerView(launch, saving)
        saving.setParent(view)
        self._several = len(manifest.default.launchable) > 1
        self.contents_button.setVisible(self._several)
        self._make_room()
        self.stage.addWidget(view)
        self.stage.setCurrentWidget(view)
        view.moved.connect(self._moved)
        view.asked.connect(self._asked)
        view.traced.connect(self.console.add)
        self.console_button.setVisible(launch.traced)
        self.console.log.clear()
        view.refused.connect(self._refused)
        view.record_changed.connect(self._record_changed)
        view.broken.connect(self._broke)
        view.exit_requested.connect(self.exit)
        view.full_screen_requested.connect(self.set_full_screen)
        view.link_refused.connect(self._link_refused)
        if launch.traced:
            view.file_missing.connect(self._file_missing)
            view.address_stopped.connect(self._address_stopped)
        saving.state_changed.connect(lambda state: self.saved.show_state(state, saving.error))
        saving.saved.connect(lambda: self.context.broadcast(Changes.of("lesson_progress", "enrollments")))
        self.saved.show_state(saving.state)
        self.view = view

    async def _start(self) -> None:
        if self.view is not None:
            await self.view.start()

    async def _open_again(self) -> None:
        self.trouble.hide()
        await self._start()

    def _moved(self, step: Step) -> None:
        view = self.view
        if view is None:
            return
        leaves, self._leaves = self._leaves, False
        if step.ended and leaves:
            self.go_back()
            return
        self.part.setText(step.item.title if step.item is not None and self._several else "")
        missing = _missing(step.item) if step.item is not None else ""
        if missing:
            self.rest.show_empty(missing, "warning", _("Back to the course"), self.go_back)
            self.stage.setCurrentWidget(self.rest)
        elif step.item is not None:
            self.stage.setCurrentWidget(view)
        elif step.ended:
            self.rest.show_empty(_("This lesson has come to its end."), "certificate", _("Back to the course"), self.go_back)
            self.stage.setCurrentWidget(self.rest)
        else:
            self._wait_for_choice()
        self._show_controls()

    def _wait_for_choice(self) -> None:
        """Nothing follows by itself: the learner chooses, from the contents or what comes first in them."""
        assert self.view is not None
        items = self.view.launch.package.manifest.default.launchable
        launchable = {item.identifier for item in items}
        entries = self.view.route.controls().contents
        first = next((entry for entry in entries if entry.selectable and entry.visible and entry.identifier in launchable), None)
        if first is None:
            missing = next(filter(None, map(_missing, items)), "")
            sentence = missing or _("There is nothing more to open now.")
            self.rest.show_empty(sentence, "warning" if missing else "catalogue", _("Back to the course"), self.go_back)
        else:
            identifier = first.identifier
            self.rest.show_empty(
                _("Choose a part from the contents."),
                "catalogue",
                _("Open “{title}”").format(title=first.title),
                lambda: self.choose(identifier),
            )
        self.stage.setCurrentWidget(self.rest)

    def _show_controls(self) -> None:
        if self.view is None:
            return
        shown: Controls = self.view.route.controls()
        self._shown_revision = self.view.route.revision
        for button, visible, enabled in (
            (self.previous_button, shown.shows_previous, shown.can_go_back),
            (self.continue_button, shown.shows_continue, shown.can_continue),
        ):
            button.setVisible(visible and self._several)
            button.setEnabled(enabled)
        self.navigation.setVisible(self._several and bool(shown.current) and (shown.shows_previous or shown.shows_continue))
        self.suspend_button.setVisible(shown.shows_suspend and self._several and bool(shown.current))
        self.exit_button.setVisible(shown.shows_exit or not self.view.current)
        if self._several:
            self.contents.show_controls(shown, self.view.route.status)
        if self.console.isVisible():
            self._show_values()

    def _show_values(self) -> None:
        record = self.view.route.record(self.view.current) if self.view is not None else None
        self.console.model.show_values(record["cmi"] if record is not None else {})

    def _asked(self, request: NavigationRequest) -> None:
        if self.view is not None:
            self.spawn(self.view.ask(request))

    def _refused(self, _request: NavigationRequest) -> None:
        self._leaves = False
        self.context.notices.info(_("That is not possible at this point of the lesson."))

    def _record_changed(self, _document: Document) -> None:
        if self.view is not None and self.view.route.revision != self._shown_revision:
            self._show_controls()
        elif self.console.isVisible():
            self._show_values()

    def _broke(self, sentence: str) -> None:
        self.trouble_text.setText(sentence)
        self.trouble.show()

    def _link_refused(self, url: str) -> None:
        self.context.notices.info(_("This content may not leave the lesson: {address} was not opened.").format(address=url[:120]))

    def _file_missing(self, path: str) -> None:
        self.console.add([Call("GET", path, "", "", "404", _("The package does not hold this file."))])

    def _address_stopped(self, address: str) -> None:
        self.console.add([Call("GET", address, "", "", "403", _("Content may not reach anything outside of its package."))])

    def _toggle_console(self) -> None:
        self.console.setVisible(not self.console.isVisible())
        self._show_values()

    def _toggle_contents(self) -> None:
        self.contents.setVisible(not self.contents.isVisible())


def _missing(item: Item) -> str:
    """Why there is nothing to show of an item; empty where its page is there."""
    if item.resource is None or item.resource.present:
        return ""
    if is_external(item.launch):
        sentence = _("“{title}” lies on the network, at {address}, where the content of lessons may not go.")
        return sentence.format(title=item.title, address=urlsplit(item.launch).netloc or item.launch)
    sentence = _("The package of this lesson does not hold “{file}”, with which “{title}” begins. Who teaches the course can replace it.")
    return sentence.format(title=item.title, file=item.resource.path)


_LEAVING: dict[UUID, asyncio.Task[Any]] = {}
"""Launches that are being closed, by lesson: another launch of the same lesson waits for what they say last."""


def packages_folder() -> Path:
    """Where unpacked packages are kept. May be deleted at any time."""
    return cache_folder() / "packages"


def _fetch_package(control: JobControl, store: Any, lesson: ScormLesson) -> Package:
    return package_of_lesson(store, lesson, packages_folder(), control)


def _begin_launch(store: Any, member_id: UUID, lesson: ScormLesson) -> tuple[Recorder, ScormLesson]:
    """On a worker thread: first what earlier launches still have to say, then this one begins, with the record as it is by then."""
    assert lesson.enrollment_id is not None
    journal = Journal(journal_path(data_folder(), member_id))
    try:
        send_waiting(store, journal)
        session_id = uuid4()
        store.write(commands.begin_session, lesson.enrollment_id, lesson.lesson_id, session_id)
        return Recorder(store, journal, session_id), store.read(get_scorm_lesson, lesson.lesson_id, lesson.enrollment_id)
    except BaseException:
        journal.close()
        raise


async def _close(view: PlayerView, context: Context) -> None:
    try:
        await view.close_launch()
    finally:
        view.deleteLater()
    context.broadcast(Changes.of("lesson_progress", "enrollments"))
