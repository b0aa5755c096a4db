"""The head of a page: where you are, what it is called, what you would most likely do here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.actions import ActionRegistry
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.buttons import ActionButton, Button
from desktop.ui.widgets.labels import ElidedLabel


class PageHeader(QWidget):
    """Breadcrumb, title, subtitle; at the right the secondary actions and the primary one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._up: Callable[[], object] | None = None
        self._crumb = Button("", "link", "chevron-left", self)
        self._crumb.hide()
        self._crumb.clicked.connect(self._go_up)
        self._title = ElidedLabel("", Role.TITLE, parent=self)
        self._subtitle = ElidedLabel("", Role.BODY, "muted", self)
        self._subtitle.hide()
        self.trailing = QHBoxLayout()
        """Further widgets of a page (a segmented control, say) go in here, before the buttons."""
        words = QVBoxLayout()
        words.addWidget(self._crumb, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self._words = words
        self._row = QHBoxLayout(self)
        self._row.addLayout(words, 1)
        self._row.addLayout(self.trailing)
        self._measure()
        theme().changed.connect(self._measure)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def subtitle(self) -> str:
        return self._subtitle.text()

    def set_title(self, title: str, subtitle: str = "") -> None:
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def set_breadcrumb(self, text: str, up: Callable[[], object]) -> None:
        self._up = up
        self._crumb.setText(text)
        self._crumb.setAccessibleName(_("Back to {place}").format(place=text))
        self._crumb.show()

    def set_actions(self, registry: ActionRegistry, primary: str, secondary: tuple[str, ...] = ()) -> None:
        for action_id, kind in [*((a, "quiet") for a in secondary), *([(primary, "primary")] if primary else [])]:
            action = registry.qaction(action_id)
            if action is not None:
                self.trailing.addWidget(ActionButton(action, kind, registry.declared(action_id).icon, self))

    def _go_up(self) -> None:
        if self._up is not None:
            self._up()

    def _measure(self) -> None:
        self._row.setContentsMargins(px(32), px(24), px(32), px(16))
        self._row.setSpacing(px(12))
        self.trailing.setSpacing(px(8))
        self._words.setSpacing(px(4))
