"""Small signs: a status in a pill, a person's initials in a circle, a count."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import Role, colour, font, px, theme

HUES = (232, 262, 296, 336, 12, 32, 158, 186, 208)


def tone_colours(tone: str) -> tuple[QColor, QColor]:
    """Ground and text of a tone."""
    if tone == "neutral":
        return colour("sunken"), colour("muted")
    if tone == "accent":
        return colour("accent_soft"), colour("accent_text")
    return colour(f"{tone}_soft"), colour(tone)


def paint_badge(painter: QPainter, rect: QRectF, text: str, tone: str) -> float:
    """Draw a pill at the left of ``rect``, in its middle; returns its width."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(Role.LABEL))
    metrics = QFontMetrics(painter.font())
    ground, ink = tone_colours(tone)
    high = metrics.height() + px(5)
    wide = min(float(metrics.horizontalAdvance(text) + px(16)), rect.width())
    pill = QRectF(rect.left(), rect.center().y() - high / 2, wide, high)
    painter.setPen(ink if theme().name == "contrast" else Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(pill, high / 2, high / 2)
    painter.setPen(ink)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(wide - px(14)))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()
    return wide


def initials(name: str) -> str:
    """Of the first and the last part of a name, in whatever script it is."""
    parts = [part for part in name.split() if part[0].isalpha()]
    return "".join(part[0].upper() for part in (parts[:1] + parts[1:][-1:])) or "?"


def paint_avatar(painter: QPainter, rect: QRectF, name: str) -> None:
    """A circle with the person's initials; its hue is the person's own and stays theirs."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hue = HUES[hashlib.blake2s(name.encode(), digest_size=1).digest()[0] % len(HUES)]
    match theme().name:
        case "light":
            ground, ink = QColor.fromHsl(hue, 150, 228), QColor.fromHsl(hue, 130, 70)
        case "dark":
            ground, ink = QColor.fromHsl(hue, 70, 62), QColor.fromHsl(hue, 170, 216)
        case _:
            ground, ink = colour("canvas"), colour("text")
    painter.setPen(ink if theme().name == "contrast" else Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(rect)
    letters = QFont(font(Role.LABEL))
    letters.setPixelSize(max(8, round(rect.height() * 0.38)))
    letters.setWeight(QFont.Weight.DemiBold)
    painter.setFont(letters)
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))
    painter.restore()


class Avatar(QWidget):
    """A person's initials."""

    def __init__(self, name: str, side: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._name = name
        self.set_name(name)
        theme().changed.connect(self.updateGeometry)

    def set_name(self, name: str) -> None:
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._side), px(self._side))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        side = px(self._side)
        paint_avatar(QPainter(self), QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side), self._name)


class StatusPill(QWidget):
    """A status in words and tone."""

    def __init__(self, text: str = "", tone: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._tone = text, tone
        self.set_status(text, tone)

    @property
    def text(self) -> str:
        return self._text

    def set_status(self, text: str, tone: str = "neutral") -> None:
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(Role.LABEL))
        return QSize(metrics.horizontalAdvance(self._text) + px(17), metrics.height() + px(6))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_badge(QPainter(self), QRectF(self.rect()), self._text, self._tone)


class StatusDot(QWidget):
    """A dot in a tone, before words that say the same."""

    def __init__(self, token: str = "good", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = token

    def set_token(self, token: str) -> None:
        self._token = token
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(8), px(8))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self._token))
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), px(7) / 2, px(7) / 2)
