"""The sample association: whole, made once, and open to each of its people."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.store import sample as association
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Workspaces
from tests.support.postgres import Database, SampleDatabase, shared_folder


def rows(session: Session, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(text(statement))]


@pytest.fixture
def passwords(db: Database) -> dict[str, str]:
    kept: dict[str, str] = {}
    assert association.create(db.address, kept.__setitem__)
    return kept


def test_no_page_is_empty(db: Database, passwords: dict[str, str]) -> None:
    read = db.superuser.read
    assert read(rows, "SELECT DISTINCT lesson_type FROM public.lessons ORDER BY 1") == [
        (kind,) for kind in ("assignment", "embedded_content", "external_link", "live_session", "pdf", "quiz", "scorm", "text", "video")
    ]
    assert read(rows, "SELECT count(DISTINCT category), count(*) FILTER (WHERE status = 'draft') FROM public.courses") == [(9, 1)]
    assert read(rows, "SELECT DISTINCT role FROM lms.member_roles ORDER BY 1") == [("administrator",), ("instructor",), ("proctor",)]
    waiting = "SELECT (SELECT count(*) FROM public.assignment_submissions WHERE status = 'submitted')"
    assert read(rows, f"{waiting}, (SELECT count(*) FROM public.transactions WHERE status = 'pending')") == [(1, 1)]
    assert read(rows, "SELECT count(*) FROM lms.certificates WHERE status = 'valid'") == [(1,)]


def test_each_of_its_people_can_sign_in_and_is_who_they_say(db: Database, passwords: dict[str, str]) -> None:
    people = association.people(db.address)
    assert [person.role for person in people] == ["instructor", "instructor", "administrator", "proctor", "learner", "learner"]
    assert {person.login for person in people} == passwords.keys()
    for person in people:
        assert person.description
        with psycopg.connect(db.address.with_(user=person.login, password=passwords[person.login]).conninfo()) as connection:
            assert connection.execute(
                "SELECT first_name || ' ' || last_name, %s = ANY (lms.my_roles()) FROM lms.my_profile()", (person.role,)
            ).fetchone() == (person.name, True)


def test_it_is_made_once_and_never_over_what_is_there(db: Database, passwords: dict[str, str]) -> None:
    assert not association.create(db.address, lambda _login, _password: pytest.fail("nobody is to be made"))


def test_a_filling_that_fails_leaves_nothing(db: Database) -> None:
    def fail(_login: str, _password: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        association.create(db.address, fail)
    assert db.superuser.read(rows, "SELECT count(*) FROM public.members") == [(0,)]


@pytest.mark.parametrize("turn", ["first", "second"])
def test_tests_that_change_it_do_not_meet(sample: SampleDatabase, turn: str) -> None:
    lena = sample.people["lena"]
    assert sample.store(lena).read(rows, "SELECT count(*) FROM public.enrollments") == [(2,)]
    with psycopg.connect(sample.dsn) as connection:
        connection.execute("DELETE FROM public.course_reviews")
        connection.execute("SELECT lms.disable_login(%s)", (lena.member_id,))


def test_the_same_package_makes_the_same_asset() -> None:
    assert association.package(association.RESOURCES / "scorm12") == association.package(association.RESOURCES / "scorm12")


@pytest.fixture
def home() -> Iterator[Path]:
    folder = shared_folder() / f"sample-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    yield folder
    shutil.rmtree(folder)


def test_a_lost_password_is_replaced(home: Path) -> None:
    workspaces = Workspaces(home / "workspaces.json", home, Secrets(home / "secrets.json", seconds=5))
    workspace = workspaces.add_embedded("Sample", sample=True)
    with workspaces.open(workspace) as opened:
        for _start in range(2):
            association.ensure(workspaces, opened)
            for person in association.sample_people(opened):
                password = workspaces.password(workspace, person.login)
                assert password is not None
                opened.sign_in(person.login, password).close()
            (workspaces.folder(workspace) / "people.json").unlink()
