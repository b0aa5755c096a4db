"""A small file of what the server has not seen yet, on this machine's disk: SQLite, WAL with ``synchronous=FULL``.

What a transaction wrote survives the process and the machine. What is in it is said by whoever keeps one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop.errors import StorageFull
from desktop.i18n import _

BUSY_SECONDS = 10


class JournalFile:
    """The file, with ``tables`` (``CREATE TABLE IF NOT EXISTS …``) in it. Safe to use from any thread; two processes may share it."""

    def __init__(self, path: Path, *tables: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        try:
            self._database = _open(path, tables)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _translated(error) from error
            # No database: whoever is at work must not be stopped by what an earlier day left; it stays for whoever is asked for help
            path.replace(path.with_suffix(".broken"))
            self._database = _open(path, tables)

    def read(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything in the block or nothing, on the disk when it ends."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise _translated(error) from error
                raise

    def close(self) -> None:
        with self._lock:
            self._database.close()


def _open(path: Path, tables: tuple[str, ...]) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        for table in tables:
            database.execute(table)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _translated(error: sqlite3.OperationalError) -> Exception:
    if "full" in str(error):
        return StorageFull(
            _("The disk of this computer is full; nothing can be kept on it."),
            remedy=_("Free some space, then try again."),
            details=str(error),
        )
    return error
