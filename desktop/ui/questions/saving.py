"""Keeps every answer on the server within a second of its last change, and goes on trying while the server is away."""

from __future__ import annotations

import asyncio
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import Conflict, Invalid, NotFound, ServerAway, TookTooLong
from desktop.questions.commands import save_answer
from desktop.questions.queries import Answer, Asked, get_attempt, list_questions
from desktop.ui.context import Context

PAUSE_MS = 400
"""From a change to its saving; changes within that time are saved as one."""
RETRY_MS = 2000


class AnswerSaver(QObject):
    """The answers of one attempt on their way to the server."""

    state_changed = Signal(str)
    """``saved``, ``saving``, or ``waiting`` for the server."""
    refused = Signal()
    """The server takes no more answers: the attempt is over, or was submitted at another desk."""

    def __init__(self, context: Context, attempt_id: UUID, questions: tuple[Asked, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._attempt_id = attempt_id
        self._sequence = {asked.id: asked.sequence for asked in questions}
        self._waiting: dict[UUID, Answer | None] = {}
        self._turn = asyncio.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: context.spawn(self.flush()))

    @property
    def waiting(self) -> int:
        """Answers that are not on the server yet."""
        return len(self._waiting)

    def put(self, question_id: UUID, answer: Answer | None) -> None:
        self._waiting[question_id] = answer
        self.state_changed.emit("saving")
        if not self._timer.isActive():  # not put off by further typing
            self._timer.start(PAUSE_MS)

    def hurry(self) -> None:
        """Save what waits with the next turn of the loop."""
        if self._waiting:
            self._timer.start(0)

    async def flush(self) -> bool:
        """Save what waits, now. False if something still does, as the server is away."""
        async with self._turn:
            while self._waiting:
                question_id, answer = next(iter(self._waiting.items()))
                try:
                    await self._save(question_id, answer)
                except (ServerAway, TookTooLong):
                    self.state_changed.emit("waiting")
                    self._timer.start(RETRY_MS)
                    return False
                except (Invalid, Conflict, NotFound) as error:
                    try:
                        over = not await self._is_open()
                    except (ServerAway, TookTooLong):
                        self.state_changed.emit("waiting")
                        self._timer.start(RETRY_MS)
                        return False
                    if over:
                        self._waiting.clear()
                        self.refused.emit()
                        return True
                    self._context.notices.error(error)  # of this answer alone; the others go on
                if self._waiting.get(question_id) is answer:
                    del self._waiting[question_id]
            self._timer.stop()
            self.state_changed.emit("saved")
            return True

    async def _is_open(self) -> bool:
        stands = await self._context.read(get_attempt, self._attempt_id)
        return stands.status == "in_progress" and (stands.seconds_left is None or stands.seconds_left > 0)

    async def _save(self, question_id: UUID, answer: Answer | None) -> None:
        """Save one answer. Where another desk, or a reply that was lost, has used the number, the latest to arrive counts."""
        while True:
            self._sequence[question_id] += 1
            if await self._context.write(save_answer, self._attempt_id, question_id, self._sequence[question_id], answer):
                return
            stored = {asked.id: asked for asked in await self._context.read(list_questions, self._attempt_id)}[question_id]
            self._sequence[question_id] = stored.sequence
            if stored.answer == answer:
                return
