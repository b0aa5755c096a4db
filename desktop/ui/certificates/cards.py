"""A certificate as a card: a small sheet of engraved paper with a seal, and what it is for."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from desktop.certificates import engraving
from desktop.certificates.queries import CertificateRow
from desktop.courses.vocabulary import credits, label
from desktop.i18n import _
from desktop.ui.certificates.status import STATUSES, TONES
from desktop.ui.courses.cards import draw_lines
from desktop.ui.dates import date_text
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.widgets.badges import paint_badge
from desktop.ui.widgets.cardview import CardDelegate

PAPER, INK, SOFT, GOLD = QColor("#fffefb"), QColor("#16324a"), QColor("#c9d3da"), QColor("#936c22")
"""The colours of the printed page, in every theme: it is paper."""
COVER = 118


class CertificateDelegate(CardDelegate):
    """Paints one certificate. Everything it needs is in the row."""

    wanted_width = 268
    height = 252

    def paint_row(self, painter: QPainter, rect: QRectF, row: object) -> None:
        assert isinstance(row, CertificateRow)
        cover = QRectF(rect.left() + 0.5, rect.top() + 0.5, rect.width() - 1, px(COVER))
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(cover.adjusted(0, 0, 0, px(20)), px(9), px(9))
        painter.setClipRect(cover)
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(cover.topLeft(), _paper(round(cover.width()), round(cover.height()), painter.device().devicePixelRatio()))
        if theme().name == "dark":
            painter.fillRect(cover, QColor(0, 0, 0, 46))
        painter.restore()
        left, width = rect.left() + px(16), rect.width() - px(32)
        y = cover.bottom() + px(13)
        heading = font(Role.HEADING)
        painter.setPen(colour("text"))
        y += draw_lines(painter, QRectF(left, y, width, 0), row.course_title, heading, 2) + px(4)
        painter.setPen(colour("muted"))
        caption = font(Role.CAPTION)
        painter.setFont(caption)
        high = QFontMetrics(caption).lineSpacing()
        facts = [credits(row.ce_credits), date_text(row.issued_at)]
        painter.drawText(QRectF(left, y, width, high), Qt.AlignmentFlag.AlignLeft, " · ".join(fact for fact in facts if fact))
        below = QRectF(left, rect.bottom() - px(14) - high - px(4), width, high + px(6))
        wide = paint_badge(painter, below, label(STATUSES, row.status), TONES[row.status])
        if row.expires_at is not None and row.status == "valid":
            painter.setFont(caption)
            painter.setPen(colour("faint"))
            until = _("until {date}").format(date=date_text(row.expires_at))
            painter.drawText(below.adjusted(wide + px(8), 0, 0, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, until)


@lru_cache(maxsize=8)
def _paper(width: int, height: int, ratio: float) -> QPixmap:
    """The upper part of the sheet, engraved as the real one is."""
    pixmap = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(PAPER)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = height / COVER
    band = 8.0 * unit
    inset = 11.0 * unit
    frame = QRectF(inset, inset, width - 2 * inset, height - 2 * inset)
    inside = frame.adjusted(band, band, -band, -band)
    painter.setClipRect(inside)
    middle = (width / 2, height / 2)
    _engrave(painter, engraving.rosette(middle, 22 * unit, 74 * unit, 18, 8), QPen(SOFT, 0.55 * unit))
    painter.setClipping(False)
    painter.save()
    for turn, at, length in (
        (0, frame.topLeft(), frame.width()),
        (0, frame.bottomLeft(), frame.width()),
        (90, frame.topLeft(), frame.height()),
        (90, frame.topRight(), frame.height()),
    ):
        count = max(1, round(length / (30 * unit)))
        painter.resetTransform()
        painter.translate(at)
        painter.rotate(turn)
        for _repeat in range(count):
            _engrave(painter, engraving.braid(length / count, band / 2, 2), QPen(QColor(22, 50, 74, 150), 0.5 * unit))
            painter.translate(length / count, 0)
    painter.restore()
    painter.setPen(QPen(GOLD, 0.9 * unit))
    painter.drawRect(inside)
    _seal(painter, QPointF(*middle), 19 * unit, unit)
    painter.end()
    return pixmap


def _seal(painter: QPainter, centre: QPointF, radius: float, unit: float) -> None:
    at = (centre.x(), centre.y())
    path = _path([engraving.scallop(at, radius, 1.3 * unit, 28)])
    painter.fillPath(path, GOLD)
    _engrave(painter, [engraving.circle(at, radius * 0.78), engraving.circle(at, radius * 0.7)], QPen(PAPER, 0.6 * unit))
    tick = QPainterPath(centre + QPointF(-0.32 * radius, 0.02 * radius))
    tick.lineTo(centre + QPointF(-0.08 * radius, 0.27 * radius))
    tick.lineTo(centre + QPointF(0.36 * radius, -0.25 * radius))
    pen = QPen(PAPER, 2.2 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(tick, pen)


def _engrave(painter: QPainter, curves: list[engraving.Curve], pen: QPen) -> None:
    painter.strokePath(_path(curves), pen)


def _path(curves: list[engraving.Curve]) -> QPainterPath:
    path = QPainterPath()
    for curve in curves:
        path.moveTo(*curve.start)
        for first, second, end in curve.segments:
            path.cubicTo(*first, *second, *end)
    return path
