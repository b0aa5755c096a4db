"""The page itself, as it will be printed: sharp at whatever size there is room for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.certificates.preview import Raster
from desktop.certificates.template import Paper
from desktop.ui.theme import colour, px

SETTLE_MS = 120
"""While the window is being resized the old picture is stretched; a sharp one is asked for when it rests."""
LARGEST = 1100
"""The sheet grows no wider than this, in pixels at nominal text: about the size of the paper on a desk."""
MARGIN = 28


class CertificateSheet(QWidget):
    """Shows a page in the middle of a sunken ground. It asks for pixels with ``wanted``; :meth:`show_page` gives them."""

    wanted = Signal(int)
    """How many pixels wide the page is on this screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ratio = Paper.LETTER.value[0] / Paper.LETTER.value[1]
        self._page = QPixmap()
        self._faded = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._ask)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(320), px(240))

    def set_ratio(self, ratio: float) -> None:
        """The width of the paper by its height."""
        if ratio != self._ratio:
            self._ratio = ratio
            self._settle.start(0)
            self.update()

    @property
    def page_width(self) -> int:
        """Pixels of the screen across the page."""
        return round(self._place().width() * self.devicePixelRatioF())

    @property
    def sharp(self) -> bool:
        """True where each pixel of the page is one of the screen."""
        return self._page.width() == self.page_width

    def show_page(self, raster: Raster, *, faded: bool = False) -> None:
        """``faded``: it no longer counts."""
        image = QImage(raster.pixels, raster.width, raster.height, raster.stride, QImage.Format.Format_RGB32)
        self._page = QPixmap.fromImage(image)
        self._page.setDevicePixelRatio(self.devicePixelRatioF())
        self._faded = faded
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(760), px(600))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start(0 if self._page.isNull() else SETTLE_MS)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("rail"))
        painter.drawRoundedRect(QRectF(self.rect()), px(12), px(12))
        place = self._place()
        for spread in range(px(10), 0, -2):
            painter.setBrush(colour("shadow"))
            painter.setOpacity(0.22)
            painter.drawRoundedRect(place.adjusted(-spread, -spread + px(4), spread, spread + px(4)), spread, spread)
        painter.setOpacity(1)
        painter.fillRect(place, Qt.GlobalColor.white)
        if not self._page.isNull():
            painter.setOpacity(0.45 if self._faded else 1)
            painter.drawPixmap(place, self._page, QRectF(self._page.rect()))
            painter.setOpacity(1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("line_strong"), 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _place(self) -> QRectF:
        room = QRectF(self.rect()).adjusted(px(MARGIN), px(MARGIN), -px(MARGIN), -px(MARGIN))
        width = min(room.width(), room.height() * self._ratio, px(LARGEST))
        size = QSize(round(width), round(width / self._ratio))
        return QRectF(round((self.width() - size.width()) / 2), round((self.height() - size.height()) / 2), size.width(), size.height())

    def _ask(self) -> None:
        if self.page_width > 0 and not self.sharp:
            self.wanted.emit(self.page_width)
