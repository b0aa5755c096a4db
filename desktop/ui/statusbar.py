"""The strip at the bottom: the connection, what is saved, what is running."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.i18n import _
from desktop.tasks import Tasks
from desktop.ui.jobs import JobsIndicator
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusDot
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label


class StatusBar(QWidget):
    """Always there; words beside every dot, so that colour alone says nothing."""

    retry_wanted = Signal()

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dot = StatusDot(parent=self)
        self.connection = Label("", Role.CAPTION, "muted", self)
        self.retry = Button(_("Try now"), "plain", "", self)
        self.retry.clicked.connect(self.retry_wanted)
        self.saved = Label("", Role.CAPTION, "muted", self)
        self.jobs = JobsIndicator(tasks, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(4), px(12), px(4))
        row.setSpacing(px(8))
        row.addWidget(self._dot)
        row.addWidget(self.connection)
        row.addWidget(self.retry)
        row.addStretch(1)
        row.addWidget(self.jobs)
        row.addSpacing(px(8))
        row.addWidget(self.saved)
        self.setFixedHeight(px(32))
        self.set_connection(_("Connected"), up=True)

    def set_connection(self, sentence: str, *, up: bool) -> None:
        """How things stand with the server; while it is away, a button not to wait."""
        self._dot.set_token("good" if up else "bad")
        self.connection.setText(sentence)
        self.retry.setVisible(not up)

    def set_saved(self, text: str) -> None:
        """What is kept where: "Saved here · 3 waiting to send"."""
        self.saved.setText(text)
