"""The audit log as administrators read it: filters, pages by key, and what is saved."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desktop import errors
from desktop.members import commands as people
from desktop.members.queries import MemberFields
from desktop.store.connection import Store
from desktop.tasks import JobControl
from desktop.upkeep.commands import save_audit
from desktop.upkeep.queries import (
    COMMAND,
    AuditFilter,
    AuditRow,
    count_audit,
    list_audit_keys,
    list_audit_names,
    list_audit_tables,
    page_audit,
)
from tests.support.postgres import Database, Person

ANN = MemberFields("Ann", "Lee", "ann@example.org", organization="Harbor Insurance")


@pytest.fixture
def ada(db: Database) -> Person:
    return db.add_person("administrator", first_name="Ada", last_name="Admin")


@pytest.fixture
def store(db: Database, ada: Person) -> Store:
    return db.store(ada)


def entries(store: Store, **filter: object) -> tuple[AuditRow, ...]:
    return store.read(page_audit, AuditFilter(**filter))  # type: ignore[arg-type]


def fill(db: Database, count: int) -> None:
    """Entries as a year leaves them: one in a thousand about something rare."""
    db.superuser.write(
        lambda session: session.execute(
            text(
                "INSERT INTO public.audit_logs (occurred_at, action, table_name, row_id, old_values, new_values)"
                " SELECT now() - make_interval(secs => :count - n), 'update', CASE n % 1000 WHEN 0 THEN 'lms.rare' ELSE 'enrollments' END,"
                " gen_random_uuid(), jsonb_build_object('status', 'active'), jsonb_build_object('status', 'completed', 'n', n)"
                " FROM generate_series(1, :count) AS n"
            ),
            {"count": count},
        )
    )


def test_a_change_is_found_with_who_made_it_and_both_values(store: Store, ada: Person) -> None:
    ann = store.write(people.add_member, ANN).value
    store.write(people.edit_member, ann, MemberFields("Ann", "Li", "ann@example.org", organization="Harbor Insurance"))
    newest = entries(store, record=ann)[0]
    assert (newest.action, newest.table, newest.record, newest.who, newest.login) == ("update", "members", ann, "Ada Admin", ada.login)
    assert (newest.before, newest.after) == ({"last_name": "Lee"}, {"last_name": "Li"})
    assert [row.action for row in entries(store, record=ann)] == ["update", "insert"]
    assert store.read(list_audit_names, [ann]) == {ann: "Ann Li"}
    assert store.read(list_audit_names, []) == {}


def test_each_filter_narrows(store: Store, ada: Person) -> None:
    ann = store.write(people.add_member, ANN).value
    store.write(people.edit_member, ann, MemberFields("Ann", "100%_Li", "ann@example.org"))
    store.write(people.grant_role, ann, "proctor")
    assert {row.record for row in entries(store, text="100%_li")} == {ann}
    assert entries(store, text="100%_li harbour") == ()
    assert entries(store, text="100_") == ()
    assert {row.table for row in entries(store, tables=frozenset({"lms.member_roles"}), who="ada adm")} == {"lms.member_roles"}
    assert entries(store, who="ada nobody") == ()
    assert {row.login for row in entries(store, who=ada.login)} == {ada.login}
    assert {row.action for row in entries(store, actions=frozenset({"insert"}))} == {"insert"}
    assert not {row.action for row in entries(store, actions=frozenset({COMMAND}))} & {"insert", "update", "delete"}
    now = datetime.now(UTC)
    assert entries(store, since=now + timedelta(hours=1)) == ()
    assert entries(store, until=now - timedelta(hours=1)) == ()
    assert entries(store, since=now - timedelta(hours=1), until=now + timedelta(hours=1))


def test_pages_follow_each_other_and_leave_nothing_out(db: Database, store: Store) -> None:
    fill(db, 2050)
    filter = AuditFilter(tables=frozenset({"enrollments"}))
    keys = store.read(list_audit_keys, filter, 100)
    count = store.read(count_audit, filter)
    pages = [store.read(page_audit, filter, key, 100) for key in (None, *keys)]
    found = [row.id for page in pages for row in page]
    assert len(found) == len(set(found)) == count == 2048
    assert found == sorted(found, reverse=True)
    assert [page[-1].id for page in pages[:-1]] == list(keys)
    assert {"enrollments", "lms.rare"} <= set(store.read(list_audit_tables))


def test_pages_are_found_by_an_index_however_rare(db: Database, store: Store) -> None:
    fill(db, 20_000)
    db.superuser.write(lambda session: session.execute(text("ANALYZE public.audit_logs")))

    def plan(session: object, where: str) -> str:
        query = f"EXPLAIN SELECT id FROM public.audit_logs {where} ORDER BY id DESC LIMIT 100"
        return "\n".join(session.execute(text(query)).scalars())  # type: ignore[attr-defined]

    assert "idx_audit_logs_table" in store.read(plan, "WHERE table_name IN ('lms.rare')")
    assert "audit_logs_pkey" in store.read(plan, "WHERE id < 10000")


def test_nobody_but_administrators_reads_it(db: Database, store: Store) -> None:
    store.write(people.add_member, ANN)
    for role in ("learner", "instructor", "proctor"):
        with pytest.raises(errors.NotAllowed):
            db.store(db.add_person(role)).read(page_audit, AuditFilter())


def test_what_is_saved_has_every_field_and_no_formula(store: Store, tmp_path: Path) -> None:
    ann = store.write(people.add_member, ANN).value
    store.write(people.edit_member, ann, MemberFields("Ann", "=1+1", "new@example.org", organization="Harbor Insurance"))
    path = tmp_path / "audit.csv"
    control = JobControl(lambda _share, _detail: None)
    assert save_audit(control, store, AuditFilter(record=ann), path) == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    fields = {line["Field"]: (line["Before"], line["After"]) for line in lines if line["Action"] == "update"}
    assert fields == {"Email": ("ann@example.org", "new@example.org"), "Last name": ("Lee", "'=1+1")}
    assert [line["Who"] for line in lines] == ["Ada Admin"] * 3
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_said_and_the_old_one_stays(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "audit.csv"
    folder.mkdir()
    with pytest.raises(errors.Invalid, match="could not be written"):
        save_audit(JobControl(lambda _share, _detail: None), store, AuditFilter(), folder)
    assert list(tmp_path.iterdir()) == [folder]
