"""Grades on their way to the server: on this computer's disk from the first second, each under the work that it is of.

One file per grader. Nothing is lost by an outage or a crash, and nothing can end on another learner: what is kept names its work, and no
place in a list. A grade that somebody else has changed meanwhile stays here as a conflict until its grader has looked at both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from desktop.errors import Conflict, LmsError, ServerAway, TookTooLong
from desktop.grading.commands import Mark, grade_essay, save_grade
from desktop.grading.queries import Piece, WorkKey, get_essay
from desktop.store.connection import Store
from desktop.store.journal import JournalFile

type Version = int | datetime | None
"""What a grader saw: a grade's version, or when an essay was last graded."""


def journal_path(data: Path, member_id: UUID) -> Path:
    """Where the grades of ``member_id`` wait, below the application's ``data`` folder."""
    return data / "grading" / f"{member_id}.sqlite3"


class Outcome(Enum):
    """What became of a grade."""

    SAVED = "saved"
    CONFLICT = "conflict"
    REFUSED = "refused"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one grade. ``error`` where it refused, ``mark`` where it took it."""

    key: WorkKey
    outcome: Outcome
    version: Version = None
    error: LmsError | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A grade that is not on the server. ``seen`` is None for one that follows another of the same work that is not there either."""

    number: int
    key: WorkKey
    stage: str
    seen: Version
    save: UUID
    mark: Mark
    held: str
    """Why it is not sent: ``conflict``, or ``refused`` until it is changed; else empty."""


COLUMNS = "number, id, question, stage, seen, save, mark, held"


class GradeJournal(JournalFile):
    """The grades of one grader. For one thread at a time."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, question TEXT NOT NULL,"
            " stage TEXT NOT NULL, seen TEXT, save TEXT NOT NULL, mark TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0,"
            " held TEXT NOT NULL DEFAULT '')",
        )
        self._known: dict[WorkKey, Version] = {}

    def keep(self, piece: Piece, mark: Mark) -> None:
        """Returns once it is on the disk, in place of what was thought of this work before and is not under way yet."""
        key = piece.key
        with self.transaction() as database:
            changed = database.execute(
                "UPDATE waiting SET mark = ?, held = replace(held, 'refused', '')"
                " WHERE id = ? AND question = ? AND (held <> '' OR NOT sent)",
                (_dump(mark), *_names(key)),
            ).rowcount
            if changed:
                return
            (under_way,) = database.execute("SELECT count(*) FROM waiting WHERE id = ? AND question = ?", _names(key)).fetchone()
            # One that is under way may or may not be there: this one follows it, whatever version it gets
            seen = None if under_way else self._known.get(key, piece.seen if key.question else piece.version)
            database.execute(
                "INSERT INTO waiting (id, question, stage, seen, save, mark) VALUES (?, ?, ?, ?, ?, ?)",
                (*_names(key), piece.stage, None if under_way else _version_text(seen), str(uuid4()), _dump(mark)),
            )

    def waiting(self) -> list[Kept]:
        """All of them, as they were thought of."""
        return [_kept(row) for row in self.read(f"SELECT {COLUMNS} FROM waiting ORDER BY number")]

    def sent(self, kept: Kept) -> None:
        """It is about to be on its way: from now on the server may have it."""
        with self.transaction() as database:
            database.execute("UPDATE waiting SET sent = 1 WHERE number = ?", (kept.number,))

    def known(self, key: WorkKey) -> Version:
        """What the server has of this work, as far as this journal has put it there."""
        return self._known.get(key)

    def saved(self, kept: Kept, version: Version) -> None:
        """The server has it, as this version; what follows it has seen that."""
        self._known[kept.key] = version
        with self.transaction() as database:
            database.execute("DELETE FROM waiting WHERE number = ?", (kept.number,))
            database.execute(
                "UPDATE waiting SET seen = ? WHERE seen IS NULL AND id = ? AND question = ?", (_version_text(version), *_names(kept.key))
            )

    def hold(self, kept: Kept, why: str) -> None:
        """The server did not take it: ``conflict`` until its grader has chosen, ``refused`` until they change it. Their last word stays."""
        with self.transaction() as database:
            last = database.execute("SELECT max(number) FROM waiting WHERE id = ? AND question = ?", _names(kept.key)).fetchone()[0]
            database.execute("DELETE FROM waiting WHERE id = ? AND question = ? AND number < ?", (*_names(kept.key), last))
            database.execute(
                "UPDATE waiting SET held = ?, sent = 0, seen = coalesce(seen, ?) WHERE number = ?", (why, _version_text(kept.seen), last)
            )

    def drop(self, key: WorkKey) -> None:
        """Forget what is kept of this work: its grader took the other's grade."""
        self._known.pop(key, None)
        with self.transaction() as database:
            database.execute("DELETE FROM waiting WHERE id = ? AND question = ?", _names(key))

    def insist(self, piece: Piece) -> None:
        """The grader has seen what the other wrote (``piece``), and stays with their own."""
        self._known.pop(piece.key, None)
        version = piece.seen if piece.key.question else piece.version
        with self.transaction() as database:
            database.execute(
                "UPDATE waiting SET held = '', sent = 0, seen = ?, save = ? WHERE id = ? AND question = ?",
                (_version_text(version), str(uuid4()), *_names(piece.key)),
            )


def send_waiting(store: Store, journal: GradeJournal) -> list[Answer]:
    """Send what is kept, in order, and say what the server answered. Stops where it cannot be reached; conflicts wait for their grader."""
    answers = []
    for kept in journal.waiting():
        if kept.held or (kept.key.question is not None and kept.mark.score is None):  # words for an essay wait for its points
            continue
        journal.sent(kept)
        try:
            version = _send(store, kept, kept.seen if kept.seen is not None else journal.known(kept.key))
        except (ServerAway, TookTooLong):
            answers.append(Answer(kept.key, Outcome.AWAY))
            break
        except Conflict as error:
            journal.hold(kept, "conflict")
            answers.append(Answer(kept.key, Outcome.CONFLICT, error=error))
        except LmsError as error:
            journal.hold(kept, "refused")
            answers.append(Answer(kept.key, Outcome.REFUSED, error=error))
        else:
            journal.saved(kept, version)
            answers.append(Answer(kept.key, Outcome.SAVED, version, mark=kept.mark))
    return answers


def send_left(store: Store, path: Path) -> int:
    """Send what an earlier run of the application, or an outage, left in the journal at ``path``; returns how many grades met another's."""
    if not path.exists():
        return 0
    with closing(GradeJournal(path)) as journal:
        return sum(answer.outcome is Outcome.CONFLICT for answer in send_waiting(store, journal))


def _send(store: Store, kept: Kept, seen: Version) -> Version:
    if kept.key.question is None:
        return store.write(save_grade, kept.key.id, kept.stage, seen if isinstance(seen, int) else 0, kept.save, kept.mark).value
    before = seen if isinstance(seen, datetime) else None
    try:
        return store.write(grade_essay, kept.key.id, kept.key.question, kept.mark, before).value
    except Conflict:
        # Essays know no save by its key: where the very same is there, it was the answer that was lost
        there = store.read(get_essay, kept.key.id, kept.key.question)
        if (there.mark.score, there.mark.feedback) != (kept.mark.score, kept.mark.feedback.strip()):
            raise
        return there.seen


def _names(key: WorkKey) -> tuple[str, str]:
    return str(key.id), str(key.question or "")


def _kept(row: Any) -> Kept:
    number, work, question, stage, seen, save, mark, held = row
    key = WorkKey(UUID(work), UUID(question) if question else None)
    return Kept(number, key, stage, _version(seen), UUID(save), _load(json.loads(mark)), held)


def _version_text(version: Version) -> str | None:
    return version.isoformat() if isinstance(version, datetime) else None if version is None else str(version)


def _version(text: str | None) -> Version:
    if text is None:
        return None
    return int(text) if text.isdecimal() else datetime.fromisoformat(text)


def _dump(mark: Mark) -> str:
    score = None if mark.score is None else str(mark.score)
    return json.dumps([score, {name: dict(given) for name, given in mark.rubric.items()}, mark.feedback, mark.note, mark.done])


def _load(stored: list[Any]) -> Mark:
    score, rubric, feedback, note, done = stored
    given: Mapping[str, Mapping[str, Any]] = rubric
    return Mark(None if score is None else Decimal(score), given, feedback, note, done)
