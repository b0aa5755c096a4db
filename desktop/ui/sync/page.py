"""On this computer: the courses that are kept here, what of them waits to be sent, and conflicts to settle side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from desktop.changes import Done
from desktop.i18n import N_, _, ngettext
from desktop.store.replica import CheckedOut
from desktop.ui.page import Empty, Page, in_turns
from desktop.ui.sync.conflicts import TABLES, ConflictCard
from desktop.ui.theme import Role
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card


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
