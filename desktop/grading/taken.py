"""Queues of work that a grader took along, to be graded without the server: rows, works and their grades, in an encrypted file.

It is a copy. What is graded by it goes into the grader's journal (:mod:`desktop.grading.keeping`) with the version that was taken, so that
the server says where somebody else was at it meanwhile, and both are looked at side by side. A file that cannot be read is begun anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from desktop.grading.annotations import Annotation, list_annotations
from desktop.grading.commands import Mark
from desktop.grading.keeping import Version
from desktop.grading.late import LatePolicy
from desktop.grading.queries import (
    ASSIGNMENT,
    File,
    Piece,
    QueueRow,
    RegradeRequest,
    Task,
    WorkKey,
    get_essay,
    get_submission,
    list_essays,
    list_queue,
)
from desktop.grading.rubric import Criterion, Level
from desktop.store.assets import fetch
from desktop.store.cipher import FileDamaged, local_errors, open_encrypted, transaction
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store

OPEN = frozenset({"waiting", "begun", "done"})
"""States of what is taken along: what the learner has already needs no grading on a train."""
TABLES = """
CREATE TABLE IF NOT EXISTS task (id TEXT PRIMARY KEY, task TEXT NOT NULL, taken_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS work (
  task TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, question TEXT NOT NULL, queue_row TEXT NOT NULL, piece TEXT NOT NULL,
  PRIMARY KEY (task, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS work_key ON work (id, question);
CREATE TABLE IF NOT EXISTS marked (id TEXT PRIMARY KEY, task TEXT NOT NULL, annotations TEXT NOT NULL) WITHOUT ROWID;
"""
FILE = "taken"
"""Beside the replica."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A queue that is on this computer."""

    task: Task
    taken_at: datetime
    works: int


class TakenWork:
    """What one grader took along. Safe to use from any thread."""

    def __init__(self, path: Path, key: str) -> None:
        self._folder, self._lock = path.parent, threading.Lock()
        try:
            self._database = open_encrypted(path, key)
            self._database.executescript(TABLES)
        except FileDamaged:
            for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                file.unlink(missing_ok=True)
            self._database = open_encrypted(path, key)
            self._database.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def queues(self) -> tuple[Taken, ...]:
        """What is here, the newest first."""
        rows = self._read("SELECT task, taken_at, (SELECT count(*) FROM work WHERE work.task = task.id) FROM task ORDER BY taken_at DESC")
        return tuple(Taken(Task(**_parse(task)), datetime.fromisoformat(at), works) for task, at, works in rows)

    def queue(self, task: UUID) -> tuple[QueueRow, ...]:
        """The rows of a queue, in their order; none where it was not taken."""
        rows = self._read("SELECT queue_row FROM work WHERE task = ? ORDER BY place", str(task))
        return tuple(QueueRow(*_parse(row)) for (row,) in rows)

    def piece(self, key: WorkKey) -> Piece | None:
        """One piece of work as it was when it was taken; None where it was not."""
        rows = self._read("SELECT piece FROM work WHERE id = ? AND question = ? LIMIT 1", *_names(key))
        return _piece(_parse(rows[0][0])) if rows else None

    def annotations(self, submission: UUID) -> tuple[Annotation, ...]:
        """What was marked on a submission when it was taken, or was sent from here since."""
        rows = self._read("SELECT annotations FROM marked WHERE id = ?", str(submission))
        return tuple(_annotation(each) for each in _parse(rows[0][0])) if rows else ()

    def put(self, task: Task, works: Iterable[tuple[QueueRow, Piece]], marked: Mapping[UUID, Iterable[Annotation]]) -> None:
        """Keep a queue, and what is marked on the files of its submissions, in place of what was taken of it before."""
        with self._lock, local_errors(self._folder), transaction(self._database) as database:
            database.execute("DELETE FROM work WHERE task = ?", (str(task.id),))
            database.execute(
                "INSERT OR REPLACE INTO task VALUES (?, ?, ?)", (str(task.id), _dump(asdict(task)), datetime.now(UTC).isoformat())
            )
            database.executemany(
                "INSERT INTO work VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (str(task.id), place, *_names(row.key), _dump(list(row)), _dump(asdict(piece)))
                    for place, (row, piece) in enumerate(works)
                ],
            )
            database.execute("DELETE FROM marked WHERE task = ?", (str(task.id),))
            database.executemany(
                "INSERT OR REPLACE INTO marked VALUES (?, ?, ?)",
                [(str(id), str(task.id), _dump([asdict(each) for each in annotations])) for id, annotations in marked.items()],
            )

    def marked(self, submission: UUID, annotations: Iterable[Annotation]) -> None:
        """The server has these by now; nothing is kept of a submission that was not taken."""
        with self._lock, local_errors(self._folder), transaction(self._database) as database:
            database.execute(
                "UPDATE marked SET annotations = ? WHERE id = ?", (_dump([asdict(each) for each in annotations]), str(submission))
            )

    def saved(self, key: WorkKey, version: Version, mark: Mark) -> None:
        """The server has this grade of a work that was taken: whoever goes on without it goes on from there."""
        piece = self.piece(key)
        if piece is None:
            return
        if key.question is None:
            now = replace(piece, mark=mark, version=version if isinstance(version, int) else piece.version)
        else:
            now = replace(piece, mark=mark, seen=version if isinstance(version, datetime) else piece.seen)
        with self._lock, local_errors(self._folder), transaction(self._database) as database:
            database.execute("UPDATE work SET piece = ? WHERE id = ? AND question = ?", (_dump(asdict(now)), *_names(key)))

    def give_back(self, task: UUID) -> None:
        """Forget a queue."""
        with self._lock, local_errors(self._folder), transaction(self._database) as database:
            database.execute("DELETE FROM work WHERE task = ?", (str(task),))
            database.execute("DELETE FROM marked WHERE task = ?", (str(task),))
            database.execute("DELETE FROM task WHERE id = ?", (str(task),))

    def _read(self, query: str, *values: object) -> list[Any]:
        with self._lock, local_errors(self._folder):
            found: list[Any] = self._database.execute(query, values).fetchall()
            return found


def take(control: JobControl, /, store: Store, taken: TakenWork, task: Task, target: Callable[[File], Path], most: int) -> int:
    """Bring what is to be graded of a task to this computer, files of up to ``most`` bytes included; gives how many works that are.

    Nothing of what was taken before is lost where this is cut off.
    """
    rows = [row for row in store.read(list_queue if task.kind == ASSIGNMENT else list_essays, task.id) if row.state in OPEN]
    works = []
    marked: dict[UUID, tuple[Annotation, ...]] = {}
    for number, row in enumerate(rows):
        control.report(number, len(rows), task.title)
        piece = store.read(get_submission, row.id) if row.question is None else store.read(get_essay, row.id, row.question)
        for file in piece.files:
            path = target(file)
            if file.asset is not None and file.size <= most and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                fetch(store, file.asset, path, control)
        if task.kind == ASSIGNMENT and piece.files:
            marked[row.id] = store.read(list_annotations, row.id)
        works.append((row, piece))
    taken.put(task, works, marked)
    return len(works)


def _names(key: WorkKey) -> tuple[str, str]:
    return str(key.id), str(key.question or "")


def _dump(value: object) -> str:
    return json.dumps(value, default=_tagged)


def _tagged(value: Any) -> Any:
    match value:
        case UUID():
            return {"$uuid": str(value)}
        case Decimal():
            return {"$number": str(value)}
        case datetime():
            return {"$time": value.isoformat()}
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"nothing that is taken along is a {type(value).__name__}")


def _parse(text: str) -> Any:
    return json.loads(text, object_hook=_untagged)


def _untagged(value: dict[str, Any]) -> Any:
    match value:
        case {"$uuid": str(text)}:
            return UUID(text)
        case {"$number": str(text)}:
            return Decimal(text)
        case {"$time": str(text)}:
            return datetime.fromisoformat(text)
        case _:
            return value


def _annotation(values: dict[str, Any]) -> Annotation:
    strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in values["strokes"])
    return Annotation(**values | {"strokes": strokes})


def _piece(values: dict[str, Any]) -> Piece:
    rubric = tuple(Criterion(**one | {"levels": tuple(Level(**level) for level in one["levels"])}) for one in values["rubric"])
    return Piece(
        **values
        | {
            "key": WorkKey(*values["key"]),
            "files": tuple(File(**file) for file in values["files"]),
            "rubric": rubric,
            "policy": None if values["policy"] is None else LatePolicy(**values["policy"]),
            "mark": Mark(**values["mark"]),
            "request": None if values["request"] is None else RegradeRequest(**values["request"]),
            "others": tuple((stage, whose, Mark(**mark)) for stage, whose, mark in values["others"]),
        }
    )
