"""Our own stroke icons: drawn on a 24 px grid, coloured by token, sharp at every scale, recoloured when the theme changes."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.theme import RESOURCES, theme

ICONS = RESOURCES / "icons"


class TokenIcon(QIconEngine):
    """Draws an icon in the colour that its token has at that moment."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def clone(self) -> QIconEngine:
        return TokenIcon(self._name, self._token)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        pixmap = self.scaledPixmap(QSize(side, side), mode, state, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.center() - QPoint((side - 1) // 2, (side - 1) // 2), pixmap)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        tint = theme().colour("line_strong" if mode is QIcon.Mode.Disabled else self._token)
        return icon_pixmap(self._name, tint, min(size.width(), size.height()), scale)


def icon(name: str, token: str = "muted") -> QIcon:
    """An icon by name (a file of ``resources/icons``) and the token that colours it."""
    if not (ICONS / f"{name}.svg").exists():
        raise KeyError(f"no icon is called {name}")
    return QIcon(TokenIcon(name, token))


def icon_pixmap(name: str, tint: QColor, side: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a square picture of ``side`` device-independent pixels."""
    key = f"lms-{name}-{tint.rgba():x}-{side}-{ratio}"
    pixmap = QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixels = max(1, round(side * ratio))
        pixmap = QPixmap(pixels, pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(_tinted(name, tint))).render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        QPixmapCache.insert(key, pixmap)
    return pixmap


def paint_icon(painter: QPainter, rect: QRectF, name: str, tint: QColor) -> None:
    """Draw an icon into a painted widget."""
    QSvgRenderer(QByteArray(_tinted(name, tint))).render(painter, rect)


def tinted_file(name: str, tint: QColor) -> Path:
    """The icon as a file, for the stylesheet, which reads nothing else. Removed with the process."""
    path = _folder() / f"{name}-{tint.rgba():x}.svg"
    if not path.exists():
        path.write_bytes(_tinted(name, tint))
    return path


@cache
def _source(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")


def _tinted(name: str, tint: QColor) -> bytes:
    return _source(name).replace("currentColor", tint.name()).encode()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="nabip-lms-icons-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
