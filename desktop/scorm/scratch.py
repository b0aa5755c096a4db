"""Folders for work in progress that leave nothing behind, however the process ends.

Beside each folder lies a lock that its process holds. When the process ends, killed or not, the operating system lets go of the lock, and
the next :func:`sweep` knows by that that nobody works there any more.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.store.locks import FileLock

_PREFIX = ".scratch-"
_LOCK = ".lock"


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A new, empty folder in ``parent`` for the length of the block; what is to stay is renamed out of it. Sweeps first."""
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    lock = _locked(parent)
    folder = lock.path.with_suffix("")
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _drop(lock)


def sweep(parent: Path) -> None:
    """Remove what processes that ended in the middle left in ``parent``."""
    for path in parent.glob(f"{_PREFIX}*{_LOCK}"):
        lock = FileLock(path)
        if lock.try_acquire():
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            _drop(lock)


def _locked(parent: Path) -> FileLock:
    """A lock of a name that nobody has. Another process's sweep may be faster than we are; then we take another name."""
    while True:
        lock = FileLock(parent / f"{_PREFIX}{secrets.token_hex(8)}{_LOCK}")
        if lock.try_acquire():
            return lock


def _drop(lock: FileLock) -> None:
    lock.release()  # first: Windows does not remove a file that is open
    lock.path.unlink(missing_ok=True)
