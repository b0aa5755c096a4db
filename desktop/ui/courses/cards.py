"""How a course looks as a card of the catalogue."""

from __future__ import annotations

import math
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QTextLayout, QTextOption

from desktop.courses.queries import CourseCard
from desktop.courses.vocabulary import CATEGORIES, DIFFICULTIES, ENROLLMENT_STATUSES, STATUSES, credits, duration, label, plain, price
from desktop.ui.courses.cover import Wanted, covers
from desktop.ui.theme import Role, colour, font, px
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.cardview import CardDelegate

STAR = QColor("#E0A21B")
"""The gold of a rating, in every theme; the figure beside it is what is read."""

COVER = 120
"""Height of a card's cover, in pixels at nominal text."""


class CourseDelegate(CardDelegate):
    """Paints one course. Everything it needs is in the row; nothing is read while painting."""

    wanted_width = 268
    height = 298

    def paint_row(self, painter: QPainter, rect: QRectF, row: object) -> None:
        assert isinstance(row, CourseCard)
        self._course(painter, rect, row, px(10))

    def _course(self, painter: QPainter, area: QRectF, card: CourseCard, radius: float) -> None:
        cover = QRectF(area.left() + 0.5, area.top() + 0.5, area.width() - 1, px(COVER))
        scale = painter.device().devicePixelRatio()
        size = cover.size().toSize()
        covers().draw(painter, cover.topLeft(), Wanted(card.category, card.id, size.width(), size.height(), scale, (radius - 1, 0)))
        self._badges(painter, cover, card)
        if card.progress is not None and card.enrollment_status in {"enrolled", "in_progress"}:
            self._progress(painter, cover, float(card.progress))
        left, width = area.left() + px(16), area.width() - 2 * px(16)
        y = cover.bottom() + px(12)
        painter.setPen(colour("faint"))
        painter.setFont(font(Role.CAPTION))
        self._line_of(painter, QRectF(left, y, width, _line()), label(CATEGORIES, card.category))
        y += _line() + px(3)
        heading = font(Role.HEADING)
        painter.setPen(colour("text"))
        y += draw_lines(painter, QRectF(left, y, width, 2 * QFontMetrics(heading).lineSpacing()), card.title, heading, 2) + px(3)
        painter.setPen(colour("muted"))
        painter.setFont(font(Role.CAPTION))
        self._line_of(painter, QRectF(left, y, width, _line()), card.instructor or "")
        if card.short_description:
            y += _line() + px(8)
            words = font(Role.CAPTION)
            painter.setPen(colour("muted"))
            draw_lines(painter, QRectF(left, y, width, 2 * QFontMetrics(words).lineSpacing()), card.short_description, words, 2)
        self._facts(painter, QRectF(left, area.bottom() - px(14) - _line(), width, _line()), card)

    def _badges(self, painter: QPainter, cover: QRectF, card: CourseCard) -> None:
        """On the cover: what is not like the others. A course is published and not taken unless a badge says so."""
        texts = []
        if card.status != "published":
            texts.append(label(STATUSES, card.status))
        if card.enrollment_status:
            texts.append(label(ENROLLMENT_STATUSES, card.enrollment_status))
        x = cover.left() + px(12)
        painter.setFont(font(Role.CAPTION))
        for text in texts:
            wide = QFontMetrics(painter.font()).horizontalAdvance(text) + px(18)
            pill = QRectF(x, cover.top() + px(12), wide, _line() + px(6))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(12, 14, 20, 190))
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            painter.setPen(QColor(255, 255, 255))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
            x += wide + px(6)

    def _progress(self, painter: QPainter, cover: QRectF, percent: float) -> None:
        bar = QRectF(cover.left(), cover.bottom() - px(4), cover.width(), px(4))
        painter.fillRect(bar, QColor(0, 0, 0, 90))
        bar.setWidth(bar.width() * percent / 100)
        painter.fillRect(bar, QColor(255, 255, 255, 235))

    def _facts(self, painter: QPainter, area: QRectF, card: CourseCard) -> None:
        """Rating, credits or length, at the left; the price at the right."""
        painter.setFont(font(Role.CAPTION))
        metrics = QFontMetrics(painter.font())
        strong = QFont(painter.font())
        strong.setWeight(QFont.Weight.DemiBold)
        amount = price(card.pricing_type, card.price)
        painter.setPen(colour("text"))
        painter.setFont(strong)
        wide = QFontMetrics(strong).horizontalAdvance(amount)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), amount)
        painter.setFont(font(Role.CAPTION))
        x, end = area.left(), area.right() - wide - px(12)
        if card.rating is not None:
            side = metrics.ascent()
            star_path(painter, QPointF(x + side / 2, area.center().y()), side / 2, STAR)
            text = plain(card.rating.quantize(Decimal("0.1")))
            painter.setPen(colour("text"))
            painter.drawText(QPointF(x + side + px(4), _base(area, metrics)), text)
            x += side + px(4) + metrics.horizontalAdvance(text) + px(12)
        facts = [
            ("certificate", credits(card.ce_credits)),
            ("clock", duration(card.minutes)),
            ("grade", label(DIFFICULTIES, card.difficulty_level)),
        ]
        for name, text in facts:
            side = px(14)
            wide = side + px(5) + metrics.horizontalAdvance(text)
            if not text or x + wide > end:
                continue
            paint_icon(painter, QRectF(x, area.center().y() - side / 2, side, side), name, colour("faint"))
            painter.setPen(colour("muted"))
            painter.drawText(QPointF(x + side + px(5), _base(area, metrics)), text)
            x += wide + px(12)

    @staticmethod
    def _line_of(painter: QPainter, area: QRectF, text: str) -> None:
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


def draw_lines(painter: QPainter, area: QRectF, text: str, face: QFont, most: int) -> float:
    """``text`` over at most ``most`` lines, the last with an ellipsis where there is more. Returns the height that it took."""
    layout = QTextLayout(text, face)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    metrics = QFontMetrics(face)
    painter.setFont(face)
    layout.beginLayout()
    y = area.top()
    for number in range(most):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(area.width())
        start, length = line.textStart(), line.textLength()
        shown = text[start : start + length].rstrip()
        if number == most - 1:
            shown = metrics.elidedText(text[start:], Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(QPointF(area.left(), y + metrics.ascent()), shown)
        y += metrics.lineSpacing()
    layout.endLayout()
    return y - area.top()


def star_path(painter: QPainter, centre: QPointF, radius: float, tint: QColor, share: float = 1.0) -> None:
    """A star, filled up to ``share`` of its width."""
    path = QPainterPath()
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.45
        angle = math.radians(-90 + corner * 36)
        point = QPointF(centre.x() + reach * math.cos(angle), centre.y() + reach * math.sin(angle))
        path.lineTo(point) if corner else path.moveTo(point)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    if share < 1:
        painter.fillPath(path, colour("pressed"))
        painter.save()
        painter.setClipRect(
            QRectF(centre.x() - radius, centre.y() - radius, 2 * radius * share, 2 * radius), Qt.ClipOperation.IntersectClip
        )
        painter.fillPath(path, tint)
        painter.restore()
    else:
        painter.fillPath(path, tint)


def _line() -> int:
    return QFontMetrics(font(Role.CAPTION)).lineSpacing()


def _base(area: QRectF, metrics: QFontMetrics) -> float:
    return area.center().y() + (metrics.ascent() - metrics.descent()) / 2
