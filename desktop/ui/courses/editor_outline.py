"""The outline of a course that is being built: modules and lessons as a tree that can be renamed in place, dragged and moved by keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from desktop.courses.checklist import State
from desktop.courses.draft import LESSONS, MODULES, Draft
from desktop.courses.vocabulary import LESSON_TYPES, duration, label
from desktop.i18n import N_, _
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.badges import paint_badge

type Index = QModelIndex | QPersistentModelIndex

MIME = "application/x-nabip-lms-outline"
ID_ROLE = Qt.ItemDataRole.UserRole
TYPE_ROLE = Qt.ItemDataRole.UserRole + 1
STATE_ROLE = Qt.ItemDataRole.UserRole + 2
MINUTES_ROLE = Qt.ItemDataRole.UserRole + 3

ICONS = {
    "video": "video", "text": "document", "pdf": "document", "scorm": "package", "quiz": "quiz", "assignment": "assignment",
    "live_session": "live", "external_link": "link", "embedded_content": "external", "module": "list",
}  # fmt: skip
STATES = {State.DRAFT: (N_("Draft"), "neutral"), State.INCOMPLETE: (N_("Incomplete"), "warn"), State.READY: (N_("Ready"), "good")}
ROW = 34


@dataclass(slots=True, eq=False)
class Node:
    """A row of the tree. The root has no id."""

    id: UUID | None
    parent: Node | None
    children: list[Node] = field(default_factory=list)


class OutlineModel(QAbstractItemModel):
    """A :class:`Draft` as a tree. It changes nothing itself: it asks by signal, and :meth:`follow` shows the result."""

    renamed = Signal(object, str)
    """The id of a module or lesson, and the title that it is to have."""
    moved = Signal(list, object, int)
    """Ids, the module (or the course, for modules) that they go into, and before which of its rows."""
    followed = Signal()
    """All rows and titles are those of the draft."""

    def __init__(self, draft: Draft, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._root = Node(None, None)
        self._nodes: dict[UUID, Node] = {}
        self._states: Mapping[UUID, State] = {}
        self._build()

    # Following the draft

    def follow(self, changed: Iterable[UUID] = ()) -> None:
        """Show the draft as it is now, row by row, so that selection and what is unfolded stay. ``changed`` rows have new words."""
        wanted = {row_id for rows in (self._draft.rows[MODULES], self._draft.rows[LESSONS]) for row_id in rows}
        self._arrange(self._root, [row["id"] for row in self._draft.modules], wanted)
        for module in self._draft.modules:
            self._arrange(self._nodes[module["id"]], [row["id"] for row in self._draft.lessons_of(module["id"])], wanted)
        for node in [*(lesson for module in self._root.children for lesson in module.children), *self._root.children]:
            if node.id not in wanted:
                self._remove(node)
        self._say_changed(changed, [])
        self.followed.emit()

    def replace(self, draft: Draft) -> None:
        """Follow another draft of the same course: after undo, or when a colleague's changes came."""
        self._draft = draft
        self.follow(tuple(self._nodes))

    def set_states(self, states: Mapping[UUID, State]) -> None:
        """How far each row is."""
        before, self._states = self._states, states
        differ = [row_id for row_id in self._nodes if before.get(row_id) is not states.get(row_id)]
        self._say_changed(differ, [STATE_ROLE, Qt.ItemDataRole.AccessibleTextRole])

    def index_of(self, row_id: UUID) -> QModelIndex:
        node = self._nodes.get(row_id)
        return self._index(node) if node is not None else QModelIndex()

    def id_at(self, index: Index) -> UUID | None:
        return self._node(index).id

    def titles(self) -> Iterator[tuple[str, list[str]]]:
        """The title of each module with those of its lessons, as they stand."""
        for module in self._draft.modules:
            yield module["title"], [lesson["title"] for lesson in self._draft.lessons_of(module["id"])]

    def _build(self) -> None:
        for module in self._draft.modules:
            node = self._add(self._root, module["id"])
            for lesson in self._draft.lessons_of(module["id"]):
                self._add(node, lesson["id"])

    def _add(self, parent: Node, row_id: UUID, at: int | None = None) -> Node:
        node = Node(row_id, parent)
        parent.children.insert(len(parent.children) if at is None else at, node)
        self._nodes[row_id] = node
        return node

    def _arrange(self, parent: Node, order: Sequence[UUID], wanted: set[UUID]) -> None:
        """Make the children of ``parent`` those of ``order``. What goes elsewhere stays behind them until its turn comes."""
        above = self._index(parent)
        for at, row_id in enumerate(order):
            if at < len(parent.children) and parent.children[at].id == row_id:
                continue
            node = self._nodes.get(row_id)
            if node is None:
                self.beginInsertRows(above, at, at)
                self._add(parent, row_id, at)
                self.endInsertRows()
                continue
            source = node.parent
            assert source is not None
            row = source.children.index(node)
            behind = zip(source.children[row + 1 :], order[at + 1 :], strict=False)
            last = row + sum(1 for _pair in takewhile(lambda pair: pair[0].id == pair[1], behind))  # they move together, in one go
            self.beginMoveRows(self._index(source), row, last, above, at)
            run = source.children[row : last + 1]
            del source.children[row : last + 1]
            parent.children[at:at] = run
            for one in run:
                one.parent = parent
            self.endMoveRows()
        for node in parent.children[len(order) :]:
            if node.id not in wanted:
                self._remove(node)

    def _remove(self, node: Node) -> None:
        parent = node.parent
        if parent is None or node.id is None or self._nodes.get(node.id) is not node:
            return
        if any(child.id in self._draft.rows[LESSONS] for child in node.children):
            return  # they move out first; the last pass removes it
        row = parent.children.index(node)
        self.beginRemoveRows(self._index(parent), row, row)
        parent.children.pop(row)
        for gone in (node, *node.children):
            if gone.id is not None:
                self._nodes.pop(gone.id, None)
        self.endRemoveRows()

    def _say_changed(self, ids: Iterable[UUID], roles: list[int]) -> None:
        """One signal for each module, over its first to its last changed row: a signal a row would make views work for seconds."""
        spans: dict[Node, list[int]] = {}
        for row_id in ids:
            node = self._nodes.get(row_id)
            if node is not None and node.parent is not None:
                spans.setdefault(node.parent, []).append(node.parent.children.index(node))
        for parent, rows in spans.items():
            first, last = (self.createIndex(row, 0, parent.children[row]) for row in (min(rows), max(rows)))
            self.dataChanged.emit(first, last, roles)

    # Qt's

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own default
        above = self._node(parent)
        if column != 0 or not 0 <= row < len(above.children):
            return QModelIndex()
        return self.createIndex(row, 0, above.children[row])

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        above = self._node(child).parent
        return self._index(above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._node(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._node(index)
        if node.id is None or (found := self._row(node.id)) is None:
            return None
        table, row = found
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.ToolTipRole:
                return row["title"]
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(table, row)
            case _ if role == ID_ROLE:
                return node.id
            case _ if role == TYPE_ROLE:
                return "module" if table == MODULES else row["lesson_type"]
            case _ if role == STATE_ROLE:
                return self._states.get(node.id)
            case _ if role == MINUTES_ROLE:
                return row["estimated_duration_minutes"]
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row_id = self.id_at(index)
        if role != Qt.ItemDataRole.EditRole or row_id is None:
            return False
        if str(value).strip() and str(value) != self.data(index):
            self.renamed.emit(row_id, str(value))
        return False  # the draft's owner says when it is so

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        if self._node(index).parent is self._root:
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        return flags | Qt.ItemFlag.ItemNeverHasChildren

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(MIME, json.dumps({"course": str(self._draft.id), "ids": [str(self.id_at(index)) for index in indexes]}).encode())
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        return self._target(data, row, parent) is not None

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        target = self._target(data, row, parent)
        if target is not None:
            self.moved.emit(*target)
        return False  # nothing for the view to remove: the rows move when the draft has

    def _target(self, data: QMimeData, row: int, parent: Index) -> tuple[list[UUID], UUID, int] | None:
        """What a drop means, or None where it means nothing: lessons between modules, a module inside of one, rows of another course."""
        if not data.hasFormat(MIME):
            return None
        said = json.loads(bytes(data.data(MIME).data()))
        ids = [UUID(text) for text in said["ids"]]
        if said["course"] != str(self._draft.id) or not all(row_id in self._nodes for row_id in ids):
            return None
        modules = {row_id in self._draft.rows[MODULES] for row_id in ids}
        if len(modules) != 1:
            return None
        above = self._node(parent)
        if modules == {True}:
            if above is self._root:
                return ids, self._draft.id, len(self._root.children) if row < 0 else row
            # Onto a module: behind it.
            return (ids, self._draft.id, self._root.children.index(above) + 1) if above.parent is self._root and row < 0 else None
        if above.parent is self._root and above.id is not None:
            return ids, above.id, len(above.children) if row < 0 else row
        return None

    def _row(self, row_id: UUID) -> tuple[str, dict[str, Any]] | None:
        for table in (LESSONS, MODULES):
            if row_id in self._draft.rows[table]:
                return table, self._draft.rows[table][row_id]
        return None

    def _spoken(self, table: str, row: Mapping[str, Any]) -> str:
        kind = _("Module") if table == MODULES else label(LESSON_TYPES, row["lesson_type"])
        state = self._states.get(row["id"])
        return ", ".join(part for part in (row["title"], kind, _(STATES[state][0]) if state is not None else "") if part)

    def _node(self, index: Index) -> Node:
        node = index.internalPointer() if index.isValid() else self._root
        return node if isinstance(node, Node) else self._root

    def _index(self, node: Node) -> QModelIndex:
        return QModelIndex() if node.parent is None else self.createIndex(node.parent.children.index(node), 0, node)


class OutlineDelegate(QStyledItemDelegate):
    """A row: the lesson's kind, its title, its length and how far it is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, colour("selected" if selected else "hover"))
        rect = QRectF(option.rect).adjusted(px(4), 0, -px(8), 0)
        kind, state = index.data(TYPE_ROLE), index.data(STATE_ROLE)
        side = px(16)
        paint_icon(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), ICONS.get(kind, "document"), colour("muted"))
        right = rect.right()
        if state is not None and rect.width() <= px(190):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            tone = STATES[state][1]
            painter.setBrush(colour("faint" if tone == "neutral" else tone))
            painter.drawEllipse(QRectF(right - px(8), rect.center().y() - px(4), px(8), px(8)))
            right -= px(14)
        elif state is not None:
            words, tone = _(STATES[state][0]), STATES[state][1]
            wide = QFontMetrics(font(Role.LABEL)).horizontalAdvance(words) + px(16)
            paint_badge(painter, QRectF(right - wide, rect.top(), wide, rect.height()), words, tone)
            right -= wide + px(8)
        minutes = duration(index.data(MINUTES_ROLE))
        if minutes and rect.width() > px(320):
            painter.setFont(font(Role.CAPTION))
            painter.setPen(colour("muted"))
            wide = painter.fontMetrics().horizontalAdvance(minutes)
            painter.drawText(QRectF(right - wide, rect.top(), wide, rect.height()), Qt.AlignmentFlag.AlignVCenter, minutes)
            right -= wide + px(10)
        painter.setFont(font(Role.STRONG if kind == "module" else Role.BODY))
        painter.setPen(colour("text"))
        room = QRectF(rect.left() + side + px(8), rect.top(), right - rect.left() - side - px(8), rect.height())
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(160), px(ROW))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName(_("Title"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(px(24), px(2), -px(4), -px(2)))


class OutlineTree(QTreeView):
    """The outline. Keys: F2 renames, Alt+Up and Alt+Down move, Delete deletes, Ctrl+D duplicates, Ctrl+C, X and V copy and paste."""

    chosen = Signal(object)
    """The id of the row that is current now, or None."""
    asked = Signal(str)
    """A key asks for ``up``, ``down``, ``delete``, ``duplicate``, ``copy``, ``cut`` or ``paste``."""

    KEYS: ClassVar[dict[tuple[int, Qt.KeyboardModifier], str]] = {
        (Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier): "up",
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier): "down",
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier): "delete",
        (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier): "duplicate",
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier): "copy",
        (Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier): "cut",
        (Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier): "paste",
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Outline"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setItemDelegate(OutlineDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setAutoExpandDelay(600)
        self.setExpandsOnDoubleClick(False)
        self.setIndentation(px(18))
        self.setMouseTracking(True)
        self._words = ""
        theme().changed.connect(self.viewport().update)

    def show_model(self, model: OutlineModel) -> None:
        self._model = model
        self.setModel(model)
        self.expandAll()
        model.followed.connect(self._filter_again)
        self.selectionModel().currentChanged.connect(lambda now, _before: self.chosen.emit(model.id_at(now) if now.isValid() else None))

    @property
    def current(self) -> UUID | None:
        index = self.currentIndex()
        return self._model.id_at(index) if index.isValid() else None

    @property
    def selected(self) -> list[UUID]:
        """The chosen rows in the order in which they stand."""
        indexes = sorted(self.selectionModel().selectedRows(), key=self._place)
        return [row_id for index in indexes if (row_id := self._model.id_at(index)) is not None]

    def select(self, ids: Sequence[UUID]) -> None:
        """Choose these rows; the first is current, and in sight."""
        indexes = [index for row_id in ids if (index := self._model.index_of(row_id)).isValid()]
        if not indexes:
            return
        selection = QItemSelection()
        for index in indexes:
            selection.select(index, index)
            self.expand(index.parent())
        model = self.selectionModel()
        model.setCurrentIndex(indexes[0], QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(indexes[0])

    def clear_choice(self) -> None:
        """No row is chosen: something else is shown."""
        self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)

    def filter(self, words: str) -> int:
        """Show only rows whose titles hold every word, with their modules; returns how many lessons and modules fit."""
        self._words = words.casefold()
        self.setDragEnabled(not self._words)  # between which rows would it go?
        return self._filter()

    def _filter_again(self) -> None:
        if self._words:  # else nothing is hidden, and new rows are not either
            self._filter()

    def _filter(self) -> int:
        words = self._words.split()
        fitting = 0
        top = QModelIndex()
        for row, (title, lessons) in enumerate(self._model.titles()):
            module = self._model.index(row, 0)
            own = all(word in title.casefold() for word in words)
            inside = False
            for child, lesson in enumerate(lessons):
                fits = all(word in lesson.casefold() for word in words)
                inside = inside or fits
                fitting += fits
                if self.isRowHidden(child, module) is (fits or own):
                    self.setRowHidden(child, module, not (fits or own))
            fitting += own
            if self.isRowHidden(row, top) is (own or inside):
                self.setRowHidden(row, top, not (own or inside))
        return fitting

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        asked = self.KEYS.get((event.key(), modifiers))
        if asked is not None and self.state() != QAbstractItemView.State.EditingState:
            self.asked.emit(asked)
            event.accept()
            return
        super().keyPressEvent(event)

    def _place(self, index: QModelIndex) -> tuple[int, int]:
        parent = index.parent()
        return (parent.row(), index.row()) if parent.isValid() else (index.row(), -1)
