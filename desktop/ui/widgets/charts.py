"""Small painted charts: a line without axes, and bars with their values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import Role, colour, font, px


class Sparkline(QWidget):
    """How a figure went, at a glance; its accessible name tells the first and the last value."""

    def __init__(self, name: str, values: Sequence[float], parent: QWidget | None = None, *, token: str = "accent_text") -> None:
        super().__init__(parent)
        self._name = name
        self._token = token
        self._values: tuple[float, ...] = ()
        self.set_values(values)

    def set_values(self, values: Sequence[float]) -> None:
        self._values = tuple(values)
        ends = f"{values[0]:,.0f} – {values[-1]:,.0f}" if values else "–"
        self.setAccessibleName(f"{self._name}: {ends}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(96), px(36))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_sparkline(painter, QRectF(self.rect()), self._values, self._token)


def paint_sparkline(painter: QPainter, area: QRectF, values: Sequence[float], token: str = "accent_text") -> None:
    """A line through ``values`` that fills ``area``; fewer than two are no line."""
    if len(values) < 2:
        return
    room = area.adjusted(px(3), px(4), -px(4), -px(3))
    low, high = min(values), max(values)
    span = (high - low) or 1
    points = [
        QPointF(room.left() + room.width() * i / (len(values) - 1), room.bottom() - room.height() * (value - low) / span)
        for i, value in enumerate(values)
    ]
    line = QPainterPath(points[0])
    for before, after in pairwise(points):
        middle = (before.x() + after.x()) / 2
        line.cubicTo(QPointF(middle, before.y()), QPointF(middle, after.y()), after)
    filled = QPainterPath(line)
    filled.lineTo(room.bottomRight())
    filled.lineTo(room.bottomLeft())
    fill = QLinearGradient(room.topLeft(), room.bottomLeft())
    tint = QColor(colour(token))
    tint.setAlphaF(0.18)
    fill.setColorAt(0, tint)
    fill.setColorAt(1, Qt.GlobalColor.transparent)
    painter.fillPath(filled, fill)
    painter.setPen(QPen(colour(token), 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(line)
    painter.setBrush(colour(token))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(points[-1], px(2.5), px(2.5))


class BarChart(QWidget):
    """A few bars with labels below and values above."""

    def __init__(self, name: str, bars: Sequence[tuple[str, float]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._bars: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.set_bars(bars)

    def set_bars(self, bars: Sequence[tuple[str, float]]) -> None:
        self._bars = tuple(bars)
        said = ", ".join(f"{label} {value:,.0f}" for label, value in bars)
        self.setAccessibleName(f"{self._name}: {said}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(160))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(Role.CAPTION, tabular=True))
        line = QFontMetrics(painter.font()).height()
        room = QRectF(self.rect()).adjusted(0, line + px(4), 0, -line - px(8))
        painter.setPen(colour("line"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        highest = max(value for _label, value in self._bars) or 1
        step = room.width() / len(self._bars)
        wide = min(px(44), step * 0.55)
        for place, (label, value) in enumerate(self._bars):
            cell = QRectF(room.left() + place * step, 0, step, self.height())
            high = room.height() * max(0.0, value) / highest
            bar = QRectF(cell.center().x() - wide / 2, room.bottom() - high, wide, high)
            shape = QPainterPath()
            shape.setFillRule(Qt.FillRule.WindingFill)
            shape.addRoundedRect(bar, px(4), px(4))
            shape.addRect(bar.adjusted(0, min(high, px(4)), 0, 0))
            last = place == len(self._bars) - 1
            painter.fillPath(shape, colour("accent" if last else "line_strong"))
            painter.setPen(colour("text" if last else "muted"))
            painter.drawText(QRectF(cell.left(), bar.top() - line - px(3), step, line), Qt.AlignmentFlag.AlignHCenter, f"{value:,.0f}")
            painter.setPen(colour("muted"))
            painter.drawText(QRectF(cell.left(), room.bottom() + px(6), step, line), Qt.AlignmentFlag.AlignHCenter, label)
