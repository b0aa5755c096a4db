"""Passwords at rest: in the keyring, or visibly in a file, and never a reason to hang."""

from __future__ import annotations

import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from desktop.store.secrets import FileSecrets, Secrets


class MemoryKeyring(KeyringBackend):
    """A keyring that works, unless what happens ``before`` each reading and writing keeps it from that."""

    priority = 1

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.before = before

    def get_password(self, service: str, username: str) -> str | None:
        self.before()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.before()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


def refuse() -> None:
    """The owner of the keyring said no to the question for its password."""
    raise KeyringLocked("locked")


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    """Nothing here may touch the keyring of whoever runs the tests."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


def test_with_a_keyring_no_file_is_written(path: Path) -> None:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    secrets = Secrets(path)
    secrets.set("remote", "sesame")
    assert Secrets(path).get("remote") == "sesame"
    assert backend.kept == {("nabip-lms", "remote"): "sesame"}
    assert not path.exists()
    assert not secrets.fallback
    assert secrets.notice == ""


def test_deleting_leaves_nothing_and_deleting_nothing_is_fine(path: Path) -> None:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    secrets = Secrets(path)
    secrets.set("remote", "sesame")
    secrets.delete("remote")
    secrets.delete("remote")
    assert secrets.get("remote") is None
    assert backend.kept == {}
    assert not secrets.fallback


@pytest.mark.parametrize("backend", [NoKeyring(), MemoryKeyring(refuse)], ids=["none", "locked"])
def test_without_a_keyring_the_file_serves_and_the_person_is_told(path: Path, backend: KeyringBackend) -> None:
    keyring.set_keyring(backend)
    secrets = Secrets(path)
    secrets.set("remote", "sesame")
    assert secrets.get("remote") == "sesame"
    assert secrets.fallback
    assert str(path) in secrets.notice
    assert Secrets(path).get("remote") == "sesame"
    secrets.delete("remote")
    assert secrets.get("remote") is None
    assert not path.exists()


def test_a_keyring_that_never_answers_costs_one_time_limit(path: Path) -> None:
    end = threading.Event()
    keyring.set_keyring(MemoryKeyring(before=lambda: end.wait(60)))
    secrets = Secrets(path, seconds=0.2)
    started = time.monotonic()
    secrets.set("remote", "sesame")
    for _attempt in range(20):
        assert secrets.get("remote") == "sesame"
    assert time.monotonic() - started < 2
    assert secrets.fallback
    end.set()


def test_once_there_is_a_keyring_a_new_password_moves_there(path: Path) -> None:
    keyring.set_keyring(NoKeyring())
    Secrets(path).set("remote", "sesame")
    keyring.set_keyring(MemoryKeyring())
    secrets = Secrets(path)
    assert secrets.get("remote") == "sesame"
    secrets.set("remote", "new")
    assert not path.exists()
    assert not secrets.fallback
    assert secrets.get("remote") == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_reads_the_file(path: Path) -> None:
    FileSecrets(path).set("installer", "sesame")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
