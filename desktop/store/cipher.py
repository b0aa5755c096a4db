"""Encrypted SQLite files (SQLCipher), so that a stolen laptop gives away no course and no key to a quiz."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from desktop.errors import LmsError, ReadOnly, StorageFull
from desktop.i18n import _

BUSY_SECONDS = 10.0
"""How long to wait for another copy of the application that is writing."""


class FileDamaged(Exception):
    """The file is no database that this key opens, or its pages do not fit together."""


def new_key() -> str:
    """256 random bits, as the hex digits that :func:`open_encrypted` takes."""
    return secrets.token_hex(32)


def open_encrypted(path: Path, key: str, *, check: bool = False) -> sqlite.Connection:
    """Open or make the file: WAL, and on the disk when a transaction has committed.

    The key is used as it is: it is random, so stretching it would only cost a second at each start. With ``check`` every page is read and
    compared with its checksum. Raises :class:`FileDamaged`, and :class:`StorageFull` where there is no room to open it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite.connect(str(path), check_same_thread=False, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        with local_errors(path.parent):
            connection.execute("PRAGMA cipher_log_level = NONE")  # what is wrong is raised; a terminal is nobody's place to read it
            connection.execute(f"PRAGMA key = \"x'{key}'\"")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if check and (
                connection.execute("PRAGMA cipher_integrity_check").fetchall()
                or connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)
            ):
                raise FileDamaged(str(path))
    except sqlite.DatabaseError as error:
        connection.close()
        if means_damaged(error):
            raise FileDamaged(str(path)) from error
        raise
    except (FileDamaged, LmsError):
        connection.close()
        raise
    path.chmod(0o600)
    return connection


def means_damaged(error: sqlite.Error) -> bool:
    """True where SQLite says that the file is not what it should be."""
    return any(words in str(error) for words in ("malformed", "not a database", "encrypted", "disk I/O error"))


@contextlib.contextmanager
def transaction(connection: sqlite.Connection) -> Iterator[sqlite.Connection]:
    """Everything in the block or nothing, on the disk when it ends."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def local_errors(folder: Path) -> Iterator[None]:
    """Turn what SQLite says about the disk that ``folder`` is on into :mod:`desktop.errors`."""
    try:
        yield
    except sqlite.OperationalError as error:
        found = _translated(error, folder)
        if found is None:
            raise
        raise found from error


def _translated(error: Any, folder: Path) -> LmsError | None:
    words = str(error)
    # Without room for the index of its log SQLite speaks of I/O, as it does of a broken disk: a sound file must not pass for a damaged one.
    if "full" in words or ("disk I/O error" in words and not _has_room(folder)):
        return StorageFull(
            _("The disk of this computer is full; the change was not kept."), remedy=_("Free some space, then try again."), details=words
        )
    if "readonly" in words:
        return ReadOnly(
            _("The folder of this application cannot be written to."), remedy=_("Ask whoever looks after this computer."), details=words
        )
    return None


INDEX_BYTES = 32 << 10
"""By how much SQLite lengthens the index of a write-ahead log."""


def _has_room(folder: Path) -> bool:
    """Whether a file can grow there. Tried, as the free space of a disk says nothing of quotas."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return file.write(bytes(2 * INDEX_BYTES)) == 2 * INDEX_BYTES
    except OSError:
        return False
