"""Applying ``server_sql/`` to a database.

``migrations/*.sql`` run once, in the order of their numbers. ``functions/*.sql`` and ``policies/*.sql`` are definitions that replace
themselves: when one of them differs from what the database has, all of them run again, functions before policies, in the order of their
names, in one transaction, so that an upgrade does what a fresh install does. Each file runs as ``lms_owner``, so that everything is
its; one whose first line is ``-- as: installer`` runs as whoever installs, for the few things that only that role may do.

Installers may run at the same time: one works, the others wait and find it done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import psycopg
from psycopg import sql

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.store.dsn import Dsn
from desktop.store.failures import translated

SERVER_SQL = Path(__file__).resolve().parents[2] / "server_sql"

OLDEST_SERVER = 15
"""``NULLS NOT DISTINCT`` and views with ``security_invoker`` came with Postgres 15."""

ADVISORY_LOCK = 0x4C4D_5353_4348_454D
"""Held by whoever changes the schema of a database; "LMSSCHEM" in ASCII."""

LOCK_SECONDS = 30
"""A definition that cannot lock its table within this time gives up, as people wait behind it meanwhile."""

type Kind = Literal["migration", "function", "policy"]
FOLDERS: dict[Kind, str] = {"migration": "migrations", "function": "functions", "policy": "policies"}


class ServerTooOld(LmsError):
    """The server is older than what the schema needs."""

    code: ClassVar[str] = "server-too-old"


class DatabaseOccupied(LmsError):
    """The database holds something else already; nothing was changed."""

    code = "database-occupied"


class InstallerLacksRights(LmsError):
    """The role that installs may not do what installing needs; nothing was changed."""

    code = "installer-lacks-rights"


class NotInstalled(LmsError):
    """The database holds no workspace."""

    code = "not-installed"


class WorkspaceNewer(LmsError):
    """The workspace was upgraded by a later version of this application."""

    code = "workspace-newer"


class MigrationChanged(LmsError):
    """A migration that the database has already run differs from the file of that name."""

    code = "migration-changed"


class MigrationFailed(LmsError):
    """A file of ``server_sql`` failed; nothing of it remains. A defect, unless somebody changed the database by hand."""

    code = "migration-failed"


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One file of ``server_sql``. ``name`` is ``folder/file.sql``; ``checksum`` the SHA-256 of its text with Unix line ends."""

    kind: Kind
    name: str
    text: str
    checksum: str

    @property
    def as_installer(self) -> bool:
        return self.text.startswith("-- as: installer\n")

    @property
    def number(self) -> int:
        return int(self.name.rpartition("/")[2][:4])


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, or by ``check`` would be done.

    ``schema_version`` is the number of the last migration, before anything is done in ``check`` and after it otherwise.
    ``migrations`` and ``definitions`` are the names of files; of definitions, those that are new, changed or gone.
    """

    server_version: str
    schema_version: int
    migrations: tuple[str, ...]
    definitions: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Nothing was, or is, to be done."""
        return not self.migrations and not self.definitions


def install(dsn: str, *, workspace_name: str = "NABIP", source: Path = SERVER_SQL) -> Report:
    """Make a workspace in the database at ``dsn``, or bring the one that is there up to date.

    ``workspace_name`` names a new workspace; an existing one keeps its name. Raises the errors of this module and of the connection.
    """
    with _installing(dsn) as connection:
        _refuse_unsuitable(connection, fresh=_applied(connection) is None)
        return _bring_up_to_date(connection, source, workspace_name)


def upgrade(dsn: str, *, source: Path = SERVER_SQL) -> Report:
    """Bring the workspace at ``dsn`` up to date. Raises :class:`NotInstalled` where there is none."""
    with _installing(dsn) as connection:
        if _applied(connection) is None:
            raise NotInstalled(_("This database holds no workspace."), remedy=_("Install one first."))
        _refuse_unsuitable(connection, fresh=False)
        return _bring_up_to_date(connection, source, None)


def check(dsn: str, *, source: Path = SERVER_SQL) -> Report:
    """What ``install`` would do at ``dsn``, without doing it. Raises what ``install`` would raise before its first change."""
    with _connected(dsn) as connection:
        applied = _applied(connection)
        _refuse_unsuitable(connection, fresh=applied is None)
        return _plan(connection, read_source(source), applied or {})


def begin_epoch(dsn: str) -> None:
    """Say that the workspace at ``dsn`` was put back to an earlier state: every replica compares itself with it once more."""
    with _installing(dsn) as connection:
        if _applied(connection) is None:
            raise NotInstalled(_("This database holds no workspace."), remedy=_("Install one first."))
        with _as_owner(connection):
            connection.execute("UPDATE lms.workspace SET epoch = gen_random_uuid()")


def latest_version(source: Path = SERVER_SQL) -> int:
    """The schema version that this application expects in ``lms.workspace``."""
    return max(file.number for file in read_source(source) if file.kind == "migration")


def read_source(source: Path = SERVER_SQL) -> tuple[SqlFile, ...]:
    """Every file of ``server_sql`` in the order in which a fresh install runs them."""
    files = []
    for kind, folder in FOLDERS.items():
        for path in sorted((source / folder).glob("*.sql")):
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
            files.append(SqlFile(kind, f"{folder}/{path.name}", text, hashlib.sha256(text.encode()).hexdigest()))
    numbers = [file.number for file in files if file.kind == "migration"]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError(f"migrations are not numbered from 0001 without gaps: {numbers}")
    return tuple(files)


type Connection = psycopg.Connection[tuple[Any, ...]]
type Applied = dict[str, tuple[Kind, str]]
"""What the database has: kind and checksum by name."""


@contextmanager
def _connected(dsn: str) -> Iterator[Connection]:
    try:
        # No search path: a name that is not qualified could be answered by somebody else's object.
        conninfo = Dsn.parse(dsn).conninfo(connect_timeout=10, application_name="nabip-lms installer")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("SET search_path = ''")
            connection.execute("SET client_min_messages = 'warning'")
            yield connection
    except psycopg.Error as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error


@contextmanager
def _installing(dsn: str) -> Iterator[Connection]:
    with _connected(dsn) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        # Released with the session, whatever happens.
        yield connection


def _applied(connection: Connection) -> Applied | None:
    """None where there is no workspace. Raises :class:`InstallerLacksRights` for a role that may not even look."""
    if connection.execute("SELECT to_regclass('lms.applied_files')").fetchone() == (None,):
        return None
    try:
        with _as_owner(connection):
            rows = connection.execute("SELECT name, kind, checksum FROM lms.applied_files").fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise _lacks_rights(_("This workspace was installed by another role.")) from error
    return {name: (kind, checksum) for name, kind, checksum in rows}


@contextmanager
def _as_owner(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SET LOCAL ROLE lms_owner")
        yield


def _plan(connection: Connection, files: tuple[SqlFile, ...], applied: Applied) -> Report:
    ours = {file.name: file for file in files}
    migrations_there = [name for name, (kind, _checksum) in applied.items() if kind == "migration"]
    unknown = sorted(name for name in migrations_there if name not in ours)
    if unknown:
        raise WorkspaceNewer(
            _("This workspace was upgraded by a later version of the application."),
            remedy=_("Update the application on this computer."),
            details=", ".join(unknown),
        )
    changed = sorted(name for name in migrations_there if ours[name].checksum != applied[name][1])
    if changed:
        raise MigrationChanged(
            _("The workspace was made by a different edition of the application; nothing was changed."),
            remedy=_("Use the application that made it, or install into a new database."),
            details=", ".join(changed),
        )
    return Report(
        server_version=connection.info.parameter_status("server_version") or "",
        schema_version=max((ours[name].number for name in migrations_there), default=0),
        migrations=tuple(file.name for file in files if file.kind == "migration" and file.name not in applied),
        definitions=(
            *(file.name for file in files if file.kind != "migration" and applied.get(file.name) != (file.kind, file.checksum)),
            *sorted(name for name, (kind, _checksum) in applied.items() if kind != "migration" and name not in ours),
        ),
    )


def _bring_up_to_date(connection: Connection, source: Path, workspace_name: str | None) -> Report:
    files = read_source(source)
    plan = _plan(connection, files, _applied(connection) or {})
    for file in files:
        if file.name in plan.migrations:
            with _changing(connection):
                _apply(connection, file)
    version = max(file.number for file in files if file.kind == "migration")
    if not plan.current:
        definitions = [file for file in files if file.kind != "migration"]
        with _changing(connection):
            if plan.definitions:
                for file in definitions:
                    _apply(connection, file)
            connection.execute("SET LOCAL ROLE lms_owner")
            connection.execute(
                "DELETE FROM lms.applied_files WHERE kind <> 'migration' AND name <> ALL (%s)", ([file.name for file in definitions],)
            )
            connection.execute("UPDATE lms.workspace SET schema_version = %s", (version,))
            if workspace_name is not None:
                connection.execute(
                    "INSERT INTO lms.workspace (name, schema_version) VALUES (%s, %s) ON CONFLICT (singleton) DO NOTHING",
                    (workspace_name, version),
                )
    return Report(plan.server_version, version, plan.migrations, plan.definitions)


@contextmanager
def _changing(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(f"{LOCK_SECONDS}s"))
        yield


def _apply(connection: Connection, file: SqlFile) -> None:
    if not file.as_installer:
        connection.execute("SET LOCAL ROLE lms_owner")
    try:
        connection.execute(file.text.encode())
    except psycopg.Error as error:
        raise _failed(file, error) from error
    connection.execute("SET LOCAL ROLE lms_owner")
    connection.execute(
        """
        INSERT INTO lms.applied_files (name, kind, checksum) VALUES (%s, %s, %s)
        ON CONFLICT (name) DO UPDATE
        SET kind = excluded.kind, checksum = excluded.checksum, applied_at = now(), applied_by = session_user
        WHERE applied_files.checksum <> excluded.checksum
        """,
        (file.name, file.kind, file.checksum),
    )
    connection.execute("SET LOCAL ROLE NONE")


def _failed(file: SqlFile, error: psycopg.Error) -> LmsError:
    message = error.diag.message_primary or str(error)
    position = int(error.diag.statement_position or 0)
    where = f"{file.name}:{file.text.count(chr(10), 0, position) + 1}" if position else file.name
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return _lacks_rights(f"{where}: {message}")
    known = translated(error)
    if known is not None and not isinstance(error, psycopg.IntegrityError):
        return known
    return MigrationFailed(
        _("The database refused a part of the schema; nothing of that part remains."),
        remedy=_("Send the details to whoever looks after this application."),
        details=f"{where}: {error.sqlstate} {message}",
    )


def _refuse_unsuitable(connection: Connection, *, fresh: bool) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER * 10_000:
        raise ServerTooOld(
            _("The server runs Postgres {found}; Postgres {needed} or later is needed.").format(
                found=connection.info.parameter_status("server_version"), needed=OLDEST_SERVER
            ),
            remedy=_("Ask whoever looks after the server to upgrade it, or choose another one."),
        )
    if fresh:
        _refuse_occupied(connection)
    _refuse_powerless(connection, fresh=fresh)


def _refuse_occupied(connection: Connection) -> None:
    names = [
        name
        for (name,) in connection.execute(
            """
            SELECT CASE nspname WHEN 'public' THEN relname::text ELSE nspname || '.' || relname END
            FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname IN ('public', 'lms') AND relkind IN ('r', 'p', 'v', 'm', 'f')
              AND NOT EXISTS ( -- what an extension brought, such as spatial_ref_sys, is nobody's data
                SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
              )
            ORDER BY 1
            """
        )
    ]
    if names:
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise DatabaseOccupied(
            _("This database already holds other tables: {names}. Nothing was changed.").format(names=shown),
            remedy=_("Choose an empty database."),
            details=", ".join(names[:100]),
        )
    if connection.execute("SELECT to_regnamespace('lms')").fetchone() != (None,):
        raise DatabaseOccupied(
            _("This database already has a schema named lms, and not ours. Nothing was changed."), remedy=_("Choose an empty database.")
        )


def _refuse_powerless(connection: Connection, *, fresh: bool) -> None:
    superuser, creates_roles, owns_database = connection.execute(
        """
        SELECT rolsuper, rolcreaterole, pg_has_role(current_user, datdba, 'USAGE')
        FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
        """
    ).fetchone() or (False, False, False)
    if superuser:
        return
    if not creates_roles:
        raise _lacks_rights(_("It needs CREATEROLE."))
    if fresh and not owns_database:
        raise _lacks_rights(_("It must own the database."))
    # Since Postgres 16 CREATEROLE reaches only the roles that one may administer.
    if connection.info.server_version >= 160_000:
        foreign = [
            name
            for (name,) in connection.execute(
                """
                SELECT rolname FROM pg_roles
                WHERE rolname IN ('lms_owner', 'lms_member', 'lms_staff', 'lms_administrator', 'lms_station')
                  AND NOT pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION')
                ORDER BY 1
                """
            )
        ]
        if foreign:
            raise _lacks_rights(_("It needs ADMIN OPTION on the roles {roles}.").format(roles=", ".join(foreign)))


def _lacks_rights(details: str) -> InstallerLacksRights:
    return InstallerLacksRights(
        _("This database role may not install a workspace. {details}").format(details=details),
        remedy=_("Use the owner of the database with CREATEROLE, or a superuser."),
        details=details,
    )
