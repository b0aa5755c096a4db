"""An author's formatted words in a question, as high as they are long."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QMouseEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QAbstractButton

from desktop.store.assets import asset_url
from desktop.ui.learning.lesson import Reading
from desktop.ui.theme import px


class Formatted(Reading):
    """``button``: what a click on the words presses, as on the words beside a box to tick."""

    def __init__(self, name: str, html: str, button: QAbstractButton | None = None) -> None:
        super().__init__()
        self.html = html
        self._button = button
        self.setAccessibleName(name)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_html(html)

    def show_picture(self, asset: str, image: QImage) -> None:
        """Put a picture where the words name it."""
        self.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(asset_url(asset)), image)
        self.show_html(self.html)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        button = self._button
        if button is not None and button.isEnabled() and not self.textCursor().hasSelection():
            button.setFocus(Qt.FocusReason.MouseFocusReason)
            button.click()

    def sizeHint(self) -> QSize:
        return QSize(px(400), self.height())

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(round(self.document().size().height()) + px(2))
