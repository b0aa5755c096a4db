"""How an annotation looks: the same on the screen and in a copy of the file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen, QPolygonF, QTextDocument

from desktop.grading.annotations import DRAWING, HIGHLIGHT, Annotation
from desktop.i18n import _

NOTE_SIDE = 0.028
"""Of a note's square, in parts of the page's width."""
PAPER = QSizeF(595, 842)


def place_of(annotation: Annotation, page: QRectF) -> QRectF:
    """What an annotation covers of a page that is shown in ``page``."""
    points = [point for stroke in annotation.strokes for point in stroke]
    x, y = min(x for x, _y in points), min(y for _x, y in points)
    right, bottom = max(x for x, _y in points), max(y for _x, y in points)
    found = QRectF(page.x() + x * page.width(), page.y() + y * page.height(), (right - x) * page.width(), (bottom - y) * page.height())
    side = NOTE_SIDE * page.width()
    return found if annotation.kind != "note" else QRectF(found.x(), found.y(), side, side)


def paint(painter: QPainter, annotation: Annotation, page: QRectF, number: int = 0) -> None:
    """Draw it on a page that is shown in ``page``; ``number``, where there is one, names its words elsewhere."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(annotation.colour)
    corners = [[QPointF(page.x() + x * page.width(), page.y() + y * page.height()) for x, y in stroke] for stroke in annotation.strokes]
    if annotation.kind == HIGHLIGHT:
        colour.setAlphaF(0.4)
        for stroke in corners:
            painter.fillRect(QRectF(stroke[0], stroke[-1]).normalized(), colour)
    elif annotation.kind == DRAWING:
        painter.setPen(
            QPen(colour.darker(120), page.width() * 0.003, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        for stroke in corners:
            painter.drawPolyline(QPolygonF(stroke))
    else:
        painter.setPen(QPen(QColor("#333333"), page.width() * 0.001))
        painter.setBrush(colour)
        painter.drawRoundedRect(place_of(annotation, page), page.width() * 0.004, page.width() * 0.004)
    if number:
        _write_number(painter, place_of(annotation, page), page, number)
    painter.restore()


def _write_number(painter: QPainter, place: QRectF, page: QRectF, number: int) -> None:
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(page.width() * 0.017)))
    painter.setFont(font)
    painter.setPen(QColor("#222222"))
    side = NOTE_SIDE * page.width()
    painter.drawText(QRectF(place.x(), place.y(), side, side), Qt.AlignmentFlag.AlignCenter, str(number))


def numbered(annotations: Sequence[Annotation]) -> dict[Annotation, int]:
    """Those with words, counted through the file."""
    spoken = [each for each in sorted(annotations, key=lambda each: (each.page, place_key(each))) if each.words]
    return {each: number for number, each in enumerate(spoken, 1)}


def place_key(annotation: Annotation) -> tuple[float, float]:
    """From the top of the page, then from its left."""
    x, y = annotation.strokes[0][0]
    return (y, x)


def draw_marks(sizes: Sequence[QSizeF], annotations: Sequence[Annotation], picture: QImage | None = None) -> bytes:
    """A PDF of pages of these sizes (points) with the annotations alone, or over ``picture``; then what they say, on pages of its own."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(72)
    writer.setPageMargins(QMarginsF(), QPageLayout.Unit.Point)
    numbers = numbered(annotations)
    painter: QPainter | None = None
    for at, size in enumerate([*sizes, *([PAPER] if numbers else [])]):
        writer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        if painter is None:
            painter = QPainter(writer)
        else:
            writer.newPage()
        page = QRectF(0, 0, size.width(), size.height())
        if at < len(sizes):
            if picture is not None:
                painter.drawImage(page, picture)
            for each in annotations:
                if each.page == at:
                    paint(painter, each, page, numbers.get(each, 0))
        else:
            _write_words(writer, painter, numbers)
    if painter is not None:
        painter.end()
    return bytes(buffer.data().data())


def _write_words(writer: QPdfWriter, painter: QPainter, numbers: dict[Annotation, int]) -> None:
    """What was written to each number, on as many pages as it takes."""
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    font = QFont(painter.font())
    font.setPointSizeF(10)
    document.setDefaultFont(font)
    lines = [_("{n} (page {page}): {words}").format(n=n, page=each.page + 1, words=each.words) for each, n in numbers.items()]
    document.setPlainText("\n\n".join(lines))
    margin = 54.0
    inner = QSizeF(PAPER.width() - 2 * margin, PAPER.height() - 2 * margin)
    document.setDocumentMargin(0)
    document.setPageSize(inner)
    for at in range(document.pageCount()):
        if at:
            writer.newPage()
        painter.save()
        painter.translate(margin, margin - at * inner.height())
        document.drawContents(painter, QRectF(0, at * inner.height(), inner.width(), inner.height()))
        painter.restore()
