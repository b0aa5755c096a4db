"""What to look at on a server before an association relies on it: nothing here stops an installation, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from desktop.i18n import N_, _
from desktop.store.dsn import LOOPBACK, Dsn

type Settings = Mapping[str, str]
STAFF = 50
"""Staff whose windows, with four connections each, every server should carry."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding. ``risk``: people's records or passwords are at stake; else it is about speed or comfort."""

    risk: bool
    finding: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """``applies`` to the server's settings, as ``pg_settings`` has them: numbers in the setting's own unit."""

    applies: Callable[[Settings], bool]
    risk: bool
    finding: str
    remedy: str


RULES = (
    Rule(
        lambda s: s["ssl"] == "off" and s["here"] == "no",
        True,
        N_("Connections are not encrypted."),
        N_("Set ssl = on with a certificate that names this host, and only hostssl lines in pg_hba.conf."),
    ),
    Rule(
        lambda s: s["password_encryption"] != "scram-sha-256",
        True,
        N_("New passwords would be stored as MD5."),
        N_("Set password_encryption = 'scram-sha-256'."),
    ),
    Rule(
        lambda s: "off" in (s["fsync"], s["full_page_writes"]),
        True,
        N_("A power cut can destroy the database."),
        N_("Set fsync = on and full_page_writes = on."),
    ),
    Rule(
        lambda s: s["synchronous_commit"] == "off",
        True,
        N_("What was acknowledged in the last half second before a crash can be lost, answers of exams too."),
        N_("Set synchronous_commit = on."),
    ),
    Rule(
        lambda s: s["archive_mode"] == "off",
        True,
        N_("Nothing is archived: after a mistake or a broken disk you go back to the last backup, and lose all that came since."),
        N_("Set archive_mode = on and an archive_command, and make base backups; docs/deploy.md says how."),
    ),
    Rule(
        lambda s: s["log_statement"] in ("mod", "all"),
        True,
        N_("The server's log holds what people write, answers and names included."),
        N_("Set log_statement = 'none' or 'ddl'."),
    ),
    Rule(
        lambda s: s["autovacuum"] == "off",
        False,
        N_("Dead rows are never cleared away: everything becomes slower by the week."),
        N_("Set autovacuum = on."),
    ),
    Rule(
        lambda s: int(s["max_connections"]) < 4 * STAFF,
        False,
        N_("There is room for few windows at once: staff use up to four connections each, learners and stations two and one."),
        N_("Set max_connections to 4 × staff + 2 × learners at once + seats of an exam, or put a pooler in session mode before it."),
    ),
    Rule(
        lambda s: int(s["shared_buffers"]) * 8192 < 256 << 20,
        False,
        N_("The server keeps little in memory."),
        N_("Set shared_buffers to a quarter of the machine's memory."),
    ),
    Rule(
        lambda s: s["statements"] == "no",
        False,
        N_("Nobody can see which queries are slow."),
        N_("Add pg_stat_statements to shared_preload_libraries and run CREATE EXTENSION pg_stat_statements."),
    ),
)


def advise(dsn: str) -> tuple[Advice, ...]:
    """What applies to the server at ``dsn``: risks first. Raises the driver's errors and those of :mod:`desktop.errors`."""
    address = Dsn.parse(dsn)
    here = all(host.name in LOOPBACK for host in address.hosts)
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        settings = read_settings(connection) | {"here": "yes" if here else "no"}
    found = (Advice(rule.risk, _(rule.finding), _(rule.remedy)) for rule in RULES if rule.applies(settings))
    return tuple(sorted(found, key=lambda advice: not advice.risk))


def read_settings(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Every setting of the server by its name, and whether it counts statements."""
    settings: dict[str, str] = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    counts = connection.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')").fetchone()
    return settings | {"statements": "yes" if counts == (True,) else "no"}
