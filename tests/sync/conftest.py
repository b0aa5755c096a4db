"""Authors with replicas of their own, and a course to write in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from desktop.store.cipher import new_key
from desktop.store.connection import Store
from desktop.store.replica import Replica, Row
from desktop.sync.exchange import exchange
from tests.support.courses import add_course, add_lesson, add_module
from tests.support.postgres import Database, Person

KEY = new_key()


@dataclass
class Author:
    """Somebody at a computer of their own."""

    person: Person
    store: Store
    replica: Replica
    course: UUID

    def sync(self) -> None:
        exchange(self.replica, self.store, self.course)

    def lesson(self, row: UUID) -> Row:
        return self.replica.read(lambda reader: reader.get("lessons", row))

    def set(self, table: str, row: UUID, **values: object) -> None:
        self.replica.edit(self.course, "Edit", lambda draft: draft.update(table, row, values))

    def titles(self, table: str = "lessons") -> list[str]:
        return [row["title"] for row in self.replica.read(lambda reader: reader.list_all(table, self.course))]


@dataclass
class Workshop:
    """A course of one module with two lessons, taught by ``ada`` and ``ben``."""

    db: Database
    course: UUID
    module: UUID
    lessons: tuple[UUID, UUID]
    ada: Author
    ben: Author
    open_replica: Callable[[Person], Replica]

    def reopened(self, author: Author) -> Author:
        """The same author after a restart of the application."""
        author.replica.close()
        return Author(author.person, author.store, self.open_replica(author.person), author.course)


@pytest.fixture
def workshop(db: Database, tmp_path: Path) -> Iterator[Workshop]:
    opened: list[Replica] = []

    def open_replica(person: Person) -> Replica:
        replica = Replica(tmp_path / str(person.member_id), person.member_id, KEY)
        opened.append(replica)
        return replica

    ada, ben = db.add_person("instructor"), db.add_person("instructor")
    course = add_course(db, "Ethics", instructor_id=ada.member_id, co_instructors=[ben.member_id])
    module = add_module(db, course)
    lessons = (add_lesson(db, module, "Terms", 1), add_lesson(db, module, "Duties", 2))

    def at_work(person: Person) -> Author:
        return Author(person, db.store(person), open_replica(person), course)

    yield Workshop(db, course, module, lessons, at_work(ada), at_work(ben), open_replica)
    for replica in opened:
        replica.close()
