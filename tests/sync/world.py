"""Authors, a server and a network that loses, repeats and delays: what may happen to a course, and what must hold afterwards.

The same game is played with the replica of the model and with the real one; :class:`Game` is the stateful test.
"""

from __future__ import annotations

import inspect
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from desktop.store.authored import TABLES
from desktop.store.operations import Batch, Delta, Operation, Outcome
from desktop.store.replica import parent_of
from tests.sync import model

AUTHORS = 3
FIELDS = ("title", "description")

type Key = tuple[str, UUID]
type Values = dict[str, Any]


class AnyReplica(Protocol):
    """What the game needs of a replica: ``model.Replica`` is one, ``RealReplica`` another."""

    def view(self) -> dict[Key, Values]: ...
    def insert(self, table: str, values: Values, row: UUID | None = None) -> UUID: ...
    def update(self, table: str, row: UUID, values: Values) -> None: ...
    def delete(self, table: str, row: UUID) -> None: ...
    def seal(self) -> Batch: ...
    def finish(self, outcomes: Sequence[Outcome], delta: Delta) -> None: ...
    def waiting(self) -> list[Operation]: ...
    def losses(self) -> set[tuple[UUID, str, Any]]: ...
    def settle(self, number: int, how: str) -> None: ...
    def reopen(self) -> None: ...


@dataclass
class Desk:
    """An author's computer, and what is on the wire to and from it."""

    replica: AnyReplica
    sent: list[Batch] = field(default_factory=list)
    answers: list[tuple[list[Outcome], Delta]] = field(default_factory=list)


@dataclass(frozen=True)
class Intent:
    """A value that an author put into a field; None for the whole row's deletion."""

    author: int
    row: UUID
    name: str | None
    value: Any


class World:
    """A course with a module and a lesson, and :data:`AUTHORS` who have checked it out."""

    def __init__(self, make_replica: Callable[[UUID], AnyReplica], make_server: Callable[[UUID], model.Server] = model.Server) -> None:
        self.course = UUID(int=1)
        self.server = make_server(self.course)
        self.desks = [Desk(make_replica(self.course)) for _author in range(AUTHORS)]
        self.shown: dict[UUID, dict[str, list[Any]]] = {}
        """For each operation, the values that its author saw in a field whenever they changed it."""
        self.intents: list[Intent] = []
        self.every_batch: list[Batch] = []
        self._numbers = itertools.count(1)
        self._ids = itertools.count(2)  # the same ones each time: a failure must happen again when it is looked at
        module = self.insert(0, "course_modules", {"course_id": str(self.course), "title": "Module", "position": 1.0})
        self.insert(0, "lessons", {"module_id": str(module), "title": "Lesson", "lesson_type": "text", "position": 1.0})
        self.quiet()

    # What authors do

    def rows(self, author: int, *tables: str) -> list[Key]:
        return sorted((key for key in self.desks[author].replica.view() if not tables or key[0] in tables), key=lambda key: key[1])

    def fresh(self) -> str:
        return f"value {next(self._numbers)}"

    def insert(self, author: int, table: str, values: Values) -> UUID:
        row = UUID(int=next(self._ids))
        self._doing(author, lambda replica: replica.insert(table, values, row))
        self.intents.extend(Intent(author, row, name, value) for name, value in values.items())
        return row

    def update(self, author: int, key: Key, values: Values) -> None:
        self._doing(author, lambda replica: replica.update(*key, values))
        self.intents.extend(Intent(author, key[1], name, value) for name, value in values.items())

    def delete(self, author: int, key: Key) -> None:
        before = self.desks[author].replica.view().keys()
        self._doing(author, lambda replica: replica.delete(*key))
        gone = before - self.desks[author].replica.view().keys()
        self.intents.extend(Intent(author, row, None, None) for _table, row in gone)

    def settle(self, author: int, number: int, how: str) -> None:
        """Settle a conflict. Whatever that changes is an edit like any other."""
        self._as_an_edit(author, lambda one: one.settle(number, how))

    def undo(self, author: int) -> None:
        """Take the last step back, where the replica can: an edit like any other, too."""
        self._as_an_edit(author, lambda one: getattr(one, "undo", lambda: None)())

    def _as_an_edit(self, author: int, act: Callable[[AnyReplica], object]) -> None:
        replica = self.desks[author].replica
        before = replica.view()
        self._doing(author, act)
        self.intents.extend(Intent(author, row, None, None) for _table, row in before.keys() - replica.view().keys())
        for key, values in replica.view().items():
            old = before.get(key, {})
            self.intents.extend(Intent(author, key[1], name, value) for name, value in values.items() if old.get(name) != value)

    def _doing(self, author: int, act: Callable[[AnyReplica], object]) -> None:
        """Act, and note which values the author had before them for every field that an operation now changes."""
        replica = self.desks[author].replica
        before = {operation.id: operation for operation in replica.waiting()}
        view = replica.view()
        act(replica)
        for operation in replica.waiting():
            old = before.get(operation.id)
            if old == operation:
                continue
            values = view.get((operation.table, operation.row), {})
            names = TABLES[operation.table].columns if operation.kind == "delete" else operation.set
            shown = self.shown.setdefault(operation.id, {})
            for name in names:
                if old is None or name not in old.set or old.set[name] != operation.set[name]:
                    shown.setdefault(name, []).append(values.get(name))

    # What the network does

    def send(self, author: int) -> None:
        batch = self.desks[author].replica.seal()
        self.desks[author].sent.append(batch)
        self.every_batch.append(batch)

    def deliver(self, author: int, number: int) -> None:
        """A batch, in whatever order, perhaps once more, reaches the server; the answer is on its way."""
        batch = self.desks[author].sent[number % len(self.desks[author].sent)]
        outcomes = self.server.push(batch.operations)
        self.desks[author].answers.append((outcomes, self.server.pull(batch.since)))

    def receive(self, author: int, number: int) -> None:
        """An answer, perhaps an old one, perhaps once more."""
        answers = self.desks[author].answers
        self.desks[author].replica.finish(*answers[number % len(answers)])

    def crash(self, author: int) -> None:
        """The process dies: what is on the disk stays, what was on the wire to it is lost; its batches may still arrive."""
        self.desks[author].answers.clear()
        self.desks[author].replica.reopen()

    def written_elsewhere(self, number: int, name: str) -> None:
        """Somebody changes a row without a replica."""
        keys = sorted(self.server.rows, key=lambda key: key[1])
        if keys:
            key = keys[number % len(keys)]
            self.server.write(key, self.server.rows[key][1] | {name: self.fresh()})

    def exchange(self, author: int) -> None:
        replica = self.desks[author].replica
        for _round in range(100):
            batch = replica.seal()
            replica.finish(self.server.push(batch.operations), self.server.pull(batch.since))
            if not replica.waiting():
                return
        raise AssertionError("an outbox that never empties")

    def quiet(self) -> None:
        """The network is whole again, and everybody syncs."""
        for _round in range(2):
            for author in range(AUTHORS):
                self.exchange(author)

    # What must hold

    def check(self) -> None:
        self.quiet()
        self.check_views()
        self.check_tree()
        self.check_outcomes()
        self.check_nothing_was_overwritten_unseen()
        self.check_no_edit_was_lost()
        self.check_replay()

    def check_views(self) -> None:
        for author, desk in enumerate(self.desks):
            assert desk.replica.view() == self.server.view(), f"the view of author {author} is another"

    def check_tree(self) -> None:
        parents = {str(self.course)} | {str(row) for _table, row in self.server.rows}
        for (table, _row), values in self.server.view().items():
            assert parent_of(TABLES[table], values) in parents, "a row belongs to nothing"

    def check_outcomes(self) -> None:
        assert len(self.server.decided) == len(set(self.server.decided)), "an operation was decided twice"
        sent = {operation.id for batch in self.every_batch for operation in batch.operations}
        assert sent <= self.server.outcomes.keys(), "an operation was never decided"

    def check_nothing_was_overwritten_unseen(self) -> None:
        for operation, found, wanted in self.server.applied:
            shown = self.shown[operation.id]
            for name in found if wanted is None else wanted:
                assert found.get(name) in shown.get(name, []), f"{name} was {found.get(name)!r}, which its author had not seen"

        deleted = {operation.row for operation, _found, wanted in self.server.applied if wanted is None}
        for _table, row in self.server.tombstones:
            assert row in deleted, "a row is gone that nobody deleted"

    def check_no_edit_was_lost(self) -> None:
        losses = [desk.replica.losses() for desk in self.desks]
        for number, intent in enumerate(self.intents):
            if intent.name is None or self._superseded(number, intent):
                continue
            kept = intent.value in self.server.history.get((intent.row, intent.name), [])
            assert kept or (intent.row, intent.name, intent.value) in losses[intent.author], f"lost: {intent}"

    def _superseded(self, number: int, intent: Intent) -> bool:
        """Whether the same author wrote over it, or deleted it, later."""
        return any(
            later.author == intent.author and later.row == intent.row and later.name in (intent.name, None)
            for later in self.intents[number + 1 :]
        )

    def check_replay(self) -> None:
        before = (self.server.clock, dict(self.server.rows), dict(self.server.tombstones), list(self.server.decided))
        for batch in self.every_batch:
            assert self.server.push(batch.operations) == [self.server.outcomes[one.id] for one in batch.operations]
        assert before == (self.server.clock, self.server.rows, self.server.tombstones, self.server.decided), "a replay changed something"


AUTHOR = st.integers(0, AUTHORS - 1)
NUMBER = st.integers(0, 5)


class Game(RuleBasedStateMachine):
    """Anything may happen, in any order; what must hold is looked at when everything has become quiet."""

    def make_world(self) -> World:
        return World(model.Replica)

    def __init__(self) -> None:
        super().__init__()
        self.world = self.make_world()

    @rule(author=AUTHOR, number=NUMBER, name=st.sampled_from(FIELDS), same=st.booleans())
    def edit(self, author: int, number: int, name: str, same: bool) -> None:
        if rows := self.world.rows(author):
            self.world.update(author, rows[number % len(rows)], {name: "the same" if same else self.world.fresh()})

    @rule(author=AUTHOR, number=NUMBER, name=st.sampled_from(FIELDS))
    def set_back(self, author: int, number: int, name: str) -> None:
        """Write what the server last said over what waits: as if nothing had been wanted."""
        replica = self.world.desks[author].replica
        changed = [one for one in replica.waiting() if one.kind == "update" and name in one.seen]
        if changed:
            operation = changed[number % len(changed)]
            key = (operation.table, operation.row)
            if key in replica.view():
                self.world.update(author, key, {name: operation.seen[name]})

    @rule(author=AUTHOR, number=NUMBER)
    def add_lesson(self, author: int, number: int) -> None:
        if modules := self.world.rows(author, "course_modules"):
            values = {
                "module_id": str(modules[number % len(modules)][1]),
                "title": self.world.fresh(),
                "lesson_type": "text",
                "position": 2.0,
            }
            self.world.insert(author, "lessons", values)

    @rule(author=AUTHOR)
    def add_module(self, author: int) -> None:
        values = {"course_id": str(self.world.course), "title": self.world.fresh(), "position": 2.0}
        self.world.insert(author, "course_modules", values)

    @rule(author=AUTHOR, number=NUMBER, to=NUMBER, position=st.sampled_from((0.5, 1.5, 2.5)))
    def move(self, author: int, number: int, to: int, position: float) -> None:
        lessons, modules = self.world.rows(author, "lessons"), self.world.rows(author, "course_modules")
        if lessons and modules:
            values = {"module_id": str(modules[to % len(modules)][1]), "position": position}
            self.world.update(author, lessons[number % len(lessons)], values)

    @rule(author=AUTHOR, number=NUMBER)
    def delete(self, author: int, number: int) -> None:
        if rows := self.world.rows(author):
            self.world.delete(author, rows[number % len(rows)])

    @rule(author=AUTHOR, number=NUMBER, how=st.sampled_from(("mine", "theirs")))
    def settle(self, author: int, number: int, how: str) -> None:
        if self.world.desks[author].replica.losses():
            self.world.settle(author, number, how)

    @rule(author=AUTHOR)
    def send(self, author: int) -> None:
        self.world.send(author)

    @precondition(lambda self: any(desk.sent for desk in self.world.desks))
    @rule(author=AUTHOR, number=NUMBER)
    def deliver(self, author: int, number: int) -> None:
        if self.world.desks[author].sent:
            self.world.deliver(author, number)

    @precondition(lambda self: any(desk.answers for desk in self.world.desks))
    @rule(author=AUTHOR, number=NUMBER)
    def receive(self, author: int, number: int) -> None:
        if self.world.desks[author].answers:
            self.world.receive(author, number)

    @rule(author=AUTHOR)
    def exchange(self, author: int) -> None:
        self.world.exchange(author)

    @rule(author=AUTHOR)
    def crash(self, author: int) -> None:
        self.world.crash(author)

    @rule(number=NUMBER, name=st.sampled_from(FIELDS))
    def written_elsewhere(self, number: int, name: str) -> None:
        self.world.written_elsewhere(number, name)

    def teardown(self) -> None:
        self.world.check()


CHOICES: dict[str, Callable[[random.Random], Any]] = {
    "author": lambda chance: chance.randrange(AUTHORS),
    "number": lambda chance: chance.randrange(3),
    "to": lambda chance: chance.randrange(3),
    "name": lambda chance: chance.choice(FIELDS),
    "same": lambda chance: chance.random() < 0.2,
    "how": lambda chance: chance.choice(("mine", "theirs")),
    "position": lambda chance: chance.choice((0.5, 1.5, 2.5)),
}
MOVES = (
    *("edit", "edit", "edit", "set_back", "add_lesson", "add_module", "move", "delete", "settle", "send", "send", "deliver", "deliver"),
    *("receive", "receive", "exchange", "crash", "written_elsewhere"),
)


def play(game: Game, seed: int, steps: int = 40) -> None:
    """One game by chance alone: a tenth of the time that Hypothesis takes, for hunts whose prey need not be made small."""
    chance = random.Random(seed)
    for _step in range(steps):
        move = getattr(game, chance.choice(MOVES))
        move(**{name: CHOICES[name](chance) for name in inspect.signature(move).parameters})
    game.teardown()
