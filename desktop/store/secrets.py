"""Passwords at rest: in the keyring of the operating system, or where there is none in a file that only its owner can read.

A keyring may ask its owner to unlock it, may wait for a bus that never answers, or may not exist. So each call to it has a time limit,
and after one that ran out it is left alone until the next start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.i18n import _
from desktop.settings import APPLICATION, read_json, write_json

KEYRING_SECONDS = 30.0
"""Time for the person to unlock the keyring."""


class FileSecrets:
    """Secrets in one JSON file with mode 0600, gone when it is empty.

    Enough for a secret that opens only what lies beside it under the same rights. A file that cannot be understood holds no secret; it is
    kept beside the new one, with the ending ``.broken``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises OSError where the file cannot be read."""
        found = self._read().get(name)
        return found if isinstance(found, str) else None

    def set(self, name: str, secret: str) -> None:
        """Keep ``secret``. Raises OSError where it cannot be written."""
        write_json(self.path, {**self._read(), name: secret})

    def delete(self, name: str) -> None:
        values = self._read()
        if values.pop(name, None) is None:
            return
        if values:
            write_json(self.path, values)
        else:
            self.path.unlink()

    def _read(self) -> dict[str, Any]:
        try:
            return read_json(self.path)
        except ValueError:
            self.path.replace(self.path.with_suffix(".broken"))
            return {}


class _KeyringSilent(Exception):
    """The keyring is missing, refused, or did not answer in time."""


class Secrets:
    """Secrets in the keyring, or in ``path`` where there is none. Made for worker threads: a call may take :data:`KEYRING_SECONDS`."""

    def __init__(self, path: Path, *, seconds: float = KEYRING_SECONDS) -> None:
        self._file = FileSecrets(path)
        self._seconds = seconds
        self._silent = False

    @property
    def fallback(self) -> bool:
        """True once something had to be kept in, or taken from, the file."""
        return self._silent or self._file.path.exists()

    @property
    def notice(self) -> str:
        """What the person must be told about where passwords are, or nothing."""
        if not self.fallback:
            return ""
        return _("This computer offers no keyring, so passwords are kept in a file that only you can read: {path}").format(
            path=self._file.path
        )

    def get(self, name: str) -> str | None:
        try:
            found = self._ask(lambda keyring: keyring.get_password(APPLICATION, name))
        except _KeyringSilent:
            found = None
        return found if isinstance(found, str) else self._file.get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep ``secret``. Raises OSError where even the file cannot be written."""
        try:
            self._ask(lambda keyring: keyring.set_password(APPLICATION, name, secret))
        except _KeyringSilent:
            self._file.set(name, secret)
        else:
            self._file.delete(name)

    def delete(self, name: str) -> None:
        self._file.delete(name)
        try:
            self._ask(lambda keyring: keyring.get_password(APPLICATION, name) is None or keyring.delete_password(APPLICATION, name))
        except _KeyringSilent:
            return  # what cannot be reached cannot be deleted; the keyring's own program can

    def _ask(self, question: Callable[[Any], object]) -> object:
        if self._silent:
            raise _KeyringSilent
        answer: list[object] = []
        failure: list[BaseException] = []

        def ask() -> None:
            # Choosing a backend looks for services as well, so it happens here, under the time limit.
            import keyring
            from keyring.backends import fail, null

            try:
                backend = keyring.get_keyring()
                if isinstance(backend, (fail.Keyring, null.Keyring)):
                    raise _KeyringSilent
                answer.append(question(backend))
            except Exception as error:  # noqa: BLE001  a backend may raise whatever its service raises
                failure.append(error)

        thread = threading.Thread(target=ask, name="lms-keyring", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if not answer:
            self._silent = True
            raise _KeyringSilent from (failure[0] if failure else None)
        return answer[0]
