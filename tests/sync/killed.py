"""No edit is lost, whenever the process of an author is killed: real replicas, a real server, ``kill -9``.

``python -m tests.sync.killed ORDERS`` keeps a process ready that has everything imported, and forks a life from it whenever it is told to.
Each life edits and syncs as fast as it can, and writes down each edit once the replica has taken it. A life ends by SIGKILL.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.store.connection import Store
from desktop.store.operations import Batch
from desktop.store.replica import Draft, Reader, Replica
from desktop.sync.commands import push
from desktop.sync.exchange import exchange

KEY = "6b" * 32
LONGEST_LIFE_SECONDS = 0.25


@dataclass(frozen=True)
class Orders:
    """Where an author works. ``ledger`` is where lives write down what they did."""

    dsn: str
    course: str
    member: str
    folder: str
    ledger: str


@dataclass(frozen=True)
class Entry:
    """An edit: ``value`` is unique, None where the row was deleted. ``taken`` once the replica has it; until then nobody knows."""

    row: UUID
    value: str | None
    taken: bool


def read_ledger(path: Path) -> list[Entry]:
    """The edits that are certain; the last line may be torn."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [Entry(UUID(row), value, taken) for row, value, taken in map(json.loads, lines)]


def note(ledger: int, row: UUID, value: str | None, *, taken: bool) -> None:
    os.write(ledger, json.dumps([str(row), value, taken]).encode() + b"\n")


def live(orders: Orders, life: int, begun: int) -> None:
    """Edit and sync until somebody kills it; says on ``begun`` that everything is open."""
    chance = random.Random(f"{orders.member} {life}")
    course = UUID(orders.course)
    ledger = os.open(orders.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    replica = Replica(Path(orders.folder), UUID(orders.member), KEY)
    store = Store(orders.dsn)
    for number in range(1_000_000):
        if number == 0 and not replica.read(lambda reader: reader.list_all("lessons", course)):
            exchange(replica, store, course)
        if number == 0:
            os.write(begun, b"!")
        what = chance.random()
        if what < 0.7:
            row, value = replica.edit(course, "Edit", edit, chance, f"{orders.member} {life}.{number}", ledger).value
            note(ledger, row, value, taken=True)
        elif what < 0.8:
            store.write(push, Batch(course, None, replica.seal(course).operations))  # an answer that nobody hears
        else:
            exchange(replica, store, course)


def edit(draft: Draft, chance: random.Random, value: str, ledger: int) -> tuple[UUID, str | None]:
    lessons = draft.list_all("lessons", draft.scope)
    what = chance.random()
    if len(lessons) < 3 or what < 0.1:
        (module, *_others) = draft.list_all("course_modules", draft.scope)
        return draft.insert("lessons", {"module_id": str(module.id), "title": value, "lesson_type": "text"}), value
    lesson = chance.choice(lessons).id
    if what < 0.15:
        note(ledger, lesson, None, taken=False)
        draft.delete("lessons", lesson)
        return lesson, None
    note(ledger, lesson, value, taken=False)
    draft.update("lessons", lesson, {"title": value})
    return lesson, value


def main(path: str) -> None:
    """For each line on the standard input, a life of so many seconds; says when it is over.

    Every fifth life is counted from its birth, and may end while it opens its files; the others from when they are open.
    """
    orders = Orders(**json.loads(Path(path).read_text("utf-8")))
    for life, line in enumerate(sys.stdin):
        begun, begin = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                live(orders, life, begin)
            except BaseException as error:  # noqa: BLE001 - said, and found by whoever reads
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os.close(begin)
        if life % 5:
            os.read(begun, 1)
        time.sleep(float(line))
        os.close(begun)
        os.kill(child, signal.SIGKILL)
        _child, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)


@dataclass
class Author:
    """An author whose process is killed again and again."""

    orders: Orders
    process: subprocess.Popen[str]

    @staticmethod
    def at_work(orders: Orders, folder: Path) -> Author:
        path = folder / f"{orders.member}.orders"
        path.write_text(json.dumps(asdict(orders)), "utf-8")
        pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return Author(orders, subprocess.Popen([sys.executable, "-m", "tests.sync.killed", str(path)], **pipe))

    def order_life(self, seconds: float) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()

    def end_of_life(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.communicate()

    def ledger(self) -> list[Entry]:
        return read_ledger(Path(self.orders.ledger))


def titles(replica: Replica, course: UUID) -> dict[UUID, str]:
    def read(reader: Reader) -> dict[UUID, str]:
        return {row.id: row["title"] for row in reader.list_all("lessons", course)}

    return replica.read(read)


if __name__ == "__main__":
    main(sys.argv[1])
