"""The server of the model and ``lms.push`` decide alike, whatever they are sent."""

from __future__ import annotations

import os
import random
from typing import Any
from uuid import UUID

import pytest

from desktop.store.authored import TABLES
from desktop.store.operations import Batch, Kind, Operation, Outcome
from desktop.sync.commands import push
from desktop.sync.queries import pull
from tests.support.courses import add_course
from tests.support.postgres import Database
from tests.sync import model

ROUNDS = int(os.environ.get("LMS_SYNC_ROUNDS", "40"))
KINDS: tuple[Kind, ...] = ("insert", "update", "update", "delete")
VALUES = ("a", "b", None)


class Sender:
    """Makes operations of every kind, sensible or not, about a handful of rows."""

    def __init__(self, course: UUID, chance: random.Random) -> None:
        self.course = course
        self.chance = chance
        self.modules = [self.id() for _module in range(3)]
        self.lessons = [self.id() for _lesson in range(4)]
        self.sent: list[Operation] = []

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def operation(self, server: model.Server) -> Operation:
        if self.sent and self.chance.random() < 0.1:
            return self.chance.choice(self.sent)
        table = self.chance.choice(("course_modules", "lessons", "lessons"))
        row = self.chance.choice(self.modules if table == "course_modules" else self.lessons)
        kind: Kind = self.chance.choice(KINDS)
        values: dict[str, Any] = {}
        seen: dict[str, Any] = {}
        if kind == "insert":
            values = dict.fromkeys(TABLES[table].columns) | dict(TABLES[table].defaults) | self.parent(table) | self.values()
        elif kind == "update":
            values = self.values() | (self.parent(table) if table == "lessons" and self.chance.random() < 0.3 else {})
            now = server.rows.get((table, row), (0, {}))[1]
            seen = {name: now.get(name) if self.chance.random() < 0.6 else self.value(name) for name in values}
        elif (table, row) in server.rows:
            now = server.rows[table, row][1]
            seen = {name: now.get(name) for name in TABLES[table].columns} | (self.values() if self.chance.random() < 0.3 else {})
        operation = Operation(self.id(), table, row, kind, values, seen)
        self.sent.append(operation)
        return operation

    def values(self) -> dict[str, Any]:
        names = self.chance.sample(("title", "description", "position"), self.chance.randint(1, 3))
        return {name: self.value(name) for name in names}

    def value(self, name: str) -> Any:
        if name == "module_id":
            return str(self.chance.choice(self.modules))
        if name == "lesson_type":
            return self.chance.choice(("text", "video"))
        return self.chance.choice((0.5, 1.5, 2.0) if name == "position" else VALUES if name == "description" else VALUES[:2])

    def parent(self, table: str) -> dict[str, Any]:
        if table == "course_modules":
            return {"course_id": str(self.course), "title": "t", "position": 1.0}
        return {"module_id": str(self.chance.choice(self.modules)), "title": "t", "position": 1.0, "lesson_type": "text"}


def as_said(outcomes: list[Outcome]) -> list[tuple[Any, ...]]:
    """What both say; the words of a refusal are the server's own."""
    return [(one.op, one.result, one.fields if one.result in ("conflict", "kept") else {}) for one in outcomes]


@pytest.mark.timeout(0)
def test_the_server_decides_as_the_model_does(db: Database) -> None:
    author = db.add_person("instructor")
    store = db.store(author)
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        course = add_course(db, f"Round {seed}", instructor_id=author.member_id)
        first = store.read(pull, course, None)
        (course_row,) = first.rows
        pure = model.Server(course)
        sender = Sender(course, chance)
        known = first.clock
        for _batch in range(4):
            operations = tuple(sender.operation(pure) for _one in range(chance.randint(1, 8)))
            outcomes, delta = store.write(push, Batch(course, known, operations))
            decided = pure.push(operations)
            for operation, real, modelled in zip(operations, as_said(outcomes), as_said(decided), strict=True):
                assert real == modelled, f"seed {seed}: {operation}, {outcomes}"
            assert all(row.version > known for row in delta.rows)
            known = delta.clock
        everything = {(row.table, row.row): row.values for row in store.read(pull, course, None).rows}
        assert everything.pop(("courses", course)) == course_row.values
        assert everything == pure.view(), f"seed {seed}"
        gone = {(row.table, row.row) for row in store.read(pull, course, 0).rows if row.values is None}
        assert gone == pure.tombstones.keys(), f"seed {seed}"
