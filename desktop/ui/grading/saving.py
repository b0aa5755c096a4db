"""Takes grades from the screen to this computer's disk and to the server, and tells the screen what became of them."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.changes import Changes
from desktop.errors import LmsError
from desktop.grading.commands import Mark
from desktop.grading.keeping import Answer, GradeJournal, Kept, Outcome, send_waiting
from desktop.grading.queries import Piece, WorkKey
from desktop.ui.context import Context

PAUSE_MS = 400
RETRY_MS = 3000


class GradeSaver(QObject):
    """Every grade is put here with the work that it is of. ``journal`` is the file of the grader.

    What happens to the file, and to the server for its sake, happens on one thread of its own, in order.
    """

    state_changed = Signal()
    answered = Signal(object)
    """:class:`~desktop.grading.keeping.Answer`, for each grade that the server spoke about."""

    def __init__(self, context: Context, journal: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._path = context, journal
        self._journal: GradeJournal | None = None
        self._typed: dict[WorkKey, tuple[Piece, Mark]] = {}
        self._marks: dict[WorkKey, Mark] = {}
        self._held: dict[WorkKey, str] = {}
        self._thread = ThreadPoolExecutor(1, "grades")
        self._turn = asyncio.Lock()
        self.away = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: context.spawn(self.flush()))
        self.destroyed.connect(self._thread.shutdown)

    @property
    def waiting(self) -> int:
        """Grades that are not on the server yet."""
        return len(self._marks)

    def mark_of(self, key: WorkKey) -> Mark | None:
        """What the grader thinks of this work, where the server does not know it yet."""
        return self._marks.get(key)

    def held(self, key: WorkKey) -> str:
        """``conflict`` or ``refused`` where the server did not take it, else empty."""
        return self._held.get(key, "")

    async def open(self) -> None:
        """Look what an earlier day left."""
        for kept in await self._run(self._open):
            self._marks[kept.key] = kept.mark
            if kept.held:
                self._held[kept.key] = kept.held
        if self._marks:
            self._timer.start(0)
            self.state_changed.emit()

    def put(self, piece: Piece, mark: Mark) -> None:
        """The grader thinks this of that work."""
        self._typed[piece.key] = (piece, mark)
        self._marks[piece.key] = mark
        if self._held.get(piece.key) == "refused":
            del self._held[piece.key]
        if not self._timer.isActive() or self._timer.remainingTime() > PAUSE_MS:
            self._timer.start(PAUSE_MS)
        self.state_changed.emit()

    def hurry(self) -> None:
        """Keep and send what was typed with the next turn of the loop."""
        if self._typed:
            self._timer.start(0)

    async def flush(self) -> bool:
        """Put on the disk what was typed, then send what waits. False if something still waits for the server."""
        async with self._turn:
            self._timer.stop()
            typed, self._typed = tuple(self._typed.values()), {}
            try:
                answers, left = await self._run(self._keep_and_send, typed)
            except (LmsError, OSError, sqlite3.Error) as error:
                self._typed = {piece.key: (piece, mark) for piece, mark in typed} | self._typed
                self._timer.start(RETRY_MS)
                self._context.notices.error(error)
                return False
            self._settle(answers, left)
            return not any(answer.outcome is Outcome.AWAY for answer in answers)

    async def insist(self, piece: Piece) -> None:
        """The grader has seen the other's grade, which ``piece`` has, and stays with their own."""
        self._held.pop(piece.key, None)
        await self._run(lambda: self._opened().insist(piece))
        await self.flush()

    async def give_way(self, key: WorkKey) -> None:
        """The grader takes the other's grade."""
        self._typed.pop(key, None)
        self._marks.pop(key, None)
        self._held.pop(key, None)
        await self._run(lambda: self._opened().drop(key))
        self.state_changed.emit()

    async def close(self) -> None:
        """Keep and send what can be."""
        await self.flush()
        await self._run(lambda: self._opened().close())

    def _settle(self, answers: list[Answer], left: list[Kept]) -> None:
        """Say what became of grades; ``left`` are those that still wait, as another window may have sent some."""
        self.away = any(answer.outcome is Outcome.AWAY for answer in answers)
        waiting = {kept.key for kept in left} | self._typed.keys()
        self._marks = {key: mark for key, mark in self._marks.items() if key in waiting}
        self._held = {kept.key: kept.held for kept in left if kept.held}
        for answer in answers:
            self.answered.emit(answer)
        if self.away:
            self._timer.start(RETRY_MS)
        if any(answer.outcome is Outcome.SAVED for answer in answers):
            self._context.broadcast(Changes.of("grades"))
        self.state_changed.emit()

    # On the thread of the journal

    async def _run(self, work: Any, *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *values)

    def _opened(self) -> GradeJournal:
        if self._journal is None:
            self._journal = GradeJournal(self._path)
        return self._journal

    def _open(self) -> list[Kept]:
        return self._opened().waiting()

    def _keep_and_send(self, typed: tuple[tuple[Piece, Mark], ...]) -> tuple[list[Answer], list[Kept]]:
        journal = self._opened()
        for piece, mark in typed:
            journal.keep(piece, mark)
        store: Any = self._context.store
        return send_waiting(store, journal), journal.waiting()
