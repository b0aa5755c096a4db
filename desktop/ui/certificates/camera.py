"""Scanning the code of a certificate with the camera. Pictures are looked at on this computer, one at a time, and none is kept."""

from __future__ import annotations

from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage, QPainter, QPaintEvent
from PySide6.QtMultimedia import QCamera, QCameraDevice, QMediaCaptureSession, QMediaDevices, QVideoFrame, QVideoSink
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.certificates.verify import read_frame
from desktop.i18n import _
from desktop.ui.context import Context
from desktop.ui.theme import Role, colour, px
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

LARGEST_SIDE = 1280
"""Pixels. A code that fills a third of such a frame is read; larger frames only take longer."""


class CodeReader(QObject):
    """Looks for a certificate's code in the frames that :attr:`sink` gets; while it looks at one, those that come are passed over."""

    found = Signal(str)
    seen = Signal(QImage)
    """A frame to show."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._busy = self._done = False
        self.sink = QVideoSink(self)
        self.sink.videoFrameChanged.connect(self._frame)

    def _frame(self, frame: QVideoFrame) -> None:
        if self._done or not frame.isValid():
            return
        image = frame.toImage()
        if max(image.width(), image.height()) > LARGEST_SIDE:
            image = image.scaled(QSize(LARGEST_SIDE, LARGEST_SIDE), Qt.AspectRatioMode.KeepAspectRatio)
        self.seen.emit(image)
        if not self._busy:
            self._busy = True
            self._context.spawn(self._look(image.convertToFormat(QImage.Format.Format_Grayscale8)), self)

    async def _look(self, image: QImage) -> None:
        try:
            grey = bytes(image.constBits())
            code = await self._context.tasks.run(read_frame, grey, image.width(), image.height(), image.bytesPerLine())
        finally:
            self._busy = False
        if code and not self._done:
            self._done = True
            self.found.emit(code)


class Finder(QWidget):
    """What the camera sees, turned as in a mirror: so one moves the paper the right way."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setMinimumHeight(px(320))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage) -> None:
        self._image = image.flipped(Qt.Orientation.Horizontal)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("rail"))
        if not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)


class CameraDialog(Dialog):
    """Shows what the camera sees until a code is found; says what to do where there is no camera, or none may be used."""

    scanned = Signal(str)

    def __init__(self, context: Context, device: QCameraDevice | None, parent: QWidget) -> None:
        """``device``: the camera, None where there is none; see :func:`find_camera`."""
        super().__init__(_("Scan a certificate's code"), _("Hold the code before the camera, sharp and whole."), parent, width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.trouble = Label("", Role.BODY, "bad", wrap=True)
        self.trouble.hide()
        self.finder = Finder()
        self.finder.setAccessibleName(_("What the camera sees"))
        self.reader = CodeReader(context, self)
        self.reader.seen.connect(self.finder.show_image)
        self.reader.found.connect(self._found)
        self.body.addWidget(self.finder)
        self.body.addWidget(self.trouble)
        self.add_button(_("Close"), "quiet", self.reject)
        self._session = QMediaCaptureSession(self)
        self._session.setVideoSink(self.reader.sink)
        self.camera: QCamera | None = None
        self.finished.connect(lambda _result: self._stop())
        if device is None:
            self._complain(_("There is no camera on this computer."))
        else:
            self._ask_permission(device)

    def _ask_permission(self, device: QCameraDevice) -> None:
        """macOS, and sandboxed Linux, ask the person; elsewhere it is granted at once."""
        application = QCoreApplication.instance()
        assert application is not None
        permission = QCameraPermission()
        match application.checkPermission(permission):
            case Qt.PermissionStatus.Granted:
                self._start(device)
            case Qt.PermissionStatus.Denied:
                self._complain(_("This application may not use the camera. Allow it in the system's settings, under Privacy."))
            case _:
                application.requestPermission(permission, self, lambda _answer: self._ask_permission(device))

    def _start(self, device: QCameraDevice) -> None:
        self.camera = QCamera(device, self)
        self.camera.errorOccurred.connect(self._failed)
        self._session.setCamera(self.camera)
        self.camera.start()

    def _failed(self, _error: QCamera.Error, details: str) -> None:
        self._complain(_("The camera cannot be used: {details}").format(details=details))

    def _complain(self, sentence: str) -> None:
        self.finder.hide()
        self.trouble.setText(f"{sentence} {_('A picture of the code can be dropped instead, or the number be typed.')}")
        self.trouble.show()

    def _found(self, code: str) -> None:
        self.scanned.emit(code)
        self.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stop()
        super().closeEvent(event)

    def _stop(self) -> None:
        """The camera's light goes out."""
        if self.camera is not None:
            self.camera.stop()


def find_camera() -> QCameraDevice | None:
    """The one the system would take."""
    device = QMediaDevices.defaultVideoInput()
    return None if device.isNull() else device
