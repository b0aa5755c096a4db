"""``alert``, ``confirm`` and ``prompt`` of content, shown inside the player instead of in a box over the application."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.i18n import _

PATIENCE = 3
"""Dialogs that content may show in a row before the learner can stop them."""
LONGEST = 2000


class ContentDialog(QFrame):
    """One question at a time. The content's scripts wait for the answer, so this waits in an event loop of its own; the window lives on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("contentDialog")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._input = QLineEdit(self)
        self._input.setAccessibleName(_("Answer"))
        self.ok = QPushButton(_("OK"), self)
        self.cancel = QPushButton(_("Cancel"), self)
        self.stop = QPushButton(_("Show no more messages"), self)
        self.ok.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ok)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(self._input)
        layout.addLayout(buttons)
        self._loop: QEventLoop | None = None
        self._accepted = False
        self._shown = 0
        self._stopped = False
        self.ok.clicked.connect(lambda: self._end(True))
        self.cancel.clicked.connect(lambda: self._end(False))
        self.stop.clicked.connect(self._stop)
        self._input.returnPressed.connect(lambda: self._end(True))
        self.hide()

    def alert(self, text: str) -> None:
        self._ask(text, cancel=False, value=None)

    def confirm(self, text: str) -> bool:
        return self._ask(text, cancel=True, value=None)

    def prompt(self, text: str, value: str) -> str | None:
        return self._input.text() if self._ask(text, cancel=True, value=value) else None

    def dismiss(self) -> None:
        """Answer no to what is shown and to all that follows: the content is being closed."""
        self._stopped = True
        self._end(False)

    def reset(self) -> None:
        """New content starts with a clean slate."""
        self._shown = 0
        self._stopped = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end(False)
        else:
            super().keyPressEvent(event)

    def _ask(self, text: str, *, cancel: bool, value: str | None) -> bool:
        if self._stopped or self._loop is not None:
            return False
        self._shown += 1
        self._text.setText(text[:LONGEST])
        self.setAccessibleName(text[:LONGEST])
        self.cancel.setVisible(cancel)
        self.stop.setVisible(self._shown > PATIENCE)
        self._input.setVisible(value is not None)
        self._input.setText(value or "")
        self.show()
        self.raise_()
        self._place()
        (self._input if value is not None else self.ok).setFocus()
        self._accepted = False
        self._loop = QEventLoop()
        self._loop.exec()
        self._loop = None
        self.hide()
        return self._accepted

    def _end(self, accepted: bool) -> None:
        if self._loop is not None:
            self._accepted = accepted
            self._loop.quit()

    def _stop(self) -> None:
        self._stopped = True
        self._end(False)

    def _place(self) -> None:
        width = min(max(self._over.width() // 2, 320), self._over.width())
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._over.width() - width) // 2, 0)
