"""Saves that the server has not seen yet, on this machine's disk.

One small SQLite file per member, WAL with ``synchronous=FULL``: what :meth:`Journal.keep` returned from survives the
process and the machine. Rows leave only after the server answered.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.scorm.records import Document


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


class Journal:
    """The file. Safe to use from any thread; two processes may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS waiting (session TEXT NOT NULL, sequence INTEGER NOT NULL, document TEXT NOT NULL,"
            " seconds INTEGER NOT NULL, PRIMARY KEY (session, sequence)) WITHOUT ROWID"
        )
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS refused (session TEXT NOT NULL, sequence INTEGER NOT NULL, document TEXT NOT NULL,"
            " seconds INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (session, sequence)) WITHOUT ROWID"
        )

    def keep(self, save: Save) -> None:
        """Returns once the save is on the disk. The same save again changes nothing."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?)",
                (str(save.session), save.sequence, json.dumps(save.document), save.seconds),
            )

    def waiting(self) -> list[Save]:
        """Everything the server has not answered, in the order in which it was said within each session."""
        with self._lock:
            rows = self._database.execute("SELECT session, sequence, document, seconds FROM waiting ORDER BY session, sequence").fetchall()
        return [Save(UUID(session), sequence, json.loads(document), seconds) for session, sequence, document, seconds in rows]

    def forget(self, save: Save) -> None:
        """The server has it."""
        with self._transaction() as database:
            database.execute("DELETE FROM waiting WHERE session = ? AND sequence = ?", (str(save.session), save.sequence))

    def set_aside(self, save: Save, reason: str) -> None:
        """The server will never take it (a later session has begun, say): kept for whoever asks, no longer sent."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO refused SELECT session, sequence, document, seconds, ? FROM waiting"
                " WHERE session = ? AND sequence = ?",
                (reason, str(save.session), save.sequence),
            )
            database.execute("DELETE FROM waiting WHERE session = ? AND sequence = ?", (str(save.session), save.sequence))

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
