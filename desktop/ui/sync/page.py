"""On this computer: the courses that are kept here, what of them waits to be sent, and conflicts to settle side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from desktop.changes import Done
from desktop.i18n import N_, _, ngettext
from desktop.store.replica import CheckedOut
from desktop.sync.loop import Activity, Sync
from desktop.ui.dates import moment_text
from desktop.ui.notices import explain
from desktop.ui.page import Empty, Page, in_turns
from desktop.ui.sync.conflicts import TABLES, ConflictCard
from desktop.ui.theme import Role
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card

LOOK_MS = 1000


class LocalPage(Page):
    title = N_("On this computer")
    subtitle = N_("Courses that you can edit without a connection")
    primary: ClassVar[str] = "sync.now"
    shows: ClassVar[frozenset[str]] = frozenset({"conflicts", *TABLES})

    def build(self) -> QWidget:
        self.on("sync.now", self.sync_now)
        self.column = ScrolledColumn()
        return self.column

    async def refresh(self) -> Empty | None:
        if self.context.replica is None:
            return Empty(_("No courses are kept on this computer."), picture="catalogue")
        here = await self.context.tasks.run(self.context.here.list_checked_out)
        conflicts = await self.context.tasks.run(self.context.here.conflicts)
        if not here:
            return Empty(_("A course is kept here once you have opened it in the editor."), picture="catalogue")
        column = self.column.begin()
        if self.context.sync is not None:
            column.addWidget(SyncCard(self.context.sync, self.retry, self))
        cards = [
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
        count = await self.context.tasks.run(self.context.here.export_outbox, path, course.scope)
        self.context.notices.done(ngettext("{n} change was exported.", "{n} changes were exported.", count).format(n=count))


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
    """A course that is here: what waits, and whether it may still be written."""

    def __init__(self, course: CheckedOut, page: LocalPage) -> None:
        super().__init__(page)
        self.body.addWidget(Label(course.title or _("On its way…"), Role.HEADING, parent=self, wrap=True))
        facts = [_("{size} KB").format(size=f"{course.size / 1024:,.0f}")]
        if course.waiting:
            facts.append(ngettext("{n} change waits to be sent", "{n} changes wait to be sent", course.waiting).format(n=course.waiting))
        if course.revoked:
            facts.append(_("You no longer write in this course: it can only be read"))
        self.body.addWidget(Label(" · ".join(facts), Role.CAPTION, "muted", self, wrap=True))
        if course.waiting or course.conflicts:
            row = QHBoxLayout()
            export = Button(_("Export what was not sent…"), "quiet", "download", self)
            export.clicked.connect(lambda: page.export(course))
            row.addWidget(export)
            row.addStretch(1)
            self.body.addLayout(row)
