"""The application's jobs without a window: ``nabip-lms COMMAND``, in a checkout ``./lms COMMAND``.

Results go to standard output, errors to standard error. The exit status is 0 when it is done and all is well, 1 when it failed or the
answer is no, 2 when the command was not understood.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from desktop import __version__
from desktop.courses import commands as courses
from desktop.courses.vocabulary import CATEGORIES
from desktop.errors import Invalid, LmsError, NotFound, SignInRefused
from desktop.i18n import N_, _, ngettext
from desktop.scorm.cache import import_package
from desktop.settings import cache_folder, config_folder, data_folder
from desktop.store import migrations
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.migrations import Report
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Workspace, Workspaces
from desktop.tasks import JobControl

COMMANDS = {
    "server": N_("install, check or upgrade the schema on a Postgres server: server install|check|upgrade DSN"),
    "import": N_("import a SCORM package as a new draft course: import FILE"),
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
    _add_import(commands.add_parser("import", help=_(COMMANDS["import"]), description=_(COMMANDS["import"])))
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "check", "upgrade"))
    parser.add_argument(
        "dsn",
        metavar="DSN",
        help=_("the database, as postgresql://user@host/database; the password is asked for, or taken from PGPASSWORD or ~/.pgpass"),
    )
    parser.set_defaults(run=_server)


def _server(options: argparse.Namespace) -> int:
    act = {"install": migrations.install, "check": migrations.check, "upgrade": migrations.upgrade}[options.action]
    report = _with_password(options.dsn, act)
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


def _with_password(dsn: str, act: Callable[[str], Report]) -> Report:
    address = Dsn.parse(dsn)
    return _asking(address.user, address.password, lambda password: act(address.with_(password=password).conninfo()))


def _asking[T](user: str, password: str, act: Callable[[str], T]) -> T:
    """Run ``act(password)`` and, where the server wants another and somebody is there to ask, once more with that."""
    try:
        return act(password)
    except SignInRefused:
        if password or not sys.stdin.isatty():
            raise
        return act(getpass.getpass(_("Password of {user}: ").format(user=user)))


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=_("a SCORM package (zip)"))
    parser.add_argument("--title", help=_("title of the course; the package's own without this"))
    parser.add_argument("--category", choices=CATEGORIES, default="continuing_education", help=_("category of the course (%(default)s)"))
    _add_workspace(parser)
    parser.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
    source: Path = options.file
    if not source.is_file():
        raise NotFound(_("There is no file {path}.").format(path=source))
    control = JobControl(_show_progress)
    with _signed_in(options) as store:
        course = store.write(courses.create_course, options.title or source.stem, options.category).value
        try:
            module = store.write(courses.add_module, course, _("Course")).value
            _lesson, package = import_package(store, source, module, cache_folder() / "packages", control).value
            if not options.title and package.manifest.title:
                store.write(courses.edit_course, course, {"title": package.manifest.title})
        except BaseException:
            store.write(courses.delete_draft, course)
            raise
    for remark in package.report.remarks:
        print(f"{remark.severity.value}: {remark.where}: {remark.text}")
    print(_("Imported as a draft: {course}").format(course=course))
    return 0


def _show_progress(fraction: float | None, detail: str) -> None:
    if sys.stderr.isatty():
        share = "" if fraction is None else f"{fraction:4.0%} "
        print(f"\r\x1b[K{share}{detail}", end="", file=sys.stderr, flush=True)


def _add_workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace", metavar="NAME|DSN", default="", help=_("one of the application's workspaces, or a database; the first without this")
    )
    parser.add_argument("--user", default="", help=_("whose login to use; the password is the one remembered, PGPASSWORD, or asked for"))


@contextmanager
def _signed_in(options: argparse.Namespace) -> Iterator[Store]:
    """The database of the workspace that the options name, as the person whom they name."""
    known = Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))
    name: str = options.workspace
    if "://" in name or "=" in name:
        workspace, password = Workspace.remote(name, name), Dsn.parse(name).password
        user: str = options.user or workspace.user
    else:
        workspace = _listed(known, name)
        user = options.user or workspace.user
        password = known.password(workspace, user) or ""
    if not user:
        raise Invalid(_("Say whose login to use."), remedy=_("Give it with --user."))
    with (
        known.open(workspace) as opened,
        _asking(user, password or os.environ.get("PGPASSWORD", ""), partial(opened.sign_in, user, connections=1)) as store,
    ):
        yield store


def _listed(known: Workspaces, name: str) -> Workspace:
    """The workspace called ``name``, or the first one."""
    for workspace in known.list_all():
        if name in ("", workspace.name):
            return workspace
    if name:
        raise NotFound(_("No workspace is called {name}.").format(name=name), remedy=_("The application's list shows their names."))
    raise NotFound(_("There is no workspace yet."), remedy=_("Open the application once, or name a database with --workspace."))
