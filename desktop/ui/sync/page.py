"""On this computer: the courses that are kept here, what of them waits to be sent, and conflicts to settle side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from desktop.changes import Done
from desktop.i18n import N_, _, ngettext
from desktop.store.replica import CheckedOut
from desktop.sync.keeping import Kept, list_kept, take_off
from desktop.sync.loop import Activity, Sync
from desktop.sync.outbox_file import export_outbox, import_outbox
from desktop.sync.restored import list_restored
from desktop.ui.dates import moment_text
from desktop.ui.notices import explain
from desktop.ui.page import Empty, Page, in_turns
from desktop.ui.sync.conflicts import TABLES, ConflictCard
from desktop.ui.sync.keeping import keep_course, size_text
from desktop.ui.theme import Role
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import FlowLayout
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, confirm

LOOK_MS = 1000


class LocalPage(Page):
    title = N_("On this computer")
    subtitle = N_("Courses that you can edit without a connection")
    primary: ClassVar[str] = "sync.now"
    secondary = ("sync.import", "sync.new-course")
    shows: ClassVar[frozenset[str]] = frozenset({"conflicts", *TABLES})

    def build(self) -> QWidget:
        self.on("sync.now", self.sync_now)
        self.on("sync.import", self.choose_import)
        self.on("sync.new-course", self.begin_course)
        self.column = ScrolledColumn()
        return self.column

    async def refresh(self) -> Empty | None:
        if self.context.replica is None:
            return Empty(_("No courses are kept on this computer."), picture="catalogue")
        here = await self.context.tasks.run(list_kept, self.context.here)
        conflicts = await self.context.tasks.run(self.context.here.conflicts)
        if not here:
            return Empty(
                _("A course is kept here once you have opened it in the editor, or chosen “Keep on this computer” on its page."),
                picture="catalogue",
            )
        column = self.column.begin()
        if self.context.sync is not None:
            column.addWidget(SyncCard(self.context.sync, self.retry, self))
        restored = await self.context.tasks.run(list_restored, self.context.here)
        cards = [
            *await in_turns(lambda path: RestoredCard(path, self), restored),
            *await in_turns(lambda one: ConflictCard(one, self.context.here, self.settle, self), conflicts),
            *await in_turns(lambda one: CourseCard(one, self), here),
        ]
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        await self.column.show_column()
        return None

    async def sync_now(self) -> None:
        await self.context.sync_now()
        self.reload()

    def retry(self) -> None:
        self.spawn(self.sync_now())

    def settle(self, work: Callable[..., Done[None]], *arguments: Any) -> None:
        """Settle a conflict on a worker thread; the page shows what is left."""
        self.context.spawn(self._settle(work, arguments), self)

    async def _settle(self, work: Callable[..., Done[None]], arguments: tuple[Any, ...]) -> None:
        try:
            done = await self.context.tasks.run(work, *arguments)
        finally:
            self.reload()  # also where it was changed again meanwhile: what is shown must be what there is
        self.context.broadcast(done.changes)

    def export(self, course: CheckedOut) -> None:
        dialog = QFileDialog(self, _("Export what was not sent"), f"{course.title or course.scope}.json")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self.context.spawn(self._export(course, Path(path)), self))
        dialog.open()

    async def _export(self, course: CheckedOut, path: Path) -> None:
        count = await self.context.tasks.run(export_outbox, self.context.here, path, course.scope)
        self.context.notices.done(ngettext("{n} change was exported.", "{n} changes were exported.", count).format(n=count))

    def begin_course(self) -> None:
        from desktop.ui.courses.dialogs import NewCourseDialog

        NewCourseDialog(self.context, self).open()

    def choose_import(self) -> None:
        """Ask for a file of changes that were exported on another computer, or by a colleague."""
        dialog = QFileDialog(self, _("Import changes"), "", _("Changes (*.json);;All files (*)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.context.spawn(self.import_changes(Path(path)), self))
        dialog.open()

    async def import_changes(self, path: Path) -> None:
        """Put the changes of a file among those that wait, and say what became of them."""
        taken = await self.context.tasks.run(import_outbox, self.context.here, path)
        words = [ngettext("{n} change was taken.", "{n} changes were taken.", taken.changes).format(n=f"{taken.changes:,}")]
        if taken.known:
            words.append(ngettext("{n} was here already.", "{n} were here already.", taken.known).format(n=f"{taken.known:,}"))
        if taken.left:
            words.append(ngettext("{n} is in the file alone.", "{n} are in the file alone.", taken.left).format(n=f"{taken.left:,}"))
        self.context.notices.done(" ".join(words))
        if self.context.sync is not None:
            self.context.sync.edited()
        self.reload()

    def bring_back(self, path: Path) -> None:
        self.context.spawn(self._bring_back(path), self)

    async def _bring_back(self, path: Path) -> None:
        await self.import_changes(path)
        await self.context.tasks.run(path.unlink)
        self.reload()

    def ask_discard(self, path: Path) -> None:
        async def discard() -> None:
            await self.context.tasks.run(path.unlink)
            self.reload()

        confirm(
            self,
            _("Leave it as the server has it?"),
            _("What this computer had beyond the restored server is deleted."),
            _("Delete"),
            lambda: self.context.spawn(discard(), self),
        )

    def keep(self, course: CheckedOut) -> None:
        self.context.spawn(keep_course(self.context, course.scope, course.title), self)

    def ask_take_off(self, course: CheckedOut) -> None:
        confirm(
            self,
            _("Take “{title}” off this computer?").format(title=course.title),
            _("The course and its files stay on the server. What you can undo in it is forgotten here."),
            _("Take off"),
            lambda: self.context.spawn(self._take_off(course), self),
        )

    async def _take_off(self, course: CheckedOut) -> None:
        await self.context.tasks.run(take_off, self.context.here, course.scope)
        self.reload()


class RestoredCard(Card):
    """What this computer had of a course beyond a server that was put back to an earlier state."""

    def __init__(self, path: Path, page: LocalPage) -> None:
        super().__init__(page)
        self.body.addWidget(Label(_("The server was restored"), Role.HEADING, parent=self, wrap=True))
        words = _("It is at an earlier state than this computer was. What was beyond it is kept: {name}.").format(name=path.stem)
        self.body.addWidget(Label(words, Role.BODY, parent=self, wrap=True))
        row = FlowLayout(spacing=8)
        back, leave = (
            Button(_("Bring it back"), "primary", "undo", self),
            Button(_("Leave it as the server has it…"), "quiet", "trash", self),
        )
        back.clicked.connect(lambda: page.bring_back(path))
        leave.clicked.connect(lambda: page.ask_discard(path))
        row.addWidget(back)
        row.addWidget(leave)
        self.body.addLayout(row)


class SyncCard(Card):
    """How things stand between this computer and the server: since when, and what went wrong last."""

    def __init__(self, sync: Sync, retry: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._sync = sync
        self._shown: Exception | None = None
        self.state = Label("", Role.HEADING, parent=self, wrap=True)
        self.since = Label("", Role.CAPTION, "muted", self, wrap=True)
        self.error = Label("", Role.BODY, "bad", self, wrap=True)
        self.retry_button = Button(_("Try again"), "quiet", "sync", self)
        self.retry_button.clicked.connect(retry)
        for label in (self.state, self.since, self.error):
            self.body.addWidget(label)
        row = QHBoxLayout()
        row.addWidget(self.retry_button)
        row.addStretch(1)
        self.body.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Say how it is now."""
        status, at = self._sync.status, self._sync.exchanged_at
        self.state.setText(status.sentence())
        if status.activity is Activity.EXCHANGING:
            self.since.setText(_("Being exchanged with the server…"))
        elif at is None:
            self.since.setText(_("Not exchanged with the server since the application was started."))
        else:
            self.since.setText(_("As the server had it on {moment}.").format(moment=moment_text(at)))
        if status.error is not self._shown:  # once for each: a defect is logged when it is explained
            self._shown = status.error
            self.error.setText("" if status.error is None else " ".join(filter(None, explain(status.error)[:2])))
        self.error.setVisible(status.error is not None)
        self.retry_button.setVisible(status.error is not None or status.activity is Activity.AWAY)


class CourseCard(Card):
    """A course that is here: what waits, which of its files are here, and whether it may still be written."""

    def __init__(self, kept: Kept, page: LocalPage) -> None:
        super().__init__(page)
        course = kept.course
        head = QHBoxLayout()
        head.addWidget(Label(course.title or _("On its way…"), Role.HEADING, parent=self, wrap=True), 1)
        if course.pinned:
            whole = kept.here == kept.files
            head.addWidget(StatusPill(_("Kept offline") if whole else _("Files are missing"), "good" if whole else "warn"))
        self.body.addLayout(head)
        facts = [size_text(course.size + kept.size)]
        if kept.files:
            facts.append(
                ngettext("{here} of {n} file is here", "{here} of {n} files are here", kept.files).format(
                    here=kept.here, n=f"{kept.files:,}"
                )
            )
        if course.waiting:
            facts.append(ngettext("{n} change waits to be sent", "{n} changes wait to be sent", course.waiting).format(n=course.waiting))
        if course.revoked:
            facts.append(_("You no longer write in this course: it can only be read"))
        self.body.addWidget(Label(" · ".join(facts), Role.CAPTION, "muted", self, wrap=True))
        row = FlowLayout(spacing=8)
        if (course.title and course.clock is not None) or course.waiting:
            self._button(row, _("Edit"), "edit", lambda: page.context.open("course-editor", course=course.scope))
        if not course.revoked and (not course.pinned or kept.here < kept.files):
            words = _("Bring the missing files") if course.pinned else _("Keep with its files")
            self._button(row, words, "download", lambda: page.keep(course))
        if course.waiting or course.conflicts:
            self._button(row, _("Export what was not sent…"), "upload", lambda: page.export(course))
        else:
            self._button(row, _("Take off this computer…"), "trash", lambda: page.ask_take_off(course))
        self.body.addLayout(row)

    def _button(self, row: FlowLayout, words: str, icon: str, pressed: Callable[[], object]) -> None:
        button = Button(words, "quiet", icon, self)
        button.clicked.connect(lambda _checked: pressed())
        row.addWidget(button)
