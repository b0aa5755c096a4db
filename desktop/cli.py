"""The application's jobs without a window: ``nabip-lms COMMAND``, in a checkout ``./lms COMMAND``.

Results go to standard output, errors to standard error. The exit status is 0 when it is done and all is well, 1 when it failed or the
answer is no, 2 when the command was not understood.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable, Sequence
from functools import partial

from desktop import __version__
from desktop.errors import Invalid, LmsError, SignInRefused
from desktop.i18n import N_, _, ngettext
from desktop.members.commands import appoint_administrator
from desktop.members.queries import MemberFields
from desktop.store import migrations
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.migrations import Report

COMMANDS = {
    "server": N_("install, check or upgrade the schema on a Postgres server: server install|check|upgrade DSN"),
}
"""Every command and what it does, as ``--help`` says it."""


def main(arguments: Sequence[str]) -> int:
    """Do one job and return the exit status."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except LmsError as error:
        for line in (f"{error.message} {error.remedy}", error.details):
            if line.strip():
                print(line.strip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nabip-lms", description=_("NABIP LMS Desktop. Without a command it opens the application."), allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"NABIP LMS Desktop {__version__}")
    commands = parser.add_subparsers(metavar=_("command"), required=True)
    _add_server(commands.add_parser("server", help=_(COMMANDS["server"]), description=_(COMMANDS["server"])))
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "check", "upgrade"))
    parser.add_argument(
        "dsn",
        metavar="DSN",
        help=_("the database, as postgresql://user@host/database; the password is asked for, or taken from PGPASSWORD or ~/.pgpass"),
    )
    parser.add_argument(
        "--administrator", metavar="EMAIL", help=_("with install: make this person an administrator, who can let in the others")
    )
    parser.add_argument("--name", metavar="NAME", default="", help=_("the administrator's name, as in 'Ann Lee'"))
    parser.set_defaults(run=_server)


def _server(options: argparse.Namespace) -> int:
    acts: dict[str, Callable[[str], Report]] = {
        "install": partial(_install, options),
        "check": migrations.check,
        "upgrade": migrations.upgrade,
    }
    report = _with_password(options.dsn, acts[options.action])
    print(_("Postgres {server}, schema {schema}.").format(server=report.server_version, schema=report.schema_version))
    if report.current:
        print(_("Everything is up to date."))
        return 0
    for files, words in (
        (report.migrations, partial(ngettext, "{n} migration: {names}", "{n} migrations: {names}")),
        (report.definitions, partial(ngettext, "{n} definition: {names}", "{n} definitions: {names}")),
    ):
        if files:
            print(words(len(files)).format(n=len(files), names=", ".join(files)))
    if options.action == "check":
        print(_("Not applied yet. `server install` or `server upgrade` does that."))
        return 1
    print(_("Applied."))
    return 0


def _install(options: argparse.Namespace, dsn: str) -> Report:
    """Install, and appoint the administrator that was asked for: without one nobody could sign in."""
    first, _space, last = options.name.strip().rpartition(" ")
    if options.administrator and not first:
        raise Invalid(_("The administrator needs a first and a last name."), remedy=_("Add --name 'Ann Lee'."))
    report = migrations.install(dsn)
    if options.administrator:
        password = secrets.token_urlsafe(15)
        with Store(dsn, connections=1) as store:
            login = store.write(appoint_administrator, MemberFields(first, last, options.administrator), password).value
        print(
            _("{email} signs in as {login} with the password {password}").format(
                email=options.administrator, login=login, password=password
            )
        )
    return report


def _with_password(dsn: str, act: Callable[[str], Report]) -> Report:
    """Run ``act`` with the address as given and, where the server wants a password and somebody is there to ask, once more with that."""
    address = Dsn.parse(dsn)
    try:
        return act(dsn)
    except SignInRefused:
        if address.password or not sys.stdin.isatty():
            raise
        password = getpass.getpass(_("Password of {user}: ").format(user=address.user))
        return act(address.with_(password=password).conninfo())
