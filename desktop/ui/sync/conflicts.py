"""What could not be merged: both texts side by side, to be settled. On the page of what is here, and in the editor of the course itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.changes import Changes, Done
from desktop.i18n import N_, _, ngettext
from desktop.store.replica import FieldConflict, Replica, RowConflict
from desktop.sync.merge import merge_texts
from desktop.ui.context import Context
from desktop.ui.page import in_turns
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, Dialog

type Settle = Callable[..., None]
"""Settles a conflict on a worker thread: a method of the replica, then its arguments."""

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


class ConflictBar(Card):
    """In the editor of a course: that somebody else wrote something differently, and the way to settle it. Else hidden."""

    def __init__(self, context: Context, course: UUID) -> None:
        super().__init__()
        self._context, self._course = context, course
        self.words = Label("", Role.BODY, wrap=True)
        self.button = Button(_("Settle…"), "quiet")
        self.button.clicked.connect(self.open_dialog)
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)
        self.dialog: ConflictsDialog | None = None
        self.hide()
        context.changed.connect(self._changed)

    def _changed(self, changes: Changes) -> None:
        if "conflicts" in changes.kinds:
            self._context.spawn(self.look(), self)

    async def look(self) -> None:
        """See whether there is something to settle."""
        count = len(await self._context.tasks.run(self._context.here.conflicts, self._course))
        self.words.setText(
            ngettext(
                "Somebody else wrote one thing here differently than you. Both are kept until you choose.",
                "Somebody else wrote {n} things here differently than you. Both are kept until you choose.",
                count,
            ).format(n=count)
        )
        self.setVisible(count > 0)

    def open_dialog(self) -> None:
        self.dialog = ConflictsDialog(self._context, self._course, self)
        self.dialog.open()


class ConflictsDialog(Dialog):
    """All that is to be settled in one course. It closes with the last of it."""

    def __init__(self, context: Context, course: UUID, parent: QWidget) -> None:
        super().__init__(_("Choose what stays"), "", parent, width=680)
        self._context, self._course = context, course
        self.column = ScrolledColumn()
        self.column.setMinimumHeight(px(420))
        self.body.addWidget(self.column, 1)
        self.add_button(_("Later"), "quiet", self.reject)
        context.spawn(self._fill(), self)

    async def _fill(self) -> None:
        here = self._context.here
        conflicts = await self._context.tasks.run(here.conflicts, self._course)
        if not conflicts:
            self.accept()
            return
        column = self.column.begin()
        for card in await in_turns(lambda one: ConflictCard(one, here, self.settle, self), conflicts):
            column.addWidget(card)
        column.addStretch(1)
        await self.column.show_column()

    def settle(self, work: Callable[..., Done[None]], *arguments: Any) -> None:
        """Settle a conflict on a worker thread; the dialog shows what is left."""
        self._context.spawn(self._settle(work, arguments), self)

    async def _settle(self, work: Callable[..., Done[None]], arguments: tuple[Any, ...]) -> None:
        try:
            done = await self._context.tasks.run(work, *arguments)
            self._context.broadcast(done.changes)
            self._context.broadcast(Changes.of("conflicts"))
        finally:
            await self._fill()  # also where it was changed again meanwhile: what is shown must be what there is


class ConflictCard(Card):
    """What could not be merged in one row, field by field: the author's text, the other one, and one of both."""

    def __init__(self, conflict: RowConflict, here: Replica, settle: Settle, parent: QWidget) -> None:
        super().__init__(parent)
        name = next((str(conflict.row[column]) for column in TITLES if conflict.row.get(column)), "")
        self.body.addWidget(Label(f"{_(TABLES[conflict.table])}: {name}", Role.HEADING, parent=self, wrap=True))
        self.body.addWidget(Label(_(KINDS[conflict.kind]), parent=self, wrap=True))
        if conflict.message:
            self.body.addWidget(Label(conflict.message, token="muted", parent=self, wrap=True))
        if conflict.kind == "conflict":
            for field in conflict.fields:
                self.body.addWidget(FieldChoice(conflict, field, here, settle, self))
            return
        row = QHBoxLayout()
        if conflict.kind == "kept":
            self._offer(row, _("Delete anyway"), lambda: settle(here.delete_anyway, conflict))
            self._offer(row, _("Keep it"), lambda: settle(here.discard, conflict))
        else:
            self._offer(row, _("Restore with my edits"), lambda: settle(here.restore, conflict))
            self._offer(row, _("Let it go"), lambda: settle(here.discard, conflict))
        row.addStretch(1)
        self.body.addLayout(row)

    def _offer(self, row: QHBoxLayout, text: str, pressed: Callable[[], None]) -> None:
        button = Button(text, "quiet", "", self)
        button.clicked.connect(pressed)
        row.addWidget(button)


class FieldChoice(QWidget):
    """One field: both texts side by side, below them a proposal that can be edited."""

    def __init__(self, conflict: RowConflict, field: FieldConflict, here: Replica, settle: Settle, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(8), 0, 0)
        column.addWidget(Label(field.name.replace("_", " ").capitalize(), Role.LABEL, parent=self))
        grid = QGridLayout()
        grid.setSpacing(px(8))
        column.addLayout(grid)

        def keep(value: Any) -> None:
            settle(here.settle, conflict, {field.name: value})

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
