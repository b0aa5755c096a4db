"""On this computer: the courses that are kept here, what of them waits to be sent, and conflicts to settle side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.changes import Done
from desktop.i18n import N_, _, ngettext
from desktop.store.replica import CheckedOut, FieldConflict, RowConflict
from desktop.sync.merge import merge_texts
from desktop.ui.page import Empty, Page, in_turns
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card

KINDS = {
    "conflict": N_("You and somebody else wrote this differently."),
    "gone": N_("You edited this, and somebody else deleted it."),
    "kept": N_("You deleted this, and somebody else had changed it. It was kept."),
    "refused": N_("The server did not take this change."),
}
TABLES = {
    "courses": N_("Course"),
    "course_modules": N_("Module"),
    "lessons": N_("Lesson"),
    "lesson_attachments": N_("Attachment"),
    "quizzes": N_("Quiz"),
    "quiz_questions": N_("Question"),
    "assignments": N_("Assignment"),
}
TITLES = ("title", "question_text", "file_name")
"""The columns that name a row."""


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
        cards = [*await in_turns(lambda one: ConflictCard(one, self), conflicts), *await in_turns(lambda one: CourseCard(one, self), here)]
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


class ConflictCard(Card):
    """What could not be merged in one row, field by field: the author's text, the other one, and one of both."""

    def __init__(self, conflict: RowConflict, page: LocalPage) -> None:
        super().__init__(page)
        name = next((str(conflict.row[column]) for column in TITLES if conflict.row.get(column)), "")
        self.body.addWidget(Label(f"{_(TABLES[conflict.table])}: {name}", Role.HEADING, parent=self, wrap=True))
        self.body.addWidget(Label(_(KINDS[conflict.kind]), parent=self, wrap=True))
        if conflict.message:
            self.body.addWidget(Label(conflict.message, token="muted", parent=self, wrap=True))
        here = page.context.here
        if conflict.kind == "conflict":
            for field in conflict.fields:
                self.body.addWidget(FieldChoice(conflict, field, page, self))
            return
        row = QHBoxLayout()
        if conflict.kind == "kept":
            self._offer(row, _("Delete anyway"), lambda: page.settle(here.delete_anyway, conflict))
            self._offer(row, _("Keep it"), lambda: page.settle(here.discard, conflict))
        else:
            self._offer(row, _("Restore with my edits"), lambda: page.settle(here.restore, conflict))
            self._offer(row, _("Let it go"), lambda: page.settle(here.discard, conflict))
        row.addStretch(1)
        self.body.addLayout(row)

    def _offer(self, row: QHBoxLayout, text: str, pressed: Callable[[], None]) -> None:
        button = Button(text, "quiet", "", self)
        button.clicked.connect(pressed)
        row.addWidget(button)


class FieldChoice(QWidget):
    """One field: both texts side by side, below them a proposal that can be edited."""

    def __init__(self, conflict: RowConflict, field: FieldConflict, page: LocalPage, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(8), 0, 0)
        column.addWidget(Label(field.name.replace("_", " ").capitalize(), Role.LABEL, parent=self))
        grid = QGridLayout()
        grid.setSpacing(px(8))
        column.addLayout(grid)
        here = page.context.here

        def keep(value: Any) -> None:
            page.settle(here.settle, conflict, {field.name: value})

        for number, (heading, value, button_text) in enumerate(
            ((_("Yours"), field.mine, _("Keep mine")), (_("In the course now"), field.theirs, _("Keep theirs")))
        ):
            grid.addWidget(Label(heading, Role.CAPTION, "muted", self), 0, number)
            text = self._text(heading, shown(value))
            text.setReadOnly(True)
            grid.addWidget(text, 1, number)
            button = Button(button_text, "quiet", "", self)
            button.clicked.connect(lambda _checked=False, value=value: keep(value))
            grid.addWidget(button, 2, number)
        if isinstance(field.mine, str) and isinstance(field.theirs, str):
            seen = field.seen if isinstance(field.seen, str) else ""
            proposal = merge_texts(seen, field.mine, field.theirs)
            heading = _("Both, put together") if proposal is not None else _("Both changed the same place: write it as it should be")
            grid.addWidget(Label(heading, Role.CAPTION, "muted", self, wrap=True), 3, 0, 1, 2)
            self.merged = self._text(heading, field.mine if proposal is None else proposal)
            grid.addWidget(self.merged, 4, 0, 1, 2)
            use = Button(_("Use this text"), "quiet", "check", self)
            use.clicked.connect(lambda: keep(self.merged.toPlainText()))
            grid.addWidget(use, 5, 0, 1, 2)

    def _text(self, name: str, value: str) -> QPlainTextEdit:
        text = QPlainTextEdit(value, self)
        text.setAccessibleName(name)
        text.setTabChangesFocus(True)
        text.setFixedHeight(px(96))
        return text


def shown(value: Any) -> str:
    """A value as it is read: text as it is, nothing as nothing, the rest as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
