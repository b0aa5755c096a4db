"""Put a made-up year into an empty workspace, as its installer: by COPY, without triggers, and then everything that they would count.

Indexes and foreign keys are taken away and made again over all the rows: that proves each key, several times quicker than row by row.
One transaction: a filling that is cut off leaves the workspace, and its schema, as it was.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from desktop.errors import Conflict
from desktop.members.scram import verifier
from desktop.store import sample
from desktop.store.assets import CHUNK, asset_url, manifest_id
from desktop.store.connection import connect, translate_errors
from desktop.store.dsn import Dsn
from tests.data.counters import STATEMENTS
from tests.data.rows import tables
from tests.data.values import Table
from tests.data.year_one import KNOWN, Content, Year

type Connection = psycopg.Connection[Any]
type Said = Callable[[str, int, float], object]

COUNTED = ("public.course_completions", "lms.module_completions")
"""Tables that only :data:`tests.data.counters.STATEMENTS` write."""


def fill(installer: Dsn, plan: Callable[[Content], Year], remember: Callable[[str, str], object], said: Said) -> dict[str, str]:
    """Fill the workspace at ``installer``, a superuser's address. Returns the logins of the known people by role.

    ``remember(login, password)`` is called before anything is committed, ``said(what, rows, seconds)`` after each step. Raises
    :class:`desktop.errors.Conflict` where somebody is in the workspace already.
    """
    with translate_errors(), closing(connect(installer)) as connection:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (sample.FILLING_LOCK,))
            if connection.execute("SELECT EXISTS (SELECT FROM public.members)").fetchone() == (True,):
                raise Conflict("There are people in this workspace already.", remedy="Take an empty one.")
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute("SET LOCAL maintenance_work_mem = '128MB'")
            content = Content(
                pdf=store_asset(connection, "overview.pdf", (sample.RESOURCES / "overview.pdf").read_bytes()),
                video=store_asset(connection, "deductible.webm", (sample.RESOURCES / "deductible.webm").read_bytes()),
                scorm=store_asset(connection, "scorm12.zip", sample.package(sample.RESOURCES / "scorm12")),
            )
            start = time.perf_counter()
            year = plan(content)
            said("planned: enrolments", len(year.enrollments), time.perf_counter() - start)
            load(connection, tables(year), said)
            logins = give_logins(connection, year, remember)
        start = time.perf_counter()
        connection.autocommit = True
        connection.execute("ANALYZE")
        said("ANALYZE", 0, time.perf_counter() - start)
        return logins


def load(connection: Connection, tables: Iterable[Table], said: Said) -> None:
    """Copy ``tables`` and compute the counters, in the transaction that is open; the schema is as before when it ends."""
    stripped: list[Stripped] = []
    for table in tables:
        start = time.perf_counter()
        stripped.append(strip(connection, table.name))
        rows = copy(connection, table)
        said(table.name, rows, time.perf_counter() - start)
    stripped += [strip(connection, name) for name in COUNTED]
    for what, statement in STATEMENTS.items():
        start = time.perf_counter()
        rows = connection.execute(statement.encode()).rowcount
        said(f"counted: {what}", rows, time.perf_counter() - start)
    start = time.perf_counter()
    for one in stripped:
        for remake in one.remake:
            connection.execute(remake.encode())
    for one in stripped:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(one.table))
    said("indexes built, foreign keys checked", sum(len(one.remake) for one in stripped), time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Stripped:
    """A table without its triggers, indexes and foreign keys; ``remake`` are the statements that bring back the latter two."""

    table: sql.Identifier
    remake: tuple[str, ...]


def strip(connection: Connection, name: str) -> Stripped:
    """Take from a table what would be done row by row. Primary keys, unique constraints and checks stay."""
    table = sql.Identifier(*name.split("."))
    connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    indexes = connection.execute(INDEXES, (name,)).fetchall()
    keys = connection.execute(FOREIGN_KEYS, (name,)).fetchall()
    for index, _remake in indexes:
        connection.execute(f"DROP INDEX {index}".encode())
    for key, _remake in keys:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, sql.Identifier(key)))
    return Stripped(table, tuple(remake for _name, remake in (*indexes, *keys)))


INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index AS i
WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')
"""

FOREIGN_KEYS = """
SELECT conname::text, format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = 'f'
"""


def copy(connection: Connection, table: Table) -> int:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.name.split(".")), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as stream:
            for row in table.rows:
                stream.write_row(row)
        return cursor.rowcount


def give_logins(connection: Connection, year: Year, remember: Callable[[str, str], object]) -> dict[str, str]:
    """A login, with a random password, for each of the known people."""
    logins = {}
    for member, (_first, _last, role) in zip(year.members, KNOWN, strict=False):
        password = secrets.token_urlsafe(16)
        row = connection.execute("SELECT lms.create_login(%s, %s)", (member.id, verifier(password))).fetchone()
        assert row is not None
        logins[role] = str(row[0])
        remember(logins[role], password)
    return logins


def store_asset(connection: Connection, name: str, content: bytes) -> str:
    """Put a file into the workspace without asking who may; returns how rows name it."""
    chunks = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
    hashes = [sha256(chunk).digest() for chunk in chunks]
    asset = manifest_id(hashes)
    cursor = connection.cursor()
    cursor.executemany(
        "INSERT INTO lms.chunks (hash, size, data) VALUES (%s, %s, %s)", [(h, len(c), c) for h, c in zip(hashes, chunks, strict=True)]
    )
    cursor.execute(
        "INSERT INTO lms.assets (id, name, media_type, size) VALUES (%s, %s, %s, %s)",
        (asset, name, sample.MEDIA_TYPES[Path(name).suffix], len(content)),
    )
    cursor.executemany(
        "INSERT INTO lms.asset_chunks (asset_id, ordinal, chunk_hash) VALUES (%s, %s, %s)", [(asset, n, h) for n, h in enumerate(hashes)]
    )
    return asset_url(asset)
