"""Undo: the inverse of each command, one stack per document.

A step is an :class:`~desktop.changes.Undo`. Running it is a command like any other, whose own inverse becomes the step back; so undo and
redo are the same machine run in two directions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop.changes import Done, Undo
from desktop.errors import Conflict, NotFound

DEPTH = 100
"""Steps kept per document."""

type Runner = Callable[[Undo], Awaitable[Done[object]]]


class UndoStack(QObject):
    """The steps of one document."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo: list[Undo] = []
        self._redo: list[Undo] = []
        self._busy = False

    @property
    def undo_name(self) -> str | None:
        """What undo would take back ("Rename lesson"), or None where there is nothing."""
        return self._undo[-1].name if self._undo and not self._busy else None

    @property
    def redo_name(self) -> str | None:
        return self._redo[-1].name if self._redo and not self._busy else None

    def push(self, step: Undo) -> None:
        """A command was run: its inverse is the newest step, and what was undone before cannot be redone.

        A step that the newest one already takes back, as typing that went on, is not pushed twice.
        """
        if not self._undo or self._undo[-1] != step:
            self._undo.append(step)
        del self._undo[:-DEPTH]
        self._redo.clear()
        self.changed.emit()

    def load(self, undo: Sequence[Undo], redo: Sequence[Undo]) -> None:
        """Steps from before the application was started, each list with the newest last."""
        self._undo, self._redo = list(undo[-DEPTH:]), list(redo[-DEPTH:])
        self.changed.emit()

    def clear(self) -> None:
        self._undo.clear()
        self._redo.clear()
        self.changed.emit()

    async def undo(self, run: Runner) -> Done[object] | None:
        """Take back the newest step with ``run``. Returns what that command did, None where there was nothing to do.

        A step that meets a conflict, or whose row is gone, can never work again: it is dropped and the error raised. Any other error
        (the server is away) keeps it for another try.
        """
        return await self._step(self._undo, self._redo, run)

    async def redo(self, run: Runner) -> Done[object] | None:
        return await self._step(self._redo, self._undo, run)

    async def _step(self, source: list[Undo], target: list[Undo], run: Runner) -> Done[object] | None:
        if self._busy or not source:
            return None
        step = source[-1]
        self._busy = True
        self.changed.emit()
        try:
            done = await run(step)
        except (Conflict, NotFound):
            source.remove(step)
            raise
        else:
            source.remove(step)
            if done.undo is not None:
                target.append(done.undo)
            return done
        finally:
            self._busy = False
            self.changed.emit()


class UndoStacks(QObject):
    """The stacks of all open documents and which one Ctrl+Z means now."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stacks: dict[Hashable, UndoStack] = {}
        self._active = self.of(None)

    @property
    def active(self) -> UndoStack:
        return self._active

    def of(self, document: Hashable) -> UndoStack:
        """The stack of a document, made at first use. A document is whatever a page says it edits: ``("course", course_id)``."""
        if document not in self._stacks:
            stack = self._stacks[document] = UndoStack(self)
            stack.changed.connect(self.changed)
        return self._stacks[document]

    def activate(self, document: Hashable) -> None:
        self._active = self.of(document)
        self.changed.emit()
