"""Locks on files, held by the operating system for a process: they end with the process, however it ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from desktop.errors import TookTooLong
from desktop.i18n import _

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


POLL_SECONDS = 0.05


class FileLock:
    """An exclusive lock on ``path``. Not re-entrant; the file stays behind, empty, and means nothing by itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. Raises OSError where the file cannot be made."""
        if self._descriptor is not None:
            return False
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for the lock; raises :class:`TookTooLong`."""
        deadline = time.monotonic() + timeout
        while not self.try_acquire():
            if time.monotonic() > deadline:
                raise TookTooLong(
                    _("Another copy of the application is still busy with this workspace."),
                    remedy=_("Wait a moment and try again."),
                    details=str(self.path),
                )
            time.sleep(POLL_SECONDS)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
