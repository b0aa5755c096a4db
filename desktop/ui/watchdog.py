"""How long the main thread was away.

A timer of the GUI thread beats every few milliseconds; a thread of our own watches the beat. When it is late, the watcher notes what the
main thread is doing at that moment, so that a stall comes with its cause. Used by the tests, the tour and the benchmarks.
"""

from __future__ import annotations

import faulthandler
import tempfile
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
LIMIT_MS = 50.0
"""Nothing on the main thread takes longer than this (the budget of the design)."""


@dataclass(frozen=True, slots=True)
class Stall:
    """The main thread did not answer for ``milliseconds``; ``stack`` is where it was when that was noticed, innermost call first.

    ``busy`` is how many of them it spent computing: the rest it waited, for a disk, a lock, or its turn on a machine with other work.
    """

    milliseconds: float
    busy: float
    stack: str


class Watchdog(QObject):
    """Measures between :meth:`start` and :meth:`stop`, both called on the main thread."""

    def __init__(self, limit_ms: float = LIMIT_MS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.limit_ms = limit_ms
        self.longest_ms = 0.0
        self.busiest_ms = 0.0
        self.stalls: list[Stall] = []
        self._main = threading.get_ident()
        self._last = time.perf_counter()
        self._last_busy = time.thread_time()
        self._seen = ""
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._stop.clear()
        self._seen = ""
        self._last = time.perf_counter()
        self._last_busy = time.thread_time()
        self._timer.start()
        self._watcher = threading.Thread(target=self._watch, name="lms-watchdog", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        self._timer.stop()
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None

    def _beat(self) -> None:
        now, now_busy = time.perf_counter(), time.thread_time()
        away, busy = (now - self._last) * 1000 - BEAT_MS, (now_busy - self._last_busy) * 1000
        self.longest_ms = max(self.longest_ms, away)
        self.busiest_ms = max(self.busiest_ms, busy)
        if away > self.limit_ms:
            self.stalls.append(Stall(away, busy, self._seen))
        self._seen = ""
        self._last, self._last_busy = now, now_busy

    def _watch(self) -> None:
        while not self._stop.wait(self.limit_ms / 4 / 1000):
            late = (time.perf_counter() - self._last) * 1000 - BEAT_MS
            if late > self.limit_ms / 2 and not self._seen:
                self._seen = stack_of(self._main)


def stack_of(thread: int) -> str:
    """Where a thread is, innermost call first, seen from another thread.

    Written by faulthandler, which takes no references: holding a frame of a running thread keeps its local variables alive, and a
    QPainter that outlives its paintEvent, or is deleted on the wrong thread, brings the process down.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        threads = file.read().decode(errors="replace").split("\n\n")
    return next((lines for lines in threads if f"{thread:x}" in lines.partition("\n")[0]), "")
