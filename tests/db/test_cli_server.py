"""`nabip-lms server`: the schema on somebody's own server, without a window."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from desktop import cli
from desktop.members.commands import add_member
from desktop.members.queries import MemberFields
from desktop.store.advice import RULES, read_settings
from desktop.store.announcement import Announcement, get_announcement, release
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.version import application_version
from tests.support.postgres import Database, Server


@pytest.fixture
def empty_database(postgres_server: Server) -> Iterator[str]:
    """The installer's address of a database that holds nothing."""
    with postgres_server.roles_kept():
        address = postgres_server.clone("template0")
        yield address.conninfo()
        postgres_server.drop(address.database)


def test_install_check_upgrade(empty_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["server", "check", empty_database]) == 1
    assert "Not applied yet" in capsys.readouterr().out
    assert cli.main(["server", "install", empty_database]) == 0
    said = capsys.readouterr().out
    assert "0001_roles_and_schemas.sql" in said
    assert said.endswith("Applied.\n")
    for action in ("check", "upgrade", "install"):
        assert cli.main(["server", action, empty_database]) == 0
        assert capsys.readouterr().out.endswith("Everything is up to date.\n")


def test_a_wrong_password_is_a_sentence_and_never_shown(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = db.address.with_(password="xyzzy").conninfo()
    assert cli.main(["server", "check", wrong]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("The server does not accept this user name and password.")
    assert "xyzzy" not in said.err


def test_the_password_is_asked_for_on_a_terminal(db: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: db.address.password)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert cli.main(["server", "check", str(db.address)]) == 0
    assert "up to date" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("nonsense", "This is not the address of a database."),
        ("postgresql://ann@127.0.0.1:1/lms", "The server cannot be reached."),
    ],
)
def test_a_wrong_address_is_a_sentence(dsn: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["server", "check", dsn]) == 1
    assert capsys.readouterr().err.startswith(sentence)


def test_a_database_that_holds_other_tables_is_left_alone(empty_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE public.invoices (id integer)")
    assert cli.main(["server", "install", empty_database]) == 1
    assert "already holds other tables: invoices" in capsys.readouterr().err


def test_what_is_not_a_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["sever"])
    assert stop.value.code == 2
    assert "server" in capsys.readouterr().err


@pytest.fixture
def hosted_database(postgres_server: Server, empty_database: str) -> str:
    """The same for an installer as hosts give one: it may make roles, owns the database, and is no superuser."""
    address = Dsn.parse(empty_database)
    with postgres_server.connect() as connection:
        connection.execute("CREATE ROLE hosted LOGIN CREATEROLE PASSWORD 'hosted'")
        # Groups that another workspace on this server made belong to its installer.
        for group in ("lms_owner", "lms_member", "lms_staff", "lms_administrator", "lms_station", "anon"):
            connection.execute(f"GRANT {group} TO hosted WITH ADMIN OPTION")
        connection.execute(f"ALTER DATABASE {address.database} OWNER TO hosted")
    return address.with_(user="hosted", password="hosted").conninfo()


@pytest.mark.parametrize("installer", ["empty_database", "hosted_database"], ids=["superuser", "hosted"])
def test_the_first_administrator_lets_in_the_others(
    installer: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn: str = request.getfixturevalue(installer)
    asked = ["server", "install", dsn, "--administrator", "ann@example.org"]
    assert cli.main(asked) == 1
    assert "first and a last name" in capsys.readouterr().err
    assert cli.main([*asked, "--name", "Ann Mary Lee"]) == 0
    words = capsys.readouterr().out.splitlines()[0].split()
    login, password = words[4], words[-1]
    with Store(Dsn.parse(dsn).with_(user=login, password=password)) as store:
        assert store.read(lambda session: session.scalar(text("SELECT lms.my_roles()"))) == ["learner", "administrator"]
        store.write(add_member, MemberFields("Bo", "Berg", "bo@example.org"))
        assert store.read(lambda session: session.scalar(text("SELECT count(*) FROM public.members"))) == 2
    assert cli.main([*asked, "--name", "Ann Lee"]) == 1
    assert capsys.readouterr().err


def test_what_to_look_at_on_the_server_is_said(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """The tests' own server is one that nobody should rely on."""
    assert cli.main(["server", "check", db.dsn]) == 0
    said = capsys.readouterr().out
    assert "! A power cut can destroy the database.\n  Set fsync = on" in said
    assert "! What was acknowledged in the last half second" in said
    assert "· Dead rows are never cleared away" in said
    assert "MD5" not in said
    assert "not encrypted" not in said, "nobody listens on this computer"
    assert said.index("! ") < said.index("· "), "what puts records at risk comes first"


def test_each_rule_is_about_a_setting_that_every_server_has(postgres_server: Server) -> None:
    with postgres_server.connect() as connection:
        settings = read_settings(connection) | {"here": "no"}
    assert not any(rule.applies(settings | SOUND) for rule in RULES)
    for rule in RULES:
        worse = [name for name, value in UNSOUND.items() if rule.applies(settings | SOUND | {name: value})]
        assert worse, rule.finding


SOUND = {
    "ssl": "on",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "archive_mode": "on",
    "log_statement": "ddl",
    "autovacuum": "on",
    "max_connections": "400",
    "shared_buffers": "262144",
    "statements": "yes",
}
UNSOUND = {
    "ssl": "off",
    "password_encryption": "md5",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "archive_mode": "off",
    "log_statement": "all",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "16384",
    "statements": "no",
}


def test_a_version_is_announced_with_the_upgrade(empty_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["server", "install", empty_database, "--download", "http://example.org"]) == 1
    assert "no address to download from" in capsys.readouterr().err
    assert cli.main(["server", "upgrade", empty_database, "--download", "https://example.org/lms"]) == 0
    assert "Older copies are told of version" in capsys.readouterr().out
    with Store(empty_database) as store:
        assert store.read(get_announcement, "0.0.1") == Announcement(
            ".".join(map(str, release(application_version()))), "https://example.org/lms"
        )
        assert store.read(get_announcement, application_version()) is None
        assert store.read(get_announcement, "99.0+3.gabc") is None


@pytest.mark.parametrize(("older", "newer"), [("1.2", "1.10"), ("1.2", "1.2.1"), ("1.2+7.gabc.dirty", "2"), ("", "0.1")])
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert release(older) < release(newer)
    assert not release(newer) < release(older)
