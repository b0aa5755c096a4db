"""`nabip-lms server`: the schema on somebody's own server, without a window."""

from __future__ import annotations

import psycopg
import pytest

from desktop import cli
from tests.support.postgres import Database, Server


@pytest.fixture
def empty_database(postgres_server: Server) -> str:
    """The installer's address of a database that holds nothing."""
    address = postgres_server.clone("template0")
    return address.conninfo()


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
