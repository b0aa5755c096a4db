"""Keeps every answer on this computer's disk and on the server within a second, and goes on trying while the server is away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import Conflict, Invalid, NotFound, ServerAway, StorageFull, TookTooLong
from desktop.i18n import ngettext
from desktop.questions.commands import save_answer
from desktop.questions.journal import AnswerJournal, Typed
from desktop.questions.queries import Answer, Asked, get_attempt, list_questions
from desktop.ui.context import Context

PAUSE_MS = 400
"""From a change to its saving; changes within that time are saved as one."""
RETRY_MS = 2000


def late_words(count: int) -> str:
    """That so many answers will not be on the server."""
    return ngettext(
        "One answer that was typed on this computer did not reach the server in time. It does not count; a copy stays here.",
        "{n} answers that were typed on this computer did not reach the server in time. They do not count; a copy stays here.",
        count,
    ).format(n=count)


class AnswerSaver(QObject):
    """The answers of one attempt on their way to the server. ``journal`` is the file that keeps them until they are there."""

    state_changed = Signal(str)
    """``saved``, ``saving``, or ``waiting`` for the server."""
    refused = Signal(int)
    """The server takes no more answers: the attempt is over, or was submitted at another desk. So many had not arrived."""

    def __init__(
        self, context: Context, attempt_id: UUID, questions: tuple[Asked, ...], journal: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._attempt_id = attempt_id
        self._sequence = {asked.id: asked.sequence for asked in questions}
        self._waiting: dict[UUID, Typed] = {}
        self._unkept: dict[UUID, Typed] = {}
        self._journal = journal
        self._disk = ThreadPoolExecutor(1, "answers")  # of its own: those of the application may all be waiting for the server
        self.destroyed.connect(self._disk.shutdown)
        self._disk_failed = False
        self._turn = asyncio.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: context.spawn(self.flush()))
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.timeout.connect(lambda: context.spawn(self._keep()))

    @property
    def waiting(self) -> int:
        """Answers that are not on the server yet."""
        return len(self._waiting)

    def put(self, question_id: UUID, answer: Answer | None) -> None:
        self._sequence[question_id] += 1
        typed = Typed(self._attempt_id, question_id, self._sequence[question_id], answer)
        self._waiting[question_id] = self._unkept[question_id] = typed
        self.state_changed.emit("saving")
        for timer in (self._timer, self._keeping):
            if not timer.isActive():  # not put off by further typing
                timer.start(PAUSE_MS)

    def hurry(self) -> None:
        """Save what waits with the next turn of the loop."""
        if self._waiting:
            self._timer.start(0)

    async def flush(self) -> bool:
        """Save what waits, now. False if something still does, as the server is away."""
        async with self._turn:
            await self._keep()
            while self._waiting:
                typed = next(iter(self._waiting.values()))
                try:
                    await self._save(typed)
                except (ServerAway, TookTooLong):
                    return self._wait()
                except (Invalid, Conflict, NotFound) as error:
                    try:
                        over = not await self._is_open()
                    except (ServerAway, TookTooLong):
                        return self._wait()
                    if over:
                        await self._give_up(error.message)
                        return True
                    self._context.notices.error(error)  # of this answer alone; the others go on
                    await self._in_journal(AnswerJournal.set_aside, typed, error.message)
                if self._waiting.get(typed.question) is typed:
                    del self._waiting[typed.question]
            self._timer.stop()
            self.state_changed.emit("saved")
            return True

    def _wait(self) -> bool:
        self.state_changed.emit("waiting")
        self._timer.start(RETRY_MS)
        return False

    async def _give_up(self, reason: str) -> None:
        late = tuple(self._waiting.values())
        self._waiting.clear()
        for typed in late:
            await self._in_journal(AnswerJournal.set_aside, typed, reason)
        self.refused.emit(len(late))

    async def _is_open(self) -> bool:
        stands = await self._context.read(get_attempt, self._attempt_id)
        return stands.status == "in_progress" and (stands.seconds_left is None or stands.seconds_left > 0)

    async def _save(self, typed: Typed) -> None:
        """Save one answer. Where another desk, or a reply that was lost, has used the number, the latest to arrive counts."""
        question, sequence = typed.question, typed.sequence
        while not await self._context.write(save_answer, self._attempt_id, question, sequence, typed.answer):
            stored = {asked.id: asked for asked in await self._context.read(list_questions, self._attempt_id)}[question]
            if stored.answer == typed.answer:
                break
            sequence = self._sequence[question] = max(stored.sequence, self._sequence[question]) + 1
        await self._in_journal(AnswerJournal.forget, typed)

    async def _keep(self) -> None:
        """Put on the disk what was typed since the last time."""
        self._keeping.stop()
        unkept, self._unkept = tuple(self._unkept.values()), {}
        if unkept:
            await self._in_journal(AnswerJournal.keep, *unkept)

    async def _in_journal(self, work: Callable[..., None], *values: object) -> None:
        """Do something to the journal. A disk that fails takes nothing from what the server gets; its owner is told once."""

        def run() -> None:
            with closing(AnswerJournal(self._journal)) as journal:
                work(journal, *values)

        try:
            await asyncio.get_running_loop().run_in_executor(self._disk, run)
        except (StorageFull, OSError, sqlite3.Error) as error:
            if not self._disk_failed:
                self._disk_failed = True
                self._context.notices.error(error)
