"""Answers that the server has not acknowledged yet, on this computer's disk, and their way to it after a crash or an outage.

One file per member. Of each question the last answer is kept; it leaves once the server has it, or will never take it.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.errors import Conflict, Invalid, NotFound, ServerAway, TookTooLong
from desktop.questions.commands import save_answer
from desktop.questions.queries import Answer, list_questions, list_review
from desktop.store.connection import Store
from desktop.store.journal import JournalFile


def journal_path(data: Path, member_id: UUID) -> Path:
    """Where the answers of ``member_id`` wait, below the application's ``data`` folder."""
    return data / "quizzes" / f"{member_id}.sqlite3"


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer to one question of an attempt; None takes the answer back. ``sequence`` is the one under which it is saved."""

    attempt: UUID
    question: UUID
    sequence: int
    answer: Answer | None


class AnswerJournal(JournalFile):
    """The answers of one member."""

    def __init__(self, path: Path) -> None:
        columns = "attempt TEXT NOT NULL, question TEXT NOT NULL, sequence INTEGER NOT NULL, answer TEXT NOT NULL"
        super().__init__(
            path,
            f"CREATE TABLE IF NOT EXISTS waiting ({columns}, PRIMARY KEY (attempt, question)) WITHOUT ROWID",
            f"CREATE TABLE IF NOT EXISTS refused ({columns}, reason TEXT NOT NULL,"
            " PRIMARY KEY (attempt, question, sequence)) WITHOUT ROWID",
        )

    def keep(self, *typed: Typed) -> None:
        """Returns once they are on the disk, in place of what was typed there before."""
        with self.transaction() as database:
            database.executemany(
                "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
                [(str(one.attempt), str(one.question), one.sequence, json.dumps(one.answer)) for one in typed],
            )

    def waiting(self) -> list[Typed]:
        """What the server has not acknowledged."""
        rows = self.read("SELECT attempt, question, sequence, answer FROM waiting ORDER BY attempt, question")
        return [Typed(UUID(attempt), UUID(question), sequence, json.loads(answer)) for attempt, question, sequence, answer in rows]

    def forget(self, typed: Typed) -> None:
        """The server has it. What was typed since stays."""
        with self.transaction() as database:
            database.execute(
                "DELETE FROM waiting WHERE attempt = ? AND question = ? AND sequence = ?",
                (str(typed.attempt), str(typed.question), typed.sequence),
            )

    def set_aside(self, typed: Typed, reason: str) -> None:
        """The server will never take it: kept for whoever asks, no longer sent."""
        key = (str(typed.attempt), str(typed.question), typed.sequence)
        with self.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO refused SELECT *, ? FROM waiting WHERE attempt = ? AND question = ? AND sequence = ?",
                (reason, *key),
            )
            database.execute("DELETE FROM waiting WHERE attempt = ? AND question = ? AND sequence = ?", key)

    def refused(self, attempt: UUID) -> list[Typed]:
        """What was set aside of an attempt."""
        rows = self.read("SELECT question, sequence, answer FROM refused WHERE attempt = ? ORDER BY question, sequence", str(attempt))
        return [Typed(attempt, UUID(question), sequence, json.loads(answer)) for question, sequence, answer in rows]


def send_left(store: Store, path: Path) -> int:
    """Send what an earlier run of the application left in the journal at ``path``; returns how many answers the server will never take.

    An answer that was given at another desk since, which its learner saw there, is not overwritten. What the server cannot be asked about
    now stays; so does what belongs to an attempt that it does not know, as the same person may be known in another workspace.
    """
    if not path.exists():
        return 0
    refused = 0
    with closing(AnswerJournal(path)) as journal:
        for typed in journal.waiting():
            try:
                reason = _send(store, typed)
            except (ServerAway, TookTooLong):
                break
            except NotFound:
                continue
            if reason is None:
                journal.forget(typed)
            else:
                journal.set_aside(typed, reason)
                refused += 1
    return refused


def _send(store: Store, typed: Typed) -> str | None:
    """Save one answer; returns why the server will never take it, or None where it has it."""
    try:
        if store.write(save_answer, typed.attempt, typed.question, typed.sequence, typed.answer).value:
            return None
        reason = "answered elsewhere since"
    except (Invalid, Conflict) as error:
        reason = error.message
    return None if _is_kept(store, typed) else reason


def _is_kept(store: Store, typed: Typed) -> bool:
    """Whether the server has this very answer: then its acknowledgement was lost, not the answer."""
    try:
        asked = store.read(list_questions, typed.attempt)
    except Invalid:  # the attempt is over
        asked = tuple(reviewed.asked for reviewed in store.read(list_review, typed.attempt))
    return any(each.id == typed.question and each.answer == typed.answer for each in asked)
