"""What a grader took along, as pages get at it: always on a worker thread, from a file that is open for as long as it is read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Concatenate
from uuid import UUID

from desktop.grading.keeping import Answer
from desktop.grading.queries import Piece, QueueRow, Task, WorkKey
from desktop.grading.taken import FILE, Taken, TakenWork, take
from desktop.i18n import _
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.grading.work import LARGEST_FETCHED, work_path


class Takings:
    """Of one grader. Who keeps nothing on this computer has taken nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def queues(self) -> tuple[Taken, ...]:
        return await self._run((), TakenWork.queues)

    async def queue(self, task: UUID) -> tuple[QueueRow, ...]:
        return await self._run((), TakenWork.queue, task)

    async def piece(self, key: WorkKey) -> Piece | None:
        return await self._run(None, TakenWork.piece, key)

    async def saved(self, answer: Answer) -> None:
        """The server took a grade."""
        if answer.mark is not None:
            await self._run(None, TakenWork.saved, answer.key, answer.version, answer.mark)

    async def give_back(self, task: UUID) -> None:
        await self._run(None, TakenWork.give_back, task)

    async def take(self, task: Task) -> int:
        """Bring what is to be graded to this computer; gives how many works that are."""
        path, key = self._context.here.beside(FILE)
        return await self._context.job(_("Taking “{title}” along").format(title=task.title), _taken, self._context.store, path, key, task)

    async def _run[**P, T](self, nothing: T, work: Callable[Concatenate[TakenWork, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._context.replica is None:
            return nothing
        path, key = self._context.replica.beside(FILE)

        def run() -> T:
            if not path.exists():
                return nothing
            with closing(TakenWork(path, key)) as taken:
                return work(taken, *args, **kwargs)

        return await self._context.tasks.run(run)


def _taken(control: JobControl, /, store: Any, path: Path, key: str, task: Task) -> int:
    with closing(TakenWork(path, key)) as taken:
        return take(control, store, taken, task, work_path, LARGEST_FETCHED)
