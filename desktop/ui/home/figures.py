"""A ring of progress with its figure."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.i18n import _
from desktop.ui.theme import Role, colour, font, px


class Ring(QWidget):
    """A ring that fills, with the percentage inside."""

    def __init__(self, percent: float, side: int = 64, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._percent = percent
        self._side = side
        self.setAccessibleName(_("{percent} % done").format(percent=round(percent)))
        self.setFixedSize(px(side), px(side))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = max(3.0, px(self._side) / 11)
        ring = QRectF(self.rect()).adjusted(thick / 2 + 1, thick / 2 + 1, -thick / 2 - 1, -thick / 2 - 1)
        painter.setPen(QPen(colour("pressed"), thick))
        painter.drawEllipse(ring)
        if self._percent > 0:
            tint = colour("good" if self._percent >= 100 else "accent")
            painter.setPen(QPen(tint, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(ring, 90 * 16, round(-self._percent * 3.6 * 16))
        painter.setFont(font(Role.LABEL, tabular=True))
        painter.setPen(colour("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, f"{round(self._percent)}%")
