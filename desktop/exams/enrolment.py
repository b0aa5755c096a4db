"""A machine as an enrolled station: which workspace it belongs to and the database role that it has there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desktop.errors import NotFound
from desktop.exams.commands import create_station
from desktop.i18n import _
from desktop.settings import read_json, write_json
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.workspaces import OpenWorkspace, Workspace, Workspaces

PASSWORD_BYTES = 32
CONNECTIONS = 2
STATEMENT_SECONDS = 15
TCP_OPTIONS = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000"}
"""A network that is cut says nothing. By these a station knows within some ten seconds, and not after the two hours of TCP's own rule."""


@dataclass(frozen=True, slots=True)
class Account:
    """This machine as a station called ``name``. ``role`` signs in at ``workspace``, with a password that is kept where all its are."""

    workspace: str
    name: str
    role: str


def enrol(
    workspaces: Workspaces, workspace: Workspace, administrator: Store, name: str, verifier: Callable[[str], str], path: Path
) -> Account:
    """Make this machine a station, as an administrator. ``verifier`` makes of a password what the server keeps of it."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    if workspace not in workspaces.list_all():
        workspaces.add(workspace)
    account = Account(workspace.id, name, administrator.write(create_station, name, verifier(password)).value)
    workspaces.remember(workspace, account.role, password)
    write_json(path, asdict(account))
    return account


def load_account(path: Path) -> Account:
    """The account of this machine. Raises :class:`~desktop.errors.NotFound` where it is no station."""
    found = read_json(path)
    try:
        return Account(found["workspace"], found["name"], found["role"])
    except KeyError as error:
        raise NotFound(
            _("This computer is not enrolled as an exam station."),
            remedy=_("An administrator enrols it here: nabip-lms station enrol NAME."),
            details=str(path),
        ) from error


def open_store(workspaces: Workspaces, opened: OpenWorkspace, account: Account) -> Store:
    """The database as this station; no connection is made yet."""
    password = workspaces.password(opened.workspace, account.role)
    if password is None:
        raise NotFound(
            _("The password of this station is gone."), remedy=_("An administrator enrols it again: nabip-lms station enrol NAME.")
        )
    return Store(patient(opened.dsn(account.role, password)), connections=CONNECTIONS, statement_seconds=STATEMENT_SECONDS)


def patient(address: Dsn) -> Dsn:
    """The same address, where a silent network is noticed soon."""
    return replace(address, options={**TCP_OPTIONS, **address.options})
