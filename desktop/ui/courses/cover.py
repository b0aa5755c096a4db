"""A cover for every course: where no thumbnail was given, one is painted from its category and id.

The category chooses two colours and a motif, the id varies it, so that a shelf of covers is calm, yet no two are quite alike and a course
keeps its face. Everything is vectors: sharp at any size and scale.
"""

from __future__ import annotations

import math
import random
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QRadialGradient

type Motif = Callable[[QPainter, QRectF, random.Random], None]

KEPT = 256
"""Painted covers kept, by course, size and scale."""


@dataclass(frozen=True, slots=True)
class Style:
    """The colours of a category's cover, from the upper left to the lower right, and the light that falls on it."""

    start: str
    end: str
    glow: str
    motif: Motif


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cover to be drawn: whose, in logical pixels, at the scale of the screen; ``radii`` of its upper and its lower corners."""

    category: str
    course: UUID
    width: int
    height: int
    scale: float
    radii: tuple[float, float]


def _veil(alpha: int) -> QColor:
    return QColor(255, 255, 255, alpha)


def _shelter(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Domes within domes: cover for what is underneath."""
    centre = QPointF(area.left() + area.width() * chance.uniform(0.58, 0.8), area.bottom() + area.height() * 0.08)
    painter.setPen(Qt.PenStyle.NoPen)
    for ring in range(5, 0, -1):
        radius = area.height() * 0.24 * ring
        painter.setBrush(_veil(14 + 4 * (5 - ring)))
        painter.drawEllipse(centre, radius, radius)


def _pulse(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Waves that swell and calm."""
    phase = chance.uniform(0, math.tau)
    for line in range(7):
        path = QPainterPath()
        base = area.top() + area.height() * (0.36 + 0.085 * line)
        for step in range(49):
            at = step / 48
            swell = math.exp(-(((at - 0.66) / 0.24) ** 2)) * area.height() * (0.17 - 0.012 * line)
            point = QPointF(area.left() + at * area.width(), base - swell * math.sin(at * 15 + phase + line * 0.42))
            path.lineTo(point) if step else path.moveTo(point)
        painter.setPen(QPen(_veil(90 - 10 * line), max(1.0, area.height() / 95)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


def _leaves(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Leaves around one stem."""
    foot = QPointF(area.left() + area.width() * chance.uniform(0.62, 0.76), area.bottom() + area.height() * 0.1)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(7):
        angle = -100 + number * 33 + chance.uniform(-5, 5)
        length = area.height() * chance.uniform(0.78, 1.02)
        leaf = QPainterPath(QPointF(0, 0))
        leaf.cubicTo(QPointF(length * 0.32, -length * 0.26), QPointF(length * 0.76, -length * 0.2), QPointF(length, 0))
        leaf.cubicTo(QPointF(length * 0.76, length * 0.2), QPointF(length * 0.32, length * 0.26), QPointF(0, 0))
        painter.save()
        painter.translate(foot)
        painter.rotate(angle - 90)
        painter.setBrush(_veil(22 + 5 * (number % 3)))
        painter.drawPath(leaf)
        painter.restore()


def _horizon(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """A low sun over hills."""
    painter.setPen(Qt.PenStyle.NoPen)
    sun = QPointF(area.left() + area.width() * chance.uniform(0.6, 0.8), area.top() + area.height() * 0.46)
    for radius, alpha in ((0.36, 20), (0.27, 28), (0.18, 120)):
        painter.setBrush(_veil(alpha))
        painter.drawEllipse(sun, area.height() * radius, area.height() * radius)
    for hill in range(3):
        path = QPainterPath(QPointF(area.left(), area.bottom()))
        height = area.height() * (0.42 - 0.1 * hill)
        shift = chance.uniform(0, math.tau)
        for step in range(33):
            at = step / 32
            path.lineTo(area.left() + at * area.width(), area.bottom() - height * (0.72 + 0.28 * math.sin(at * 4.2 + shift)))
        path.lineTo(area.right(), area.bottom())
        painter.setBrush(QColor(0, 0, 0, 34))
        painter.drawPath(path)


def _ledger(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Rows of boxes, some of them checked."""
    cell = area.height() / 5.2
    columns = math.ceil(area.width() / cell) + 1
    pen = QPen(_veil(150), max(1.2, cell * 0.09), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    for row in range(5):
        for column in range(columns):
            box = QRectF(area.left() + column * cell, area.top() + (row + 0.2) * cell, cell * 0.72, cell * 0.72)
            nearness = column / columns
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_veil(int(6 + 26 * nearness)))
            painter.drawRoundedRect(box, cell * 0.16, cell * 0.16)
            if nearness > 0.4 and chance.random() < 0.36 * nearness:
                painter.setPen(pen)
                painter.drawPolyline([box.topLeft() + QPointF(x, y) * box.width() for x, y in ((0.26, 0.52), (0.44, 0.7), (0.76, 0.3))])


def _ascent(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Columns that rise."""
    count = 9
    width = area.width() / (count + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(count):
        share = 0.1 + 0.78 * (number / (count - 1)) ** 1.5 + chance.uniform(-0.05, 0.05)
        column = QRectF(area.left() + width * (number + 0.9), 0, width * 0.62, area.height() * share + width)
        column.moveBottom(area.bottom() + width)
        painter.setBrush(_veil(20 + 7 * number))
        painter.drawRoundedRect(column, width * 0.31, width * 0.31)


def _summit(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Ridges, one behind the other."""
    painter.setPen(Qt.PenStyle.NoPen)
    for number, (x, height, alpha) in enumerate(((0.84, 0.62, 26), (0.4, 0.5, 22), (0.64, 0.86, 44))):
        peak = QPointF(area.left() + area.width() * (x + chance.uniform(-0.05, 0.05)), area.bottom() - area.height() * height)
        half = area.height() * (0.95 + 0.1 * number)
        painter.setBrush(_veil(alpha))
        painter.drawPolygon(QPolygonF([QPointF(peak.x() - half, area.bottom()), peak, QPointF(peak.x() + half * 0.9, area.bottom())]))
        painter.setBrush(QColor(0, 0, 0, 20))
        painter.drawPolygon(
            QPolygonF([peak, QPointF(peak.x() + half * 0.9, area.bottom()), QPointF(peak.x() + half * 0.16, area.bottom())])
        )


def _circuit(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Lines that branch at right angles and end in nodes."""
    grid = area.height() / 7
    for _line in range(11):
        at = QPointF(area.right() + grid, area.top() + grid * chance.randint(0, 7))
        path = QPainterPath(at)
        for _leg in range(3):
            at = QPointF(at.x() - grid * chance.randint(1, 3), at.y())
            path.lineTo(at)
            turn = grid * chance.choice((-1, 0, 1))
            at = QPointF(at.x() - abs(turn), at.y() + turn)
            path.lineTo(at)
        alpha = chance.randint(36, 110)
        painter.setPen(QPen(_veil(alpha), max(1.0, grid * 0.1), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_veil(min(255, alpha + 60)))
        painter.drawEllipse(at, grid * 0.17, grid * 0.17)


def _pages(painter: QPainter, area: QRectF, chance: random.Random) -> None:
    """Pages fanned around a corner."""
    corner = QPointF(area.left() + area.width() * chance.uniform(0.5, 0.6), area.bottom() + area.height() * 0.18)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(6):
        painter.save()
        painter.translate(corner)
        painter.rotate(-34 + number * 19 + chance.uniform(-2, 2))
        painter.setBrush(_veil(18 + 6 * number))
        painter.drawRoundedRect(
            QRectF(0, -area.height() * 1.08, area.height() * 0.62, area.height() * 1.08), area.height() * 0.04, area.height() * 0.04
        )
        painter.restore()


STYLES: dict[str, Style] = {
    "insurance_fundamentals": Style("#1F3A6E", "#3E6BB4", "#8FB7F2", _shelter),
    "health_benefits": Style("#0F5A5E", "#2B938A", "#9BE3CF", _pulse),
    "life_insurance": Style("#21512F", "#56894A", "#CBE08E", _leaves),
    "retirement_planning": Style("#8A3B2A", "#D98748", "#FFDD9B", _horizon),
    "compliance": Style("#2E3648", "#5B687F", "#B7C6DC", _ledger),
    "sales_techniques": Style("#8E2A4E", "#CC5A66", "#FFC0A8", _ascent),
    "leadership": Style("#3B2A6B", "#7A58B0", "#D9B8F5", _summit),
    "technology": Style("#14304F", "#1F6F93", "#7FDBF0", _circuit),
    "continuing_education": Style("#5B3A1D", "#A9793C", "#F4D79B", _pages),
}
PLAIN = Style("#394150", "#66718A", "#C3CCDD", _shelter)


def paint_cover(painter: QPainter, area: QRectF, category: str, course_id: UUID) -> None:
    """Fill ``area`` with the cover. The caller clips, if its corners are to be round."""
    style = STYLES.get(category, PLAIN)
    chance = random.Random(course_id.int)
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    ground = QLinearGradient(area.topLeft(), area.bottomRight())
    start, end = QColor(style.start), QColor(style.end)
    shift = chance.uniform(-9, 9) / 360
    for stop, colour in ((0.0, start), (1.0, end)):
        turned = QColor.fromHslF((colour.hslHueF() + shift) % 1.0, colour.hslSaturationF(), colour.lightnessF())
        ground.setColorAt(stop, turned)
    painter.fillRect(area, ground)
    light = QRadialGradient(QPointF(area.left() + area.width() * chance.uniform(0.66, 0.94), area.top()), area.width() * 0.62)
    glow = QColor(style.glow)
    glow.setAlpha(120)
    light.setColorAt(0, glow)
    glow.setAlpha(0)
    light.setColorAt(1, glow)
    painter.fillRect(area, light)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    style.motif(painter, area, chance)
    painter.restore()


class Covers(QObject):
    """Painted covers, kept by course, size and scale. They are painted on a thread of their own, as one takes about a frame's time."""

    painted = Signal()
    """More covers are there: whoever shows some paints again."""

    _finished = Signal(object, QImage)

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[Wanted, QPixmap] = OrderedDict()
        self._asked: set[Wanted] = set()
        self._painter = ThreadPoolExecutor(1, thread_name_prefix="lms-covers")
        self._finished.connect(self._keep)

    def draw(self, painter: QPainter, at: QPointF, wanted: Wanted) -> None:
        """Draw the cover, or its ground while it is being painted; :attr:`painted` then asks for another turn."""
        found = self._kept.get(wanted)
        if found is not None:
            self._kept.move_to_end(wanted)
            painter.drawPixmap(at, found)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(at, QSizeF(wanted.width, wanted.height))
        painter.fillPath(_rounded(area, *wanted.radii), QColor(STYLES.get(wanted.category, PLAIN).start))
        painter.restore()
        if wanted not in self._asked:
            self._asked.add(wanted)
            self._painter.submit(self._paint, wanted)

    def _paint(self, wanted: Wanted) -> None:
        self._finished.emit(wanted, cover_image(wanted))

    def _keep(self, wanted: Wanted, image: QImage) -> None:
        self._asked.discard(wanted)
        self._kept[wanted] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.painted.emit()


@cache
def covers() -> Covers:
    return Covers()


def cover_image(wanted: Wanted) -> QImage:
    """The cover as a picture. Safe on any thread."""
    image = QImage(round(wanted.width * wanted.scale), round(wanted.height * wanted.scale), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(wanted.scale)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(0, 0, wanted.width, wanted.height)
    painter.setClipPath(_rounded(area, *wanted.radii))
    paint_cover(painter, area, wanted.category, wanted.course)
    painter.end()
    return image


def _rounded(area: QRectF, upper: float, lower: float) -> QPainterPath:
    """``area`` with its upper and its lower corners rounded; a radius of 0 leaves them square."""
    upper_part, lower_part = QPainterPath(), QPainterPath()
    upper_part.addRoundedRect(area.adjusted(0, 0, 0, -lower - 1), upper, upper)
    lower_part.addRoundedRect(area.adjusted(0, upper + 1, 0, 0), lower, lower)
    return upper_part.united(lower_part)
