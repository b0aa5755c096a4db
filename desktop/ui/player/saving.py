"""Keeps what the page says without holding up the window: one worker thread, saves in order, answers on the GUI thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import LmsError
from desktop.scorm.journal import Save
from desktop.scorm.recorder import Outcome, Recorder
from desktop.scorm.records import Document

RETRY_MS = 5000


class SaveState(Enum):
    """What the learner is told about what they did."""

    SAVED = "saved"
    SAVING = "saving"
    KEPT = "kept"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    PREVIEW = "preview"


class Saving(QObject):
    """The saves of one launch. Without a recorder (a preview) everything succeeds and nothing is kept.

    Saves that pile up behind a slow one are made as one: each is the whole record, so the last of them holds them all.
    """

    state_changed = Signal(object)
    """The new :class:`SaveState`."""
    saved = Signal()
    """The server has everything that was said so far."""
    _finished = Signal(object, object, object)

    def __init__(self, recorder: Recorder | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recorder = recorder
        self._begun = time.monotonic()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lms-player")
        self._lock = threading.Lock()
        self._waiting: list[tuple[Save, Callable[[bool], None]]] = []
        self._underway = 0
        self._idle: list[asyncio.Future[None]] = []
        self.state = SaveState.SAVED if recorder else SaveState.PREVIEW
        self.error: LmsError | None = None
        self._finished.connect(self._settle)
        self._retry = QTimer(self)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._try_again)

    def save(self, document: Document, sequence: int, answer: Callable[[bool], None]) -> None:
        """Make ``document`` durable, then call ``answer``. Returns at once."""
        if self._recorder is None:
            answer(True)
            return
        save = Save(self._recorder.session_id, sequence, document, int(time.monotonic() - self._begun))
        with self._lock:
            self._waiting.append((save, answer))
        self._underway += 1
        if self.state is SaveState.SAVED:
            self._set(SaveState.SAVING)
        self._thread.submit(self._work)

    async def drained(self) -> None:
        """Wait until everything said so far is durable, or was refused."""
        if self._underway:
            future = asyncio.get_running_loop().create_future()
            self._idle.append(future)
            await future

    async def close(self) -> None:
        """Save what waits, tell the server that the launch is over, and stop."""
        self._retry.stop()
        await self.drained()
        if self._recorder is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._recorder.end)
        self._thread.shutdown(wait=False)

    # on the worker thread

    def _work(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, []
        if not taken or self._recorder is None:
            return
        answers = [answer for _save, answer in taken]
        try:
            outcome: Outcome | Exception = self._recorder.save(taken[-1][0])
        except Exception as error:  # noqa: BLE001 - whatever it was, the page waits for an answer and the learner must know
            outcome = error
        self._finished.emit(outcome, answers, False)

    def _send_waiting(self) -> None:
        assert self._recorder is not None
        try:
            outcome: Outcome | Exception = self._recorder.retry()
        except Exception as error:  # noqa: BLE001 - as above
            outcome = error
        self._finished.emit(outcome, [], True)

    # on the GUI thread

    def _try_again(self) -> None:
        self._retry.stop()
        self._underway += 1
        self._thread.submit(self._send_waiting)

    def _settle(self, outcome: Outcome | Exception, answers: list[Callable[[bool], None]], retried: bool) -> None:
        self._underway -= len(answers) or 1
        durable = isinstance(outcome, Outcome) and outcome is not Outcome.SUPERSEDED
        for answer in answers:
            answer(durable)
        if isinstance(outcome, Exception):
            self.error = outcome if isinstance(outcome, LmsError) else None
            self._set(SaveState.FAILED)
        elif outcome is Outcome.SUPERSEDED:
            self._set(SaveState.SUPERSEDED)
        elif outcome is Outcome.KEPT:
            self._set(SaveState.KEPT)
            self._retry.start()
        elif not self._underway or retried:
            self._set(SaveState.SAVED)
            self.saved.emit()
        if not self._underway:
            idle, self._idle = self._idle, []
            for future in idle:
                if not future.done():
                    future.set_result(None)

    def _set(self, state: SaveState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
