"""Workspaces: the list, the connection test that says what is wrong, and opening one."""

from __future__ import annotations

import json
import os
import secrets as random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop import errors
from desktop.store import connection, migrations, postgres, workspaces
from desktop.store.dsn import Dsn, Host
from desktop.store.migrations import DatabaseOccupied, NotInstalled, WorkspaceNewer
from desktop.store.postgres import SUPERUSER, Cluster
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Kind, Workspace, Workspaces
from tests.support.postgres import PASSWORD, SETTINGS, Database, Person, Server, shared_folder, system_binaries
from tests.support.tls import Authority, TlsRelay


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's account can reach, which pytest's own is not."""
    folder = shared_folder() / f"home-{os.getpid()}-{random.token_hex(4)}"
    folder.mkdir(mode=0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def listed(home: Path) -> Workspaces:
    return Workspaces(home / "config" / "workspaces.json", home, Secrets(home / "config" / "secrets.json", seconds=5))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "association")


@pytest.fixture
def relay(db: Database, authority: Authority) -> Iterator[TlsRelay]:
    with TlsRelay(authority.issue("127.0.0.1"), db.address.hosts[0].port) as running:
        yield running


def behind(port: int, db: Database, authority: Authority, host: str = "127.0.0.1") -> Workspace:
    """The test's database behind TLS, as a workspace that says so about the pooler."""
    return Workspace(
        "w", "Association", Kind.REMOTE, hosts=(Host(host, port),), database=db.address.database, pooler=True, ca_file=str(authority.file)
    )


# The list


def test_at_first_there_is_none(listed: Workspaces) -> None:
    assert listed.list_all() == ()


def test_what_was_added_is_there_for_every_copy_of_the_application(listed: Workspaces) -> None:
    ours = listed.add_embedded("Sample", sample=True)
    theirs = Workspace.remote("Head office", "postgresql://anna:sesame@db1.example.org,db2.example.org:6432/lms?target_session_attrs=any")
    listed.add(theirs)
    other_copy = Workspaces(listed._path, listed._data, listed.secrets)
    assert other_copy.list_all() == (ours, theirs)
    assert theirs.hosts == (Host("db1.example.org", 5432), Host("db2.example.org", 6432))
    assert (theirs.user, theirs.sslmode, theirs.target_session_attrs) == ("anna", "verify-full", "any")
    assert "sesame" not in listed._path.read_text()


def test_copies_that_add_at_the_same_moment_lose_nothing(listed: Workspaces) -> None:
    threads = [threading.Thread(target=listed.add_embedded, args=(f"Workspace {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(workspace.name for workspace in listed.list_all()) == [f"Workspace {n}" for n in range(8)]


def test_renaming_and_removing(listed: Workspaces) -> None:
    first, second = listed.add_embedded("One"), listed.add_embedded("Two")
    listed.rename(first.id, "Uno")
    listed.remove(second.id)
    assert [workspace.name for workspace in listed.list_all()] == ["Uno"]
    with pytest.raises(errors.NotFound):
        listed.rename(second.id, "Due")
    with pytest.raises(errors.Invalid):
        listed.rename(first.id, " ")


def test_removing_forgets_the_password(listed: Workspaces) -> None:
    workspace = Workspace.remote("Head office", "postgresql://anna@db.example.org/lms")
    listed.add(workspace)
    listed.remember(workspace, "anna", "sesame")
    assert listed.password(workspace, "anna") == "sesame"
    listed.remove(workspace.id)
    assert listed.password(workspace, "anna") is None


def test_what_a_later_version_added_is_no_obstacle(listed: Workspaces) -> None:
    workspace = listed.add_embedded("One")
    content = json.loads(listed._path.read_text())
    content["workspaces"][0]["colour"] = "green"
    listed._path.write_text(json.dumps(content))
    assert listed.list_all() == (workspace,)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"workspaces": [{}]}', '{"workspaces": 7}', '{"workspaces": [{"id": "a", "name": "b", "kind": "c"}]}']
)
def test_a_broken_list_is_said_and_never_overwritten(listed: Workspaces, content: str) -> None:
    listed._path.parent.mkdir(exist_ok=True)
    listed._path.write_text(content)
    with pytest.raises(errors.Invalid) as caught:
        listed.list_all()
    assert str(listed._path) in caught.value.remedy
    with pytest.raises(errors.Invalid):
        listed.add_embedded("One")
    assert listed._path.read_text() == content


# On this computer


def count(session: Session, table: str) -> int:
    return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


def test_opening_makes_a_workspace_that_keeps_its_data(listed: Workspaces) -> None:
    workspace = listed.add_embedded("Our association")
    with listed.open(workspace) as opened:
        assert opened.server is not None
        with psycopg.connect(opened.server.address().conninfo()) as session:
            assert session.execute("SELECT name, schema_version FROM lms.workspace").fetchall() == [
                ("Our association", migrations.latest_version())
            ]
            session.execute("INSERT INTO public.members (first_name, last_name, email) VALUES ('Anna', 'Berg', 'anna@example.org')")
    with listed.open(workspace) as opened:
        assert opened.server is not None
        with psycopg.connect(opened.server.address().conninfo()) as session:
            assert session.execute("SELECT count(*) FROM public.members").fetchone() == (1,)
        with pytest.raises(errors.Conflict):
            listed.remove(workspace.id, delete_data=True)
    listed.remove(workspace.id, delete_data=True)
    assert not listed.folder(workspace).exists()


# Elsewhere


def test_a_good_connection_says_what_is_there(db: Database, relay: TlsRelay, authority: Authority) -> None:
    person = db.add_person("instructor", first_name="Anna", last_name="Berg")
    found = workspaces.test_connection(behind(relay.port, db, authority), person.login, person.password)
    assert found.problem is None
    assert (found.host, found.encrypted, found.verified, found.bound) == (f"127.0.0.1:{relay.port}", True, True, False)
    assert found.server_version.split(".")[0] == os.environ.get("LMS_TEST_PG", "18")
    assert (found.schema_version, found.person) == (migrations.latest_version(), "Anna Berg")
    assert "instructor" in found.roles


def problem_of(workspace: Workspace, person: Person) -> errors.LmsError:
    """What stands in the way, with a sentence and what to do about it."""
    found = workspaces.test_connection(workspace, person.login, person.password).problem
    assert found is not None
    assert found.message.endswith(".")
    assert found.remedy.endswith(".") or "upgrade" in found.remedy
    assert person.password not in f"{found.message}{found.remedy}{found.details}"
    return found


@pytest.fixture
def person(db: Database) -> Person:
    return db.add_person("instructor")


def test_an_expired_certificate(db: Database, person: Person, authority: Authority) -> None:
    with TlsRelay(authority.issue("127.0.0.1", days=(-3, -1)), db.address.hosts[0].port) as relay:
        found = problem_of(behind(relay.port, db, authority), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "expired" in found.message


def test_a_certificate_that_is_not_valid_yet(db: Database, person: Person, authority: Authority) -> None:
    with TlsRelay(authority.issue("127.0.0.1", days=(1, 3)), db.address.hosts[0].port) as relay:
        found = problem_of(behind(relay.port, db, authority), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "clock" in found.remedy


def test_an_unknown_authority(db: Database, person: Person, relay: TlsRelay, authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "somebody")
    found = problem_of(behind(relay.port, db, other), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "CA file" in found.remedy
    assert isinstance(problem_of(replace(behind(relay.port, db, other), ca_file=""), person), errors.ServerUntrusted)


def test_a_certificate_file_that_is_not_there(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    found = problem_of(replace(behind(relay.port, db, authority), ca_file="/nowhere/ca.pem"), person)
    assert isinstance(found, errors.ServerUntrusted)


def test_another_hosts_certificate(db: Database, person: Person, authority: Authority) -> None:
    with TlsRelay(authority.issue("db.example.org"), db.address.hosts[0].port) as relay:
        found = problem_of(behind(relay.port, db, authority), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "another host" in found.message


def test_a_server_without_tls(db: Database, person: Person, authority: Authority) -> None:
    if int(os.environ.get("LMS_TEST_PG", "18")) == 15:
        pytest.skip("the system's Postgres has TLS")
    found = problem_of(behind(db.address.hosts[0].port, db, authority), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "encryption" in found.message


def test_a_pooler_must_be_named_as_one(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    found = problem_of(replace(behind(relay.port, db, authority), pooler=False), person)
    assert isinstance(found, errors.ServerUntrusted)
    assert "pooler" in found.remedy


def test_a_wrong_password(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    found = problem_of(behind(relay.port, db, authority), replace(person, password="something else"))
    assert isinstance(found, errors.SignInRefused)


def test_a_disabled_login(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    with psycopg.connect(db.dsn, autocommit=True) as session:
        session.execute("SELECT lms.disable_login(%s)", (person.member_id,))
    assert isinstance(problem_of(behind(relay.port, db, authority), person), errors.SignInRefused)


def test_a_wrong_database(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    found = problem_of(replace(behind(relay.port, db, authority), database="elsewhere"), person)
    assert isinstance(found, errors.DatabaseUnknown)


def test_nobody_there(db: Database, person: Person, authority: Authority) -> None:
    assert isinstance(problem_of(behind(1, db, authority), person), errors.ServerAway)
    assert isinstance(problem_of(behind(5432, db, authority, host="db.invalid"), person), errors.ServerAway)


def test_a_server_of_a_version_that_no_test_ran_on(
    db: Database, person: Person, relay: TlsRelay, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SUPPORTED_MAJORS", range(21, 23))
    found = problem_of(behind(relay.port, db, authority), person)
    assert isinstance(found, errors.ServerUnsupported)
    assert f"PostgreSQL {os.environ.get('LMS_TEST_PG', '18')}; this application works with 21 to 22" in found.message


def test_a_login_that_is_nobody(db: Database, relay: TlsRelay, authority: Authority) -> None:
    found = workspaces.test_connection(behind(relay.port, db, authority), SUPERUSER, PASSWORD)
    assert isinstance(found.problem, errors.NotAllowed)
    assert found.schema_version == migrations.latest_version()


@pytest.fixture
def strange(postgres_server: Server) -> Iterator[Database]:
    """A database that is not ours."""
    address = postgres_server.clone("template1")
    yield Database(address)
    postgres_server.drop(address.database)


def test_a_database_without_a_workspace(strange: Database, authority: Authority) -> None:
    with TlsRelay(authority.issue("127.0.0.1"), strange.address.hosts[0].port) as relay:
        found = workspaces.test_connection(behind(relay.port, strange, authority), SUPERUSER, PASSWORD)
    assert isinstance(found.problem, NotInstalled)


def test_a_database_that_holds_other_tables_is_left_alone(strange: Database) -> None:
    with psycopg.connect(strange.dsn, autocommit=True) as session:
        session.execute("CREATE TABLE public.courses (id integer)")
        with pytest.raises(DatabaseOccupied):
            migrations.install(strange.dsn)
        assert session.execute("SELECT to_regnamespace('lms') IS NULL").fetchone() == (True,)


@pytest.mark.parametrize(("step", "kind"), [(1, WorkspaceNewer), (-1, errors.ServerUnsupported)])
def test_another_versions_schema(
    db: Database, person: Person, relay: TlsRelay, authority: Authority, step: int, kind: type[errors.LmsError]
) -> None:
    with psycopg.connect(db.dsn, autocommit=True) as session:
        session.execute("UPDATE lms.workspace SET schema_version = schema_version + %s", (step,))
    assert isinstance(problem_of(behind(relay.port, db, authority), person), kind)
    with pytest.raises(kind):
        workspaces.OpenWorkspace(behind(relay.port, db, authority), None).sign_in(person.login, person.password)


def test_several_hosts_lead_to_the_one_that_answers(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    workspace = replace(behind(relay.port, db, authority), hosts=(Host("127.0.0.1", 1), Host("127.0.0.1", relay.port)))
    found = workspaces.test_connection(workspace, person.login, person.password)
    assert found.problem is None
    assert found.host == f"127.0.0.1:{relay.port}"


def test_signing_in_and_losing_the_network(db: Database, person: Person, relay: TlsRelay, authority: Authority) -> None:
    with workspaces.OpenWorkspace(behind(relay.port, db, authority), None).sign_in(person.login, person.password, connections=1) as store:
        relay.cut()
        with pytest.raises(errors.ServerAway):
            store.read(count, "lms.workspace")
        assert store.read(count, "lms.workspace") == 1


def test_a_bound_connection_to_a_server_of_its_own_certificate(home: Path, authority: Authority) -> None:
    """A whole Postgres with TLS, by the strictest settings, which are the default ones."""
    found = system_binaries(15)
    if found is None:
        pytest.skip("no system Postgres with TLS here")
    account = postgres.server_account()
    cluster = Cluster(home / "server", found, account)
    certificate = authority.issue("127.0.0.1")
    for source, name in ((certificate.chain, "server.crt"), (certificate.key, "server.key")):
        target = home / name
        shutil.copyfile(source, target)
        target.chmod(0o600)
        if account is not None:
            os.chown(target, account.uid, account.gid)
    tls = {"ssl": "on", "ssl_cert_file": str(home / "server.crt"), "ssl_key_file": str(home / "server.key")}
    cluster.create(PASSWORD, settings={**SETTINGS, **tls}, durable=False)
    port = cluster.start()
    try:
        address = Dsn((Host("127.0.0.1", port),), "postgres", SUPERUSER, PASSWORD)
        migrations.install(address.conninfo())
        person = Database(address).add_person("instructor")
        workspace = Workspace("w", "Association", Kind.REMOTE, hosts=address.hosts, database="postgres", ca_file=str(authority.file))
        diagnosis = workspaces.test_connection(workspace, person.login, person.password)
        assert diagnosis.problem is None
        assert (diagnosis.encrypted, diagnosis.verified, diagnosis.bound) == (True, True, True)
    finally:
        cluster.stop()
