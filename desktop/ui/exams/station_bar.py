"""The bar above everything at a station: whose exam it is, whether the server is there, the time, and how it looks."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.exams.exam_loop import Standing
from desktop.i18n import _, ngettext
from desktop.ui.theme import Role, Scheme, px, theme
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.surfaces import Card, Hairline

TICK_MS = 250
LAST_SECONDS = 60
"""The time shows, in another colour, even if it was hidden."""
BAR_WIDTH = 900
"""Pixels at nominal text that the bar needs in one row."""
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


def clock_text(seconds: float) -> str:
    """``1:05:09`` or ``5:09``."""
    hours, rest = divmod(max(0, round(seconds)), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def stack_if_narrow(layout: QBoxLayout, width: int, needed: int) -> None:
    """Lay out side by side where ``width`` holds ``needed`` pixels at nominal text, else one below the other."""
    narrow = width < px(needed)
    layout.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)


class StationBar(QWidget):
    """``hand_raised`` says whether help is wanted; ``over`` comes once at each deadline."""

    hand_raised = Signal(bool)
    over = Signal()

    def __init__(self, scheme: Scheme) -> None:
        super().__init__()
        self._scheme = scheme
        self._ends: float | None = None
        self._over_said = False
        self._hidden = False
        self._scale = 0
        self.title = ElidedLabel("", Role.STRONG)
        self.who = ElidedLabel("", Role.BODY, "muted")
        self.connection = StatusPill(_("Connecting"), "neutral")
        self.timer_label = Label("", Role.STRONG)
        self.timer_button = Button(_("Hide the time"), "link")
        self.hand_button = Button(_("Raise hand"), "quiet")
        self.hand_button.setCheckable(True)
        self.smaller_button = IconButton("minus", _("Smaller text"))
        self.larger_button = IconButton("plus", _("Larger text"))
        self.contrast_button = IconButton("contrast", _("High contrast"))
        self.contrast_button.setCheckable(True)
        self.timer_button.clicked.connect(self.toggle_timer)
        self.hand_button.clicked.connect(self._hand)
        self.smaller_button.clicked.connect(lambda: self.zoom(-1))
        self.larger_button.clicked.connect(lambda: self.zoom(1))
        self.contrast_button.clicked.connect(lambda _on: self._look())
        state, tools = QHBoxLayout(), QHBoxLayout()
        state.addWidget(self.title, 3)
        state.addWidget(self.who, 2)
        for widget in (self.connection, self.timer_label, self.timer_button):
            state.addWidget(widget)
        tools.addStretch(1)
        for tool in (self.hand_button, self.smaller_button, self.larger_button, self.contrast_button):
            tools.addWidget(tool)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setContentsMargins(px(24), px(12), px(16), px(12))
        self._rows.addLayout(state, 1)
        self._rows.addLayout(tools)
        for row in (self._rows, state, tools):
            row.setSpacing(px(12))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._rows)
        column.addWidget(Hairline())
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tick)
        self.show_nobody()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In two rows where large text leaves no room in one: a window that needs more than its display would lose its edges."""
        stack_if_narrow(self._rows, self.width(), BAR_WIDTH)

    def show_nobody(self) -> None:
        """Nobody sits here."""
        self.title.setText(_("Exam station"))
        self.who.setText("")
        self.hand_button.hide()
        self._set_end(None)

    def show_candidate(self, title: str, candidate: str) -> None:
        self.title.setText(title)
        self.who.setText(candidate)
        self.hand_button.setChecked(False)
        self._hand_text()
        self.hand_button.show()

    def show_standing(self, standing: Standing) -> None:
        if not standing.online:
            words = ngettext("Offline · {n} answer kept here", "Offline · {n} answers kept here", standing.waiting)
            self.connection.set_status(words.format(n=standing.waiting), "warn")
        else:
            self.connection.set_status(_("Saving…") if standing.waiting else _("Saved"), "neutral" if standing.waiting else "good")
        self._set_end(standing.ends if standing.delivery == "active" else None)

    def toggle_timer(self) -> None:
        self._hidden = not self._hidden
        self.timer_button.setText(_("Show the time") if self._hidden else _("Hide the time"))
        self._tick()

    def zoom(self, by: int) -> None:
        """The next larger (1) or smaller (-1) size of text."""
        self._scale = min(max(0, self._scale + by), len(SCALES) - 1)
        self._look()

    def _look(self) -> None:
        scheme = Scheme.CONTRAST if self.contrast_button.isChecked() else self._scheme
        theme().apply(scheme, motion=False, text_scale=SCALES[self._scale])
        self._fit()

    def _hand(self) -> None:
        self._hand_text()
        self.hand_raised.emit(self.hand_button.isChecked())

    def _hand_text(self) -> None:
        self.hand_button.setText(_("Hand raised") if self.hand_button.isChecked() else _("Raise hand"))

    def _set_end(self, ends: float | None) -> None:
        if ends is not None and (self._ends is None or ends > time.monotonic()):
            self._over_said = False
        self._ends = ends
        self.timer_button.setVisible(ends is not None)
        if ends is None:
            self._clock.stop()
            self.timer_label.hide()
        else:
            self._clock.start()
            self._tick()

    def _tick(self) -> None:
        if self._ends is None:
            return
        left = self._ends - time.monotonic()
        self.timer_label.setText(_("{time} left").format(time=clock_text(left)))
        self.timer_label.set_token("warn" if left <= LAST_SECONDS else "text")
        self.timer_label.setVisible(not self._hidden or left <= LAST_SECONDS)
        if left <= 0 and not self._over_said:
            self._over_said = True
            self.over.emit()


class Banner(Card):
    """What must be seen now, above the page and without covering it; one thing at a time, the newest."""

    def __init__(self, button: str) -> None:
        super().__init__(padding=12)
        self.words = Label("", Role.STRONG, wrap=True)
        self.button = Button(button, "quiet")
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)
        self.hide()

    def say(self, words: str, token: str = "text") -> None:
        self.words.setText(words)
        self.words.set_token(token)
        self.setAccessibleName(words)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
