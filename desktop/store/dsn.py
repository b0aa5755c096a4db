"""Addresses of databases: parsing what a person types or pastes, and giving libpq what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from desktop.errors import Invalid
from desktop.i18n import _

DEFAULT_PORT = 5432
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    port: int = DEFAULT_PORT


@dataclass(frozen=True, slots=True)
class Dsn:
    """A database, the way to it and who asks. ``options`` are libpq's other parameters. Printing it never shows the password."""

    hosts: tuple[Host, ...]
    database: str
    user: str
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def parse(text: str) -> Dsn:
        """Read a URL (``postgresql://user@host/database``) or libpq's ``key=value`` form. Raises :class:`Invalid`.

        A server that is not this computer must prove who it is unless the text says otherwise: ``sslmode`` is ``verify-full`` by default.
        """
        try:
            parts = {name: str(value) for name, value in conninfo_to_dict(text.strip().replace("+psycopg://", "://", 1)).items()}
        except psycopg.ProgrammingError as error:
            raise Invalid(
                _("This is not the address of a database."),
                remedy=_("Write it as postgresql://user@host/database."),
                details=str(error).strip(),
            ) from error
        names = parts.pop("host", "").split(",")
        ports = parts.pop("port", "").split(",")
        if len(ports) == 1:
            ports *= len(names)
        if len(ports) != len(names):
            raise Invalid(_("Give one port, or one for each host."), details=f"{len(names)} hosts, {len(ports)} ports")
        database, user = parts.pop("dbname", ""), parts.pop("user", "")
        if not names[0] or not database or not user:
            raise Invalid(_("The address names no host, no database or no user."), remedy=_("Write it as postgresql://user@host/database."))
        try:
            hosts = tuple(Host(name, int(port or DEFAULT_PORT)) for name, port in zip(names, ports, strict=True))
        except ValueError as error:
            raise Invalid(_("A port is a number, 5432 as a rule."), details=str(error)) from error
        password = parts.pop("password", "")
        if not LOOPBACK.issuperset(names) and not names[0].startswith("/"):
            parts.setdefault("sslmode", "verify-full")
        return Dsn(hosts, database, user, password, parts)

    def with_(self, *, user: str | None = None, password: str | None = None, database: str | None = None) -> Dsn:
        """The same server for another person or another database."""
        return replace(
            self,
            user=self.user if user is None else user,
            password=self.password if password is None else password,
            database=self.database if database is None else database,
        )

    def conninfo(self, **defaults: object) -> str:
        """libpq's connection string, password included: for the driver only. ``defaults`` yield to what the address says."""
        return make_conninfo(
            "",
            **{
                **{name: str(value) for name, value in defaults.items()},
                **self.options,
                "host": ",".join(host.name for host in self.hosts),
                "port": ",".join(str(host.port) for host in self.hosts),
                "dbname": self.database,
                "user": self.user,
                **({"password": self.password} if self.password else {}),
            },
        )

    def __str__(self) -> str:
        hosts = ",".join(f"{host.name}:{host.port}" for host in self.hosts)
        return f"postgresql://{self.user}@{hosts}/{self.database}"
