"""Servers that are killed and followed, whoever works on them meanwhile, and a pooler before one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from desktop.store.postgres import SUPERUSER, Cluster, free_port
from tests.support.postgres import PASSWORD, Server, hand_over, scratch_cluster

REPLICATED = {"wal_level": "replica", "max_wal_senders": "5", "synchronous_commit": "on", "hot_standby": "on"}
"""A commit is acknowledged once it is on the standby, too: what an association that can lose nothing would set."""
SECONDS = 60
PATIENCE = 60.0
"""How long a test waits for what must happen, in seconds: the machine may have much else to do."""


class Worker:
    """Works without end in a thread of its own, goes on when the server is away, and counts what was acknowledged."""

    def __init__(self, work: Callable[[], bool]) -> None:
        self.acknowledged = 0
        self.outages = 0
        self.trouble: BaseException | None = None
        self._work, self._stop = work, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if self._work():
                    self.acknowledged += 1
                else:
                    self.outages += 1
                    time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001 - said by the test
            self.trouble = error

    def reach(self, count: int) -> None:
        """Wait until so many were acknowledged."""
        deadline = time.monotonic() + PATIENCE
        while self.acknowledged < count and self.trouble is None:
            assert time.monotonic() < deadline, f"{self.acknowledged} of {count} acknowledged, {self.outages} tries failed"
            time.sleep(0.01)
        assert self.trouble is None, self.trouble

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert self.trouble is None, self.trouble


def base_backup(server: Server, cluster: Cluster, *options: str) -> None:
    """A copy of a running server in the folder of a cluster that is not there yet."""
    cluster.folder.mkdir(mode=0o700)
    hand_over(cluster)
    cluster.run(
        "pg_basebackup", f"--pgdata={cluster.data}", "--checkpoint=fast", "--wal-method=stream", "--host=127.0.0.1",
        f"--port={server.port}", f"--username={SUPERUSER}", *options, timeout=SECONDS, environment={"PGPASSWORD": PASSWORD},
    )  # fmt: skip


@contextmanager
def standby_of(server: Server) -> Iterator[Server]:
    """A server that follows ``server``; from then on, commits wait for it."""
    with scratch_cluster() as cluster:
        base_backup(server, cluster, "--write-recovery-conf")
        follower = Server(cluster, cluster.start())
        with server.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + SECONDS
            while connection.execute("SELECT sync_state FROM pg_stat_replication").fetchall() != [("sync",)]:
                assert time.monotonic() < deadline, "the standby does not follow"
                time.sleep(0.05)
        yield follower


def kill(server: Server) -> None:
    """End a server as a power cut would: no goodbye to anybody."""
    running = server.cluster.postmaster()
    assert running is not None
    children = [int(pid) for pid in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()]
    for pid in (running.pid, *children):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + SECONDS
    while server.cluster.postmaster() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def promote(server: Server) -> None:
    """Make a standby the primary. It has nobody to wait for now."""
    server.cluster.run("pg_ctl", "promote", "--wait", f"--pgdata={server.cluster.data}", timeout=SECONDS)
    with server.connect() as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
        connection.execute("SELECT pg_reload_conf()")


def find_pooler() -> str | None:
    """PgBouncer, where this system has it."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pooler(server: Server, mode: str = "session") -> Iterator[int]:
    """PgBouncer before a server, for everybody who has a login; its port. It passes SCRAM through and knows no password."""
    program = find_pooler()
    assert program is not None
    port, folder = free_port(), server.cluster.folder / "pooler"
    folder.mkdir()
    with server.connect() as connection:
        verifiers = connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL").fetchall()
    (folder / "users.txt").write_text("".join(f'"{name}" "{verifier}"\n' for name, verifier in verifiers))
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {folder / 'users.txt'}\npool_mode = {mode}\n"
        f"max_client_conn = 500\ndefault_pool_size = 20\nlogfile = {folder / 'pgbouncer.log'}\n"
    )
    hand_over(server.cluster)
    account = server.cluster.account
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account is not None else {}
    process = subprocess.Popen([program, "-q", str(folder / "pgbouncer.ini")], **who)  # type: ignore[call-overload]
    try:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                psycopg.connect(f"host=127.0.0.1 port={port} dbname=pgbouncer user=nobody", connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if "refused" not in str(error):
                    break  # it listens, and knows no such person
                assert process.poll() is None, (folder / "pgbouncer.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                break
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)
