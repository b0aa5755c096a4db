"""Live sessions: seats and who waits for one, attendance from reports and by hand, and what it means for credit, completion and grades."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.multirange import TimestamptzMultirange
from psycopg.types.range import TimestamptzRange

from desktop.errors import Conflict, Invalid, NotAllowed, NotFound
from desktop.learning.commands import complete_lesson, open_lesson
from desktop.live.commands import (
    add_meeting_account,
    cancel_registration,
    edit_session,
    mark_attendance,
    record_attendance,
    register,
    schedule_sessions,
    set_session_status,
)
from desktop.live.presence import Presence, merge, minutes_within
from desktop.live.queries import SessionFields, get_session, list_roster, list_sessions, match_accounts
from tests.support.association import Association, one

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
TALK = SessionFields("Talk", TOMORROW, 60, "America/New_York", "https://meet.example.org/1", "zoom", seats=1, password="open sesame")


def at(minute: float) -> datetime:
    return TOMORROW + timedelta(minutes=minute)


def stay(joined: float, left: float) -> Presence:
    return Presence(at(joined), at(left))


@pytest.fixture(scope="module")
def held(shared_association: Association) -> tuple[Association, UUID]:
    tess = shared_association.database.store(shared_association.people["teacher"])
    return shared_association, tess.write(schedule_sessions, shared_association["course"], TALK, [TOMORROW]).value[0]


def test_seats_go_to_the_first_and_a_free_one_to_who_waited_longest(association: Association) -> None:
    store = association.database.store
    tess, lea, otto, finn = (store(association.people[name]) for name in ("teacher", "lea", "otto", "finn"))
    session = tess.write(schedule_sessions, association["course"], TALK, [TOMORROW]).value[0]
    mine = {name: association[f"{name}_enrollment"] for name in ("lea", "otto", "finn")}

    assert lea.write(register, session, mine["lea"]).value == "registered"
    assert lea.write(register, session, mine["lea"]).value == "registered", "once is enough"
    assert otto.write(register, session, mine["otto"]).value == "waiting"
    assert finn.write(register, session, mine["finn"]).value == "waiting"
    places = {row.name: (row.status, row.place) for row in tess.read(list_roster, session)}
    assert places["Lea Learner"] == ("registered", None)
    assert (places["Otto Other"], places["Finn Foreign"]) == (("waiting", 1), ("waiting", 2))
    assert [row.place for row in otto.read(list_sessions) if row.id == session] == ["waiting"]
    with pytest.raises(NotFound):
        otto.write(cancel_registration, session, mine["lea"])

    lea.write(cancel_registration, session, mine["lea"])
    assert {row.name: row.status for row in tess.read(list_roster, session)}["Otto Other"] == "registered"
    tess.write(edit_session, session, SessionFields(**{f: getattr(TALK, f) for f in TALK.__slots__} | {"seats": 5}))
    assert {row.name: row.status for row in tess.read(list_roster, session)}["Finn Foreign"] == "registered", "more seats, nobody waits"
    assert tess.read(get_session, session).row.registered == 2
    tess.write(set_session_status, session, "cancelled")
    with pytest.raises(Invalid, match="no registrations"):
        lea.write(register, session, mine["lea"])
    with pytest.raises(Invalid, match="no time zone"):
        tess.write(edit_session, session, SessionFields("T", TOMORROW, 60, "Mars/Olympus", "https://x.example.org"))
    with association.sign_in("teacher") as connection, pytest.raises(Exception, match="no time zone"):
        connection.execute("UPDATE live_sessions SET timezone = 'Bogus+3' WHERE id = %s", (session,))


def test_the_last_seat_is_one_persons(association: Association) -> None:
    store = association.database.store
    session = store(association.people["teacher"]).write(schedule_sessions, association["course"], TALK, [TOMORROW]).value[0]
    names = ("lea", "otto", "finn")
    with ThreadPoolExecutor(len(names)) as pool:
        places = pool.map(
            lambda name: store(association.people[name]).write(register, session, association[f"{name}_enrollment"]).value, names
        )
    assert sorted(places) == ["registered", "waiting", "waiting"], "whoever asks in the same moment"
    assert store(association.people["teacher"]).read(get_session, session).row.registered == 1


def test_reports_are_united_and_what_was_said_by_hand_stays(association: Association) -> None:
    store = association.database.store
    tess, lea, finn = (store(association.people[name]) for name in ("teacher", "lea", "finn"))
    session = tess.write(schedule_sessions, association["course"], TALK, [TOMORROW]).value[0]
    mine, others = association["lea_enrollment"], association["otto_enrollment"]

    def stands(enrollment: UUID) -> tuple[str, int | None, bool]:
        row = next(row for row in tess.read(list_roster, session) if row.enrollment_id == enrollment)
        return row.status, row.minutes, row.credited

    first = {mine: [stay(-10, 30)], others: [stay(50, 55)]}
    assert tess.write(record_attendance, session, first).value == 2
    assert (stands(mine), stands(others)) == (("attended", 30, False), ("attended", 5, False)), "what is before the session does not count"
    tess.write(record_attendance, session, {mine: [stay(25, 48)]})
    tess.write(record_attendance, session, first)
    assert stands(mine) == ("attended", 48, True), "the meeting was restarted; 80 % of 60 minutes are 48"
    tess.write(edit_session, session, SessionFields("Talk", TOMORROW, 60, "UTC", "https://x.example.org", credit_percentage=81))
    assert stands(mine) == ("attended", 48, False)

    tess.write(mark_attendance, session, {others: 60, mine: 0})
    assert (stands(others), stands(mine)) == (("attended", 60, True), ("absent", 0, False))
    tess.write(record_attendance, session, {others: [stay(0, 1)]}, instead=True)
    assert stands(others) == ("attended", 60, True), "no report overrules a person"
    tess.write(mark_attendance, session, {mine: None, others: None})
    assert stands(mine) == ("attended", 48, False)
    tess.write(record_attendance, session, {others: [stay(0, 1)]}, instead=True)
    assert (stands(mine), stands(others)) == (("registered", None, False), ("attended", 1, False)), "this report instead of all before"

    with pytest.raises(Invalid, match="longer than the session"):
        tess.write(mark_attendance, session, {mine: 61})
    for somebody in (lea, finn):
        with pytest.raises((NotAllowed, NotFound)):
            somebody.write(mark_attendance, session, {mine: 60})
        with pytest.raises((NotAllowed, NotFound)):
            somebody.write(record_attendance, session, {mine: [stay(0, 60)]})


def test_accounts_tell_people_apart_and_names_never_do(association: Association) -> None:
    tess = association.database.store(association.people["teacher"])
    session, mine, others = association["session"], association["lea_enrollment"], association["otto_enrollment"]
    asked = ["lea@example.org", "secret-otto@example.org", "lea learner", "lea@home.example", "secret-ada@example.org"]
    found = {"lea@example.org": mine, "secret-otto@example.org": others}
    assert tess.read(match_accounts, session, asked) == found, "who does not take the course is nobody here"
    tess.write(add_meeting_account, session, mine, " Lea@Home.example ")
    assert tess.read(match_accounts, session, asked) == found | {"lea@home.example": mine}
    for taken in ("lea@home.example", "lea@example.org"):
        with pytest.raises(Conflict, match="somebody else"):
            tess.write(add_meeting_account, session, others, taken)

    with association.installer() as installer:
        second = one(
            installer,
            "INSERT INTO enrollments (course_id, member_id, cohort_name) VALUES (%s, %s, 'Autumn') RETURNING id",
            association["course"], association["lea"],
        )  # fmt: skip
    tess.write(record_attendance, session, {mine: [stay(0, 1)]})
    assert tess.read(match_accounts, session, asked)["lea@example.org"] == mine, "of two cohorts the one that was there before"
    tess.write(record_attendance, session, {second: [Presence(datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=50))]})
    with association.installer() as installer:
        came = "SELECT enrollment_id, duration_minutes > 0 FROM session_attendance WHERE member_id = %s"
        rows = installer.execute(came, (association["lea"],))
        assert rows.fetchall() == [(mine, True)], "a member in two cohorts attends once"


def test_attending_for_credit_completes_the_lesson_and_the_course_and_counts_in_grades(association: Association) -> None:
    tess = association.database.store(association.people["teacher"])
    session, mine, others = association["session"], association["lea_enrollment"], association["otto_enrollment"]
    lea, meet = association.database.store(association.people["lea"]), uuid4()
    with association.installer() as installer:
        installer.execute("UPDATE lessons SET require_completion = false WHERE module_id = %s", (association["module"],))
        installer.execute(
            "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order, completion_criteria)"
            " VALUES (%s, %s, 'Meet', 'live_session', 9, 'marked_complete')",
            (meet, association["module"]),
        )
        begun = one(installer, "SELECT session_date FROM live_sessions WHERE id = %s", session)
        installer.execute(
            "INSERT INTO lms.grading_schemes (course_id, scheme) VALUES (%s,"
            " jsonb_build_object('groups', jsonb_build_array(jsonb_build_object("
            "'name', 'There', 'weight', 1, 'drop', 0, 'items', jsonb_build_array(jsonb_build_object('id', %s::uuid, 'weight', 1))))))",
            (association["course"], association["course"]),
        )
        installer.execute("UPDATE enrollments SET enrolled_at = now() - interval '1 day'")
        lea.write(open_lesson, mine, meet)
        with pytest.raises(Invalid, match="Attend a live session"):
            lea.write(complete_lesson, mine, meet)
        tess.write(record_attendance, session, {mine: [Presence(begun, begun + timedelta(minutes=60))]})
        assert one(installer, "SELECT status FROM enrollments WHERE id = %s", mine) == "completed"
        tess.write(set_session_status, session, "completed")
        grades = "SELECT final_grade FROM enrollments WHERE id = %s"
        assert (one(installer, grades, mine), one(installer, grades, others)) == (100, 0)
        tess.write(mark_attendance, session, {others: 60})
        assert one(installer, grades, others) == 100


MINUTES = st.floats(-90, 150, allow_nan=False).map(lambda m: round(m * 60) / 60)
STAYS = st.lists(st.tuples(MINUTES, MINUTES).map(lambda pair: stay(min(pair), max(pair))), max_size=6)


@given(STAYS, st.randoms())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_is_a_union_and_the_server_counts_the_same(held: tuple[Association, UUID], stays: list[Presence], random) -> None:
    association, _session = held
    merged = merge(stays)
    shuffled = stays * 2
    random.shuffle(shuffled)
    assert merge(shuffled) == merged, "neither order nor repetition matters"
    assert merge(merged) == merged
    assert all(a.left < b.joined for a, b in itertools.pairwise(merged))
    minutes = minutes_within(stays, TOMORROW, 60)
    assert 0 <= minutes <= 60
    assert minutes_within(merged, TOMORROW, 60) == minutes
    seconds = {s for p in stays for s in range(int((p.joined - TOMORROW).total_seconds()), int((p.left - TOMORROW).total_seconds()))}
    assert minutes == len(seconds & set(range(3600))) // 60, "counted second by second"
    with association.installer() as installer:
        ranges = TimestamptzMultirange([TimestamptzRange(p.joined, p.left) for p in merged])
        assert one(installer, "SELECT lms.presence_minutes(%s, %s, 60)", ranges, TOMORROW) == minutes
