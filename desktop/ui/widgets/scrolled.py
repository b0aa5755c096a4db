"""A scrolled column that is made anew behind the one that is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.ui.page import polish
from desktop.ui.theme import px


class ScrolledColumn(QScrollArea):
    """What a page of cards stands in. Fill what :meth:`begin` gives, in turns, then :meth:`show_column`: nobody sees it half made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def begin(self) -> QVBoxLayout:
        """An empty column that is not shown yet."""
        self._next = QWidget(self.viewport())
        self._next.hide()
        column = QVBoxLayout(self._next)
        column.setContentsMargins(px(32), px(4), px(32), px(32))
        column.setSpacing(px(14))
        return column

    async def show_column(self) -> None:
        """Show the column begun last instead of the one before, at the same place."""
        body = self._next
        await polish(body)
        at = self.verticalScrollBar().value()
        if self.widget() is not None:
            old = self.takeWidget()  # to go later: what was clicked in it may still be at work
            old.hide()
            old.deleteLater()
        self.setWidget(body)
        body.show()
        self.verticalScrollBar().setValue(at)
