"""A course that is being built: the draft in memory, its steps on their way to the replica, and the checklist that runs beside.

A step counts at once, in memory; it is on the disk a moment later, in order. Where writing fails the draft goes back to what is stored and
the person hears why. What came from elsewhere (undo, a colleague, a pull) is read anew, once nothing of ours is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.changes import Changes
from desktop.courses.checklist import State, Surroundings, checklist, lesson_state, module_state
from desktop.courses.draft import COURSES, LESSONS, MODULES, Draft, Row, Step, edit
from desktop.courses.editing import Loaded, load, write
from desktop.courses.publishing import Problem
from desktop.errors import Invalid, LmsError, NotFound
from desktop.sync.exchange import exchange
from desktop.ui.context import Context
from desktop.ui.courses.editor_ce import ce_problems

CHECK_PAUSE_MS = 600
KINDS = frozenset({COURSES, MODULES, LESSONS, "lesson_attachments", "quizzes", "quiz_questions", "assignments"})


class CourseSession(QObject):
    """One course in one window."""

    applied = Signal(object)
    """A step was done here."""
    reloaded = Signal()
    """The draft was read anew: everything may be different."""
    checked = Signal()
    """:attr:`problems` and :attr:`states` are those of now."""
    saved = Signal()
    """What was done is on the disk; :attr:`waiting` counts what has not been sent."""

    def __init__(self, context: Context, course: UUID, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.course_id = course
        self.draft = Draft({"id": course})
        self.around = Surroundings()
        self.problems: tuple[Problem, ...] = ()
        self.states: Mapping[UUID, State] = {}
        self.waiting = 0
        self._queue: asyncio.Queue[Step] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._own: set[frozenset[UUID]] = set()
        self._stale = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(CHECK_PAUSE_MS)
        self._pause.timeout.connect(lambda: context.spawn(self.check(), self))
        context.changed.connect(self._rows_changed)

    @property
    def document(self) -> tuple[str, UUID]:
        return ("course-editor", self.course_id)

    async def open(self) -> None:
        """Read the course; bring it to this computer first where it is not there yet."""
        here = self.context.here
        try:
            await self._read()
        except NotFound:
            await self.context.tasks.run(here.check_out, self.course_id)
            await self.context.tasks.run(exchange, here, cast("Any", self.context.store), self.course_id)
            await self._read()
        await self.context.load_steps(self.document, self.course_id)
        await self.check()

    # Doing

    def do(self, step: Step) -> None:
        """Take a step. Nothing happens where it changes nothing."""
        if not step:
            return
        self.draft.apply(step)
        self._queue.put_nowait(step)
        if self._writer is None or self._writer.done():
            self._writer = self.context.spawn(self._write(), self)
        self.applied.emit(step)
        self._pause.start()

    def edit(self, table: str, row: UUID, values: Row, name: str = "", seen: Row | None = None) -> str:
        """Set columns of a row; answers what is wrong, or nothing. ``seen``: what the author saw there, if it may be another by now."""
        try:
            self.do(edit(self.draft, table, row, values, name, seen))
        except (Invalid, NotFound) as error:
            return error.message
        return ""

    @property
    def busy(self) -> bool:
        """True while something is on its way to the disk."""
        return self._writer is not None and not self._writer.done()

    async def settled(self) -> None:
        """Wait until everything done so far is on the disk, and what came from elsewhere is read."""
        while running := [task for task in (self._writer, self._reader) if task is not None and not task.done()]:
            await asyncio.wait(running)

    async def undo(self) -> None:
        await self.settled()
        await self.context.undo_last()
        await self.settled()

    async def redo(self) -> None:
        await self.settled()
        await self.context.redo_last()
        await self.settled()

    def rest(self) -> None:
        """Nobody looks: the checklist waits for the next step."""
        self._pause.stop()

    # Checking

    async def check(self) -> None:
        """Judge the draft as it is now, on a worker thread."""
        await self.settled()
        rows = {table: {row_id: dict(row) for row_id, row in rows.items()} for table, rows in self.draft.rows.items()}
        self.problems, self.states = await self.context.tasks.run(_judge, Draft(dict(self.draft.course), rows), self.around)
        self.waiting = await self.context.tasks.run(self.context.here.waiting)
        self.checked.emit()

    # How it works

    async def _write(self) -> None:
        while not self._queue.empty():
            step = self._queue.get_nowait()
            ids = frozenset(change.id for change in step.changes)
            self._own.add(ids)
            run = self.context.continue_edit if step.merge else self.context.edit
            try:
                await run(self.course_id, step.name, write, step.changes)
            except LmsError:
                while not self._queue.empty():
                    self._queue.get_nowait()
                await self._read()
                self.reloaded.emit()
                raise
            finally:
                self._own.discard(ids)
            if any(change.table not in self.draft.rows and change.table != COURSES for change in step.changes):
                self._stale = True  # quizzes and assignments, which a step does not change in memory
        self.saved.emit()
        if self._stale:
            await self._reread()

    def _rows_changed(self, changes: Changes) -> None:
        if not changes.touch(KINDS) or changes.ids in self._own:
            return
        self._stale = True
        if not self.busy:
            self._reader = self.context.spawn(self._reread(), self)

    async def _reread(self) -> None:
        if not self._stale:
            return
        self._stale = False
        loaded: Loaded = await self.context.look(load, self.course_id)
        if self.busy and asyncio.current_task() is not self._writer:
            self._stale = True  # something was done meanwhile that is not in what was read: once more, after it
            return
        self._show(loaded)
        self.reloaded.emit()
        self._pause.start()

    async def _read(self) -> None:
        self._show(await self.context.look(load, self.course_id))
        self.waiting = await self.context.tasks.run(self.context.here.waiting)

    def _show(self, loaded: Loaded) -> None:
        self.draft, self.around = loaded.draft, loaded.around


def _judge(draft: Draft, around: Surroundings) -> tuple[tuple[Problem, ...], dict[UUID, State]]:
    states: dict[UUID, State] = {}
    for module in draft.modules:
        lessons: Sequence[Mapping[str, object]] = draft.lessons_of(module["id"])
        inside = {lesson["id"]: lesson_state(draft, lesson, around) for lesson in lessons}
        states |= {row_id: state for row_id, state in inside.items() if isinstance(row_id, UUID)}
        states[module["id"]] = module_state(list(inside.values()))
    now = datetime.now(UTC)
    return (*checklist(draft, now, around), *ce_problems(draft, around, now.date())), states
