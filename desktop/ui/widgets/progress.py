"""How far something is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import _
from desktop.ui.theme import colour, px, theme

STEP_MS = 40


class _Progress(QWidget):
    """``fraction`` 0 to 1, or None where the end is unknown: then it moves, or under reduced motion stands half full."""

    def __init__(self, name: str, fraction: float | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._name = name
        self._phase = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._step)
        self.fraction = fraction
        self.set_fraction(fraction)

    def set_fraction(self, fraction: float | None) -> None:
        self.fraction = None if fraction is None else min(1.0, max(0.0, fraction))
        said = _("unknown") if self.fraction is None else f"{self.fraction:.0%}"
        self.setAccessibleName(f"{self._name}: {said}")
        if self.fraction is None and theme().motion:
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def _step(self) -> None:
        if self.isVisible():
            self._phase = (self._phase + 0.02) % 1.0
            self.update()


class ProgressBar(_Progress):
    """A thin bar."""

    def __init__(self, name: str, fraction: float | None = 0.0, parent: QWidget | None = None, *, token: str = "accent") -> None:
        super().__init__(name, fraction, parent)
        self._token = token
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(120), px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_progress(painter, QRectF(self.rect()), self.fraction, self._token, self._phase)


class ProgressRing(_Progress):
    """A ring, for where there is no room for a bar."""

    def __init__(self, name: str, fraction: float | None = 0.0, side: int = 16, parent: QWidget | None = None) -> None:
        self._side = side
        super().__init__(name, fraction, parent)

    def sizeHint(self) -> QSize:
        return QSize(px(self._side), px(self._side))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = max(2.0, px(self._side) / 8)
        side = px(self._side) - thick
        ring = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.setPen(QPen(colour("line_strong" if theme().name == "contrast" else "pressed"), thick))
        painter.drawEllipse(ring)
        painter.setPen(QPen(colour("accent"), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        start, span = (90 - self._phase * 360, 0.3) if self.fraction is None else (90.0, self.fraction)
        painter.drawArc(ring, round(start * 16), round(-span * 360 * 16))


def paint_progress(painter: QPainter, rect: QRectF, fraction: float | None, token: str = "accent", phase: float = 0.35) -> None:
    """A bar, also for delegates. Its height is the rectangle's."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = rect.height() / 2
    contrast = theme().name == "contrast"
    painter.setPen(colour("line") if contrast else Qt.PenStyle.NoPen)
    painter.setBrush(colour("canvas" if contrast else "pressed"))
    painter.drawRoundedRect(rect, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(token))
    painter.setClipRect(rect)
    if fraction is None:
        left, wide = rect.left() + rect.width() * (phase * 1.3 - 0.3), rect.width() * 0.3
        painter.drawRoundedRect(QRectF(left, rect.top(), wide, rect.height()), radius, radius)
    elif fraction > 0:
        wide = max(rect.height(), rect.width() * fraction)
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), wide, rect.height()), radius, radius)
    painter.restore()
