"""The log of certificates: whatever is done to one is in it, and whatever is done to it is found."""

from __future__ import annotations

import json

import psycopg
import pytest

from desktop.certificates.commands import issue, reissue, revoke
from desktop.certificates.queries import check_log, list_log
from desktop.chain import Entry, Flaw, Wrong, find_flaw
from desktop.errors import NotAllowed
from desktop.store.connection import Store
from tests.support.courses import complete_course
from tests.support.postgres import Database


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def entries_of(store: Store) -> list[Entry]:
    return store.read(lambda session: list(list_log(session)))


def test_what_is_done_to_certificates_is_logged_in_its_order(db: Database, learner: Store, administrator: Store) -> None:
    first = learner.write(issue, complete_course(db, learner)).value
    second = administrator.write(reissue, first).value
    administrator.write(revoke, second, "Somebody else sat the exam.")
    logged = [json.loads(entry.text) for entry in entries_of(administrator)]
    assert [(entry["event"], entry["certificate"]["id"]) for entry in logged] == [
        ("issued", str(first)),
        ("superseded", str(first)),
        ("issued", str(second)),
        ("revoked", str(second)),
    ]
    assert logged[-1]["certificate"]["revocation_reason"] == "Somebody else sat the exam."
    assert logged[0]["by"] != logged[1]["by"]
    head, flaw = administrator.read(check_log)
    assert (head.number, flaw) == (4, None)
    with pytest.raises(NotAllowed):
        entries_of(learner)


@pytest.mark.parametrize(
    ("forgery", "flaw"),
    [
        ("UPDATE lms.certificate_log SET entry = replace(entry, 'Okafor', 'Eve') WHERE number = 1", Flaw(1, Wrong.EDITED)),
        ("DELETE FROM lms.certificate_log WHERE number = 1", Flaw(1, Wrong.MISSING)),
        ("DELETE FROM lms.certificate_log WHERE number = 3", Flaw(3, Wrong.CUT)),
    ],
)
def test_what_even_a_superuser_does_to_the_log_is_found(
    db: Database, learner: Store, administrator: Store, forgery: str, flaw: Flaw
) -> None:
    administrator.write(reissue, learner.write(issue, complete_course(db, learner)).value)
    head, _flaw = administrator.read(check_log)
    with psycopg.connect(db.dsn) as connection, pytest.raises(psycopg.Error, match="only ever added to"):
        connection.execute(forgery)
    with psycopg.connect(db.dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # past every trigger
        connection.execute(forgery)
    assert find_flaw(entries_of(administrator), head) == flaw
