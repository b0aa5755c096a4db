"""`nabip-lms server`: the schema on somebody's own server, without a window."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from desktop import cli
from desktop.members.commands import add_member
from desktop.members.queries import MemberFields
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
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
