"""The real replica, on real files, in the game of ``world``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from desktop.errors import LmsError
from desktop.store.authored import TABLES
from desktop.store.operations import Batch, Delta, Operation, Outcome
from desktop.store.replica import Replica, RowConflict
from tests.sync import model
from tests.sync.model import Key, Values
from tests.sync.world import AUTHOR, AUTHORS, Game, World

KEY = "5e" * 32
MEMBER = UUID(int=7)
MEMORY = Path("/dev/shm")


class RealReplica:
    def __init__(self, course: UUID, folder: Path) -> None:
        self.course = course
        self.folder = folder
        self.replica = Replica(folder, MEMBER, KEY)
        self.replica.check_out(course)
        self.settled: set[tuple[UUID, str, Any]] = set()

    def view(self) -> dict[Key, Values]:
        def everything(reader: Any) -> dict[Key, Values]:
            return {(row.table, row.id): dict(row.values) for table in TABLES for row in reader.list_all(table, self.course)}

        return self.replica.read(everything)

    def insert(self, table: str, values: Values, row: UUID | None = None) -> UUID:
        return self.replica.edit(self.course, "Add", lambda draft: draft.insert(table, values, row)).value

    def update(self, table: str, row: UUID, values: Values) -> None:
        self.replica.edit(self.course, "Edit", lambda draft: draft.update(table, row, values))

    def delete(self, table: str, row: UUID) -> None:
        self.replica.edit(self.course, "Delete", lambda draft: draft.delete(table, row))

    def undo(self) -> None:
        steps = [step for step in self.replica.steps(self.course) if not step.undone]
        if steps:
            try:
                self.replica.toggle(steps[-1].id)
            except LmsError:
                return  # somebody changed it since: nothing is taken back

    def seal(self) -> Batch:
        return self.replica.seal(self.course)

    def finish(self, outcomes: Sequence[Outcome], delta: Delta) -> None:
        self.replica.finish(outcomes, delta)

    def waiting(self) -> list[Operation]:
        return self.replica.pending(self.course)

    def losses(self) -> set[tuple[UUID, str, Any]]:
        return self.settled | self._open()

    def settle(self, number: int, how: str) -> None:
        conflicts = self.replica.conflicts()
        if not conflicts:
            return
        before = self._open()
        try:
            self._settle(conflicts[number % len(conflicts)], how)
        except LmsError:
            return  # what it belonged to is gone, or it was changed again: it stays to be settled
        self.settled |= before - self._open()

    def _settle(self, conflict: RowConflict, how: str) -> None:
        if how == "theirs":
            self.replica.discard(conflict)
        elif conflict.kind == "conflict":
            self.replica.settle(conflict, {one.name: one.mine for one in conflict.fields})
        elif conflict.kind == "kept":
            self.replica.delete_anyway(conflict)
        else:
            self.replica.restore(conflict)

    def _open(self) -> set[tuple[UUID, str, Any]]:
        return {
            (conflict.id, one.name, model._hashable(one.mine))
            for conflict in self.replica.conflicts()
            if conflict.kind != "kept"
            for one in conflict.fields
        }

    def reopen(self) -> None:
        """What a kill leaves behind: the files as they are, write-ahead logs included, read by a new process."""
        copy = self.folder.with_name(self.folder.name + "+")
        shutil.copytree(self.folder, copy)
        self.replica.close()
        self.folder = copy
        self.replica = Replica(copy, MEMBER, KEY)

    def damage(self) -> None:
        """The disk loses a page of the replica: it is rebuilt from the journal."""
        self.replica.close()
        with self.replica.path.open("r+b") as file:
            file.seek(0)
            file.write(b"\0" * 512)
        self.replica = Replica(self.folder, MEMBER, KEY)
        assert self.replica.notice

    def close(self) -> None:
        self.replica.close()


class RealGame(Game):
    """The same moves, and two more: undo, and a damaged disk."""

    def make_world(self) -> World:
        # It is the process that dies in this game, not the machine: memory is disk enough.
        self.folder = tempfile.TemporaryDirectory(prefix="lms-game-", dir=MEMORY if MEMORY.is_dir() else None)
        self.opened: list[RealReplica] = []

        def make(course: UUID) -> RealReplica:
            self.opened.append(RealReplica(course, Path(self.folder.name, str(len(self.opened)))))
            return self.opened[-1]

        return World(make)

    @rule(author=AUTHOR)
    def undo(self, author: int) -> None:
        self.world.undo(author)

    @rule(author=st.integers(0, AUTHORS * 4))
    def damage(self, author: int) -> None:
        if author < AUTHORS:
            self.opened[author].damage()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            for replica in self.opened:
                replica.close()
            self.folder.cleanup()
