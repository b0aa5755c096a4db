"""A real Postgres for tests: one server per worker, one database per test.

The schema is installed once, into a data folder that later runs find again for as long as what it was made from is the same. Each worker
starts a server on a copy of that folder; each test gets a clone of the template database and leaves no database and no role behind.
``LMS_TEST_PG`` chooses the Postgres version: 18 (default) or 16 from the wheel, 15 from the system.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from desktop.store import postgres
from desktop.store.connection import STAFF_CONNECTIONS, Store
from desktop.store.dsn import Dsn, Host
from desktop.store.locks import FileLock
from desktop.store.migrations import install
from desktop.store.postgres import SUPERUSER, Binaries, Cluster
from desktop.store.sample import create

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "installer of the tests"
TEMPLATE = "template_lms"
SAMPLE_TEMPLATE = "template_sample"
LOCK_SECONDS = 120
KEPT_SECONDS = 3600

SETTINGS = {
    # A test's data need not survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "100",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A member with a login of their own."""

    member_id: UUID
    login: str
    password: str = field(repr=False)


@dataclass
class Database:
    """A database of its own for one test. ``dsn`` is the installer's, a superuser here, password included."""

    address: Dsn
    _people: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _stores: list[Store] = field(default_factory=list)
    _superuser: Store | None = None

    @property
    def dsn(self) -> str:
        return self.address.conninfo()

    @property
    def superuser(self) -> Store:
        """A store whose role passes every policy."""
        if self._superuser is None:
            self._superuser = self._opened(Store(self.address))
        return self._superuser

    def store(self, person: Person, *, connections: int = STAFF_CONNECTIONS) -> Store:
        """A store that is signed in as ``person``; closed after the test."""
        return self._opened(Store(self.address.with_(user=person.login, password=person.password), connections=connections))

    def add_person(self, *roles: str, first_name: str = "", last_name: str = "", email: str = "") -> Person:
        """A member with a login and ``roles`` (a learner where none is named)."""
        number = next(self._people)
        roles = roles or ("learner",)
        password = f"password of person {number}"
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                "INSERT INTO public.members (first_name, last_name, email) VALUES (%s, %s, %s) RETURNING id",
                (first_name or roles[-1].title(), last_name or f"Number {number}", email or f"person{number}@example.org"),
            ).fetchone()
            assert row is not None
            member: UUID = row[0]
            for role in roles:
                connection.execute("INSERT INTO lms.member_roles (member_id, role) VALUES (%s, %s) ON CONFLICT DO NOTHING", (member, role))
            # The name is part of no SCRAM verifier, so the verifier can be made before the login has a name.
            verifier = connection.pgconn.encrypt_password(password.encode(), b"login", b"scram-sha-256").decode()
            row = connection.execute("SELECT lms.create_login(%s, %s)", (member, verifier)).fetchone()
            assert row is not None
            return Person(member, row[0], password)

    def _opened(self, store: Store) -> Store:
        self._stores.append(store)
        return store

    def close(self) -> None:
        for store in self._stores:
            store.close()


@dataclass
class Server:
    """The worker's own server."""

    cluster: Cluster
    port: int
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def address(self, database: str) -> Dsn:
        return Dsn((Host("127.0.0.1", self.port),), database, SUPERUSER, PASSWORD)

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(self.address(database).conninfo(), autocommit=True)

    def clone(self, template: str, name: str = "") -> Dsn:
        """A new database like ``template``, its rights and settings included, which Postgres itself does not copy."""
        name = name or f"test_{next(self._names)}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(name), sql.Identifier(template))
            )
            for (statement,) in connection.execute(COPY_RIGHTS, {"template": template, "name": name}).fetchall():
                connection.execute(statement)
        return self.address(name)

    def drop(self, database: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    @contextmanager
    def roles_kept(self) -> Iterator[None]:
        """Roles belong to the server, not to a database: undo what happens to them inside the block."""
        with self.connect() as connection:
            before = {row[0]: row for row in connection.execute(ROLES)}
        yield
        with self.connect() as connection:
            for name, *now in connection.execute(ROLES).fetchall():
                if name not in before:
                    connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
                elif before[name] != (name, *now):
                    _restore_role(connection, before[name], now[-1])


def _restore_role(connection: psycopg.Connection[Any], before: tuple[Any, ...], groups_now: list[str]) -> None:
    name, can_login, limit, verifier, groups = before
    role = sql.Identifier(name)
    connection.execute(
        sql.SQL("ALTER ROLE {} {} CONNECTION LIMIT {} PASSWORD {}").format(
            role, sql.SQL("LOGIN" if can_login else "NOLOGIN"), sql.Literal(limit), sql.Literal(verifier)
        )
    )
    for group in set(groups_now) - set(groups):
        connection.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(group), role))
    for group in set(groups) - set(groups_now):
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))


COPY_RIGHTS = """
SELECT format('REVOKE ALL ON DATABASE %%I FROM PUBLIC', %(name)s::text)
FROM pg_database WHERE datname = %(template)s AND datacl IS NOT NULL
UNION ALL
SELECT format('GRANT %%s ON DATABASE %%I TO %%s', a.privilege_type, %(name)s::text,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM pg_database AS d, aclexplode(d.datacl) AS a WHERE d.datname = %(template)s
UNION ALL
SELECT format('ALTER DATABASE %%I SET %%s = %%L', %(name)s::text, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1))
FROM pg_database AS d JOIN pg_db_role_setting AS s ON s.setdatabase = d.oid AND s.setrole = 0, unnest(s.setconfig) AS c
WHERE d.datname = %(template)s
"""

ROLES = """
SELECT r.rolname, r.rolcanlogin, r.rolconnlimit, r.rolpassword,
       array(SELECT g.rolname::text FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)
FROM pg_authid AS r WHERE r.oid >= 16384
ORDER BY r.oid DESC -- who was made later may depend on who was made before
"""


def find_binaries(major: int) -> Binaries | None:
    """The programs of Postgres ``major``, of the wheel or of the system."""
    return postgres.wheel_binaries(major) or system_binaries(major)


def chosen_binaries() -> Binaries:
    """The programs of the Postgres version that ``LMS_TEST_PG`` names."""
    major = int(os.environ.get("LMS_TEST_PG", postgres.CURRENT_MAJOR))
    found = find_binaries(major)
    if found is None:
        pytest.exit(f"Postgres {major} is neither in the wheel nor on this system", returncode=4)
    return postgres.reachable_binaries(found, postgres.server_account(), shared_folder() / "binaries")


def system_binaries(major: int) -> Binaries | None:
    """The system's own Postgres ``major``: where Debian puts it, or on PATH."""
    debian = Path(f"/usr/lib/postgresql/{major}/bin")
    if (debian / "postgres").exists():
        return Binaries(major, debian)
    config = shutil.which("pg_config")
    if config is None:
        return None
    answer = subprocess.run([config, "--bindir", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()
    if not re.match(rf"PostgreSQL {major}\b", answer[1]) or not Path(answer[0], "postgres").exists():
        return None
    return Binaries(major, Path(answer[0]))


def shared_folder() -> Path:
    """What runs share: below the temporary folder, ours alone, and passable for the account that the server runs under."""
    owner = os.getuid() if hasattr(os, "getuid") else os.environ["USERNAME"]
    folder = Path(tempfile.gettempdir()) / f"nabip-lms-tests-{owner}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        pytest.exit(f"{folder} belongs to somebody else", returncode=4)
    return folder


def _fingerprint(binaries: Binaries) -> str:
    """Changes whenever the installed schema could."""
    digest = hashlib.sha256(f"{binaries} {SETTINGS} {PASSWORD}".encode())
    sources = [*(ROOT / "server_sql").rglob("*.sql"), *(ROOT / "desktop" / "store").glob("*.py"), Path(__file__)]
    for source in sorted(sources):
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _template_folder(binaries: Binaries) -> Path:
    """A stopped cluster that holds the template database. The first worker makes it; the others wait."""
    shared = shared_folder()
    folder = shared / f"template-{_fingerprint(binaries)}"
    lock = FileLock(shared / "template.lock")
    lock.acquire(LOCK_SECONDS)
    try:
        if not folder.exists():
            _sweep(shared)
            _make_template(folder, Cluster(shared / f"making-{os.getpid()}", binaries, postgres.server_account()))
        os.utime(folder)
    finally:
        lock.release()
    return folder


def _make_template(folder: Path, cluster: Cluster) -> None:
    try:
        cluster.create(PASSWORD, settings=SETTINGS, durable=False)
        server = Server(cluster, cluster.start())
        try:
            with server.connect() as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            install(server.address(TEMPLATE).conninfo())
        finally:
            cluster.stop()
        cluster.folder.rename(folder)
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)


def _sweep(shared: Path) -> None:
    """Remove templates that no run has used lately, and what runs that were killed left behind, their servers included."""
    for old in shared.glob("template-*"):
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    for cut_off in shared.glob("making-*"):  # only one is made at a time, and that is about to begin
        _discard(cut_off)
    for held in shared.glob("run-*.lock"):
        lock = FileLock(held)
        if lock.try_acquire():
            _discard(held.with_suffix(""))
            lock.release()
            held.unlink()


def _discard(folder: Path) -> None:
    Cluster(folder, chosen_binaries(), postgres.server_account()).stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch_cluster() -> Iterator[Cluster]:
    """A cluster that is not there yet; stopped and removed afterwards, by the next run if this one is killed."""
    folder = shared_folder() / f"run-{os.getpid()}-{secrets.token_hex(4)}"
    cluster = Cluster(folder, chosen_binaries(), postgres.server_account())
    alive = FileLock(folder.with_suffix(".lock"))
    alive.try_acquire()
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
        alive.release()
        alive.path.unlink()


def hand_over(cluster: Cluster) -> None:
    """Give all of a cluster's files to the account that its server runs under."""
    if cluster.account is not None:
        for path in (cluster.folder, *cluster.folder.rglob("*")):
            os.chown(path, cluster.account.uid, cluster.account.gid)


@contextmanager
def started(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server of one's own, empty but for the template database."""
    with scratch_cluster() as cluster:
        shutil.copytree(_template_folder(cluster.binaries), cluster.folder)
        with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in (settings or {}).items())
        hand_over(cluster)
        yield Server(cluster, cluster.start())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """This worker's server."""
    with started() as server:
        yield server


@contextmanager
def _lent[D: Database](server: Server, database: D) -> Iterator[D]:
    """``database`` for one test, which leaves neither it nor a role behind."""
    with server.roles_kept():
        try:
            yield database
        finally:
            database.close()
            server.drop(database.address.database)


@dataclass
class SampleDatabase(Database):
    """The sample association. ``people`` are by the keys of ``desktop.store.sample.ACTORS``: ines, samuel, ada, paul, lena, tariq."""

    people: dict[str, Person] = field(default_factory=dict)


@pytest.fixture(scope="session")
def sample_template(postgres_server: Server) -> dict[str, Person]:
    """Fills a second template database once per worker; answers its people. Their roles stay for the life of the server."""
    address = postgres_server.clone(TEMPLATE, SAMPLE_TEMPLATE)
    passwords: dict[str, str] = {}
    create(address, passwords.__setitem__)
    with postgres_server.connect(SAMPLE_TEMPLATE) as connection:
        members = connection.execute(
            "SELECT split_part(m.email, '@', 1), m.id, l.role_name::text"
            " FROM lms.member_logins AS l JOIN public.members AS m ON m.id = l.member_id"
        )
        return {key: Person(member, login, passwords[login]) for key, member, login in members}


@pytest.fixture
def sample(postgres_server: Server, sample_template: dict[str, Person]) -> Iterator[SampleDatabase]:
    """A database of this test's own that holds the sample association."""
    with _lent(postgres_server, SampleDatabase(postgres_server.clone(SAMPLE_TEMPLATE), people=sample_template)) as database:
        yield database


@pytest.fixture
def db(postgres_server: Server) -> Iterator[Database]:
    """A database of this test's own, with the schema and nothing else."""
    with _lent(postgres_server, Database(postgres_server.clone(TEMPLATE))) as database:
        yield database
