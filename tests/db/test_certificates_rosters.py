"""Rosters of continuing education on a real server: who belongs on which, until when, and what was reported."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from desktop.certificates.ce import Method
from desktop.certificates.commands import issue, revoke
from desktop.certificates.rosters import (
    NewApproval,
    RosterRow,
    delete_approval,
    file_roster,
    list_approvals,
    list_providers,
    list_roster,
    roster_csv,
    save_approval,
    set_provider,
)
from desktop.errors import Invalid, NotAllowed
from desktop.store.connection import Store
from tests.support.courses import complete_course
from tests.support.postgres import Database

TODAY = datetime.now(UTC).date()


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def graduate(db: Database, name: str, state: str | None, *, npn: str | None = "1234567", title: str = "Ethics") -> UUID:
    """Somebody licensed in ``state`` completes a course and gets the certificate, which this is."""
    person = db.add_person("learner", first_name=name, last_name="Okafor")
    with psycopg.connect(db.dsn) as connection:
        connection.execute("UPDATE members SET license_state = %s, npn = %s WHERE id = %s", (state, npn, person.member_id))
    store = db.store(person)
    return store.write(issue, complete_course(db, store, title)).value


def course_of(db: Database, certificate: UUID) -> UUID:
    with psycopg.connect(db.dsn) as connection:
        row = connection.execute("SELECT course_id FROM lms.certificates WHERE id = %s", (certificate,)).fetchone()
        assert row is not None
        return UUID(str(row[0]))


def approve(store: Store, course: UUID, state: str, since: date = TODAY, until: date | None = None) -> UUID:
    new = NewApproval(course, state, f"{state}-77", Decimal("1.00"), Method.SELF_STUDY, since, until)
    return store.write(save_approval, new).value


def by_name(rows: tuple[RosterRow, ...]) -> dict[str, RosterRow]:
    return {row.member_name.split()[0]: row for row in rows}


def test_what_is_to_be_reported_to_whom_until_when_and_what_keeps_some_back(db: Database, administrator: Store) -> None:
    amara = graduate(db, "Amara", "WA")
    graduate(db, "Bo", "WA", npn=None, title="Law")
    graduate(db, "Chloe", "HI", title="Tax")
    graduate(db, "Dan", None, title="Sales")
    approve(administrator, course_of(db, amara), "WA")
    administrator.write(set_provider, "wa", "P-300")
    rows = by_name(administrator.read(list_roster))
    assert rows.keys() == {"Amara", "Bo", "Chloe"}, "Dan has no licence anywhere"
    assert (rows["Amara"].hindrance, rows["Amara"].course_number, rows["Amara"].provider_number) == (None, "WA-77", "P-300")
    assert rows["Amara"].credits == Decimal("1.00"), "what the state approved, not what the course says"
    assert rows["Amara"].due == TODAY + timedelta(days=10)
    assert rows["Bo"].hindrance == "not-approved"
    assert rows["Chloe"].due == TODAY + timedelta(days=15)


def test_an_approval_counts_from_its_first_day_to_its_last(db: Database, administrator: Store) -> None:
    course = course_of(db, graduate(db, "Amara", "WA"))
    administrator.write(set_provider, "WA", "P-300")
    past = approve(administrator, course, "WA", TODAY - timedelta(days=60), TODAY - timedelta(days=1))
    assert administrator.read(list_roster)[0].hindrance == "not-approved"
    again = NewApproval(course, "WA", "WA-78", Decimal(2), Method.WEBINAR, TODAY - timedelta(days=60), TODAY)
    administrator.write(save_approval, again, past)
    (row,) = administrator.read(list_roster)
    assert (row.hindrance, row.course_number, row.credits, row.method) == (None, "WA-78", Decimal(2), Method.WEBINAR)
    administrator.write(delete_approval, past)
    assert administrator.read(list_approvals) == ()


def test_what_was_reported_leaves_the_roster_once_and_what_is_held_back_stays(db: Database, administrator: Store) -> None:
    approve(administrator, course_of(db, graduate(db, "Amara", "WA")), "WA")
    administrator.write(set_provider, "WA", "P-300")
    graduate(db, "Bo", "WA", title="Law")
    rows = administrator.read(list_roster)
    assert administrator.write(file_roster, rows).value == 1, "Law is not approved"
    assert administrator.write(file_roster, rows).value == 0
    assert list(by_name(administrator.read(list_roster))) == ["Bo"]
    (filed,) = administrator.read(lambda session: list_roster(session, filed=True))
    assert filed.filed_at is not None


def test_a_revoked_certificate_is_on_no_roster(db: Database, administrator: Store) -> None:
    certificate = graduate(db, "Amara", "WA")
    administrator.write(revoke, certificate, "Issued in error")
    assert administrator.read(list_roster) == ()


def test_the_table_is_what_a_spreadsheet_reads_and_runs_nothing(db: Database, administrator: Store) -> None:
    approve(administrator, course_of(db, graduate(db, "=Amara", "WA")), "WA")
    administrator.write(set_provider, "WA", "P-300")
    (row,) = csv.DictReader(io.StringIO(roster_csv(administrator.read(list_roster))))
    assert (row["Provider number"], row["Course number"], row["NPN"], row["Credits"]) == ("P-300", "WA-77", "1234567", "1.00")
    assert row["Name"] == "'=Amara Okafor"
    assert row["Completed"] == TODAY.isoformat()


def test_what_cannot_be_is_said(db: Database, administrator: Store) -> None:
    course = course_of(db, graduate(db, "Amara", "WA"))
    good = NewApproval(course, "WA", "1", Decimal(1), Method.SELF_STUDY, TODAY, None)
    administrator.write(save_approval, good)
    for wrong, sentence in (
        (good, "An approval of this course by this state from this day on is entered already."),
        (NewApproval(course, "Washington", "1", Decimal(1), Method.SELF_STUDY, TODAY, None), "A state is two letters, as in WA."),
        (NewApproval(course, "WA", " ", Decimal(1), Method.SELF_STUDY, TODAY, None), "Enter the state's number of the course."),
        (NewApproval(course, "WA", "1", Decimal(0), Method.SELF_STUDY, TODAY, None), "An approval is for some credits."),
        (
            NewApproval(course, "WA", "1", Decimal(1), Method.SELF_STUDY, TODAY, TODAY - timedelta(days=1)),
            "The approval ends before it begins.",
        ),
    ):
        with pytest.raises(Invalid) as refusal:
            administrator.write(save_approval, wrong)
        assert refusal.value.message == sentence
    administrator.write(set_provider, "WA", "P-300")
    administrator.write(set_provider, "WA", "P-301")
    assert administrator.read(list_providers) == {"WA": "P-301"}
    administrator.write(set_provider, "WA", "")
    assert administrator.read(list_providers) == {}


def test_only_administrators_file_and_approve(db: Database, administrator: Store) -> None:
    course = course_of(db, graduate(db, "Amara", "WA"))
    for role in ("learner", "instructor", "proctor"):
        store = db.store(db.add_person(role))
        with pytest.raises(NotAllowed):
            approve(store, course, "WA")
        with pytest.raises(NotAllowed):
            store.read(list_roster)
