"""An author's formatted words in a question, as high as they are long."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QAbstractTextDocumentLayout, QImage, QMouseEvent, QPainter, QPalette, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.courses.richtext import sanitize
from desktop.store.assets import asset_url
from desktop.ui.learning.reading import Reading
from desktop.ui.theme import Role, colour, font, px


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


class FormattedItems(QStyledItemDelegate):
    """Draws the items of a list that have HTML. ``html`` is by what an item has in ``role``; an item without is drawn as any other."""

    def __init__(self, view: QListView, role: int, html: Mapping[str, str]) -> None:
        super().__init__(view)
        self._view = view
        self._role = role
        self._html = dict(html)
        self._words = {name: QTextDocument(self) for name in html}
        for name, words in self._words.items():
            words.setDocumentMargin(px(3))
            words.setDefaultFont(font(Role.BODY))
            words.setDefaultStyleSheet("p { margin: 0; }")
            words.setHtml(sanitize(self._html[name]))

    def show_picture(self, asset: str, image: QImage) -> None:
        """Put a picture where the words name it."""
        for name, words in self._words.items():
            if asset in self._html[name]:
                words.addResource(QTextDocument.ResourceType.ImageResource, QUrl(asset_url(asset)), image)
                words.setHtml(sanitize(self._html[name]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        words = self._words.get(index.data(self._role))
        if words is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        style = self._view.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._view)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, colour("text" if option.state & QStyle.StateFlag.State_Enabled else "muted"))
        words.setTextWidth(option.rect.width())
        painter.save()
        painter.translate(option.rect.topLeft())
        painter.setClipRect(QRectF(0, 0, option.rect.width(), option.rect.height()))
        words.documentLayout().draw(painter, context)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        words = self._words.get(index.data(self._role))
        if words is None:
            return super().sizeHint(option, index)
        words.setTextWidth(self._view.viewport().width() - 2 * self._view.spacing())
        return QSize(0, round(words.size().height()))
