"""Installing and upgrading: once, in order, whole files or nothing, and a clear refusal where it cannot work."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from desktop.errors import LmsError
from desktop.store import migrations
from desktop.store.migrations import (
    SERVER_SQL,
    DatabaseOccupied,
    InstallerLacksRights,
    MigrationChanged,
    MigrationFailed,
    NotInstalled,
    Report,
    ServerTooOld,
    WorkspaceNewer,
    check,
    install,
    latest_version,
    read_source,
    upgrade,
)
from tests.support.postgres import Database, Server

ALL_MIGRATIONS = tuple(file.name for file in read_source() if file.kind == "migration")
ALL_DEFINITIONS = tuple(file.name for file in read_source() if file.kind != "migration")
GROUPS = ("lms_owner", "lms_member", "lms_staff", "lms_administrator", "lms_station")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of ``server_sql`` that a test may change."""
    return Path(shutil.copytree(SERVER_SQL, tmp_path / "server_sql"))


@pytest.fixture
def empty(postgres_server: Server) -> Iterator[str]:
    """A database with nothing in it; the installer is a superuser."""
    with postgres_server.connect() as connection:
        connection.execute("CREATE DATABASE empty TEMPLATE template0")
    yield postgres_server.address("empty").conninfo()
    postgres_server.drop("empty")


@pytest.fixture
def hosted(postgres_server: Server) -> Iterator[Callable[..., str]]:
    """Makes a role that is no superuser, and an empty database, as a hosting provider would; answers the address."""
    with postgres_server.roles_kept():

        def make(*, creates_roles: bool = True, owns_database: bool = True, administers_groups: bool = True) -> str:
            with postgres_server.connect() as connection:
                connection.execute(
                    sql.SQL("CREATE ROLE landlord LOGIN PASSWORD 'pass' {}").format(
                        sql.SQL("CREATEROLE" if creates_roles else "NOCREATEROLE")
                    )
                )
                connection.execute(
                    sql.SQL("CREATE DATABASE hosted TEMPLATE template0 OWNER {}").format(
                        sql.Identifier("landlord" if owns_database else postgres_server.address("hosted").user)
                    )
                )
                for group in GROUPS if administers_groups else ():
                    connection.execute(sql.SQL("GRANT {} TO landlord WITH ADMIN OPTION").format(sql.Identifier(group)))
            return postgres_server.address("hosted").with_(user="landlord", password="pass").conninfo()

        yield make
        postgres_server.drop("hosted")


def query(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


def append(source: Path, name: str, text: str) -> None:
    path = source / name
    path.write_text((path.read_text() if path.exists() else "") + text)


def test_an_empty_database_becomes_a_workspace(empty: str) -> None:
    report = install(empty, workspace_name="Chapter of Ohio")
    assert (report.migrations, report.definitions) == (ALL_MIGRATIONS, ALL_DEFINITIONS)
    assert report.schema_version == latest_version() == len(ALL_MIGRATIONS)
    assert query(empty, "SELECT name, schema_version FROM lms.workspace") == [("Chapter of Ohio", latest_version())]


def test_everything_is_the_owners_but_what_makes_logins(db: Database) -> None:
    owners = """
        SELECT DISTINCT relowner::regrole::text FROM pg_class
        WHERE relnamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND relkind IN ('r', 'v', 'S')
    """
    assert query(db.dsn, owners) == [("lms_owner",)]
    assert query(db.dsn, "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'lms_owner'") == [(False, False, False)]


def test_installing_again_changes_nothing(db: Database) -> None:
    before = query(db.dsn, "SELECT * FROM lms.applied_files ORDER BY name")
    assert install(db.dsn, workspace_name="Another name").current
    assert upgrade(db.dsn).current
    assert query(db.dsn, "SELECT * FROM lms.applied_files ORDER BY name") == before
    assert query(db.dsn, "SELECT count(*) FROM lms.workspace WHERE name = 'Another name'") == [(0,)]


def test_check_says_what_would_be_done_and_does_nothing(empty: str) -> None:
    report = check(empty)
    assert report == Report(report.server_version, 0, ALL_MIGRATIONS, ALL_DEFINITIONS)
    assert query(empty, "SELECT to_regnamespace('lms')") == [(None,)]


def test_an_upgrade_runs_what_is_new(db: Database, source: Path) -> None:
    number = latest_version() + 1
    append(source, f"migrations/{number:04d}_more.sql", "CREATE TABLE lms.more (id integer);")
    assert check(db.dsn, source=source).migrations == (f"migrations/{number:04d}_more.sql",)
    assert upgrade(db.dsn, source=source).schema_version == number
    assert query(db.dsn, "SELECT schema_version FROM lms.workspace") == [(number,)]
    assert query(db.dsn, "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'lms.more'::regclass") == [("lms_owner",)]
    with pytest.raises(WorkspaceNewer) as refusal:
        install(db.dsn)
    assert refusal.value.details == f"migrations/{number:04d}_more.sql"


def test_a_failing_file_leaves_nothing_behind_and_can_be_mended(db: Database, source: Path) -> None:
    number = latest_version() + 1
    name = f"migrations/{number:04d}_broken.sql"
    append(source, name, "CREATE TABLE lms.half (id integer);\n\nCREATE TABLE lms.half_again (id nonsense);\n")
    with pytest.raises(MigrationFailed) as failure:
        upgrade(db.dsn, source=source)
    assert failure.value.details == f'{name}:3: 42704 type "nonsense" does not exist'
    assert query(db.dsn, "SELECT to_regclass('lms.half')") == [(None,)]
    assert query(db.dsn, "SELECT schema_version FROM lms.workspace") == [(number - 1,)]
    (source / name).write_text("CREATE TABLE lms.half (id integer);")
    assert upgrade(db.dsn, source=source).migrations == (name,)


def test_a_changed_migration_is_refused(db: Database, source: Path) -> None:
    append(source, ALL_MIGRATIONS[2], "\n-- an afterthought\n")
    with pytest.raises(MigrationChanged) as refusal:
        upgrade(db.dsn, source=source)
    assert refusal.value.details == ALL_MIGRATIONS[2]


def test_line_ends_of_another_system_are_no_change(db: Database, source: Path) -> None:
    for path in source.rglob("*.sql"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert upgrade(db.dsn, source=source).current


def test_a_gap_in_the_numbers_is_a_defect(source: Path) -> None:
    (source / ALL_MIGRATIONS[2]).unlink()
    with pytest.raises(ValueError, match="numbered"):
        read_source(source)


def test_changed_definitions_are_applied_together_and_dropped_ones_forgotten(db: Database, source: Path) -> None:
    append(source, "functions/zz_answer.sql", "CREATE OR REPLACE FUNCTION lms.answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';")
    assert upgrade(db.dsn, source=source).definitions == ("functions/zz_answer.sql",)
    append(source, "functions/zz_answer.sql", "\nCREATE OR REPLACE FUNCTION lms.answer() RETURNS integer LANGUAGE sql AS 'SELECT 43';")
    assert upgrade(db.dsn, source=source).definitions == ("functions/zz_answer.sql",)
    assert query(db.dsn, "SELECT lms.answer()") == [(43,)]
    assert upgrade(db.dsn).definitions == ("functions/zz_answer.sql",)
    assert query(db.dsn, "SELECT count(*) FROM lms.applied_files WHERE name = 'functions/zz_answer.sql'") == [(0,)]


def test_definitions_fail_as_one(db: Database, source: Path) -> None:
    append(source, "functions/00_first.sql", "CREATE FUNCTION lms.first() RETURNS integer LANGUAGE sql AS 'SELECT 1';")
    append(source, "policies/zz_last.sql", "CREATE POLICY last ON lms.nothing;")
    with pytest.raises(MigrationFailed):
        upgrade(db.dsn, source=source)
    assert query(db.dsn, "SELECT to_regproc('lms.first')") == [(None,)]


@pytest.mark.parametrize("object_", ["TABLE accounts ()", "VIEW accounts AS SELECT 1 AS one", "TABLE courses ()"])
def test_a_database_that_holds_other_tables_is_left_alone(empty: str, object_: str) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute(f"CREATE {object_}".encode())
    with pytest.raises(DatabaseOccupied) as refusal:
        install(empty)
    assert object_.split()[1] in refusal.value.message
    assert query(empty, "SELECT to_regnamespace('lms')") == [(None,)]


def test_somebody_elses_schema_of_our_name_is_left_alone(empty: str) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE SCHEMA lms")
    with pytest.raises(DatabaseOccupied):
        check(empty)


def test_an_old_server_is_named(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 99)
    with pytest.raises(ServerTooOld) as refusal:
        install(empty)
    assert "99" in refusal.value.message


def test_nothing_to_upgrade(empty: str) -> None:
    with pytest.raises(NotInstalled):
        upgrade(empty)


def test_the_owner_of_a_hosted_database_installs_and_upgrades(hosted: Callable[..., str], source: Path) -> None:
    dsn = hosted()
    assert install(dsn).migrations == ALL_MIGRATIONS
    append(source, "functions/zz_more.sql", "CREATE OR REPLACE FUNCTION lms.more() RETURNS integer LANGUAGE sql AS 'SELECT 1';")
    assert upgrade(dsn, source=source).definitions == ("functions/zz_more.sql",)
    assert query(
        dsn, "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'lms'::regnamespace AND relkind = 'r'"
    ) == [("lms_owner",)]


@pytest.mark.parametrize("lacking", ["creates_roles", "owns_database"])
def test_an_installer_without_the_rights_is_told_which(hosted: Callable[..., str], lacking: str) -> None:
    dsn = hosted(**{lacking: False})
    with pytest.raises(InstallerLacksRights) as refusal:
        install(dsn)
    assert {"creates_roles": "CREATEROLE", "owns_database": "own the database"}[lacking] in refusal.value.message
    assert query(dsn, "SELECT to_regnamespace('lms')") == [(None,)]


def test_groups_made_by_another_installer_must_be_ours_to_give(hosted: Callable[..., str], postgres_server: Server) -> None:
    dsn = hosted(administers_groups=False)
    with postgres_server.connect() as connection:
        if connection.info.server_version < 160_000:
            pytest.skip("before Postgres 16, CREATEROLE reaches every role that is no superuser")
    with pytest.raises(InstallerLacksRights) as refusal:
        install(dsn)
    assert "ADMIN OPTION" in refusal.value.message


def test_another_role_may_not_upgrade(db: Database, hosted: Callable[..., str], postgres_server: Server) -> None:
    hosted(administers_groups=False)
    with postgres_server.connect() as connection:
        connection.execute("GRANT lms_member TO landlord")  # may connect
    with pytest.raises(InstallerLacksRights):
        upgrade(postgres_server.address(db.address.database).with_(user="landlord", password="pass").conninfo())


def test_of_two_installers_one_works_and_the_other_finds_it_done(empty: str) -> None:
    reports: list[Report] = []
    installers = [threading.Thread(target=lambda: reports.append(install(empty))) for _ in range(3)]
    for installer in installers:
        installer.start()
    for installer in installers:
        installer.join(60)
    assert sorted(report.migrations for report in reports) == [(), (), ALL_MIGRATIONS]


def test_an_upgrade_gives_up_on_a_table_that_somebody_keeps_locked(db: Database, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 1)
    append(source, f"migrations/{latest_version() + 1:04d}_more.sql", "ALTER TABLE public.courses ADD COLUMN more text;")
    with psycopg.connect(db.dsn) as somebody:
        somebody.execute("LOCK public.courses IN ACCESS SHARE MODE")
        with pytest.raises(LmsError) as refusal:
            upgrade(db.dsn, source=source)
    assert refusal.value.code == "took-too-long"
    assert upgrade(db.dsn, source=source).schema_version == latest_version() + 1
