"""The server on this computer: shared, safe to kill, and clear about what stands in its way."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop import errors
from desktop.store import embedded, postgres
from desktop.store.dsn import Dsn
from desktop.store.embedded import PREVIOUS, EmbeddedServer
from desktop.store.locks import FileLock
from desktop.store.postgres import Binaries, Cluster
from desktop.store.secrets import FileSecrets
from tests.support.postgres import ROOT, SETTINGS, shared_folder

PASSWORD = "a password with 'quotes' and \\ and ü"
WAIT_SECONDS = 30

root_only = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a file system")
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and mounts are of Unix")

MEMBER = """
import sys
from pathlib import Path
from desktop.store import embedded
server = embedded.join(Path(sys.argv[1]), eval(sys.argv[2]), durable=False)
print(server.port, flush=True)
sys.stdin.read()
server.leave()
"""

HOLDER = """
import sys
from pathlib import Path
from desktop.store.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.try_acquire(), flush=True)
sys.stdin.read()
"""


def join(folder: Path, *fill: Callable[[Dsn], object], **options: Any) -> EmbeddedServer:
    return embedded.join(folder, *fill, settings=SETTINGS, durable=False, **options)


@pytest.fixture
def parent() -> Iterator[Path]:
    """A folder that the server's account can reach, which pytest's own is not."""
    folder = shared_folder() / f"embedded-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    yield folder
    for pid_file in folder.rglob("postmaster.pid"):
        data = pid_file.parent
        major = int((data / "PG_VERSION").read_text())
        Cluster(data.parent, binaries(major), postgres.server_account()).stop()
    shutil.rmtree(folder)


@pytest.fixture
def folder(parent: Path) -> Path:
    return parent / "workspace"


def binaries(major: int = postgres.CURRENT_MAJOR) -> Binaries:
    found = postgres.wheel_binaries(major)
    assert found is not None
    return postgres.reachable_binaries(found, postgres.server_account(), shared_folder() / "binaries")


def query(address: Dsn, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg.connect(address.conninfo(), autocommit=True)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def runs(server: EmbeddedServer) -> bool:
    return server.cluster.postmaster() is not None


class Copy:
    """Another copy of the application, in a process of its own."""

    def __init__(self, folder: Path, fill: str = "lambda database: None") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEMBER, str(folder), fill], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def end(self, how: Callable[[subprocess.Popen[str]], None] = lambda process: process.stdin.close() if process.stdin else None) -> None:
        how(self.process)
        self.process.wait(WAIT_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def test_the_first_copy_makes_it_and_only_a_password_opens_it(folder: Path) -> None:
    with join(folder) as server:
        assert query(server.address(), "SELECT current_user, current_database()") == [("installer", "lms")]
        rules = query(server.address(), "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert rules == [("scram-sha-256",)]
        listening = "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        assert query(server.address(), listening) == [("127.0.0.1", "")]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            query(server.address().with_(password="wrong"), "SELECT 1")
    assert not runs(server)


def test_it_sorts_and_folds_letters_of_every_script(folder: Path) -> None:
    with join(folder) as server:
        assert query(server.address(), "SELECT lower('ÅNGSTRÖM ΣΊΣΥΦΟΣ ЖУК')") == [("ångström σίσυφοσ жук",)]


@not_on_windows
def test_nobody_else_may_look_into_the_data(folder: Path) -> None:
    with join(folder) as server:
        assert server.cluster.folder.stat().st_mode & 0o077 == 0
        assert not list(folder.rglob("password"))


def test_copies_share_it_and_the_last_one_stops_it(folder: Path) -> None:
    first = Copy(folder)
    with join(folder) as second:
        assert second.port == first.port
        first.end()
        assert query(second.address(), "SELECT 1") == [(1,)]
    assert not runs(second)
    assert list((folder / "clients").iterdir()) == []


def test_copies_that_start_at_the_same_moment_make_one_server(folder: Path) -> None:
    joined: list[EmbeddedServer] = []
    threads = [threading.Thread(target=lambda: joined.append(join(folder))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({server.port for server in joined}) == 1
    for server in joined:
        assert runs(server)
        server.leave()
    assert not runs(joined[0])


@not_on_windows
def test_a_killed_copy_counts_no_longer_and_leaves_a_server_that_is_taken_over(folder: Path) -> None:
    killed = Copy(folder)
    killed.end(lambda process: process.kill())
    with join(folder) as server:
        assert server.port == killed.port
        assert len(list((folder / "clients").iterdir())) == 1
    assert not runs(server)


@not_on_windows
def test_what_was_committed_survives_a_killed_server(folder: Path) -> None:
    copy = Copy(folder)
    with join(folder) as server:
        query(server.address(), "CREATE TABLE kept AS SELECT 42 AS answer")
        postmaster = server.cluster.postmaster()
        assert postmaster is not None
        os.kill(postmaster.pid, signal.SIGKILL)
        copy.end(lambda process: process.kill())
        with join(folder) as after:
            assert query(after.address(), "SELECT answer FROM kept") == [(42,)]


def test_a_process_number_that_somebody_else_has_now_does_not_matter(folder: Path) -> None:
    with join(folder) as server:
        pass
    stale = server.cluster.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{server.cluster.data}\n1\n{server.port}\n\n127.0.0.1\n\nready\n")
    with join(folder) as again:
        assert query(again.address(), "SELECT 1") == [(1,)]


def test_a_port_that_was_taken_meanwhile_is_not_insisted_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with join(folder) as server, join(folder.with_name("other")) as other:
        server.cluster.stop()
        ports = iter([other.port, postgres.free_port()])
        monkeypatch.setattr(postgres, "free_port", lambda: next(ports))
        assert server.cluster.start() != other.port


@pytest.mark.parametrize("lost", [lambda file: file.unlink(), lambda file: file.write_text("{")], ids=["missing", "broken"])
def test_who_owns_the_data_gets_in_without_the_password(folder: Path, lost: Callable[[Path], object]) -> None:
    with join(folder) as server:
        query(server.address(), "CREATE TABLE kept AS SELECT 42 AS answer")
    lost(folder / "secrets.json")
    for _start in range(2):
        with join(folder) as again:
            assert query(again.address(), "SELECT answer FROM kept") == [(42,)]


def test_it_is_filled_once_in_its_life(folder: Path) -> None:
    for _start in range(2):
        with join(folder, lambda database: query(database, "CREATE TABLE filled ()")) as server:
            assert query(server.address(), "SELECT * FROM filled") == []


def test_a_filling_that_fails_leaves_no_workspace(folder: Path) -> None:
    def fail(database: Dsn) -> None:
        query(database, "CREATE TABLE half_made ()")
        raise errors.Cancelled("Cancelled.")

    with pytest.raises(errors.Cancelled):
        join(folder, fail)
    assert not (folder / "server").exists()
    with join(folder) as server:
        assert query(server.address(), "SELECT to_regclass('half_made') IS NULL") == [(True,)]


@not_on_windows
def test_a_filling_that_was_killed_starts_again(folder: Path) -> None:
    killed = Copy(folder, "lambda database: (print(database.hosts[0].port, flush=True), sys.stdin.read())")
    query(
        embedded._address(killed.port, json.loads((folder / "secrets.json").read_text())["installer"], "lms"), "CREATE TABLE half_made ()"
    )
    killed.end(lambda process: process.kill())
    with join(folder) as server:
        assert query(server.address(), "SELECT to_regclass('half_made') IS NULL") == [(True,)]


def test_it_is_deleted_whole_and_only_when_nobody_uses_it(folder: Path) -> None:
    with join(folder), pytest.raises(errors.Conflict):
        embedded.delete(folder)
    embedded.delete(folder)
    assert not folder.exists()
    embedded.delete(folder)


# Bad ground


@pytest.fixture
def small_disk(parent: Path) -> Iterator[Callable[[str], Path]]:
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        place = parent / f"disk{len(mounted)}"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount a file system here: {done.stderr.strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def fill(file: Path) -> None:
    """Make ``file`` as large as its disk allows."""
    with pytest.raises(OSError, match="No space left"):
        file.write_bytes(bytes(shutil.disk_usage(file.parent).free + 1))


@root_only
def test_a_disk_too_small_is_said_and_nothing_is_half_made(small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("size=20m,mode=711")
    with pytest.raises(errors.StorageFull) as caught:
        join(disk / "workspace")
    assert "space" in caught.value.message
    assert caught.value.remedy
    assert sorted(path.name for path in (disk / "workspace").rglob("*")) == ["clients", "secrets.json", "server.lock"]


@root_only
def test_a_disk_that_fills_up_is_said_and_a_start_works_once_there_is_room(small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("size=150m,mode=711")
    with join(disk / "workspace"):
        pass
    ballast = disk / "ballast"
    fill(ballast)
    with pytest.raises(errors.StorageFull):
        join(disk / "workspace")
    ballast.unlink()
    with join(disk / "workspace") as server:
        assert query(server.address(), "SELECT 1") == [(1,)]


@root_only
def test_a_read_only_folder_is_said(small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("ro,mode=711")
    with pytest.raises(errors.ReadOnly) as caught:
        join(disk / "workspace")
    assert "LMS_HOME" in caught.value.remedy


@root_only
def test_a_folder_that_became_read_only_is_said(small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("size=150m,mode=711")
    with join(disk / "workspace"):
        pass
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(errors.ReadOnly):
        join(disk / "workspace")


@not_on_windows
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere; see the mounted folders above")
def test_a_folder_without_the_right_to_write_is_said(parent: Path) -> None:
    parent.chmod(0o500)
    with pytest.raises(errors.ReadOnly):
        join(parent / "workspace")
    parent.chmod(0o711)


@root_only
def test_root_keeps_its_home_closed_and_the_server_elsewhere(tmp_path: Path, parent: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    system = parent / "system"
    with join(closed / "workspace", system_folder=system) as server:
        assert server.cluster.folder.is_relative_to(system)
        assert query(server.address(), "SELECT 1") == [(1,)]
    assert closed.stat().st_mode & 0o777 == 0o700


@root_only
def test_root_copies_programs_that_the_servers_account_cannot_reach(tmp_path: Path, parent: Path) -> None:
    found = postgres.wheel_binaries()
    assert found is not None
    wheel = found.folder.parents[1]
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        (closed / part.name).symlink_to(part)
    hidden = Binaries(found.major, closed / wheel.name / found.folder.parent.name / "bin")
    copied = postgres.reachable_binaries(hidden, postgres.server_account(), parent / "system")
    assert copied.folder.is_relative_to(parent / "system")
    cluster = Cluster(parent / "server", copied, postgres.server_account())
    cluster.create(PASSWORD, durable=False)
    assert "PostgreSQL" in cluster.run("psql", "--version", timeout=10)
    assert postgres.reachable_binaries(hidden, postgres.server_account(), parent / "system") == copied


# Another version's folder


def make_old(folder: Path, *statements: str) -> Cluster:
    """A workspace as Postgres 16 left it."""
    folder.mkdir(mode=0o711)
    cluster = Cluster(folder / "server", binaries(16), postgres.server_account())
    FileSecrets(folder / "secrets.json").set("installer", PASSWORD)
    cluster.create(PASSWORD, settings=SETTINGS, durable=False)
    port = cluster.start()
    query(embedded._address(port, PASSWORD, "postgres"), "CREATE DATABASE lms")
    for statement in statements:
        query(embedded._address(port, PASSWORD, "lms"), statement)
    cluster.stop()
    return cluster


CONTENT = (
    "CREATE ROLE anna LOGIN PASSWORD 'sesame' CONNECTION LIMIT 7",
    "CREATE TABLE public.kept AS SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 1000) AS n",
    "GRANT SELECT ON public.kept TO anna",
    "REVOKE CONNECT ON DATABASE lms FROM PUBLIC",
    "GRANT CONNECT ON DATABASE lms TO anna",
)


def test_an_older_versions_folder_is_brought_along_with_people_and_rights(folder: Path) -> None:
    make_old(folder, *CONTENT)
    with join(folder) as server:
        assert server.cluster.major == postgres.CURRENT_MAJOR
        anna = server.address().with_(user="anna", password="sesame")
        assert query(anna, "SELECT count(*), sum(n) FROM public.kept") == [(1000, 500500)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(anna, "DELETE FROM public.kept")
        assert query(server.address(), "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'anna'") == [(7,)]
        acl = query(server.address(), "SELECT has_database_privilege('pg_monitor', 'lms', 'CONNECT')")
        assert acl == [(False,)]
    assert sorted(path.name for path in folder.iterdir()) == ["clients", "secrets.json", "server", "server.lock"]


def test_a_move_that_fails_leaves_the_old_folder_as_it_was(folder: Path) -> None:
    # A column that the newer version no longer has: what is built on it cannot be restored.
    old = make_old(folder, *CONTENT, "CREATE VIEW public.built AS SELECT buffers_backend FROM pg_stat_bgwriter")
    with pytest.raises(errors.ServerFailed) as caught:
        join(folder)
    assert "buffers_backend" in caught.value.details
    assert PASSWORD not in caught.value.details
    assert sorted(path.name for path in folder.iterdir()) == ["clients", "secrets.json", "server", "server.lock"]
    assert old.major == 16
    port = old.start()
    assert query(embedded._address(port, PASSWORD, "lms"), "SELECT count(*) FROM public.kept") == [(1000,)]


def test_a_move_that_was_cut_off_between_its_renames_is_finished(folder: Path) -> None:
    old = make_old(folder, *CONTENT)
    old.folder.rename(old.folder.with_name(PREVIOUS))
    with join(folder) as server:
        assert server.cluster.major == postgres.CURRENT_MAJOR
        assert query(server.address(), "SELECT count(*) FROM public.kept") == [(1000,)]


@pytest.mark.parametrize("major", [14, 99])
def test_a_version_that_we_do_not_bring_along_is_refused(folder: Path, major: int) -> None:
    with join(folder) as server:
        pass
    version = server.cluster.data / "PG_VERSION"
    version.write_text(f"{major}\n")
    with pytest.raises(errors.ServerUnsupported, match=f"PostgreSQL {major}"):
        join(folder)
    assert version.read_text() == f"{major}\n"


# Locks


def test_a_lock_is_held_by_one_and_free_after_it(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert one.try_acquire()
    assert not other.try_acquire()
    with pytest.raises(errors.TookTooLong):
        other.acquire(0.1)
    one.release()
    other.acquire(0.1)
    other.release()


@not_on_windows
def test_a_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        lock = FileLock(tmp_path / "lock")
        assert not lock.try_acquire()
        process.kill()
        process.wait(WAIT_SECONDS)
    deadline = time.monotonic() + WAIT_SECONDS
    while not lock.try_acquire():
        assert time.monotonic() < deadline
    lock.release()
