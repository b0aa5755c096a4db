"""The sheet that a design is made on: the page's own PDF as a picture, and over it what is chosen, with handles, guides and keys.

What is seen is what is printed, as it is the same file; this widget only knows where the boxes are.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.certificates.designing import Sketch, move, moved, pulled, resize, snap
from desktop.certificates.preview import Raster
from desktop.certificates.template import Box
from desktop.i18n import _
from desktop.ui.theme import colour, px

MARGIN = 36
HANDLE = 8
REACH = 6.0
"""Pixels within which an edge snaps."""
STEP, LONG_STEP = 1.0, 10.0
"""Points that a key moves what is chosen; the long one with Shift."""
ASKED = {Qt.Key.Key_Delete: "remove", Qt.Key.Key_PageUp: "up", Qt.Key.Key_PageDown: "down"}
SIDES = ("lb", "b", "rb", "l", "r", "lt", "t", "rt")


class Canvas(QWidget):
    """Arrow keys move, with Alt they resize, with Shift ten times as far; Tab reaches it, brackets choose the next or the one before."""

    chosen_changed = Signal()
    touched = Signal()
    """The sketch looks different while something is being dragged."""
    edited = Signal(str, object, bool)
    """A step was finished: its name, the sketch before it, and whether it goes on with the same step before (a key that is held)."""
    asked = Signal(str)
    """A key that is about what is chosen: ``remove``, ``duplicate``, ``up`` or ``down``."""
    dropped = Signal(str, float, float)
    """A file was let go over the page: its path, and the place in points."""
    KEYS: ClassVar[dict[int, tuple[int, int]]] = {
        Qt.Key.Key_Left: (-1, 0),
        Qt.Key.Key_Right: (1, 0),
        Qt.Key.Key_Up: (0, 1),
        Qt.Key.Key_Down: (0, -1),
    }

    def __init__(self, sketch: Sketch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sketch = sketch
        self.chosen: frozenset[int] = frozenset()
        self._scale = 1.0
        self._page = QPixmap()
        self._held: tuple[QPointF, str, Sketch] | None = None
        self._guides: tuple[float | None, float | None] = (None, None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName(_("The page"))
        self.setAccessibleDescription(
            _("Arrow keys move what is chosen, with Alt they resize it, with Shift ten times as far. Brackets choose another element.")
        )
        self.set_scale(1.0)

    # What is shown

    @property
    def scale(self) -> float:
        """Pixels to a point."""
        return self._scale

    @property
    def page_width(self) -> int:
        """Pixels of the screen across the page."""
        return max(1, round(self.sketch.paper.value[0] * self._scale * self.devicePixelRatioF()))

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        width, height = self.sketch.paper.value
        self.setFixedSize(QSize(round(width * scale) + 2 * px(MARGIN), round(height * scale) + 2 * px(MARGIN)))
        self.update()

    def show_sketch(self, sketch: Sketch) -> None:
        resized = sketch.paper is not self.sketch.paper
        self.sketch = sketch
        self.choose(frozenset(one for one in self.chosen if one < len(sketch.elements)))
        if resized:
            self.set_scale(self._scale)
        self.update()

    def show_page(self, raster: Raster) -> None:
        image = QImage(raster.pixels, raster.width, raster.height, raster.stride, QImage.Format.Format_RGB32)
        self._page = QPixmap.fromImage(image)
        self.update()

    def choose(self, chosen: frozenset[int]) -> None:
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()
            self.chosen_changed.emit()

    def rect_of(self, box: Box) -> QRectF:
        """Where a box of the sheet is on this widget."""
        height = self.sketch.paper.value[1]
        left, top = px(MARGIN) + box.left * self._scale, px(MARGIN) + (height - box.top) * self._scale
        return QRectF(left, top, box.width * self._scale, box.height * self._scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        sheet = self.rect_of(self.sketch.sheet)
        painter.fillRect(sheet, Qt.GlobalColor.white)
        if not self._page.isNull():
            painter.drawPixmap(sheet, self._page, QRectF(self._page.rect()))
        painter.setPen(QPen(colour("line_strong"), 1))
        painter.drawRect(sheet)
        accent = colour("accent")
        painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
        upright, level = self._guides
        if upright is not None:
            x = px(MARGIN) + upright * self._scale
            painter.drawLine(QPointF(x, sheet.top()), QPointF(x, sheet.bottom()))
        if level is not None:
            y = sheet.bottom() - level * self._scale
            painter.drawLine(QPointF(sheet.left(), y), QPointF(sheet.right(), y))
        painter.setPen(QPen(accent, 1.4 if self.hasFocus() else 1))
        for number in sorted(self.chosen):
            painter.drawRect(self.rect_of(self.sketch.elements[number].box))
        if len(self.chosen) == 1:
            painter.setBrush(Qt.GlobalColor.white)
            for sides in SIDES:
                painter.drawRect(self.handle(sides))

    def handle(self, sides: str) -> QRectF:
        """The square that pulls these sides of the one that is chosen."""
        (number,) = self.chosen
        rect, side = self.rect_of(self.sketch.elements[number].box), px(HANDLE)
        x = rect.left() if "l" in sides else rect.right() if "r" in sides else rect.center().x()
        y = rect.top() if "t" in sides else rect.bottom() if "b" in sides else rect.center().y()
        return QRectF(x - side / 2, y - side / 2, side, side)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        sides = self._sides_at(at)
        if not sides:
            found = self._element_at(at)
            if found is None:
                self.choose(frozenset())
                return
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.choose(self.chosen ^ {found})
            elif found not in self.chosen:
                self.choose(frozenset({found}))
        self._held = (at, sides, self.sketch)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            self._show_cursor(event.position())
            return
        begin, sides, before = self._held
        way = (event.position() - begin) / self._scale
        free = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.chosen and (way.manhattanLength() * self._scale > 2 or self.sketch is not before):
            self._drag(before, sides, way.x(), -way.y(), free)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        _begin, sides, before = self._held
        self._held, self._guides = None, (None, None)
        self.update()
        if self.sketch != before:
            self.edited.emit(_("Resize") if sides else _("Move"), before, False)

    def _drag(self, before: Sketch, sides: str, dx: float, dy: float, free: bool) -> None:
        boxes = [before.elements[one].box for one in sorted(self.chosen)]
        lead = boxes[0]
        wanted = pulled(lead, sides, dx, dy) if sides else moved(lead, dx, dy)
        others = [one.box for number, one in enumerate(before.elements) if number not in self.chosen]
        self._guides = (None, None)
        if not free:
            found = snap(wanted, [*others, before.sheet], REACH / self._scale, sides)
            dx, dy = dx + found.dx, dy + found.dy
            self._guides = (found.upright, found.level)
        self.sketch = resize(before, self.chosen, sides, dx, dy) if sides else move(before, self.chosen, dx, dy)
        self.update()
        self.touched.emit()

    def _element_at(self, at: QPointF) -> int | None:
        """The smallest there: what fills the sheet lies under everything."""
        found = [number for number, one in enumerate(self.sketch.elements) if self.rect_of(one.box).adjusted(-2, -2, 2, 2).contains(at)]
        return min(found, key=lambda number: (_area(self.sketch.elements[number].box), -number), default=None)

    def _sides_at(self, at: QPointF) -> str:
        if len(self.chosen) != 1:
            return ""
        return next((sides for sides in SIDES if self.handle(sides).contains(at)), "")

    def _show_cursor(self, at: QPointF) -> None:
        sides = self._sides_at(at)
        shapes = {
            "l": Qt.CursorShape.SizeHorCursor,
            "r": Qt.CursorShape.SizeHorCursor,
            "t": Qt.CursorShape.SizeVerCursor,
            "b": Qt.CursorShape.SizeVerCursor,
            "lt": Qt.CursorShape.SizeFDiagCursor,
            "rb": Qt.CursorShape.SizeFDiagCursor,
            "rt": Qt.CursorShape.SizeBDiagCursor,
            "lb": Qt.CursorShape.SizeBDiagCursor,
        }
        self.setCursor(shapes.get(sides, Qt.CursorShape.ArrowCursor))

    # Pictures from elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _pictures(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        at, sheet = event.position(), self.rect_of(self.sketch.sheet)
        for name in _pictures(event.mimeData()):
            self.dropped.emit(name, (at.x() - sheet.left()) / self._scale, (sheet.bottom() - at.y()) / self._scale)
        event.acceptProposedAction()

    # The keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        count = len(self.sketch.elements)
        if key in self.KEYS and self.chosen:
            step = LONG_STEP if modifiers & Qt.KeyboardModifier.ShiftModifier else STEP
            dx, dy = (step * part for part in self.KEYS[key])
            before = self.sketch
            if modifiers & Qt.KeyboardModifier.AltModifier:
                self.sketch, name = resize(before, self.chosen, "rt", dx, dy), _("Resize")
            else:
                self.sketch, name = move(before, self.chosen, dx, dy), _("Move")
            self.update()
            self.edited.emit(name, before, True)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight) and count:
            step_to = 1 if key == Qt.Key.Key_BracketRight else -1
            now = max(self.chosen, default=-1 if step_to > 0 else 0)
            self.choose(frozenset({(now + step_to) % count}))
        elif key in ASKED and self.chosen:
            self.asked.emit(ASKED[Qt.Key(key)])
        elif key == Qt.Key.Key_D and modifiers & Qt.KeyboardModifier.ControlModifier and self.chosen:
            self.asked.emit("duplicate")
        elif key == Qt.Key.Key_Escape and self.chosen:
            self.choose(frozenset())
        else:
            super().keyPressEvent(event)


def _pictures(data: QMimeData) -> list[str]:
    """The files among what is dragged that are pictures by their names."""
    names = [url.toLocalFile() for url in data.urls()]
    return [name for name in names if name.lower().endswith((".png", ".jpg", ".jpeg"))]


def _area(box: Box) -> float:
    return box.width * box.height
