"""People: who is signed in, the list of members, and what administrators do with roles and logins."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop import errors
from desktop.changes import Done
from desktop.members import commands, queries
from desktop.members.queries import Identity, MemberFields, MemberFilter, MemberKey, MemberRow
from desktop.store.connection import Store
from desktop.store.postgres import SUPERUSER
from tests.support.association import Association
from tests.support.postgres import Database, Person

ANN = MemberFields("Ann", "Lee", "ann@example.org", organization="Harbor Insurance", designations=("REBC",), license_state="NY")


@pytest.fixture
def ada(db: Database) -> Person:
    return db.add_person("administrator", first_name="Ada", last_name="Admin", email="ada@example.org")


@pytest.fixture
def store(db: Database, ada: Person) -> Store:
    return db.store(ada)


def undo(store: Store, done: Done[None]) -> None:
    assert done.undo is not None
    store.write(done.undo.command, *done.undo.arguments)


def test_identity_is_what_the_server_says(db: Database, store: Store, ada: Person) -> None:
    assert store.read(queries.get_identity) == Identity(ada.member_id, "Ada Admin", frozenset({"learner", "administrator"}), ada.login)
    assert db.superuser.read(queries.get_identity) == Identity(None, SUPERUSER, frozenset(), SUPERUSER)


def test_a_member_is_added_and_read_back(store: Store) -> None:
    member = store.write(commands.add_member, ANN).value
    detail = store.read(queries.get_member, member)
    assert (detail.fields, detail.name, detail.roles, detail.login) == (ANN, "Ann Lee", (), None)


def test_an_address_belongs_to_one_member(store: Store) -> None:
    store.write(commands.add_member, ANN)
    other = store.write(commands.add_member, replace(ANN, email="other@example.org")).value
    with pytest.raises(errors.Invalid, match="e-mail"):
        store.write(commands.add_member, replace(ANN, email=" ANN@example.org"))
    with pytest.raises(errors.Invalid, match="e-mail"):
        store.write(commands.edit_member, other, ANN)


def test_editing_can_be_undone(store: Store) -> None:
    member = store.write(commands.add_member, ANN).value
    done = store.write(commands.edit_member, member, replace(ANN, last_name="Li", phone="1"))
    assert store.read(queries.get_member, member).name == "Ann Li"
    undo(store, done)
    assert store.read(queries.get_member, member).fields == ANN


def test_nobody_is_edited_who_is_not_there(store: Store) -> None:
    with pytest.raises(errors.NotFound):
        store.write(commands.edit_member, uuid4(), ANN)
    with pytest.raises(errors.NotFound):
        store.read(queries.get_member, uuid4())


def test_a_member_needs_a_name(store: Store) -> None:
    with pytest.raises(errors.Invalid):
        store.write(commands.add_member, replace(ANN, last_name=" "))


def test_roles_are_granted_taken_and_undone(store: Store) -> None:
    member = store.write(commands.add_member, ANN).value
    done = store.write(commands.grant_role, member, "instructor")
    (grant,) = store.read(queries.get_member, member).roles
    assert (grant.role, grant.granted_by) == ("instructor", "Ada Admin")
    undo(store, done)
    assert store.read(queries.get_member, member).roles == ()
    store.write(commands.grant_role, member, "proctor")
    undo(store, store.write(commands.revoke_role, member, "proctor"))
    assert [grant.role for grant in store.read(queries.get_member, member).roles] == ["proctor"]


def test_a_login_from_its_creation_to_its_end(db: Database, store: Store) -> None:
    member = store.write(commands.add_member, ANN).value
    login = store.write(commands.create_login, member, "a long password").value
    ann = db.store(Person(member, login, "a long password"))
    assert ann.read(queries.get_identity) == Identity(member, "Ann Lee", frozenset({"learner"}), login)
    ann.write(commands.reset_login, member, "mine, and even longer")
    done = store.write(commands.disable_login, member)
    with pytest.raises(errors.SignInRefused):
        db.store(Person(member, login, "mine, and even longer")).read(queries.get_identity)
    detail = store.read(queries.get_member, member)
    assert detail.login is not None
    assert detail.login.disabled_at is not None
    undo(store, done)
    assert db.store(Person(member, login, "mine, and even longer")).read(queries.get_identity).member_id == member


def test_a_password_is_long(store: Store, ada: Person) -> None:
    with pytest.raises(errors.Invalid, match="12"):
        store.write(commands.reset_login, ada.member_id, "short")


def test_only_administrators_see_how_to_reach_people(db: Database) -> None:
    teacher = db.store(db.add_person("instructor"))
    for read in (lambda s: queries.page_members(s, MemberFilter()), lambda s: queries.list_member_keys(s, MemberFilter(text="a"), 10)):
        with pytest.raises(errors.NotAllowed):
            teacher.read(read)
    with pytest.raises(errors.NotAllowed):
        teacher.write(commands.add_member, ANN)


def test_everybody_keeps_their_own_record(db: Database) -> None:
    lee = db.store(db.add_person(first_name="Lee", last_name="Own", email="lee@example.org"))
    lee.write(commands.update_profile, "+1 555", "America/New_York", True)
    profile = lee.read(queries.get_profile)
    assert (profile.email, profile.phone, profile.time_zone, profile.lists_certificates) == (
        "lee@example.org", "+1 555", "America/New_York", True,
    )  # fmt: skip
    with pytest.raises(errors.NotFound):
        db.superuser.read(queries.get_profile)


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        (MemberFilter(), ["Ada Admin", "Cora Colleague", "Finn Foreign", "Lea Learner", "Otto Other", "Paula Payer", "Pia Proctor",
                          "Tess Teacher"]),
        (MemberFilter(text="lea learn"), ["Lea Learner"]),
        (MemberFilter(text="EXAMPLE.org otto"), ["Otto Other"]),
        (MemberFilter(text="%"), []),
        (MemberFilter(name="P"), ["Paula Payer", "Pia Proctor"]),
        (MemberFilter(email="ada@"), ["Ada Admin"]),
        (MemberFilter(roles=frozenset({"proctor", "administrator"})), ["Ada Admin", "Pia Proctor"]),
        (MemberFilter(statuses=frozenset({"lapsed"})), ["Otto Other"]),
        (MemberFilter(designations=frozenset({"RHU"})), ["Paula Payer"]),
        (MemberFilter(with_login=False), ["Finn Foreign"]),
        (MemberFilter(with_login=True, roles=frozenset({"instructor"})), ["Cora Colleague", "Tess Teacher"]),
    ],
)  # fmt: skip
def test_the_list_shows_who_fits(filtered: Store, filter: MemberFilter, names: list[str]) -> None:
    assert [row.name for row in filtered.read(queries.page_members, filter)] == names
    assert filtered.read(queries.count_members, filter) == len(names)


@pytest.fixture(scope="module")
def filtered(shared_association: Association) -> Store:
    with psycopg.connect(shared_association.database.dsn) as installer:
        installer.execute("UPDATE members SET status = 'lapsed' WHERE id = %s", (shared_association["otto"],))
        installer.execute("UPDATE members SET designations = ARRAY['RHU'] WHERE id = %s", (shared_association["paula"],))
        installer.execute("SELECT lms.disable_login(%s)", (shared_association["finn"],))
    return shared_association.database.store(shared_association.people["admin"])


@given(page_size=st.integers(min_value=1, max_value=9))
def test_pages_and_jumps_together_show_everybody_once(filtered: Store, page_size: int) -> None:
    everybody = filtered.read(queries.page_members, MemberFilter())

    def page(session: Session, after: MemberKey | None) -> tuple[MemberRow, ...]:
        return queries.page_members(session, MemberFilter(), after, page_size)

    keys = filtered.read(queries.list_member_keys, MemberFilter(), page_size)
    pages = [filtered.read(page, after) for after in (None, *keys)]
    assert tuple(row for rows in pages for row in rows) == everybody


def test_what_administrators_do_is_written_down(db: Database, store: Store, ada: Person) -> None:
    member = store.write(commands.add_member, ANN).value
    store.write(commands.grant_role, member, "instructor")
    store.write(commands.create_login, member, "a long password")
    query = text("SELECT table_name, action FROM audit_logs WHERE row_id = :member AND member_id = :ada ORDER BY id")
    rows = store.read(lambda session: session.execute(query, {"member": member, "ada": ada.member_id}).all())
    assert [tuple(row) for row in rows] == [("members", "insert"), ("lms.member_roles", "insert"), ("lms.member_logins", "insert")]
