"""The list of questions of a quiz or bank: filtered, chosen, put in another order by mouse and by keys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QMimeData, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyleOptionViewItem

from desktop.i18n import _
from desktop.questions.drafting import Line
from desktop.questions.vocabulary import TYPES
from desktop.ui.itemmodels import Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import px
from desktop.ui.widgets.table import TALL_ROW, CellDelegate

LINES = "application/x-nabip-lms-questions"


def _second(line: Line) -> str:
    if line.is_draw:
        return " · ".join((_("From a bank"), *line.tags[:3]))
    parts = [_(TYPES[line.type]), _("{n} pt").format(n=number_text(line.points)), *line.tags[:3]]
    if line.retired:
        parts.insert(0, _("Retired"))
    if line.flawed:
        parts.insert(0, _("Unfinished"))
    return " · ".join(parts)


class LinesModel(RowsModel[Line]):
    """Questions in their order; a filter shows only those that hold every word of it."""

    def __init__(self) -> None:
        super().__init__(
            (Column[Line]("question", "", lambda line: line.title or _("New question"), second=_second, tooltip=lambda line: line.title),),
            lambda line: line.id,
        )
        self._all: tuple[Line, ...] = ()
        self._words: tuple[str, ...] = ()

    @property
    def all(self) -> Sequence[Line]:
        return self._all

    @property
    def filtered(self) -> bool:
        return bool(self._words)

    def show_lines(self, lines: Sequence[Line]) -> None:
        self._all = tuple(lines)
        self._show()

    def filter(self, words: str) -> int:
        """Show what holds all of these words; answers how many do."""
        self._words = tuple(words.casefold().split())
        self._show()
        return self.rowCount()

    def place_of(self, question: UUID) -> int | None:
        return next((at for at, line in enumerate(self._rows) if line.id == question), None)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | (Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled)

    def mimeTypes(self) -> list[str]:
        return [LINES]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(LINES, b"")  # what is dragged is what is chosen
        return data

    def _show(self) -> None:
        self.set_rows(line for line in self._all if all(word in line.words for word in self._words))
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, 0))


class LineDelegate(CellDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(px(120), px(TALL_ROW))


class LinesView(QListView):
    """``asked`` names what a key wants: ``up``, ``down``, ``duplicate``, ``delete``; ``dropped`` is the row before which was dropped."""

    asked = Signal(str)
    dropped = Signal(int)
    chosen = Signal(object)
    """Id of the question that is the current one; None for none."""

    def __init__(self, model: LinesModel) -> None:
        super().__init__()
        self.lines = model
        self.setModel(model)
        self.setItemDelegate(LineDelegate(self))
        self.setAccessibleName(_("Questions; Alt+Up and Alt+Down move them"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._current_changed)

    @property
    def current(self) -> UUID | None:
        line = self.lines.row(self.currentIndex().row())
        return None if line is None else line.id

    @property
    def selected(self) -> list[UUID]:
        """What is chosen, in its order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [line.id for row in rows if (line := self.lines.row(row)) is not None]

    def choose(self, questions: Sequence[UUID]) -> None:
        """Choose these, the first of them as the current one."""
        rows = [row for question in questions if (row := self.lines.place_of(question)) is not None]
        if not rows:
            return
        selection = QItemSelection()
        for row in rows:
            selection.select(self.lines.index(row, 0), self.lines.index(row, 0))
        self.selectionModel().setCurrentIndex(self.lines.index(rows[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(self.lines.index(rows[0], 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        wanted = {
            (Qt.Key.Key_Up, True, False): "up",
            (Qt.Key.Key_Down, True, False): "down",
            (Qt.Key.Key_D, False, True): "duplicate",
            (Qt.Key.Key_Delete, False, False): "delete",
        }.get((Qt.Key(event.key()), alt, control))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.asked.emit(wanted)

    def dropEvent(self, event: QDropEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        row = self.lines.rowCount() if not index.isValid() else index.row() + (at.y() > self.visualRect(index).center().y())
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the order is the replica's, and comes back from there
        event.accept()
        self.dropped.emit(row)

    def _current_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        line = self.lines.row(now.row())
        self.chosen.emit(None if line is None else line.id)
