"""Tells the server, bit by bit, what a player plays: every ten seconds, when it pauses, at the end, and when it is left."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.learning.watching import REPORT_SECONDS, Spans, Watch


class Reporter(QObject):
    """Whatever plays calls :meth:`at` a few times a second, and :meth:`stopped` when it pauses or jumps."""

    due = Signal(object, int)
    """:data:`~desktop.learning.watching.Spans` that were played since the last report, and the position in seconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch = Watch()
        self._position = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(REPORT_SECONDS * 1000)
        self._timer.timeout.connect(self.report)

    def at(self, position: float, speed: float) -> None:
        """It plays, and has come to ``position``, in seconds."""
        self._position = position
        self._watch.playing(position, time.monotonic(), speed)
        if not self._timer.isActive():
            self._timer.start()

    def jumped(self, position: float) -> None:
        """Somebody seeks; what was played until then stays played."""
        self._watch.stopped()
        self._position = position

    def stopped(self, *, ended: bool = False) -> None:
        """It plays no longer. Reports, if there is something to report."""
        self._watch.stopped()
        self._timer.stop()
        self.report(ended=ended)

    def report(self, *, ended: bool = False) -> None:
        spans = self._watch.take(ended=ended)
        if spans:
            self.due.emit(spans, int(self._position))

    def give_back(self, spans: Spans) -> None:
        """A report did not arrive: what was in it goes along with the next one."""
        self._watch.give_back(spans)
