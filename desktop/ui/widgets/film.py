"""The picture of a film as part of a page, and its bytes while they arrive."""

from __future__ import annotations

from PySide6.QtCore import QIODevice, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtMultimedia import QVideoFrame, QVideoSink
from PySide6.QtWidgets import QWidget

from desktop.errors import LmsError
from desktop.store.streaming import AssetFile, Closed
from desktop.ui.theme import px


class Picture(QWidget):
    """The frame of a video that is shown just now; it is part of the page, and no window of its own as Qt's widget for videos is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sink = QVideoSink(self)
        self.sink.videoFrameChanged.connect(lambda _frame: self.update())
        self.setMinimumSize(px(160), px(90))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        self.sink.videoFrame().paint(painter, QRectF(self.rect()), QVideoFrame.PaintOptions())
        painter.end()


class AssetDevice(QIODevice):
    """A stored file for Qt Multimedia, whose own thread reads and waits here."""

    def __init__(self, file: AssetFile, parent: QObject) -> None:
        super().__init__(parent)
        self.file = file
        self.failure: Exception | None = None
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def isSequential(self) -> bool:
        return False

    def size(self) -> int:
        return self.file.size

    def readData(self, maxlen: int) -> object:
        try:
            return self.file.read(self.pos(), maxlen)
        except Closed:
            return b""
        except (LmsError, OSError) as error:
            self.failure = error
            return b""

    def writeData(self, data: bytes | bytearray | memoryview, len: int) -> int:
        return -1

    def release(self) -> None:
        """End every wait. What plays it must be told first that it has another source."""
        self.file.close()
        self.close()
