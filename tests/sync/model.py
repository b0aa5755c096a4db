"""The algorithm of docs/design.md, "Courses offline", as small as it can be said: a server and a replica in memory.

``lms.push`` and ``lms.pull`` are the real server; ``test_equivalence`` holds this one against them. ``desktop.store.replica`` is the real
replica; ``world`` plays the same games with both. Mutants (``mutants.py``) are these classes with one rule broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from desktop.store.authored import TABLES
from desktop.store.operations import Batch, Delta, Operation, Outcome, Pulled
from desktop.store.replica import parent_of

type Key = tuple[str, UUID]
type Values = dict[str, Any]


@dataclass
class Server:
    """One course. Every change raises the clock; what happens to a field is in ``history``."""

    scope: UUID
    clock: int = 0
    rows: dict[Key, tuple[int, Values]] = field(default_factory=dict)
    tombstones: dict[Key, int] = field(default_factory=dict)
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    decided: list[UUID] = field(default_factory=list)
    """Operations in the order in which they were decided: each of them once."""
    history: dict[tuple[UUID, str], list[Any]] = field(default_factory=dict)
    """Every value that a field of a row ever had."""
    applied: list[tuple[Operation, Values, Values | None]] = field(default_factory=list)
    """What an operation found in the fields that it set, and what it set them to; None where it deleted the row."""

    def push(self, operations: Sequence[Operation]) -> list[Outcome]:
        outcomes = []
        for operation in operations:
            known = self.known(operation)
            if known is None:
                self.decided.append(operation.id)
                known = self.outcomes[operation.id] = self.decide(operation)
            outcomes.append(known)
        return outcomes

    def known(self, operation: Operation) -> Outcome | None:
        return self.outcomes.get(operation.id)

    def pull(self, since: int | None) -> Delta:
        rows = [Pulled(*key, version, dict(values)) for key, (version, values) in self.rows.items() if since is None or version > since]
        if since is not None:
            rows += [Pulled(*key, version, None) for key, version in self.tombstones.items() if version > since]
        return Delta(self.scope, since, self.clock, tuple(rows))

    def decide(self, operation: Operation) -> Outcome:
        key = (operation.table, operation.row)
        found = self.rows.get(key)
        if operation.kind == "delete":
            return self.delete(operation, found[1] if found else None)
        if operation.kind == "insert" and found is None:
            return self.insert(operation)
        if found is None:
            return Outcome(operation.id, "gone")
        return self.merge(replace(operation, seen={}) if operation.kind == "insert" else operation, found[1])

    def merge(self, operation: Operation, row: Values) -> Outcome:
        wanted, conflicts = {}, {}
        for name, mine in operation.set.items():
            if row.get(name) == mine:
                continue
            if self.unseen(operation, name, row.get(name)):
                conflicts[name] = {"mine": mine, "theirs": row.get(name)}
            else:
                wanted[name] = mine
        if parent_of(TABLES[operation.table], row | wanted) not in self.parents():
            return Outcome(operation.id, "refused")
        if wanted:
            self.applied.append((operation, {name: row.get(name) for name in wanted}, wanted))
            self.write((operation.table, operation.row), row | wanted)
        return Outcome(operation.id, "conflict", conflicts) if conflicts else Outcome(operation.id, "done")

    def unseen(self, operation: Operation, name: str, value: Any) -> bool:
        return name not in operation.seen or operation.seen[name] != value

    def insert(self, operation: Operation) -> Outcome:
        if parent_of(TABLES[operation.table], operation.set) not in self.parents():
            return Outcome(operation.id, "gone")
        self.tombstones.pop((operation.table, operation.row), None)
        self.write((operation.table, operation.row), dict(operation.set))
        return Outcome(operation.id, "done")

    def delete(self, operation: Operation, row: Values | None) -> Outcome:
        if row is None:
            return Outcome(operation.id, "done")
        changed = {name: {"seen": seen, "theirs": row.get(name)} for name, seen in operation.seen.items() if row.get(name) != seen}
        if changed or self.children(operation.row):
            return Outcome(operation.id, "kept", changed)
        self.applied.append((operation, row, None))
        self.bury((operation.table, operation.row))
        return Outcome(operation.id, "done")

    def children(self, row: UUID) -> list[Key]:
        return [key for key, (_version, values) in self.rows.items() if parent_of(TABLES[key[0]], values) == str(row)]

    def parents(self) -> set[str]:
        return {str(self.scope)} | {str(row) for _table, row in self.rows}

    def write(self, key: Key, values: Values) -> None:
        before = self.rows[key][1] if key in self.rows else {}
        self.clock += 1
        self.rows[key] = (self.clock, values)
        for name, value in values.items():
            if name not in before or before[name] != value:
                self.history.setdefault((key[1], name), []).append(value)

    def bury(self, key: Key) -> None:
        self.clock += 1
        del self.rows[key]
        self.tombstones[key] = self.clock

    def view(self) -> dict[Key, Values]:
        return {key: values for key, (_version, values) in self.rows.items()}


@dataclass
class Waiting:
    """An operation in the outbox, and whether it may have left."""

    operation: Operation
    sealed: bool = False


@dataclass
class Lost:
    """What became of an operation that could not be merged."""

    operation: Operation
    outcome: Outcome


@dataclass
class Replica:
    """What one author has. All of it survives a crash, as each method is one transaction."""

    scope: UUID
    base: dict[Key, tuple[int, Values]] = field(default_factory=dict)
    buried: dict[Key, Values] = field(default_factory=dict)
    outbox: list[Waiting] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    clock: int | None = None

    def view(self) -> dict[Key, Values]:
        view = {key: dict(values) for key, (_version, values) in self.base.items()}
        for one in self.outbox:
            key = (one.operation.table, one.operation.row)
            if one.operation.kind == "delete":
                view.pop(key, None)
            elif one.operation.kind == "insert":
                view[key] = view.get(key, {}) | dict(one.operation.set)
            elif key in view:
                view[key] |= dict(one.operation.set)
        return view

    def insert(self, table: str, values: Values, row: UUID | None = None) -> UUID:
        row = row or uuid4()
        full = dict.fromkeys(TABLES[table].columns) | dict(TABLES[table].defaults) | values
        last = self.last(table, row)
        if last is not None and not last.sealed and last.operation.kind == "delete":
            self.outbox.remove(last)
            self.update(table, row, full)
        else:
            self.outbox.append(Waiting(Operation(uuid4(), table, row, "insert", full)))
        return row

    def update(self, table: str, row: UUID, values: Values) -> None:
        now = self.view()[table, row]
        wanted = {name: value for name, value in values.items() if now.get(name) != value}
        if not wanted:
            return
        seen = {name: now.get(name) for name in wanted}
        last = self.last(table, row)
        if last is None or not self.may_grow(last) or TABLES[table].references & wanted.keys():
            self.outbox.append(Waiting(Operation(uuid4(), table, row, "update", wanted, seen)))
            return
        operation = last.operation
        first = dict(operation.seen) if operation.kind == "insert" else seen | dict(operation.seen)
        values = dict(operation.set) | wanted
        if operation.kind == "update":
            values = {name: value for name, value in values.items() if first[name] != value}
            first = {name: first[name] for name in values}
        if values:
            last.operation = replace(operation, set=values, seen=first)
        else:
            self.outbox.remove(last)

    def may_grow(self, last: Waiting) -> bool:
        return not last.sealed and last.operation.kind != "delete"

    def delete(self, table: str, row: UUID) -> None:
        for key, values in list(self.view().items()):
            if parent_of(TABLES[key[0]], values) == str(row):
                self.delete(*key)
        last = self.last(table, row)
        if last is not None and not last.sealed and last.operation.kind == "insert":
            self.outbox.remove(last)
        else:
            self.outbox.append(Waiting(Operation(uuid4(), table, row, "delete", {}, self.authored(table, row))))

    def authored(self, table: str, row: UUID) -> Values:
        values = self.view()[table, row]
        return {name: values.get(name) for name in TABLES[table].columns}

    def last(self, table: str, row: UUID) -> Waiting | None:
        return next((one for one in reversed(self.outbox) if (one.operation.table, one.operation.row) == (table, row)), None)

    def seal(self) -> Batch:
        for one in self.outbox:
            one.sealed = True
        return Batch(self.scope, self.clock, tuple(one.operation for one in self.outbox))

    def finish(self, outcomes: Sequence[Outcome], delta: Delta) -> None:
        answered = {outcome.op: outcome for outcome in outcomes}
        for one in self.outbox:
            outcome = answered.get(one.operation.id)
            if outcome is not None and outcome.result != "done":
                self.lose(one.operation, outcome)
        self.acknowledge(answered)
        if self.fits(delta):
            self.absorb(delta)

    def lose(self, operation: Operation, outcome: Outcome) -> None:
        self.lost.append(Lost(operation, outcome))

    def acknowledge(self, answered: dict[UUID, Outcome]) -> None:
        self.outbox = [one for one in self.outbox if one.operation.id not in answered]

    def fits(self, delta: Delta) -> bool:
        if self.clock is None:
            return delta.since is None
        return delta.clock >= self.clock and (delta.since is None or delta.since <= self.clock)

    def absorb(self, delta: Delta) -> None:
        gone = []
        for pulled in delta.rows:
            key = (pulled.table, pulled.row)
            if pulled.values is None:
                gone.append((key, pulled.version))
            else:
                self.base[key] = (pulled.version, dict(pulled.values))
        if delta.since is None:
            here = {(pulled.table, pulled.row) for pulled in delta.rows}
            gone += [(key, delta.clock) for key in self.base if key not in here]
        while gone:
            key, version = gone.pop()
            if key in self.base and self.base[key][0] <= version:
                self.buried[key] = self.base.pop(key)[1]
                gone += [
                    (child, version) for child, (_v, values) in self.base.items() if parent_of(TABLES[child[0]], values) == str(key[1])
                ]
        self.clock = delta.clock

    def losses(self) -> set[tuple[UUID, str, Any]]:
        """The values of this author that lost, with their row and field."""
        return {
            (lost.operation.row, name, _hashable(value))
            for lost in self.lost
            for name, value in lost.operation.set.items()
            if lost.outcome.result != "conflict" or name in lost.outcome.fields
        }

    def settle(self, number: int, how: str) -> None:
        lost = self.lost[number % len(self.lost)]
        operation = lost.operation
        key = (operation.table, operation.row)
        view = self.view()
        if how == "mine" and lost.outcome.result == "conflict" and key in view:
            self.update(*key, {name: operation.set[name] for name in lost.outcome.fields})
        elif how == "mine" and lost.outcome.result == "gone" and key not in view:
            whole = dict.fromkeys(TABLES[operation.table].columns) | self.buried.get(key, {}) | dict(operation.set)
            parent = parent_of(TABLES[operation.table], whole)
            if parent in {str(self.scope)} | {str(row) for _table, row in view}:
                self.insert(operation.table, whole, operation.row)

    def reopen(self) -> None:
        """The process was killed and started again."""

    def waiting(self) -> list[Operation]:
        return [one.operation for one in self.outbox]


def _hashable(value: Any) -> Any:
    return str(value) if isinstance(value, (list, dict)) else value
