"""One's own notes beside a lesson. Those on a film know their moment, and lead back to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.learning.captions import clock
from desktop.learning.notes import LONGEST, Note, delete_note, list_notes, write_note
from desktop.ui.context import Context
from desktop.ui.page import in_turns
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton, disabled
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card


class NotesPanel(QWidget):
    """Write below, read above. What was begun and not added is added when the lesson is left."""

    sought = Signal(float)
    """Seconds of the film: somebody wants to see what a note is about."""

    def __init__(self, context: Context, lesson: UUID, moment: Callable[[], float | None], parent: QWidget | None = None) -> None:
        """``moment`` answers where the film is, or None beside a lesson without one."""
        super().__init__(parent)
        self._context, self._lesson, self._moment = context, lesson, moment
        self._at: int | None = None
        self._editing: UUID | None = None
        self.notes: tuple[Note, ...] = ()
        self.list = ScrolledColumn(self)
        self.field = QPlainTextEdit(self)
        self.field.setAccessibleName(_("Note"))
        self.field.setPlaceholderText(_("Only you will read this."))
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(px(84))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self.hint = Label("", Role.CAPTION, "muted", self)
        self.add_button = Button(_("Add note"), "primary", "", self)
        self.add_button.setToolTip(_("Ctrl+Enter"))
        self.cancel_button = Button(_("Cancel"), "plain", "", self)
        self.add_button.clicked.connect(lambda: context.spawn(self.add(), self))
        self.cancel_button.clicked.connect(self._stop_editing)
        foot = QHBoxLayout()
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.list, 1)
        column.addWidget(self.field)
        column.addLayout(foot)
        self._typed()
        self.cancel_button.hide()

    async def refresh(self) -> None:
        self.notes = await self._context.read(list_notes, self._lesson)
        column = self.list.begin()
        column.setContentsMargins(0, 0, px(4), 0)
        column.setSpacing(px(8))
        for card in await in_turns(self._card, self.notes):
            column.addWidget(card)
        if not self.notes:
            column.addWidget(Label(_("No notes yet."), Role.BODY, "muted", wrap=True))
        column.addStretch(1)
        await self.list.show_column()

    async def add(self) -> None:
        """Keep what was written."""
        body = self.field.toPlainText()
        if not body.strip():
            return
        with disabled(self.add_button):
            await self._context.write(write_note, self._lesson, body, self._at, self._editing)
        self._stop_editing()
        await self.refresh()

    async def leave(self) -> None:
        """The lesson is left: what was begun is kept. Without a server it stays in the field, and says so."""
        body, at, editing = self.field.toPlainText(), self._at, self._editing
        if not body.strip():
            return
        self._stop_editing()
        try:
            await self._context.write(write_note, self._lesson, body, at, editing)
        except LmsError:
            self._at, self._editing = at, editing
            self.field.setPlainText(body)
            raise

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._context.spawn(self.add(), self)
                return True
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        body = self.field.toPlainText()
        if body and self._at is None and self._editing is None:
            moment = self._moment()
            self._at = None if moment is None else int(moment)
        elif not body and self._editing is None:
            self._at = None
        over = len(body) - LONGEST
        if over > 0:
            self.hint.setText(_("{n} characters too many").format(n=over))
        else:
            self.hint.setText(_("At {time}").format(time=clock(self._at)) if self._at is not None else "")
        self.add_button.setEnabled(bool(body.strip()) and over <= 0)

    def _card(self, note: Note) -> QWidget:
        card = Card(padding=12)
        head = QHBoxLayout()
        if note.at_seconds is not None:
            moment = Button(clock(note.at_seconds), "link")
            moment.setAccessibleName(_("Go to {time}").format(time=clock(note.at_seconds)))
            moment.clicked.connect(partial(self._seek, note.at_seconds))
            head.addWidget(moment)
        head.addStretch(1)
        edit, away = IconButton("edit", _("Edit this note")), IconButton("trash", _("Delete this note"))
        edit.clicked.connect(partial(self._edit, note))
        away.clicked.connect(partial(self._delete, note.id))
        head.addWidget(edit)
        head.addWidget(away)
        words = Label(note.body, Role.BODY, wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addLayout(head)
        card.body.addWidget(words)
        return card

    def _seek(self, seconds: int, _checked: bool = False) -> None:
        self.sought.emit(float(seconds))

    def _edit(self, note: Note, _checked: bool = False) -> None:
        self._editing, self._at = note.id, note.at_seconds
        self.field.setPlainText(note.body)
        self.add_button.setText(_("Save note"))
        self.cancel_button.show()
        self.field.setFocus()

    def _stop_editing(self) -> None:
        self._editing = self._at = None
        self.field.clear()
        self.add_button.setText(_("Add note"))
        self.cancel_button.hide()

    def _delete(self, note: UUID, _checked: bool = False) -> None:
        self._context.spawn(self._deleted(note), self)

    async def _deleted(self, note: UUID) -> None:
        if self._editing == note:
            self._stop_editing()
        await self._context.write(delete_note, note)
        await self.refresh()
