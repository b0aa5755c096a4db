"""The server of a workspace on this computer, shared by all copies of the application that have it open.

Each copy holds a lock on a file of its own in ``clients``; the operating system lets go of it however the copy ends, so nobody has to
guess from process numbers who is still there. The last one to leave stops the server. If that one was killed, the server goes on, and the
next copy that starts finds it and takes it over.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from desktop.errors import Conflict, ServerFailed, ServerUnsupported
from desktop.i18n import _
from desktop.settings import write_json
from desktop.store import postgres
from desktop.store.connection import translate_errors
from desktop.store.dsn import Dsn, Host
from desktop.store.locks import FileLock
from desktop.store.postgres import CURRENT_MAJOR, SUPERUSER, SYSTEM_FOLDER, Account, Binaries, Cluster, storage_errors
from desktop.store.secrets import FileSecrets

DATABASE = "lms"
LOCK_SECONDS = 120
DUMP_SECONDS = 3600
SERVER = "server"
CLIENTS = "clients"
SECRETS = "secrets.json"
INSTALLER = "installer"
UNFINISHED = "unfinished"
"""A file in the cluster's folder for as long as the workspace in it is not whole."""
PREVIOUS = "server.previous"
"""Where the old cluster waits while a new major version takes its place."""


class EmbeddedServer:
    """One copy's membership in the server of ``folder``: made by :func:`join`, ended by :meth:`leave`."""

    def __init__(self, folder: Path, cluster: Cluster, port: int, password: str, membership: FileLock) -> None:
        self.cluster = cluster
        self.port = port
        self._folder = folder
        self._password = password
        self._membership = membership

    def address(self, database: str = DATABASE) -> Dsn:
        """The database as the installer, who may do everything."""
        return _address(self.port, self._password, database)

    def revive(self) -> None:
        """Start the server again if it is gone (killed, or the computer ran out of memory), on its port if that is free."""
        with _gate(self._folder):
            self.port = self.cluster.start(port=self.port)

    def leave(self) -> None:
        """Let go of the server, and stop it if no other copy of the application uses it."""
        with _gate(self._folder):
            self._membership.release()
            self._membership.path.unlink(missing_ok=True)
            if not _others(self._membership.path.parent):
                self.cluster.stop()

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.leave()


def join(
    folder: Path,
    fill: Callable[[Dsn], object] = lambda _database: None,
    *,
    settings: Mapping[str, str] | None = None,
    durable: bool = True,
    system_folder: Path = SYSTEM_FOLDER,
) -> EmbeddedServer:
    """Use the server of ``folder``: made at first, brought to the current Postgres version if an older one made it, started if it rests.

    ``fill`` is called once in the life of the workspace, with the new database and while other copies wait; until it has returned, there
    is no workspace. ``settings`` and ``durable`` are for a cluster that is made now. Raises the errors of :mod:`desktop.errors`.
    """
    account = postgres.server_account()
    with storage_errors(folder):
        # Another account must pass through the folder to its own part of it, and sees nothing else.
        folder.mkdir(mode=0o700 if account is None else 0o711, parents=True, exist_ok=True)
        clients = folder / CLIENTS
        clients.mkdir(mode=0o700, exist_ok=True)
        with _gate(folder):
            shared = _others(clients)
            cluster = Cluster(server_folder(folder, account, system_folder), _bundled(CURRENT_MAJOR, account, system_folder), account)
            membership = FileLock(clients / secrets.token_hex(8))
            membership.try_acquire()
            try:
                with storage_errors(folder):  # asked before cleaning up makes room
                    password = _prepare(cluster, FileSecrets(folder / SECRETS), shared, settings, durable, system_folder)
                    port = cluster.start()
                    _make_database(_address(port, password, "postgres"))
                    if (cluster.folder / UNFINISHED).exists():
                        fill(_address(port, password, DATABASE))
                        (cluster.folder / UNFINISHED).unlink()
            except BaseException:
                membership.release()
                membership.path.unlink()
                if not shared:
                    cluster.stop()
                    _remove_unfinished(cluster)
                raise
    return EmbeddedServer(folder, cluster, port, password, membership)


def delete(folder: Path, *, system_folder: Path = SYSTEM_FOLDER) -> None:
    """Delete the workspace in ``folder`` for good. Raises :class:`desktop.errors.Conflict` while a copy of the application uses it."""
    if not folder.exists():
        return
    account = postgres.server_account()
    with storage_errors(folder):
        with _gate(folder):
            if _others(folder / CLIENTS):
                raise Conflict(
                    _("The workspace is open in a copy of the application."),
                    remedy=_("Close it there, then delete it."),
                    details=str(folder),
                )
            place = server_folder(folder, account, system_folder)
            if place.exists():
                cluster = Cluster(place, _bundled(CURRENT_MAJOR, account, system_folder), account)
                cluster.stop()
                shutil.rmtree(place)
        shutil.rmtree(folder)


def server_folder(folder: Path, account: Account | None, system_folder: Path = SYSTEM_FOLDER) -> Path:
    """Where the cluster of the workspace in ``folder`` is: inside, or where ``account`` can get if it cannot get there."""
    if account is None or postgres.can_reach(folder, account):
        return folder / SERVER
    return system_folder / "workspaces" / hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16] / SERVER


@contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """One copy at a time starts, stops or changes the server of ``folder``."""
    gate = FileLock(folder / "server.lock")
    gate.acquire(LOCK_SECONDS)
    try:
        yield
    finally:
        gate.release()


def _bundled(major: int, account: Account | None, system_folder: Path) -> Binaries:
    found = postgres.wheel_binaries(major)
    if found is None:
        raise ServerUnsupported(
            _("This workspace was made by PostgreSQL {major}, which this version of the application does not bring along.").format(
                major=major
            ),
            remedy=_("Open it with the version of the application that made it."),
        )
    return postgres.reachable_binaries(found, account, system_folder)


def _others(clients: Path) -> bool:
    """True when a copy of the application holds its file in ``clients``. Files of those that were killed are removed."""
    alive = False
    for path in clients.iterdir():
        lock = FileLock(path)
        if lock.try_acquire():
            lock.release()
            path.unlink()
        else:
            alive = True
    return alive


def _prepare(
    cluster: Cluster, kept: FileSecrets, shared: bool, settings: Mapping[str, str] | None, durable: bool, system_folder: Path
) -> str:
    """Make sure that ``cluster`` is there, whole and of the current version, and return the installer's password."""
    previous = cluster.folder.with_name(PREVIOUS)
    if not cluster.exists and previous.exists():
        previous.rename(cluster.folder)  # an upgrade was interrupted between its two renames
    if not shared:
        _remove_unfinished(cluster)
    password = kept.get(INSTALLER)
    if not cluster.exists:
        password = password or secrets.token_urlsafe(32)
        kept.set(INSTALLER, password)
        cluster.create(password, settings=settings, durable=durable, marker=UNFINISHED)
    if cluster.major != cluster.binaries.major:
        old = Cluster(cluster.folder, _bundled(cluster.major, cluster.account, system_folder), cluster.account)
        password = password or _new_password(old, kept)
        _upgrade(old, cluster, password, settings, durable)
    if previous.exists():
        shutil.rmtree(previous)
    return password or _new_password(cluster, kept)


def _new_password(cluster: Cluster, kept: FileSecrets) -> str:
    """Whoever owns the data may always give the installer a new password, in Postgres's single-user mode."""
    cluster.stop()
    password = secrets.token_urlsafe(32)
    cluster.set_password(password)
    write_json(kept.path, {INSTALLER: password})
    return password


def _remove_unfinished(cluster: Cluster) -> None:
    """Remove a workspace whose making was cut off."""
    if (cluster.folder / UNFINISHED).exists():
        cluster.stop()
        shutil.rmtree(cluster.folder)


def _make_database(server: Dsn) -> None:
    """Make the workspace's database if it is not there. Signing in also proves that this server is ours: SCRAM convinces both sides."""
    with translate_errors(), closing(psycopg.connect(server.conninfo(connect_timeout=10), autocommit=True)) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _address(port: int, password: str, database: str) -> Dsn:
    return Dsn((Host("127.0.0.1", port),), database, SUPERUSER, password)


# A new major version


def _upgrade(old: Cluster, new: Cluster, password: str, settings: Mapping[str, str] | None, durable: bool) -> None:
    """Move everything from ``old`` into a cluster of the version of ``new``, compare, and only then put it in the old one's place."""
    made = Cluster(new.folder.with_name(f".{SERVER}.{secrets.token_hex(4)}"), new.binaries, new.account)
    try:
        made.create(password, settings=settings, durable=durable)
        try:
            source = _address(old.start(), password, "postgres")
            target = _address(made.start(), password, "postgres")
            _copy_everything(made, source, target)
        finally:
            made.stop()
            old.stop()
        old.folder.rename(old.folder.with_name(PREVIOUS))
        made.folder.rename(new.folder)
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


def _copy_everything(made: Cluster, source: Dsn, target: Dsn) -> None:
    """Roles, then each database, with the newer version's programs. Raises :class:`ServerFailed` unless all rows arrived."""
    environment = {"PGPASSWORD": source.password}

    def run(program: str, server: Dsn, *arguments: str) -> str:
        place = (f"--host={server.hosts[0].name}", f"--port={server.hosts[0].port}", f"--username={server.user}", "--no-password")
        return made.run(program, *place, *arguments, timeout=DUMP_SECONDS, environment=environment)

    scratch = made.folder / "dump"
    run("pg_dumpall", source, "--globals-only", f"--file={scratch}")
    # The new cluster was born with this role; the statement that follows gives it its rights and password.
    scratch.write_text(
        re.sub(rf"^CREATE ROLE {SUPERUSER};$", "", scratch.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
    )
    run("psql", target, "--dbname=postgres", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={scratch}")
    scratch.unlink()
    with translate_errors(), closing(psycopg.connect(source.conninfo(), autocommit=True)) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'")
        databases = [row[0] for row in found.fetchall()]
    for database in databases:
        run("pg_dump", source, "--format=custom", "--compress=0", f"--file={scratch}", database)
        run("pg_restore", target, "--create", "--exit-on-error", "--dbname=postgres", str(scratch))
        scratch.unlink()
        before, after = _counts(source.with_(database=database)), _counts(target.with_(database=database))
        if before != after:
            raise ServerFailed(
                _("The workspace could not be moved to the new version of its server; the old one is unchanged."),
                details=f"{database}: {sorted(set(before.items()) ^ set(after.items()))}",
            )


def _counts(database: Dsn) -> dict[str, int]:
    """Rows of every table."""
    with translate_errors(), closing(psycopg.connect(database.conninfo(), autocommit=True)) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        counts: dict[str, int] = {}
        for (table,) in tables:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # the name was quoted by the server
            assert row is not None
            counts[table] = row[0]
        return counts
