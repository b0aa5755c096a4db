"""The application's jobs without a window: ``nabip-lms COMMAND``, in a checkout ``./lms COMMAND``.

Results go to standard output, errors to standard error. The exit status is 0 when it is done and all is well, 1 when it failed or the
answer is no, 2 when the command was not understood.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

from desktop.certificates.audit import verify_bundle
from desktop.certificates.custody import find_key, recall_keys
from desktop.certificates.verify import judge, verify_file, verify_number
from desktop.courses import commands as courses
from desktop.courses.vocabulary import CATEGORIES
from desktop.errors import Invalid, LmsError, NotFound, SignInRefused
from desktop.exams.enrolment import enrol, load_account
from desktop.exams.evidence import save_incidents, verify_incidents
from desktop.exams.report import SittingReport, as_csv, draw_report, get_sitting_report, save_xlsx, seat_table
from desktop.exams.start_codes import ALPHABET, show_code
from desktop.i18n import N_, _, ngettext
from desktop.lockdown.guard import keep_station
from desktop.lockdown.release import make_codes
from desktop.members.commands import appoint_administrator
from desktop.members.queries import MemberFields
from desktop.members.scram import verifier
from desktop.scorm.cache import import_package
from desktop.scorm.commands import Choice
from desktop.scorm.conversion import convert_waiting
from desktop.settings import LAST_PERSON, LAST_WORKSPACE, Settings, cache_folder, config_folder, data_folder
from desktop.store import migrations
from desktop.store.advice import Advice, advise
from desktop.store.announcement import announce
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.migrations import Report, begin_epoch
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Workspace, Workspaces
from desktop.tasks import JobControl
from desktop.version import application_version

COMMANDS = {
    "server": N_("set up, check or upgrade the schema on a server, or say it was restored: server install|check|upgrade|restored DSN"),
    "import": N_("import a SCORM or AICC package as a new draft course: import FILE"),
    "verify": N_("verify a certificate, an audit bundle or an exam's log: verify certificate NUMBER|FILE, verify bundle|incidents FILE"),
    "sitting": N_("keep what happened in a supervised exam: sitting report ID FILE.pdf|.xlsx|.csv, sitting incidents ID FILE"),
    "station": N_("be an exam station, or make this computer one: station, station enrol NAME"),
    "check": N_("try out whether this copy of the application works on this computer, without touching anything of yours"),
    "menu": N_("put this copy of the application into the menu of a Linux desktop, or take it out: menu add|remove"),
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
    parser.add_argument("--version", action="version", version=f"NABIP LMS Desktop {application_version()}")
    commands = parser.add_subparsers(metavar=_("command"), required=True)
    _add_server(commands.add_parser("server", help=_(COMMANDS["server"]), description=_(COMMANDS["server"])))
    _add_import(commands.add_parser("import", help=_(COMMANDS["import"]), description=_(COMMANDS["import"])))
    _add_verify(commands.add_parser("verify", help=_(COMMANDS["verify"]), description=_(COMMANDS["verify"])))
    _add_sitting(commands.add_parser("sitting", help=_(COMMANDS["sitting"]), description=_(COMMANDS["sitting"])))
    _add_station(commands.add_parser("station", help=_(COMMANDS["station"]), description=_(COMMANDS["station"])))
    commands.add_parser("check", help=_(COMMANDS["check"]), description=_(COMMANDS["check"])).set_defaults(run=_check)
    _add_menu(commands.add_parser("menu", help=_(COMMANDS["menu"]), description=_(COMMANDS["menu"])))
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "check", "upgrade", "restored"))
    parser.add_argument(
        "dsn",
        metavar="DSN",
        help=_("the database, as postgresql://user@host/database; the password is asked for, or taken from PGPASSWORD or ~/.pgpass"),
    )
    parser.add_argument(
        "--administrator", metavar="EMAIL", help=_("with install: make this person an administrator, who can let in the others")
    )
    parser.add_argument("--name", metavar="NAME", default="", help=_("the administrator's name, as in 'Ann Lee'"))
    parser.add_argument(
        "--download",
        metavar="ADDRESS",
        help=_("with install or upgrade: tell older copies that sign in that this version is there, and where: https://…"),
    )
    parser.set_defaults(run=_server)


def _server(options: argparse.Namespace) -> int:
    if options.action == "restored":
        address = Dsn.parse(options.dsn)
        _asking(address.user, address.password, lambda password: begin_epoch(address.with_(password=password).conninfo()))
        print(_("Every computer that keeps courses will compare them with the server's when it next reaches it."))
        return 0
    acts: dict[str, Callable[[str], Report]] = {
        "install": partial(_install, options),
        "check": migrations.check,
        "upgrade": migrations.upgrade,
    }
    advice: list[Advice] = []

    def act(dsn: str) -> Report:
        report = acts[options.action](dsn)
        advice.extend(advise(dsn))
        if options.download and options.action != "check":
            made = announce(dsn, application_version(), options.download)
            print(_("Older copies are told of version {version}.").format(version=made.version))
        return report

    report = _with_password(options.dsn, act)
    for one in advice:
        print("{mark} {finding}\n  {remedy}".format(mark="!" if one.risk else "·", finding=one.finding, remedy=one.remedy))
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
    parser.add_argument(
        "file", metavar="FILE", type=Path, help=_("a SCORM or AICC course: the zip file, or the folder that it was unpacked to")
    )
    parser.add_argument("--title", help=_("title of the course; the package's own without this"))
    parser.add_argument(
        "--organization", default="", metavar="ID", help=_("which of the package's organizations; its default without this")
    )
    parser.add_argument("--lesson-per-item", action="store_true", help=_("a lesson for each part of the package, instead of one for all"))
    parser.add_argument("--category", choices=CATEGORIES, default="continuing_education", help=_("category of the course (%(default)s)"))
    _add_workspace(parser)
    parser.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
    source: Path = options.file
    if not source.exists():
        raise NotFound(_("There is no file {path}.").format(path=source))
    control = JobControl(_show_progress)
    with _signed_in(options) as store:
        course = store.write(courses.create_course, options.title or source.stem, options.category).value
        try:
            module = store.write(courses.add_module, course, _("Course")).value
            choice = Choice(options.organization, options.lesson_per_item)
            _lesson, package = import_package(store, source, module, cache_folder() / "packages", control, choice).value
            if not options.title and package.manifest.title:
                store.write(courses.edit_course, course, {"title": package.manifest.title})
        except BaseException:
            store.write(courses.delete_draft, course)
            raise
        convert_waiting(control, store, cache_folder() / "packages")
    for remark in package.report.remarks:
        print(f"{remark.severity.value}: {remark.where}: {remark.text}")
    print(_("Imported as a draft: {course}").format(course=course))
    return 0


def _show_progress(fraction: float | None, detail: str) -> None:
    if sys.stderr.isatty():
        share = "" if fraction is None else f"{fraction:4.0%} "
        print(f"\r\x1b[K{share}{detail}", end="", file=sys.stderr, flush=True)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("certificate", "bundle", "incidents"))
    parser.add_argument(
        "certificate",
        metavar="NUMBER|FILE",
        help=_("the number that is printed on it, or its PDF; an audit bundle; the log of incidents of a sitting"),
    )
    parser.add_argument("--offline", action="store_true", help=_("judge a file by its signature alone, with the keys met before"))
    _add_workspace(parser)
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    path = Path(options.certificate)
    if options.what == "bundle":
        return _verify_bundle(options, path)
    if options.what == "incidents":
        return _verify_incidents(options, path)
    if path.suffix.lower() == ".pdf" and not path.is_file():
        raise NotFound(_("There is no file {path}.").format(path=path))
    if not path.is_file():
        with _signed_in(options) as store:
            record = store.read(verify_number, options.certificate)
        if record.status != "not_found":
            print(f"{record.number}: {record.member_name}, {record.course_title}")
        print(record.sentence())
        return 0 if record.status == "valid" else 1
    if options.offline:
        found = judge(path, recall_keys(), None)
    else:
        with _signed_in(options) as store:
            found = verify_file(store, path)
    for field in found.fields:
        if not field.agrees:
            print(_("{field}: {words}").format(field=field.name, words=", ".join(field.words())))
    name, course = (next((one.value for one in found.fields if one.key == key), "") for key in ("member_name", "course_title"))
    if found.status not in {"changed", "not_found"}:
        print(f"{found.number}: {name}, {course}")
    print(found.sentence())
    if unknown := found.unknown():
        print(unknown)
    return 0 if found.status in {"valid", "signed"} else 1


def _add_station(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("run", "enrol", "codes"), default="run")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help=_("with enrol: what the station is called, as on its desk"))
    parser.add_argument("--windowed", action="store_true", help=_("for rehearsals: in a window, without holding the desk"))
    _add_workspace(parser)
    parser.set_defaults(run=_station)


def _station(options: argparse.Namespace) -> int:
    path = config_folder() / "station.json"
    if options.action == "run":
        if not options.windowed:
            return keep_station()
        from desktop.ui.exams import station_app

        return station_app.run(windowed=True)
    if options.action == "enrol":
        if not options.name:
            raise Invalid(_("Say what the station is called."), remedy=_("As in: station enrol 'Desk 12'."))
        known, workspace = _workspace(options)
        with _signed_in(options) as store:
            account = enrol(known, workspace, store, options.name, verifier, path)
        print(_("This computer is the exam station {name}, with the login {role}.").format(name=account.name, role=account.role))
    print(_("Codes that release {name}, each once; print them for the proctors:").format(name=load_account(path).name))
    for code in make_codes(path, ALPHABET):
        print(f"  {show_code(code)}")
    return 0


def _check(_options: argparse.Namespace) -> int:
    from desktop.selfcheck import check

    return check()


def _add_menu(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "remove"))
    parser.set_defaults(run=_menu)


def _menu(options: argparse.Namespace) -> int:
    from desktop import menu

    if options.action == "add":
        print(_("Written: {path}").format(path=menu.add()))
    else:
        menu.remove()
    return 0


def _verify_bundle(options: argparse.Namespace, path: Path) -> int:
    if options.offline:
        found = verify_bundle(None, path)
    else:
        with _signed_in(options) as store:
            found = verify_bundle(store, path)
    for flaw in found.flaws:
        print(flaw)
    print(
        _("{association}: certificates issued from {since} to {until}: {n}").format(
            association=found.association, n=found.certificates, since=found.since, until=found.until
        )
    )
    print(found.sentence())
    return 0 if found.good else 1


def _verify_incidents(options: argparse.Namespace, path: Path) -> int:
    if options.offline:
        found = verify_incidents(None, path)
    else:
        with _signed_in(options) as store:
            found = verify_incidents(store, path)
    for flaw in found.flaws:
        print(flaw)
    print(
        _("{association}: {title}, incidents up to {time} UTC: {n}").format(
            association=found.association, title=found.title, time=f"{found.made_at:%Y-%m-%d %H:%M}", n=found.head.number
        )
    )
    print(found.sentence())
    return 0 if found.good else 1


def _add_sitting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("report", "incidents"))
    parser.add_argument("sitting", metavar="SITTING", type=UUID, help=_("the sitting's id"))
    parser.add_argument(
        "file", metavar="FILE", type=Path, help=_("where to: .pdf, .xlsx or .csv for the report, any name for the incidents")
    )
    _add_workspace(parser)
    parser.set_defaults(run=_sitting)


def _sitting(options: argparse.Namespace) -> int:
    path: Path = options.file
    if options.what == "report" and path.suffix.lower() not in REPORTS:
        raise Invalid(_("A report is a .pdf, .xlsx or .csv file."))
    with _signed_in(options) as store:
        if options.what == "report":
            REPORTS[path.suffix.lower()](store.read(get_sitting_report, options.sitting), path)
        else:
            key = find_key(store)
            save_incidents(store, options.sitting, key, path)
            if key is None:
                print(_("Not signed: the association's key is not on this computer."), file=sys.stderr)
    print(_("Written: {path}").format(path=path))
    return 0


REPORTS: dict[str, Callable[[SittingReport, Path], object]] = {
    ".pdf": lambda report, path: path.write_bytes(draw_report(report)),
    ".xlsx": save_xlsx,
    ".csv": lambda report, path: path.write_text(as_csv(seat_table(report)), "utf-8-sig", newline=""),
}


def _add_workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace",
        metavar="NAME|DSN",
        default="",
        help=_("one of the application's workspaces, or a database; without this the one opened last"),
    )
    parser.add_argument("--user", default="", help=_("whose login to use; without this that of whoever used the application last"))


@contextmanager
def _signed_in(options: argparse.Namespace) -> Iterator[Store]:
    """The database of the workspace that the options name, as the person whom they name."""
    known, workspace = _workspace(options)
    name: str = options.workspace
    password = ""
    if _is_address(name):
        password = Dsn.parse(name).password
        user: str = options.user or workspace.user
    else:
        user = options.user or Settings(config_folder() / "settings.json").get(LAST_PERSON) or workspace.user
        password = known.password(workspace, user) or ""
    if not user:
        raise Invalid(_("Say whose login to use."), remedy=_("Give it with --user."))
    with (
        known.open(workspace) as opened,
        _asking(user, password or os.environ.get("PGPASSWORD", ""), partial(opened.sign_in, user, connections=1)) as store,
    ):
        yield store


def _workspace(options: argparse.Namespace) -> tuple[Workspaces, Workspace]:
    """The list of workspaces, and the one that the options name: of the list, or a database that may be in it."""
    known = Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))
    name: str = options.workspace
    if not _is_address(name):
        return known, _listed(known, name or Settings(config_folder() / "settings.json").get(LAST_WORKSPACE))
    given = Workspace.remote(str(Dsn.parse(name)), name)
    same = (one for one in known.list_all() if (one.hosts, one.database, one.user) == (given.hosts, given.database, given.user))
    return known, next(same, given)


def _is_address(name: str) -> bool:
    return "://" in name or "=" in name


def _listed(known: Workspaces, wanted: str) -> Workspace:
    """The workspace with this name or id."""
    for workspace in known.list_all():
        if wanted in (workspace.id, workspace.name):
            return workspace
    if wanted:
        raise NotFound(_("No workspace is called {name}.").format(name=wanted), remedy=_("The application's list shows their names."))
    raise NotFound(_("There is no workspace yet."), remedy=_("Open the application once, or name a database with --workspace."))
