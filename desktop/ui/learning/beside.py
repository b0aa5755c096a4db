"""What stands beside a lesson: the course's contents, one's notes, what is said in the film, and files to take along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.courses.outline import Outline
from desktop.i18n import _
from desktop.learning.captions import Cue, clock, index_at
from desktop.learning.queries import Attachment
from desktop.ui.context import Context
from desktop.ui.courses.outline import LessonButton
from desktop.ui.learning.notes import NotesPanel
from desktop.ui.page import breathe
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import SearchField, SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card

WIDTH = 340
"""Pixels at nominal text."""


class ContentsPanel(ScrolledColumn):
    """The course's lessons with their state; the one that is open is marked."""

    opened = Signal(object)
    """The :class:`~desktop.courses.outline.OutlineLesson`."""

    async def show_outline(self, outline: Outline, current: UUID, *, enrolled: bool) -> None:
        column = self.begin()
        column.setContentsMargins(0, 0, px(4), px(8))
        column.setSpacing(0)
        here: LessonButton | None = None
        for module in outline.modules:
            title = Label(module.row.title, Role.STRONG, wrap=True)
            title.setContentsMargins(px(8), px(10), px(8), px(4))
            column.addWidget(title)
            for lesson in module.lessons:
                button = LessonButton(lesson, enrolled=enrolled, current=lesson.row.id == current)
                button.clicked.connect(partial(self._open, lesson))
                column.addWidget(button)
                here = button if lesson.row.id == current else here
                await breathe()
        column.addStretch(1)
        await self.show_column()
        if here is not None:
            self.ensureWidgetVisible(here, 0, px(120))

    def _open(self, lesson: object, _checked: bool = False) -> None:
        self.opened.emit(lesson)


class TranscriptPanel(QWidget):
    """What is said, line by line where the times are known: the line that is said is marked, a click goes to it."""

    sought = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cues: tuple[Cue, ...] = ()
        self._now = -1
        self.search = SearchField(_("Find in the transcript"))
        self.search.textChanged.connect(self._find)
        self.lines = QListWidget()
        self.lines.setAccessibleName(_("Transcript"))
        self.lines.setWordWrap(True)
        self.lines.setFrameShape(QListWidget.Shape.NoFrame)
        self.lines.setLayoutMode(QListWidget.LayoutMode.Batched)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.itemActivated.connect(self._chosen)
        self.lines.itemClicked.connect(self._chosen)
        self.plain = QPlainTextEdit()
        self.plain.setReadOnly(True)
        self.plain.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.plain.setAccessibleName(_("Transcript"))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.lines)
        self.stack.addWidget(self.plain)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.stack, 1)

    def show_cues(self, cues: tuple[Cue, ...]) -> None:
        self.cues, self._now = cues, -1
        self.lines.clear()
        for cue in cues:
            item = QListWidgetItem(f"{clock(cue.start)}  {cue.text}".replace("\n", " "))
            item.setData(Qt.ItemDataRole.UserRole, cue.start)
            self.lines.addItem(item)
        self.stack.setCurrentWidget(self.lines)

    def show_text(self, words: str) -> None:
        """A transcript without times."""
        self.cues = ()
        self.plain.setPlainText(words)
        self.stack.setCurrentWidget(self.plain)

    def follow(self, seconds: float) -> None:
        """Mark the line that is said, unless somebody is searching."""
        now = index_at(self.cues, seconds)
        if now == self._now or self.search.text():
            return
        for row, bold in ((self._now, False), (now, True)):
            item = self.lines.item(row) if row >= 0 else None
            if item is not None:
                face = QFont(self.lines.font())
                face.setBold(bold)
                item.setFont(face)
                if bold:
                    self.lines.scrollToItem(item, QListWidget.ScrollHint.EnsureVisible)
        self._now = now

    def _chosen(self, item: QListWidgetItem) -> None:
        self.sought.emit(float(item.data(Qt.ItemDataRole.UserRole)) + 0.01)

    def _find(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self.lines.count()):
            item = self.lines.item(row)
            item.setHidden(wanted not in item.text().casefold())
        if self.stack.currentWidget() is self.plain and wanted:
            self.plain.moveCursor(self.plain.textCursor().MoveOperation.Start)
            self.plain.find(text)


class FilesPanel(ScrolledColumn):
    """Attachments, each to be saved where the learner likes."""

    save_asked = Signal(object)
    """The :class:`~desktop.learning.queries.Attachment`."""

    async def show_files(self, files: tuple[Attachment, ...]) -> None:
        column = self.begin()
        column.setContentsMargins(0, 0, px(4), 0)
        column.setSpacing(px(8))
        for file in files:
            card = Card(padding=12)
            card.body.addWidget(Label(file.file_name, Role.STRONG, wrap=True))
            if file.description:
                card.body.addWidget(Label(file.description, Role.BODY, "muted", wrap=True))
            foot = QHBoxLayout()
            foot.addWidget(Label(QLocale().formattedDataSize(file.size) if file.size else "", Role.CAPTION, "muted"), 1)
            button = Button(_("Open in the browser…") if file.file_url.startswith("http") else _("Save…"), "quiet")
            button.setAccessibleName(f"{button.text()} {file.file_name}")
            button.clicked.connect(partial(self._ask, file))
            foot.addWidget(button)
            card.body.addLayout(foot)
            column.addWidget(card)
            await breathe()
        column.addStretch(1)
        await self.show_column()

    def _ask(self, file: Attachment, _checked: bool = False) -> None:
        self.save_asked.emit(file)


class Beside(QWidget):
    """The panels, one at a time. Those with nothing in them cannot be chosen."""

    def __init__(self, context: Context, lesson: UUID, moment: Callable[[], float | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.contents = ContentsPanel()
        self.notes = NotesPanel(context, lesson, moment)
        self.transcript = TranscriptPanel()
        self.files = FilesPanel()
        self.panels: dict[str, QWidget] = {
            "contents": self.contents,
            "notes": self.notes,
            "transcript": self.transcript,
            "files": self.files,
        }
        names = {"contents": _("Contents"), "notes": _("Notes"), "transcript": _("Transcript"), "files": _("Files")}
        self.tabs = SegmentedControl(_("Beside the lesson"), [(value, words, "") for value, words in names.items()])
        self.tabs.chosen.connect(self.show_panel)
        self.stack = QStackedWidget()
        for panel in self.panels.values():
            self.stack.addWidget(panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, px(24), px(12))
        column.setSpacing(px(10))
        column.addWidget(self.tabs)
        column.addWidget(self.stack, 1)
        self.setFixedWidth(px(WIDTH))
        for value in ("transcript", "files"):
            self.tabs.set_enabled(value, False)

    def show_panel(self, value: str) -> None:
        self.tabs.set_value(value)
        self.stack.setCurrentWidget(self.panels[value])
