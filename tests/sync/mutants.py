"""The algorithm with one rule broken at a time. The game must find each of them out, or it proves nothing."""

# ruff: noqa: ARG002 -- a broken rule does not look at what it is given

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from desktop.store.operations import Batch, Delta, Operation, Outcome
from tests.sync import model
from tests.sync.model import Key, Values, Waiting

# Replicas


class RebasesOnPull(model.Replica):
    """What is pulled becomes what the author is said to have seen."""

    def absorb(self, delta: Delta) -> None:
        super().absorb(delta)
        for one in self.outbox:
            key = (one.operation.table, one.operation.row)
            if one.operation.kind == "update" and key in self.base:
                one.operation = replace(one.operation, seen={name: self.base[key][1].get(name) for name in one.operation.seen})


class ClearsBeforeAck(model.Replica):
    """What was sent is taken to have arrived."""

    def seal(self) -> Batch:
        batch = super().seal()
        self.outbox.clear()
        return batch


class ClearsEverything(model.Replica):
    """An answer empties the outbox, and not only of what it answers."""

    def acknowledge(self, answered: dict[UUID, Outcome]) -> None:
        if answered:
            self.outbox.clear()


class GrowsWhatHasLeft(model.Replica):
    """Edits go into an operation that the server may have decided already."""

    def may_grow(self, last: Waiting) -> bool:
        return last.operation.kind != "delete"


class ForgetsLosers(model.Replica):
    """What lost is gone."""

    def lose(self, operation: Operation, outcome: Outcome) -> None:
        pass


class ForgetsEditsOfTheDeleted(model.Replica):
    """An edit of a row that somebody deleted is dropped."""

    def lose(self, operation: Operation, outcome: Outcome) -> None:
        if outcome.result != "gone":
            super().lose(operation, outcome)


class TakesAnyAnswer(model.Replica):
    """An old answer that arrives late is applied over newer ones."""

    def absorb(self, delta: Delta) -> None:
        before = self.clock
        super().absorb(delta)
        self.clock = max(before or 0, delta.clock)

    def fits(self, delta: Delta) -> bool:
        return True


class SeesTheLastEdit(model.Replica):
    """An operation that grows says that its author saw what they wrote themselves."""

    def update(self, table: str, row: UUID, values: Values) -> None:
        now = self.view()[table, row]
        super().update(table, row, values)
        last = self.last(table, row)
        if last is not None and not last.sealed and last.operation.kind == "update":
            last.operation = replace(
                last.operation, seen=dict(last.operation.seen) | {n: now.get(n) for n in values if n in last.operation.set}
            )


class NewNamesOnRetry(model.Replica):
    """What is sent again gets another number."""

    def seal(self) -> Batch:
        for one in self.outbox:
            if one.sealed:
                one.operation = replace(one.operation, id=uuid4())
        return super().seal()


class KeepsWhatWentWithItsParent(model.Replica):
    """Rows stay although what they belonged to is gone."""

    def seal(self) -> Batch:
        batch = super().seal()
        return replace(batch, since=None if batch.since is None else batch.since + 1)


# Servers


class LastWriterWins(model.Server):
    def unseen(self, operation: Operation, name: str, value: Any) -> bool:
        return False


class ServerAlwaysWins(model.Server):
    """Fields of a changed row are all refused, and the author is not told."""

    def merge(self, operation: Operation, row: Values) -> Outcome:
        outcome = super().merge(operation, row)
        return Outcome(operation.id, "done") if outcome.result == "conflict" else outcome


class NoDedupe(model.Server):
    def known(self, operation: Operation) -> Outcome | None:
        return None


class HardDelete(model.Server):
    """No tombstones."""

    def bury(self, key: Key) -> None:
        super().bury(key)
        del self.tombstones[key]


class DeletesUnseen(model.Server):
    """Deletes a row whatever was written in it since."""

    def delete(self, operation: Operation, row: Values | None) -> Outcome:
        return super().delete(replace(operation, seen={}), row)


class DeletesWhatIsInside(model.Server):
    """Deletes with a module the lessons that its author has never seen."""

    def delete(self, operation: Operation, row: Values | None) -> Outcome:
        for key in self.children(operation.row):
            self.bury(key)
        return super().delete(operation, row)


class EditRevivesTheDeleted(model.Server):
    """An edit of a deleted row is answered as if it had been made."""

    def decide(self, operation: Operation) -> Outcome:
        outcome = super().decide(operation)
        return Outcome(operation.id, "done") if outcome.result == "gone" else outcome


@dataclass
class SkipsLateCommitters(model.Server):
    """Versions come from a sequence: a pull may see a later one before an earlier one has been committed."""

    late: set[Key] = field(default_factory=set)

    def push(self, operations: Sequence[Operation]) -> list[Outcome]:
        before = dict(self.rows)
        outcomes = super().push(operations)
        self.late = {key for key, row in self.rows.items() if before.get(key) != row}
        return outcomes

    def pull(self, since: int | None) -> Delta:
        delta = super().pull(since)
        late, self.late = self.late, set()
        return replace(delta, rows=tuple(row for row in delta.rows if (row.table, row.row) not in late))


class CountsOnlyPushes(model.Server):
    """A change that came by another way raises no version."""

    def push(self, operations: Sequence[Operation]) -> list[Outcome]:
        self.pushing = True
        try:
            return super().push(operations)
        finally:
            self.pushing = False

    def write(self, key: Key, values: Values) -> None:
        super().write(key, values)
        if not getattr(self, "pushing", False):
            self.clock -= 1
            self.rows[key] = (self.clock, values)


class OrphansAreWelcome(model.Server):
    """A lesson may be added to a module that is gone."""

    def parents(self) -> set[str]:
        return super().parents() | {str(row) for _table, row in self.tombstones}


REPLICAS = (
    *(RebasesOnPull, ClearsBeforeAck, ClearsEverything, GrowsWhatHasLeft, ForgetsLosers, ForgetsEditsOfTheDeleted, TakesAnyAnswer),
    *(SeesTheLastEdit, NewNamesOnRetry, KeepsWhatWentWithItsParent),
)
SERVERS = (
    *(LastWriterWins, ServerAlwaysWins, NoDedupe, HardDelete, DeletesUnseen, DeletesWhatIsInside, EditRevivesTheDeleted),
    *(SkipsLateCommitters, CountsOnlyPushes, OrphansAreWelcome),
)
