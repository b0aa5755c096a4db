"""The page on which a SCORM lesson is played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.changes import Changes
from desktop.errors import LmsError, NotAllowed
from desktop.i18n import N_, _
from desktop.scorm import commands
from desktop.scorm.cache import package_of
from desktop.scorm.journal import Journal, journal_path
from desktop.scorm.package import Package
from desktop.scorm.queries import ScormLesson, get_scorm_lesson
from desktop.scorm.recorder import Recorder, send_waiting
from desktop.scorm.records import Document, first_to_open, resumed_document
from desktop.settings import cache_folder, data_folder
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.page import Page
from desktop.ui.player.contents import Contents
from desktop.ui.player.saving import SaveState, Saving
from desktop.ui.player.view import Launch, PlayerView
from desktop.ui.player.warm import may_start
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, Label, Picture

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
        self.contents: Contents | None = None
        self._course_id: UUID | None = None
        self._full = False

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]] | None:
        return (_("Course"), self.exit) if self._course_id else None

    def build(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.bar = QWidget(content)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(px(32), 0, px(24), px(12))
        row.setSpacing(px(12))
        self.part = ElidedLabel(role=Role.STRONG, parent=self.bar)
        self.saved = SavedIndicator(self.bar)
        self.contents_button = IconButton("list", _("Show or hide the contents"), self.bar)
        self.full_screen_button = IconButton("fullscreen", _("Full screen"), self.bar)
        self.exit_button = Button(_("Exit"), "quiet", "", self.bar)
        self.exit_button.setObjectName("player.exit")
        row.addWidget(self.contents_button)
        row.addWidget(self.part, 1)
        row.addWidget(self.saved)
        row.addWidget(self.full_screen_button)
        row.addWidget(self.exit_button)
        self.trouble = QWidget(content)
        trouble = QHBoxLayout(self.trouble)
        trouble.setContentsMargins(px(24), px(8), px(24), px(8))
        self.trouble_text = Label(token="warn", parent=self.trouble, wrap=True)
        self.again_button = Button(_("Open again"), "primary", "", self.trouble)
        trouble.addWidget(self.trouble_text, 1)
        trouble.addWidget(self.again_button)
        self.trouble.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal, content)
        column.addWidget(self.bar)
        column.addWidget(self.trouble)
        column.addWidget(self.splitter, 1)
        self.exit_button.clicked.connect(self.exit)
        self.full_screen_button.clicked.connect(lambda: self.set_full_screen(not self._full))
        self.contents_button.clicked.connect(self._toggle_contents)
        self.again_button.clicked.connect(lambda: self.spawn(self._open_again()))
        return content

    async def refresh(self) -> None:
        """Begin the launch. A second call, while it runs, changes nothing."""
        if self.view is not None:
            return
        if not may_start():
            raise NotAllowed(
                _("Lessons cannot be played under the system's own account (root)."),
                remedy=_("Start the application as an ordinary user: content is kept in a sandbox, which root cannot have."),
            )
        lesson = await self.context.read(get_scorm_lesson, self._lesson_id, self._enrollment_id)
        self.set_title(lesson.title)
        self._course_id = lesson.course_id
        package = await self.context.job(
            _("Opening “{title}”").format(title=lesson.title), _fetch_package, self.context.store, lesson.asset_id
        )
        recorder = await self._begin(lesson)
        self._show(lesson, package, recorder)
        await self._start()

    # what a person does

    def exit(self) -> None:
        """Leave the lesson: close the launch, then go back to its course."""
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
        if full:
            self.view.setWindowFlag(Qt.WindowType.Window, True)
            self.view.showFullScreen()
        else:
            self.view.setWindowFlag(Qt.WindowType.Window, False)
            self.splitter.addWidget(self.view)
            self.view.show()
            window.activateWindow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11) and self._full:
            self.set_full_screen(False)
        elif event.key() == Qt.Key.Key_F11:
            self.set_full_screen(True)
        else:
            super().keyPressEvent(event)

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
        if self.contents is not None:
            self.contents.deleteLater()
            self.contents = None
        self._stale = True
        self.context.spawn(_close(view, self.context))

    # how it works

    async def _begin(self, lesson: ScormLesson) -> Recorder | None:
        if lesson.enrollment_id is None:
            return None
        recorder = await self.context.tasks.run(_begin_launch, self.context.store, self.context.identity.member_id, lesson)
        self.context.broadcast(Changes.of("lesson_progress", "enrollments"))
        return recorder

    def _show(self, lesson: ScormLesson, package: Package, recorder: Recorder | None) -> None:
        manifest = package.manifest
        launch = Launch(
            session_id=recorder.session_id if recorder else uuid4(),
            package=package,
            document=resumed_document(lesson.record, manifest.standard, manifest.default),
            learner_id=str(lesson.learner_id),
            learner_name=lesson.learner_name,
            preview=recorder is None,
        )
        saving = Saving(recorder)
        view = PlayerView(launch, saving)
        saving.setParent(view)
        several = len(manifest.default.launchable) > 1
        self.contents_button.setVisible(several)
        if several:
            self.contents = Contents(manifest.default)
            self.contents.chosen.connect(lambda item: self.spawn(self._open(item)))
            self.splitter.addWidget(self.contents)
        self.splitter.addWidget(view)
        self.splitter.setStretchFactor(self.splitter.count() - 1, 1)
        if several:
            self.splitter.setSizes([px(280), px(900)])
        view.item_opened.connect(self._item_opened)
        view.record_changed.connect(self._record_changed)
        view.broken.connect(self._broke)
        view.exit_requested.connect(self.exit)
        view.full_screen_requested.connect(self.set_full_screen)
        view.link_refused.connect(self._link_refused)
        saving.state_changed.connect(lambda state: self.saved.show_state(state, saving.error))
        saving.saved.connect(lambda: self.context.broadcast(Changes.of("lesson_progress", "enrollments")))
        self.saved.show_state(saving.state)
        self.view = view

    async def _start(self) -> None:
        view = self.view
        if view is None:
            return
        first = first_to_open(view.document, view.launch.package.manifest.default.walk())
        assert first is not None  # a package without anything to open is refused at import
        await view.start(view.current or first.identifier)

    async def _open(self, item: str) -> None:
        if self.view is not None and item != self.view.current:
            await self.view.open_item(item)

    async def _open_again(self) -> None:
        self.trouble.hide()
        await self._start()

    def _item_opened(self, item: str) -> None:
        if self.view is not None:
            self.part.setText(self.view.launch.item(item).title if self.contents is not None else "")
            self._record_changed(self.view.document)

    def _record_changed(self, document: Document) -> None:
        if self.contents is not None and self.view is not None:
            self.contents.show_record(document, self.view.current)

    def _broke(self, sentence: str) -> None:
        self.trouble_text.setText(sentence)
        self.trouble.show()

    def _link_refused(self, url: str) -> None:
        self.context.notices.info(_("This content may not leave the lesson: {address} was not opened.").format(address=url[:120]))

    def _toggle_contents(self) -> None:
        if self.contents is not None:
            self.contents.setVisible(not self.contents.isVisible())


def packages_folder() -> Path:
    """Where unpacked packages are kept. May be deleted at any time."""
    return cache_folder() / "packages"


def _fetch_package(control: JobControl, store: Any, asset_id: str) -> Package:
    return package_of(store, asset_id, packages_folder(), control)


def _begin_launch(store: Any, member_id: UUID, lesson: ScormLesson) -> Recorder:
    """On a worker thread: first what earlier launches still have to say, then this one begins."""
    assert lesson.enrollment_id is not None
    journal = Journal(journal_path(data_folder(), member_id))
    send_waiting(store, journal)
    session_id = uuid4()
    store.write(commands.begin_session, lesson.enrollment_id, lesson.lesson_id, session_id)
    return Recorder(store, journal, session_id)


async def _close(view: PlayerView, context: Context) -> None:
    try:
        await view.close_launch()
    finally:
        view.deleteLater()
    context.broadcast(Changes.of("lesson_progress", "enrollments"))
