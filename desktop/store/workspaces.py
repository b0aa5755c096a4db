"""Workspaces: a Postgres server and a database on it, on this computer or elsewhere, and opening it.

The list is one file in the configuration folder, shared by all copies of the application. Passwords are not in it.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import certifi
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.errors import Invalid, LmsError, NotAllowed, NotFound, ServerAway, ServerUnsupported
from desktop.i18n import _
from desktop.settings import read_json, write_json
from desktop.store import embedded, migrations
from desktop.store.cipher import new_key
from desktop.store.connection import STAFF_CONNECTIONS, Store, connect, translate_errors
from desktop.store.dsn import DEFAULT_PORT, Dsn, Host
from desktop.store.embedded import EmbeddedServer
from desktop.store.locks import FileLock
from desktop.store.postgres import storage_errors
from desktop.store.secrets import FileSecrets, Secrets
from desktop.tasks import JobControl

LOCK_SECONDS = 10

SYSTEM_AUTHORITIES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
"""Where systems keep the authorities that they trust; the driver's own TLS library does not know."""


class Kind(StrEnum):
    EMBEDDED = "embedded"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One entry of the list. What follows ``sample`` is for remote workspaces only.

    ``pooler``: the address is a connection pooler's, which can bind no sign-in to its certificate; it must run in session mode.
    ``ca_file``: who vouches for the server's certificate; empty means the authorities that this computer trusts.
    ``target_session_attrs``: which of several hosts will do, as libpq names it; a workspace must be able to write.
    """

    id: str
    name: str
    kind: Kind
    sample: bool = False
    hosts: tuple[Host, ...] = ()
    database: str = embedded.DATABASE
    user: str = ""
    sslmode: str = "verify-full"
    pooler: bool = False
    ca_file: str = ""
    target_session_attrs: str = "read-write"

    @staticmethod
    def remote(name: str, address: str, *, pooler: bool = False, ca_file: str = "") -> Workspace:
        """A remote workspace from what a person typed. Raises :class:`desktop.errors.Invalid`. A password in it is dropped."""
        dsn = Dsn.parse(address)
        return Workspace(
            id=uuid.uuid4().hex,
            name=name,
            kind=Kind.REMOTE,
            hosts=dsn.hosts,
            database=dsn.database,
            user=dsn.user,
            sslmode=dsn.options.get("sslmode", "prefer"),
            pooler=pooler,
            ca_file=ca_file or dsn.options.get("sslrootcert", ""),
            target_session_attrs=dsn.options.get("target_session_attrs", "read-write"),
        )

    def dsn(self, user: str, password: str) -> Dsn:
        """The way to a remote workspace as ``user``."""
        options = {"sslmode": self.sslmode, "target_session_attrs": self.target_session_attrs}
        if self.sslmode in ("verify-ca", "verify-full"):
            options["sslrootcert"] = self.ca_file or trusted_authorities()
            options["channel_binding"] = "prefer" if self.pooler else "require"
        return Dsn(self.hosts, self.database, user, password, options)


def trusted_authorities() -> str:
    """The file of certificate authorities that this computer trusts, or that of the ``certifi`` package."""
    named = ssl.get_default_verify_paths().cafile
    candidates = (*((Path(named),) if named else ()), *SYSTEM_AUTHORITIES)
    return str(next((path for path in candidates if path.is_file()), Path(certifi.where())))


class Workspaces:
    """The list, in ``path``, and what belongs to its entries: folders below ``data`` and passwords in ``secrets``."""

    def __init__(self, path: Path, data: Path, secrets: Secrets) -> None:
        self._path = path
        self._data = data
        self.secrets = secrets

    def list_all(self) -> tuple[Workspace, ...]:
        """Every workspace, in the order in which they were added. Raises :class:`desktop.errors.Invalid` for a broken file."""
        return tuple(_from_json(entry) for entry in self._read())

    def get(self, workspace_id: str) -> Workspace:
        for workspace in self.list_all():
            if workspace.id == workspace_id:
                return workspace
        raise NotFound(_("This workspace is no longer in the list."))

    def add(self, workspace: Workspace) -> None:
        _check(workspace)
        with self._changing() as entries:
            if any(entry["id"] == workspace.id for entry in entries):
                raise Invalid(_("This workspace is in the list already."))
            entries.append(_to_json(workspace))

    def add_embedded(self, name: str, *, sample: bool = False) -> Workspace:
        """A new workspace on this computer; its server is made when it is first opened."""
        workspace = Workspace(uuid.uuid4().hex, name, Kind.EMBEDDED, sample)
        self.add(workspace)
        return workspace

    def create_embedded(self, name: str, appoint: Callable[[Dsn], str], control: JobControl) -> Workspace:
        """A workspace on this computer, made at once. ``appoint`` makes its first administrator, as its installer, and returns their login.

        It is in the list once it is whole; where anything fails, or ``control`` is cancelled, nothing of it is left.
        """
        made = Workspace(uuid.uuid4().hex, name, Kind.EMBEDDED)
        _check(made)
        try:
            with storage_errors(self._data), self.open(made) as opened:
                control.check()
                assert opened.server is not None
                made = replace(made, user=appoint(opened.server.address()))
            control.check()
            self.add(made)
        except BaseException:
            embedded.delete(self.folder(made))
            raise
        return made

    def update(self, workspace: Workspace) -> None:
        """Keep ``workspace`` in the place of the entry with its id."""
        _check(workspace)
        with self._changing() as entries:
            entries[_position(entries, workspace.id)] = _to_json(workspace)

    def rename(self, workspace_id: str, name: str) -> None:
        self.update(replace(self.get(workspace_id), name=name))

    def remove(self, workspace_id: str, *, delete_data: bool = False) -> None:
        """Take a workspace off the list, and forget its passwords. ``delete_data`` also deletes its data on this computer, for good."""
        workspace = self.get(workspace_id)
        if delete_data and workspace.kind is Kind.EMBEDDED:
            embedded.delete(self.folder(workspace))
        with self._changing() as entries:
            del entries[_position(entries, workspace_id)]
        if workspace.user:
            self.secrets.delete(_secret_name(workspace, workspace.user))

    def folder(self, workspace: Workspace) -> Path:
        """Where an embedded workspace keeps its server."""
        return self._data / "workspaces" / workspace.id

    def replica_folder(self, workspace: Workspace) -> Path:
        """Where the courses are that people keep on this computer."""
        return self._data / "replicas" / workspace.id

    def replica_key(self, workspace: Workspace, member: UUID) -> str:
        """The key of a member's replica, made at first use and kept where their password would be."""
        secrets, name = self._secrets_of(workspace), f"replica:{workspace.id}:{member}"
        key = secrets.get(name)
        if key is None:
            key = new_key()
            secrets.set(name, key)
        return key

    def password(self, workspace: Workspace, user: str) -> str | None:
        """The password that :meth:`remember` kept."""
        return self._secrets_of(workspace).get(_secret_name(workspace, user))

    def remember(self, workspace: Workspace, user: str, password: str) -> None:
        self._secrets_of(workspace).set(_secret_name(workspace, user), password)

    def _secrets_of(self, workspace: Workspace) -> Secrets | FileSecrets:
        """On this computer a password opens only what lies beside it, and goes when that goes; elsewhere it belongs into the keyring."""
        return FileSecrets(self.folder(workspace) / "people.json") if workspace.kind is Kind.EMBEDDED else self.secrets

    def open(self, workspace: Workspace) -> OpenWorkspace:
        """Make ``workspace`` ready for people to sign in.

        One on this computer is made, started and brought to this application's schema; a remote one is not even looked at yet, as it may
        be away. Raises the errors of :mod:`desktop.errors`.
        """
        if workspace.kind is Kind.REMOTE:
            return OpenWorkspace(workspace, None)

        def install(database: Dsn) -> None:
            migrations.install(database.conninfo(), workspace_name=workspace.name)

        server = embedded.join(self.folder(workspace), install)
        try:
            with storage_errors(self.folder(workspace)):
                install(server.address())  # a workspace of an earlier version of the application
        except BaseException:
            server.leave()
            raise
        return OpenWorkspace(workspace, server)

    @contextmanager
    def _changing(self) -> Iterator[list[dict[str, Any]]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._path.with_suffix(".lock"))
        lock.acquire(LOCK_SECONDS)
        try:
            entries = self._read()
            yield entries
            write_json(self._path, {"workspaces": entries})
        finally:
            lock.release()

    def _read(self) -> list[dict[str, Any]]:
        try:
            entries = read_json(self._path).get("workspaces", [])
            for entry in entries:
                _from_json(entry)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid(
                _("The list of workspaces cannot be read."),
                remedy=_("Mend or move the file {path}.").format(path=self._path),
                details=str(error),
            ) from error
        return list(entries)


class OpenWorkspace:
    """A workspace that people can sign in to. Close it when the last of them has left."""

    def __init__(self, workspace: Workspace, server: EmbeddedServer | None) -> None:
        self.workspace = workspace
        self.server = server

    def dsn(self, user: str, password: str) -> Dsn:
        if self.server is not None:
            return self.server.address().with_(user=user, password=password)
        return self.workspace.dsn(user, password)

    def sign_in(self, user: str, password: str, *, connections: int = STAFF_CONNECTIONS) -> Store:
        """A store for ``user``, who is proven to be somebody in the workspace. Raises the errors of :mod:`desktop.errors`."""
        store = Store(self.dsn(user, password), connections=connections)
        try:
            _name, version = store.read(_workspace_row)
            _check_schema(version)
            store.read(_who_am_i)
        except BaseException:
            store.close()
            raise
        return store

    def revive(self) -> bool:
        """Start a server on this computer again should it have died; True where there is one, whose address may then be another.

        Raises :class:`desktop.errors.ServerAway`, which says in its details why it does not start.
        """
        if self.server is None:
            return False
        try:
            self.server.revive()
        except LmsError as error:
            raise ServerAway(error.message, remedy=error.remedy, details=error.details) from error
        return True

    def close(self) -> None:
        if self.server is not None:
            self.server.leave()

    def __enter__(self) -> OpenWorkspace:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a test of a connection found, as far as it got. ``problem`` is what stopped it, or None.

    ``verified``: the server proved by its certificate who it is; ``bound``: signing in was tied to that certificate.
    """

    host: str = ""
    encrypted: bool = False
    verified: bool = False
    bound: bool = False
    server_version: str = ""
    workspace: str = ""
    schema_version: int | None = None
    person: str = ""
    roles: tuple[str, ...] = ()
    problem: LmsError | None = None


def test_connection(workspace: Workspace, user: str, password: str) -> Diagnosis:
    """Try a remote workspace as ``user`` and say what is there. What a person can do something about is in ``problem``, not raised."""
    found = Diagnosis()
    try:
        dsn = workspace.dsn(user, password)
        with translate_errors(), closing(connect(dsn)) as connection:
            encrypted = bool(connection.pgconn.ssl_in_use)
            found = replace(
                found,
                host=f"{connection.info.host}:{connection.info.port}",
                encrypted=encrypted,
                verified=encrypted and workspace.sslmode == "verify-full",
                bound=encrypted and dsn.options.get("channel_binding") == "require",
                server_version=connection.info.parameter_status("server_version") or "",
            )
        with closing(Store(dsn, connections=1)) as store:
            name, version = store.read(_workspace_row)
            found = replace(found, workspace=name, schema_version=version)
            _check_schema(version)
            person, roles = store.read(_who_am_i)
            return replace(found, person=person, roles=roles)
    except LmsError as problem:
        return replace(found, problem=problem)


def _workspace_row(session: Session) -> tuple[str, int]:
    """The workspace's name and the version of its schema. Raises :class:`desktop.store.migrations.NotInstalled`."""
    if session.scalar(text("SELECT to_regclass('lms.workspace') IS NULL")):
        raise migrations.NotInstalled(
            _("This database holds no workspace."), remedy=_("Check the name of the database, or ask who looks after the server.")
        )
    row = session.execute(text("SELECT name, schema_version FROM lms.workspace")).one()
    return row.name, row.schema_version


def _check_schema(version: int) -> None:
    expected = migrations.latest_version()
    if version > expected:
        raise migrations.WorkspaceNewer(
            _("This workspace was upgraded by a later version of the application."),
            remedy=_("Update the application on this computer."),
            details=f"schema {version}, expected {expected}",
        )
    if version < expected:
        raise ServerUnsupported(
            _("This workspace is older than this version of the application."),
            remedy=_("Ask who looks after the server to run: nabip-lms server upgrade"),
            details=f"schema {version}, expected {expected}",
        )


def _who_am_i(session: Session) -> tuple[str, tuple[str, ...]]:
    """The name and the roles of the member whose login this is. Raises :class:`desktop.errors.NotAllowed` where there is none."""
    row = session.execute(
        text(
            "SELECT first_name || ' ' || last_name AS name, lms.my_roles() AS roles FROM public.members WHERE id = lms.current_member_id()"
        )
    ).one_or_none()
    if row is None:
        raise NotAllowed(_("This login belongs to nobody in the workspace, or is disabled."), remedy=_("Ask an administrator."))
    return row.name, tuple(row.roles)


def _secret_name(workspace: Workspace, user: str) -> str:
    return f"{workspace.id}/{user}"


def _check(workspace: Workspace) -> None:
    if not workspace.name.strip():
        raise Invalid(_("Give the workspace a name."))
    if workspace.kind is Kind.REMOTE and not (workspace.hosts and workspace.database):
        raise Invalid(_("A remote workspace needs a host and a database."))


def _position(entries: list[dict[str, Any]], workspace_id: str) -> int:
    for position, entry in enumerate(entries):
        if entry["id"] == workspace_id:
            return position
    raise NotFound(_("This workspace is no longer in the list."))


def _to_json(workspace: Workspace) -> dict[str, Any]:
    entry = asdict(workspace)
    entry["hosts"] = [asdict(host) for host in workspace.hosts]
    return entry


def _from_json(entry: dict[str, Any]) -> Workspace:
    """Raises KeyError, TypeError or ValueError for what no version of this application wrote."""
    known = {field.name for field in fields(Workspace)}
    values = {name: value for name, value in entry.items() if name in known}
    hosts = tuple(Host(str(host["name"]), int(host.get("port", DEFAULT_PORT))) for host in values.get("hosts", ()))
    return Workspace(**{**values, "kind": Kind(values["kind"]), "hosts": hosts})
