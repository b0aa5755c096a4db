"""Small painted charts of a quiz: how scores are spread, and what was picked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import _
from desktop.ui.theme import Role, colour, font, px


class Histogram(QWidget):
    """How many attempts have each part of the points; the score to pass is a line."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[int, ...] = ()
        self._passing = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, counts: Sequence[int], passing: float) -> None:
        """``counts`` from 0 to 100 percent in equal steps; ``passing`` in percent."""
        self._counts, self._passing = tuple(counts), passing
        step = 100 / len(counts)
        said = ", ".join(
            _("{low} to {high} %: {n}").format(low=f"{at * step:g}", high=f"{(at + 1) * step:g}", n=count)
            for at, count in enumerate(counts)
            if count
        )
        self.setAccessibleName(_("Scores. {counts}").format(counts=said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(420), px(150))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        painter.setFont(font(Role.CAPTION, tabular=True))
        line = QFontMetrics(painter.font()).height()
        room = QRectF(self.rect()).adjusted(px(24), line + px(4), -px(24), -line - px(6))
        highest = max(self._counts) or 1
        step = room.width() / len(self._counts)
        for at, count in enumerate(self._counts):
            high = room.height() * count / highest
            passed = (at + 0.5) * 100 / len(self._counts) >= self._passing
            bar = QRectF(room.left() + at * step + 1, room.bottom() - high, step - 2, high)
            painter.fillRect(bar, colour("accent" if passed else "line_strong"))
        painter.setPen(colour("line"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(colour("muted"))
        for percent in (0, 25, 50, 75, 100):
            x = room.left() + room.width() * percent / 100
            painter.drawText(QRectF(x - px(30), room.bottom() + px(4), px(60), line), Qt.AlignmentFlag.AlignHCenter, f"{percent} %")
        x = room.left() + room.width() * self._passing / 100
        painter.setPen(QPen(colour("text"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, room.top() - px(2)), QPointF(x, room.bottom()))
        painter.drawText(QRectF(x - px(60), 0, px(120), line), Qt.AlignmentFlag.AlignHCenter, _("to pass"))


class PicksChart(QWidget):
    """How often each option was picked: its words over a bar; the right ones stand out."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, bool, int, str], ...] = ()
        self._most = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_picks(self, rows: Sequence[tuple[str, bool, int, str]], attempts: int) -> None:
        """Of each option: words, whether it is right, how often it was picked of ``attempts``, and a note behind that."""
        self._rows, self._most = tuple(rows), max(1, attempts)
        said = "; ".join(
            _("{option}, {right}: {n}").format(option=words, right=_("right") if right else _("wrong"), n=count)
            for words, right, count, _note in rows
        )
        self.setAccessibleName(_("What was picked. {picks}").format(picks=said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(260), len(self._rows) * self._row_height())

    minimumSizeHint = sizeHint

    def _row_height(self) -> int:
        return QFontMetrics(font(Role.BODY)).height() + px(20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = QFontMetrics(font(Role.BODY)).height()
        for at, (words, right, count, note) in enumerate(self._rows):
            top = at * self._row_height()
            painter.setFont(font(Role.CAPTION, tabular=True))
            said = f"{count:,} · {100 * count / self._most:.0f} %" + (f" · {note}" if note else "")
            wide = QFontMetrics(painter.font()).horizontalAdvance(said)
            painter.setPen(colour("muted"))
            painter.drawText(QRectF(self.width() - wide, top, wide, line), Qt.AlignmentFlag.AlignVCenter, said)
            painter.setFont(font(Role.STRONG if right else Role.BODY))
            painter.setPen(colour("text"))
            room = QRectF(0, top, self.width() - wide - px(12), line)
            name = ("✓ " if right else "") + words
            name = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
            bar = QRectF(0, top + line + px(4), self.width(), px(6))
            painter.fillRect(bar, colour("sunken"))
            bar.setWidth(self.width() * min(1.0, count / self._most))
            painter.fillRect(bar, colour("good" if right else "line_strong"))
