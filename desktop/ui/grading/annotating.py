"""Takes annotations from the screen to this computer's disk and to the server, in the order in which they were made."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from desktop.errors import LmsError, ServerAway, TookTooLong
from desktop.grading.annotations import (
    Annotation,
    AnnotationJournal,
    annotations_path,
    list_annotations,
    read_annotations,
    send_waiting,
)
from desktop.grading.taken import FILE, TakenWork
from desktop.settings import data_folder
from desktop.ui.context import Context

RETRY_MS = 3000


class AnnotationSaver(QObject):
    """The journal of the person who is signed in. It is touched on one thread of its own."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._journal: AnnotationJournal | None = None
        self._thread = ThreadPoolExecutor(1, "annotations")
        self.waiting = 0
        """How many changes wait for the server; those that it refused do not."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RETRY_MS)
        self._timer.timeout.connect(lambda: self._begin(self._send))
        self.destroyed.connect(self._thread.shutdown)

    async def read(self, submission: UUID) -> tuple[Annotation, ...]:
        """What is marked on a submission, what is not sent yet included; without the server, what was taken along."""
        store: Any = self._context.store
        return await self._run(lambda: read_annotations(store, self._opened(), submission, self._taken))

    def keep(self, annotation: Annotation, *, gone: bool = False) -> None:
        """It was made, changed, or taken away."""
        self._begin(lambda: self._keep(annotation, gone))

    def _begin(self, work: Callable[[], tuple[list[LmsError], int]]) -> None:
        begun = self._thread.submit(work)  # now, so that what is done next comes after it
        # Of nobody: a page that is closed must not cancel what it had kept
        self._context.spawn(self._answered(asyncio.wrap_future(begun)))

    async def _answered(self, begun: asyncio.Future[tuple[list[LmsError], int]]) -> None:
        try:
            refused, self.waiting = await begun
        except (LmsError, OSError, sqlite3.Error) as error:
            self._context.notices.error(error)
            return
        for each in refused:
            self._context.notices.error(each)
        if self.waiting and isValid(self):
            self._timer.start()

    # On the thread of the journal

    def _keep(self, annotation: Annotation, gone: bool) -> tuple[list[LmsError], int]:
        self._opened().keep(annotation, gone=gone)
        return self._send()

    def _send(self) -> tuple[list[LmsError], int]:
        store: Any = self._context.store
        journal = self._opened()
        before = journal.waiting()
        refused = send_waiting(store, journal)
        left = journal.waiting()
        numbers = {each.number for each in left}
        self._note({each.submission for each in before if each.number not in numbers})
        return refused, sum(not each.held for each in left)

    def _note(self, sent: set[UUID]) -> None:
        """Have the copy that was taken along go on from what the server has now."""
        store: Any = self._context.store
        for submission in sent:
            try:
                self._with_taken(partial(_note, store, submission))
            except (ServerAway, TookTooLong):
                return  # lost again since; the copy is as it was taken

    def _taken(self, submission: UUID) -> tuple[Annotation, ...]:
        return self._with_taken(lambda taken: taken.annotations(submission)) or ()

    def _with_taken[T](self, work: Callable[[TakenWork], T]) -> T | None:
        """None where nothing was taken along."""
        if self._context.replica is None:
            return None
        path, key = self._context.replica.beside(FILE)
        if not path.exists():
            return None
        with closing(TakenWork(path, key)) as taken:
            return work(taken)

    async def _run[T](self, fn: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(fn))

    def _opened(self) -> AnnotationJournal:
        if self._journal is None:
            self._journal = AnnotationJournal(annotations_path(data_folder(), self._context.identity.member_id))
        return self._journal


def _note(store: Any, submission: UUID, taken: TakenWork) -> None:
    taken.marked(submission, store.read(list_annotations, submission))
