"""What stands where content is not (yet): a skeleton, an empty state, an error with a way on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.notices import explain
from desktop.ui.theme import Role, colour, px, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label

BREATH_MS = 60


class Skeleton(QWidget):
    """Grey lines where rows will be. They breathe slowly, or stand still under reduced motion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Loading"))
        self._phase = 0
        self._timer = QTimer(self)
        self._timer.setInterval(BREATH_MS)
        self._timer.timeout.connect(self._breathe)

    def set_running(self, running: bool) -> None:
        if running and theme().motion:
            self._timer.start()
        else:
            self._timer.stop()

    def _breathe(self) -> None:
        if self.isVisible():
            self._phase = (self._phase + 1) % 32
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(colour("hover" if theme().name == "contrast" else "sunken"))
        ground.setAlphaF(0.65 + 0.35 * abs(self._phase - 16) / 16)
        painter.setBrush(ground)
        margin, row = px(32), px(48)
        widths = (0.62, 0.48, 0.71, 0.55, 0.66, 0.43)
        y = float(px(8))
        index = 0
        while y + row < self.height():
            painter.drawEllipse(QRectF(margin, y + px(8), px(28), px(28)))
            wide = (self.width() - 2 * margin - px(44)) * widths[index % len(widths)]
            painter.drawRoundedRect(QRectF(margin + px(44), y + px(9), wide, px(11)), px(4), px(4))
            painter.drawRoundedRect(QRectF(margin + px(44), y + px(27), wide * 0.6, px(8)), px(4), px(4))
            y += row + px(4)
            index += 1


class Illustration(QWidget):
    """A quiet picture for an empty state: the place's icon on stacked sheets."""

    def __init__(self, picture: str, parent: QWidget | None = None, tone: str = "accent") -> None:
        super().__init__(parent)
        self.picture = picture
        self._tone = tone
        self.setFixedSize(px(132), px(104))

    def sizeHint(self) -> QSize:
        return QSize(px(132), px(104))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        soft, strong = ("accent_soft", "accent_text") if self._tone == "accent" else (f"{self._tone}_soft", self._tone)
        middle = self.rect().center()
        for angle, size, token in ((-13.0, 0.86, "sunken"), (11.0, 0.86, soft), (0.0, 0.88, "raised")):
            painter.save()
            painter.translate(middle)
            painter.rotate(angle)
            wide, high = px(84) * size, px(96) * size
            painter.setPen(colour("line"))
            painter.setBrush(colour(token))
            painter.drawRoundedRect(QRectF(-wide / 2, -high / 2, wide, high), px(10), px(10))
            painter.restore()
        side = px(32)
        paint_icon(painter, QRectF(middle.x() - side / 2, middle.y() - side * 0.75, side, side), self.picture, colour(strong))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("line"))
        for index, wide in enumerate((36, 24)):
            painter.drawRoundedRect(QRectF(middle.x() - px(wide) / 2, middle.y() + px(18) + index * px(9), px(wide), px(4)), px(2), px(2))


class _State(QWidget):
    """A picture, a sentence, a second sentence and buttons, in the middle of the room."""

    def __init__(self, picture: str, tone: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._picture = Illustration(picture, self, tone)
        self._sentence = Label("", Role.HEADING, parent=self, wrap=True)
        self._second = Label("", Role.BODY, "muted", self, wrap=True)
        for words in (self._sentence, self._second):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(px(8))
        middle = QWidget(self)
        middle.setFixedWidth(px(440))
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self._picture, 0, centre)
        column.addSpacing(px(16))
        column.addWidget(self._sentence)
        column.addSpacing(px(4))
        column.addWidget(self._second)
        column.addSpacing(px(20))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        column.addLayout(row)
        # In a row, not merely centred: centred, its height would be that of sentences as wide as the whole room.
        room = QHBoxLayout()
        room.addStretch(1)
        room.addWidget(middle)
        room.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(room)
        outer.addStretch(3)


class EmptyState(_State):
    """Nothing here yet: one sentence and what to do about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("catalogue", "accent", parent)
        self._second.hide()
        self.button = Button("", "primary", parent=self)
        self.button.clicked.connect(self._pressed)
        self._buttons.addWidget(self.button)
        self._callback: Callable[[], object] | None = None

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def show_empty(self, sentence: str, picture: str, button: str, pressed: Callable[[], object] | None) -> None:
        self._sentence.setText(sentence)
        self._picture.picture = picture
        self._picture.update()
        self._callback = pressed
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(sentence)

    def _pressed(self) -> None:
        if self._callback is not None:
            self._callback()


class ErrorState(_State):
    """It did not work: what happened, what can be done, retry, and details for whoever is asked for help."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("cloud-off", "bad", parent)
        self.details = ""
        """For whoever is asked for help."""
        self.retry_button = Button(_("Try again"), "primary", "", self)
        self.retry_button.clicked.connect(self.retry)
        self.copy_button = Button(_("Copy details"), "quiet", "", self)
        self.copy_button.clicked.connect(self._copy)
        self._buttons.addWidget(self.retry_button)
        self._buttons.addWidget(self.copy_button)

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def show_error(self, error: BaseException) -> None:
        message, remedy, self.details = explain(error)
        self._sentence.setText(message)
        self._second.setText(remedy)
        self._second.setVisible(bool(remedy))
        self.copy_button.setText(_("Copy details"))
        self.setAccessibleName(message)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
        self.copy_button.setText(_("Copied"))
