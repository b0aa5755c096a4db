"""What a page is given: the database, the person, and a way to speak to the rest of the window.

There is one :class:`Context` per signed-in person. Nothing in the user interface reaches for a global instead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Hashable
from typing import TYPE_CHECKING, Any, Concatenate, Protocol, runtime_checkable
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from desktop.changes import Changes, Done, Undo
from desktop.errors import Cancelled, NotAllowed
from desktop.i18n import _
from desktop.settings import Settings
from desktop.tasks import JobControl, Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.notices import Notices
from desktop.ui.undo import UndoStack, UndoStacks

if TYPE_CHECKING:
    from desktop.store.replica import Draft, Reader, Replica
    from desktop.sync.loop import Status, Sync


class Store(Protocol):
    """One database as one person (``desktop.store.connection.Store``). Synchronous, for worker threads."""

    def read[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    def report[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    def write[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


@runtime_checkable
class Identity(Protocol):
    """Who is signed in, as the server says."""

    @property
    def member_id(self) -> UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]:
        """Of ``learner``, ``instructor``, ``proctor``, ``administrator``."""
        ...


class Context(QObject):
    """The hand a page is dealt. All coroutines run on the GUI thread and wait for worker threads without blocking it."""

    changed = Signal(object)
    """:class:`~desktop.changes.Changes` after every command, whoever ran it."""

    opened = Signal(str, dict)
    """A place was asked for: its id and its arguments. The window listens."""

    def __init__(
        self,
        *,
        store: Store,
        tasks: Tasks,
        identity: Identity,
        actions: ActionRegistry,
        notices: Notices,
        settings: Settings,
        replica: Replica | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.tasks = tasks
        self.identity = identity
        self.actions = actions
        self.notices = notices
        self.settings = settings
        self.replica = replica
        self.sync: Sync | None = None
        self.undo = UndoStacks(self)
        self._running: set[asyncio.Task[Any]] = set()

    async def read[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query, ``fn(session, …)``, in a read-only transaction on a worker thread."""
        return await self.tasks.run(self.store.read, fn, *args, **kwargs)

    async def report[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Like :meth:`read`, for what takes long and may be some seconds old: a standby answers, where there is one."""
        return await self.tasks.run(self.store.report, fn, *args, **kwargs)

    async def write[**P, T](self, fn: Callable[Concatenate[Any, P], Done[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command, ``fn(session, …)``, in one transaction on a worker thread.

        What it changed is broadcast; its inverse, where it has one, goes onto the undo stack that was active when this was called.
        """
        stack = self.undo.active
        return self._edited(stack, await self.tasks.run(self.store.write, fn, *args, **kwargs))

    async def look[**P, T](self, fn: Callable[Concatenate[Reader, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(reader, …)`` on the courses that are on this computer, on a worker thread. Needs no server."""
        return await self.tasks.run(self.here.read, fn, *args, **kwargs)

    async def edit[**P, T](self, scope: UUID, name: str, fn: Callable[Concatenate[Draft, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an edit of a course on this computer, ``fn(draft, …)``, under the ``name`` that undo shows; broadcast it. Needs no server."""
        stack = self.undo.active
        return self._edited(stack, await self.tasks.run(self.here.edit, scope, name, fn, *args, **kwargs))

    async def continue_edit[**P, T](
        self, scope: UUID, name: str, fn: Callable[Concatenate[Draft, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As :meth:`edit`, for typing: part of the step before where that set the same fields of the same row."""
        stack = self.undo.active
        return self._edited(stack, await self.tasks.run(self.here.continue_edit, scope, name, fn, *args, **kwargs))

    async def sync_now(self) -> Status | None:
        """Exchange what authors did with the server now, and say how things stand; None where nothing is kept on this computer."""
        return await self.tasks.run(self.sync.sync_now) if self.sync is not None else None

    async def load_steps(self, document: Hashable, scope: UUID) -> None:
        """Fill the undo stack of ``document`` with what was done in a course before the application was started."""
        here = self.here
        steps = await self.tasks.run(here.steps, scope)
        undo, redo = (
            [Undo(step.name, here.toggle, (step.id,), local=True) for step in steps if step.undone is undone] for undone in (False, True)
        )
        self.undo.of(document).load(undo, redo[::-1])

    @property
    def here(self) -> Replica:
        """The replica, for those who may have one: instructors and administrators."""
        if self.replica is None:
            raise NotAllowed(_("Only instructors and administrators keep courses on their computer."))
        return self.replica

    def _edited[T](self, stack: UndoStack, done: Done[T]) -> T:
        if done.undo is not None:
            stack.push(done.undo)
        self.broadcast(done.changes)
        return done.value

    async def job[**P, T](
        self, label: str, fn: Callable[Concatenate[JobControl, P], T | Done[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run long work, ``fn(control, …)``, shown in the status bar under ``label`` with progress and cancel.

        It manages its own transactions: pass :attr:`store` as an argument. If it returns a ``Done``, that is treated as in :meth:`write`.
        """
        stack = self.undo.active
        result = await self.tasks.job(label, fn, *args, **kwargs)
        return self._edited(stack, result) if isinstance(result, Done) else result

    async def undo_last(self) -> None:
        """Take back the newest step of the active document (Ctrl+Z)."""
        done = await self.undo.active.undo(self._run_step)
        if done is not None:
            self.broadcast(done.changes)

    async def redo_last(self) -> None:
        done = await self.undo.active.redo(self._run_step)
        if done is not None:
            self.broadcast(done.changes)

    async def _run_step(self, step: Undo) -> Done[Any]:
        if step.local:
            return await self.tasks.run(step.command, *step.arguments)
        return await self.tasks.run(self.store.write, step.command, *step.arguments)

    def broadcast(self, changes: Changes) -> None:
        """Say that rows changed; pages that show them refresh. For changes that did not come through :meth:`write`."""
        if changes.kinds:
            self.changed.emit(changes)

    def open(self, place: str, **arguments: Any) -> None:
        """Go to a place: ``context.open("course", course=course_id)``."""
        self.opened.emit(place, arguments)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], owner: QObject | None = None) -> asyncio.Task[Any]:
        """Start a coroutine from a signal or a click.

        The task is kept until it ends and cancelled with ``owner``. Errors become notices; cancelling is silent.
        """
        task = asyncio.get_running_loop().create_task(self._watched(coroutine))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _task: coroutine.close())  # cancelled before it began, it would be "never awaited"
        if owner is not None:
            owner.destroyed.connect(task.cancel)
            task.add_done_callback(lambda _task: _forget(owner, task))
        return task

    async def settled(self) -> None:
        """Wait until nothing spawned runs any more (signing out, tests)."""
        while running := [task for task in self._running if task is not asyncio.current_task()]:
            await asyncio.wait(running)

    async def close(self) -> None:
        """Cancel everything spawned and wait for it to end."""
        for task in tuple(self._running):
            task.cancel()
        await self.settled()

    async def _watched(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await coroutine
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001 - the one place where what nobody caught becomes visible
            self.notices.error(error)
            return None


def _forget(owner: QObject, task: asyncio.Task[Any]) -> None:
    # The owner may be gone by now, and its connections with it.
    with contextlib.suppress(RuntimeError):
        owner.destroyed.disconnect(task.cancel)
