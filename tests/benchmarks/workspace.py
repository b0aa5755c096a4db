"""A throw-away workspace on this computer, as the application makes them, durable writes included."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from desktop.members.scram import verifier
from desktop.store import embedded, migrations
from desktop.store.connection import Store
from desktop.store.dsn import Dsn

PASSWORD = "benchmark"  # of a server on loopback that lives for a minute


@contextmanager
def throwaway_workspace(settings: Mapping[str, str] | None = None) -> Iterator[Dsn]:
    """The address of a fresh database with the schema, as its installer; ``settings`` come on top of those of the application."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, embedded.join(Path(folder), install, settings=settings) as server:
        yield server.address()
        # The installer's data may be in another account's folder: leaving stops the server, deleting removes it.
    embedded.delete(Path(folder))


def install(dsn: Dsn) -> None:
    migrations.install(dsn.conninfo(), workspace_name="Benchmark")


def sign_in(installer: Dsn, *roles: str) -> Store:
    """A store for a new member who has ``roles``."""
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        member = connection.execute(
            "INSERT INTO public.members (first_name, last_name, email) "
            "VALUES ('Bench', 'Mark', gen_random_uuid() || '@example.org') RETURNING id"
        ).fetchone()
        assert member is not None
        for role in roles:
            connection.execute("INSERT INTO lms.member_roles (member_id, role) VALUES (%s, %s) ON CONFLICT DO NOTHING", (member[0], role))
        login = connection.execute("SELECT lms.create_login(%s, %s)", (member[0], verifier(PASSWORD))).fetchone()
        assert login is not None
    return Store(installer.with_(user=login[0], password=PASSWORD))
