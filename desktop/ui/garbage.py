"""Python's cycle collector, on the GUI thread only.

The collector runs on whatever thread happens to allocate next, and then deletes there what it finds. A QObject that is deleted on a worker
thread cannot stop its timers: the next one to fire brings the process down (``QObject::~QObject: Timers cannot be stopped from another
thread``). So automatic collection is off, and a timer of the GUI thread collects by Python's own thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 250


class MainThreadCollector(QObject):
    """Collects as long as it lives. Made on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> int | None:
        """Collect the oldest generation that is due, as the interpreter would; returns which, or None."""
        due = [
            generation for generation, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if count > limit
        ]
        if not due:
            return None
        gc.collect(due[-1])
        return due[-1]

    def settle(self) -> None:
        """What is loaded now stays for the life of the process: later collections need not look at it, and are short."""
        gc.freeze()

    def stop(self) -> None:
        """Give collection back to the interpreter."""
        self._timer.stop()
        gc.enable()
