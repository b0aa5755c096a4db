"""Takes annotations from the screen to this computer's disk and to the server, in the order in which they were made."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject

from desktop.errors import LmsError, StorageFull
from desktop.grading.annotations import Annotation, AnnotationJournal, annotations_path, read_annotations, send_waiting
from desktop.settings import data_folder
from desktop.ui.context import Context


class AnnotationSaver(QObject):
    """The journal of the person who is signed in. It is touched on one thread of its own."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._journal: AnnotationJournal | None = None
        self._thread = ThreadPoolExecutor(1, "annotations")
        self.destroyed.connect(self._thread.shutdown)

    async def read(self, submission: UUID) -> tuple[Annotation, ...]:
        """What is marked on a submission, what is not sent yet included."""
        store: Any = self._context.store
        return await self._run(lambda: read_annotations(store, self._opened(), submission))

    def keep(self, annotation: Annotation, *, gone: bool = False) -> None:
        """It was made, changed, or taken away."""
        kept = self._thread.submit(self._keep, annotation, gone)
        self._context.spawn(self._answered(asyncio.wrap_future(kept)))

    async def _answered(self, kept: asyncio.Future[list[LmsError]]) -> None:
        try:
            for error in await kept:
                self._context.notices.error(error)
        except (StorageFull, OSError, sqlite3.Error) as error:
            self._context.notices.error(error)

    def _keep(self, annotation: Annotation, gone: bool) -> list[LmsError]:
        journal = self._opened()
        journal.keep(annotation, gone=gone)
        store: Any = self._context.store
        return send_waiting(store, journal)

    async def _run[T](self, fn: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(fn))

    def _opened(self) -> AnnotationJournal:
        if self._journal is None:
            self._journal = AnnotationJournal(annotations_path(data_folder(), self._context.identity.member_id))
        return self._journal
