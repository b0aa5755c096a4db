"""Saves that the server has not seen yet, on this machine's disk: one small file per member.

What :meth:`Journal.keep` returned from survives the process and the machine. Rows leave only after the server answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.scorm.records import Document
from desktop.store.journal import JournalFile


def journal_path(data: Path, member_id: UUID) -> Path:
    """Where the saves of ``member_id`` wait, below the application's ``data`` folder."""
    return data / "scorm" / f"{member_id}.sqlite3"


@dataclass(frozen=True, slots=True)
class Save:
    """One state of a lesson's record. ``seconds`` is the whole time of the session so far."""

    session: UUID
    sequence: int
    document: Document
    seconds: int


class Journal(JournalFile):
    """The saves of one member."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS waiting (session TEXT NOT NULL, sequence INTEGER NOT NULL, document TEXT NOT NULL,"
            " seconds INTEGER NOT NULL, PRIMARY KEY (session, sequence)) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS refused (session TEXT NOT NULL, sequence INTEGER NOT NULL, document TEXT NOT NULL,"
            " seconds INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (session, sequence)) WITHOUT ROWID",
        )

    def keep(self, save: Save) -> None:
        """Returns once the save is on the disk. The same save again changes nothing."""
        with self.transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?)",
                (str(save.session), save.sequence, json.dumps(save.document), save.seconds),
            )

    def waiting(self) -> list[Save]:
        """Everything the server has not answered, in the order in which it was said within each session."""
        rows = self.read("SELECT session, sequence, document, seconds FROM waiting ORDER BY session, sequence")
        return [Save(UUID(session), sequence, json.loads(document), seconds) for session, sequence, document, seconds in rows]

    def forget(self, save: Save) -> None:
        """The server has it."""
        with self.transaction() as database:
            database.execute("DELETE FROM waiting WHERE session = ? AND sequence = ?", (str(save.session), save.sequence))

    def set_aside(self, save: Save, reason: str) -> None:
        """The server will never take it (a later session has begun, say): kept for whoever asks, no longer sent."""
        with self.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO refused SELECT session, sequence, document, seconds, ? FROM waiting"
                " WHERE session = ? AND sequence = ?",
                (reason, str(save.session), save.sequence),
            )
            database.execute("DELETE FROM waiting WHERE session = ? AND sequence = ?", (str(save.session), save.sequence))
