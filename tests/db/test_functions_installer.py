"""Logins where the installer is no superuser but may create roles, as on a hosted server."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from desktop.members.scram import verifier
from desktop.store.dsn import Dsn
from desktop.store.migrations import install
from tests.support.association import one
from tests.support.postgres import Server

PASSWORD = "correct horse battery"
DATABASE = "hosted"
GROUPS = ("lms_owner", "lms_member", "lms_staff", "lms_administrator", "lms_station", "anon")


@pytest.fixture
def hosted(postgres_server: Server) -> Iterator[Dsn]:
    """A database whose installer may create roles and is no superuser; the groups are its own, as on a server of its own."""
    with postgres_server.roles_kept():
        with postgres_server.connect() as superuser:
            superuser.execute(f"CREATE ROLE host_admin LOGIN CREATEROLE CREATEDB PASSWORD '{verifier(PASSWORD)}'")
            superuser.execute(f"GRANT {', '.join(GROUPS)} TO host_admin WITH ADMIN OPTION")
            superuser.execute(f"CREATE DATABASE {DATABASE} OWNER host_admin")
        address = postgres_server.address(DATABASE).with_(user="host_admin", password=PASSWORD)
        try:
            install(address.conninfo())
            yield address
        finally:
            postgres_server.drop(DATABASE)
            with postgres_server.connect() as superuser:
                logins = superuser.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^lms_[0-9a-f]{6}_'").fetchall()
                for (login,) in logins:
                    superuser.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


def test_it_makes_roles_that_follow_and_ends_sessions(hosted: Dsn) -> None:
    with psycopg.connect(hosted.conninfo(), autocommit=True) as installer:
        assert one(installer, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        installer.execute("SET ROLE lms_owner")
        ada, ben = (
            one(installer, "INSERT INTO members (first_name, last_name, email) VALUES (%s, 'X', %s) RETURNING id", name, f"{name}@x.org")
            for name in ("Ada", "Ben")
        )
        installer.execute("RESET ROLE")
        installer.execute("SELECT lms.grant_role(%s, 'administrator')", (ada,))
        login = one(installer, "SELECT lms.create_login(%s, %s)", ada, verifier(PASSWORD))
    with psycopg.connect(hosted.with_(user=login, password=PASSWORD).conninfo(), autocommit=True) as admin:
        assert admin.execute("SELECT lms.current_member_id(), lms.my_roles()").fetchone() == (ada, ["learner", "administrator"])
        assert one(admin, "SELECT count(*) FROM members") == 2
        name = one(admin, "SELECT lms.create_login(%s, %s)", ben, verifier("first"))
        admin.execute("SELECT lms.set_verifier(%s, %s)", (ben, verifier(PASSWORD)))
        with psycopg.connect(hosted.with_(user=name, password=PASSWORD).conninfo(), autocommit=True) as session:
            admin.execute("SELECT lms.grant_role(%s, 'instructor')", (ben,))
            assert one(session, "SELECT pg_has_role('lms_staff', 'MEMBER')") is True
            admin.execute("SELECT lms.disable_login(%s)", (ben,))
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT 1")
        assert one(admin, "SELECT pg_has_role('host_admin', %s, 'USAGE')", name) is False  # what it borrowed it gave back
        admin.execute("SELECT lms.enable_login(%s)", (ben,))
