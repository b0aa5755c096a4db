"""Seats of a supervised exam: every transition for everybody, one winner among many, and what a candidate typed under all of it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from desktop.chain import Entry, Flaw, Head, Wrong, find_flaw
from desktop.members.scram import verifier
from tests.support.association import Association, one
from tests.support.exams import Exam, plan_exam

STATES = ("rostered", "checked_in", "awaiting", "authorized", "active", "paused", "submitted", "terminated", "absent", "cancelled")
SUPERVISED = {
    "check_in": "check_in_seat",
    "mark_absent": "mark_seat_absent",
    "cancel": "cancel_seat",
    "authorize": "authorize_seat",
    "pause": "pause_seat",
    "resume": "resume_seat",
    "force_submit": "force_submit_seat",
    "terminate": "terminate_seat",
    "reinstate": "reinstate_seat",
}
REFUSALS = ("42501", "LM001", "LM002", "LM003", "LM004")
"""No right at all, and what our own functions refuse with (desktop/errors.py)."""
OF_STATIONS = ("enter", "begin", "submit")
ALLOWED = {
    "check_in": "rostered>checked_in absent>checked_in",
    "mark_absent": "rostered>absent",
    "cancel": "rostered>cancelled checked_in>cancelled absent>cancelled",
    "enter": "checked_in>awaiting awaiting>awaiting authorized>authorized active>active paused>paused",
    "authorize": "awaiting>authorized",
    "begin": "authorized>active",
    "pause": "active>paused",
    "resume": "paused>active",
    "submit": "active>submitted",
    "force_submit": "active>submitted paused>submitted",
    "terminate": "awaiting>terminated authorized>terminated active>terminated paused>terminated",
    "reinstate": "terminated>paused",
}
"""DESIGN of the state machine, written a second time: what the database says must be this."""


def role_may(role: str, action: str) -> bool:
    if role == "station":
        return action in OF_STATIONS
    return action in SUPERVISED and (role == "administrator" or (role == "proctor" and action != "reinstate"))


@pytest.fixture(scope="module")
def exam(shared_association: Association) -> Exam:
    return plan_exam(shared_association)


@pytest.fixture
def fresh(exam: Exam, association: Association) -> Exam:
    """The sitting in a database of the test's own, which is a copy; nothing has happened in it yet."""
    return replace(exam, association=association)


def test_every_action_of_everybody_in_every_state_does_what_the_table_says(fresh: Exam) -> None:
    """Set to each state by the installer, acted on by the real roles through the real functions, and rolled back."""
    callers: dict[str, Callable[[], Any]] = {
        "proctor": lambda: fresh.association.sign_in("proctor"),
        "administrator": lambda: fresh.association.sign_in("admin"),
        "instructor": lambda: fresh.association.sign_in("teacher"),
        "candidate": lambda: fresh.association.sign_in("lea"),
        "station": lambda: fresh.at(fresh.desk),
    }
    token, tried = secrets.token_bytes(32), 0
    with fresh.association.installer() as installer:
        put(installer, fresh.seat, "checked_in")
        code = fresh.code()
        installer.execute(
            "INSERT INTO lms.seat_sessions (token_hash, seat_id, station_id, epoch) VALUES (sha256(%s), %s, %s, 0)",
            (token, fresh.seat, fresh.desk.station_id),
        )
        for role, connect in callers.items():
            with connect() as caller:
                for action in ALLOWED:
                    targets = dict(pair.split(">") for pair in ALLOWED[action].split()) if role_may(role, action) else {}
                    for state in STATES:
                        version = put(installer, fresh.seat, state)
                        reached = attempted(caller, fresh.seat, action, version, token, code)
                        assert reached == targets.get(state), (role, action, state)
                        tried += 1
    assert tried == 5 * 12 * 10


def put(installer: psycopg.Connection[Any], seat: UUID, state: str) -> int:
    """Force ``seat`` into ``state``; its version."""
    return int(
        one(
            installer,
            "UPDATE lms.seats SET delivery = %s, began_at = CASE WHEN %s IN ('active', 'paused', 'submitted', 'terminated') THEN now() END,"
            " paused_at = CASE WHEN %s = 'paused' THEN now() END WHERE id = %s RETURNING version",
            *(state, state, state, seat),
        )
    )


def attempted(caller: psycopg.Connection[Any], seat: UUID, action: str, version: int, token: bytes, code: str) -> str | None:
    """The state that ``action`` would lead to; None where it is refused. Nothing stays."""
    calls: dict[str, tuple[str, tuple[Any, ...]]] = {
        "enter": ("SELECT lms.enter_exam(%s, %s)", (code, secrets.token_bytes(32))),
        "begin": ("SELECT lms.begin_exam(%s, %s)", (token, version)),
        "submit": ("SELECT lms.submit_exam(%s, %s)", (token, version)),
    }
    statement, values = calls.get(action) or (f"SELECT lms.{SUPERVISED[action]}(%s, %s, 'Because')", (seat, version))
    try:
        with caller.transaction(force_rollback=True):
            answer = one(caller, statement, *values)
            if answer in ("wrong", "locked"):
                return None
            if action in OF_STATIONS:
                return str(one(caller, "SELECT lms.exam_state(%s) ->> 'delivery'", values[1] if action == "enter" else token))
            return str(one(caller, "SELECT delivery FROM lms.seats WHERE id = %s", seat))
    except psycopg.DatabaseError as refused:
        if refused.sqlstate not in REFUSALS:
            raise
        return None


def test_of_fifty_who_act_at_once_one_wins(fresh: Exam) -> None:
    fresh.act("check_in_seat")
    fresh.enter()
    version, start = fresh.version(), Barrier(50)

    def authorize(_number: int) -> str:
        with fresh.association.installer() as caller:
            start.wait(60)
            try:
                caller.execute("SELECT lms.authorize_seat(%s, %s)", (fresh.seat, version))
            except psycopg.DatabaseError as refused:
                return str(refused.sqlstate)
            return "won"

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(authorize, range(50)))
    assert sorted(answers) == ["LM004"] * 49 + ["won"]
    with fresh.association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM audit_logs WHERE action = 'seat.authorize' AND row_id = %s", fresh.seat) == 1
    assert (fresh.delivery(), fresh.version()) == ("authorized", version + 1)


def test_a_code_is_spent_once(fresh: Exam) -> None:
    fresh.act("check_in_seat")
    code, start = fresh.code(), Barrier(3)

    def enter(_number: int) -> str:
        with fresh.at(fresh.desk) as station:  # three is what one station may have
            start.wait(60)
            return str(one(station, "SELECT lms.enter_exam(%s, %s)", code, secrets.token_bytes(32)))

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(enter, range(3))) == ["entered", "wrong", "wrong"]


def questions(station: psycopg.Connection[Any], token: bytes) -> dict[str, tuple[UUID, Any]]:
    """Question and answer by type."""
    rows = station.execute("SELECT question ->> 'type', question_id, answer FROM lms.get_exam_questions(%s)", (token,)).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def save(station: psycopg.Connection[Any], token: bytes, epoch: int, sequence: int, question: UUID, text: str) -> str:
    return str(one(station, "SELECT lms.save_exam_answer(%s, %s, %s, %s, %s)", token, epoch, sequence, question, Jsonb({"text": text})))


def kept(exam: Exam, question: UUID) -> str | None:
    with exam.association.installer() as installer:
        row = installer.execute(
            "SELECT answer_data ->> 'text' FROM quiz_answers AS qa JOIN lms.seats AS s ON s.attempt_id = qa.quiz_attempt_id"
            " WHERE s.id = %s AND qa.question_id = %s",
            (exam.seat, question),
        ).fetchone()
    return row[0] if row else None


def late(exam: Exam) -> list[tuple[str, str]]:
    """The quarantine as its proctor sees it: text and reason."""
    with exam.association.sign_in("proctor") as proctor:
        rows = proctor.execute(
            "SELECT answer ->> 'text', reason FROM lms.late_answers WHERE seat_id = %s ORDER BY epoch, sequence", (exam.seat,)
        )
        return [(text, reason) for text, reason in rows]


def test_answers_replayed_and_out_of_order_end_as_they_were_typed(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        essay = questions(station, token)["essay"][0]
        assert save(station, token, 1, 1, essay, "On") == "saved"
        assert save(station, token, 1, 3, essay, "Once upon") == "saved"
        assert save(station, token, 1, 2, essay, "Once") == "stale"
        assert save(station, token, 1, 3, essay, "Once upon") == "stale"
        assert questions(station, token)["essay"][1] == {"text": "Once upon"}
    assert (kept(fresh, essay), late(fresh)) == ("Once upon", [])


def test_at_another_desk_what_was_acknowledged_is_there_and_the_first_desk_overwrites_nothing(fresh: Exam) -> None:
    first = fresh.begin()
    with fresh.at(fresh.desk) as desk, fresh.at(fresh.other_desk) as other:
        essay = questions(desk, first)["essay"][0]
        save(desk, first, 1, 1, essay, "Acknowledged")
        second = fresh.enter(fresh.other_desk)
        assert questions(other, second)["essay"][1] == {"text": "Acknowledged"}
        assert save(other, second, 2, 1, essay, "Went on") == "saved"
        for _again in range(2):
            assert save(desk, first, 1, 2, essay, "Never sent") == "quarantined"
        with pytest.raises(psycopg.DatabaseError, match="ended"):
            questions(desk, first)
        # Back at the first desk: what it typed before comes under its old entry, and is older than what the other desk saved.
        third = fresh.enter(fresh.desk)
        assert save(desk, third, 1, 3, essay, "Typed before the move") == "quarantined"
        assert save(desk, third, 3, 1, essay, "Typed now") == "saved"
        with pytest.raises(psycopg.DatabaseError, match="not typed at this station"):
            save(desk, third, 2, 9, essay, "As if at the other desk")
    assert kept(fresh, essay) == "Typed now"
    assert late(fresh) == [("Never sent", "session_ended"), ("Typed before the move", "superseded")]


def test_at_the_same_desk_what_was_not_sent_before_the_crash_is_merged(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        essay = questions(station, token)["essay"][0]
        save(station, token, 1, 1, essay, "Sent")
        again = fresh.enter()
        assert save(station, again, 1, 2, essay, "Sent, and in the journal") == "saved"
        assert save(station, again, 2, 1, essay, "Sent, in the journal, and gone on") == "saved"
        assert save(station, again, 1, 2, essay, "Sent, and in the journal") == "stale"
    assert (kept(fresh, essay), late(fresh)) == ("Sent, in the journal, and gone on", [])


def test_what_comes_after_the_deadline_is_kept_but_not_graded(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        essay = questions(station, token)["essay"][0]
        save(station, token, 1, 1, essay, "In time")
        shift(fresh, "61 minutes")
        assert save(station, token, 1, 2, essay, "Too late") == "quarantined"
        with pytest.raises(psycopg.DatabaseError, match="while the exam runs"):
            questions(station, token)
        station.execute("SELECT lms.submit_exam(%s, %s)", (token, fresh.version()))
        station.execute("SELECT lms.submit_exam(%s, %s)", (token, fresh.version()))  # its answer was lost on the way
        receipt = one(station, "SELECT lms.exam_receipt(%s)", token)
        assert (receipt["answers"], receipt["questions"], receipt["quarantined"]) == (1, 8, 1)
        assert save(station, token, 1, 3, essay, "Much too late") == "quarantined"
    assert kept(fresh, essay) == "In time"
    assert [reason for _text, reason in late(fresh)] == ["after_deadline", "session_ended"]
    with fresh.association.installer() as installer:
        in_time = (
            "SELECT a.submitted_at - a.started_at < interval '60 minutes 1 second'"
            " FROM quiz_attempts AS a JOIN lms.seats AS s ON s.attempt_id = a.id WHERE s.id = %s"
        )
        assert one(installer, in_time, fresh.seat)


def shift(exam: Exam, by: str) -> None:
    """Let ``by`` have passed since the exam began, and since its pause."""
    with exam.association.installer() as installer:
        installer.execute(
            "UPDATE lms.seats SET began_at = began_at - %s::interval, paused_at = paused_at - %s::interval WHERE id = %s",
            (by, by, exam.seat),
        )
        installer.execute(
            "UPDATE lms.attempt_delivery AS d SET deadline = lms.seat_deadline(s) FROM lms.seats AS s"
            " WHERE s.attempt_id = d.attempt_id AND s.id = %s",
            (exam.seat,),
        )
        installer.execute(
            "UPDATE quiz_attempts AS a SET started_at = s.began_at FROM lms.seats AS s WHERE s.attempt_id = a.id AND s.id = %s",
            (exam.seat,),
        )


def minutes_left(station: psycopg.Connection[Any], token: bytes) -> float | None:
    state = one(station, "SELECT lms.exam_state(%s)", token)
    if state["deadline"] is None:
        return None
    return (datetime.fromisoformat(state["deadline"]) - datetime.fromisoformat(state["now"])).total_seconds() / 60


def test_a_pause_takes_no_time_and_added_minutes_come_with_the_next_heartbeat(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        shift(fresh, "10 minutes")
        assert minutes_left(station, token) == pytest.approx(50, abs=0.5)
        fresh.act("pause_seat", "Fire alarm")
        essay = (
            "SELECT question_id FROM lms.attempt_questions AS q JOIN lms.seats AS s ON s.attempt_id = q.attempt_id WHERE s.id = %s LIMIT 1"
        )
        with fresh.association.installer() as installer:
            question = one(installer, essay, fresh.seat)
        assert save(station, token, 1, 1, question, "On its way when the pause was called") == "saved"
        assert minutes_left(station, token) is None
        shift(fresh, "30 minutes")
        assert save(station, token, 1, 2, question, "Typed in the pause") == "quarantined"
        fresh.act("resume_seat")
        assert minutes_left(station, token) == pytest.approx(50, abs=0.5)
        fresh.act("add_seat_time", 15, "Fire alarm")
        beat = one(station, "SELECT lms.heartbeat(%s, 0, 0, 3, 1, 0)", token)
        assert [command["command"] for command in beat["commands"]] == ["state"] * 4 + ["time"]
        assert beat["commands"][-1]["body"]["minutes"] == 15
        assert minutes_left(station, token) == pytest.approx(65, abs=0.5)
        last = beat["commands"][-1]["id"]
        with fresh.association.sign_in("proctor") as proctor:
            proctor.execute("SELECT lms.message_seat(%s, 'Please lower your voice')", (fresh.seat,))
        beat = one(station, "SELECT lms.heartbeat(%s, 0, 0, 3, 1, %s)", token, last)
        assert [command["body"] for command in beat["commands"]] == [{"text": "Please lower your voice"}]


def test_an_accommodation_makes_the_exam_longer(fresh: Exam) -> None:
    with fresh.association.installer() as installer:
        installer.execute("UPDATE lms.seats SET time_factor = 1.5, extra_minutes = 5 WHERE id = %s", (fresh.seat,))
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        assert minutes_left(station, token) == pytest.approx(95, abs=0.5)


def test_a_reinstated_candidate_goes_on_with_the_time_that_was_left(fresh: Exam) -> None:
    token = fresh.begin()
    shift(fresh, "20 minutes")
    fresh.act("terminate_seat", "Took a call")
    with fresh.at(fresh.desk) as station:
        with pytest.raises(psycopg.DatabaseError, match="ended"):
            questions(station, token)
        fresh.act("reinstate_seat", "It was the doctor", who="admin")
        fresh.act("resume_seat")
        token = fresh.enter()
        assert minutes_left(station, token) == pytest.approx(40, abs=0.5)


CERTIFICATE_HELD = "SELECT hindrance FROM lms.certificate_candidates WHERE enrollment_id = %s"


def test_certificates_wait_for_the_review(fresh: Exam) -> None:
    enrollment = fresh.association["lea_enrollment"]
    with fresh.association.installer() as installer:
        installer.execute("UPDATE enrollments SET status = 'completed', completed_at = now() WHERE id = %s", (enrollment,))
    with fresh.association.sign_in("admin") as admin:
        assert one(admin, CERTIFICATE_HELD, enrollment) is None
        for review, who, hindrance in (
            ("pending", "proctor", "exam-under-review"),
            ("cleared", "proctor", None),
            ("pending", "proctor", "exam-under-review"),
            ("violation", "proctor", "exam-under-review"),
            ("voided", "admin", "exam-under-review"),
        ):
            fresh.act("review_seat", review, "Because", who=who)
            assert one(admin, CERTIFICATE_HELD, enrollment) == hindrance
        with pytest.raises(psycopg.DatabaseError, match="not cleared"):
            admin.execute("SELECT lms.issue_certificate(%s)", (enrollment,))
        with pytest.raises(psycopg.DatabaseError, match="cannot go on"):
            fresh.act("review_seat", "cleared", "Changed my mind", who="admin")


def chain(exam: Exam) -> tuple[list[Entry], Head]:
    with exam.association.sign_in("proctor") as proctor:
        rows = proctor.execute(
            "SELECT number, entry, hash FROM lms.incidents WHERE sitting_id = %s ORDER BY number", (exam.sitting,)
        ).fetchall()
        number, hashed = proctor.execute("SELECT number, hash FROM lms.incident_heads WHERE sitting_id = %s", (exam.sitting,)).fetchall()[0]
    return [Entry(row[0], row[1], bytes(row[2])) for row in rows], Head(number, bytes(hashed))


def test_the_log_of_incidents_shows_whatever_is_done_to_it(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station, fresh.association.sign_in("proctor") as proctor:
        for kind in ("focus_lost", "clipboard", "display_added"):
            station.execute("SELECT lms.report_incident(%s, %s, 'low', '{}', now())", (token, kind))
        proctor.execute("SELECT lms.note_incident(%s, %s, 'note', 'info', '{\"text\": \"Asked for paper\"}')", (fresh.sitting, fresh.seat))
    entries, head = chain(fresh)
    assert [json.loads(entry.text)["kind"] for entry in entries] == ["focus_lost", "clipboard", "display_added", "note"]
    assert find_flaw(entries, head) is None
    for edit, flaw in (
        ("DELETE FROM lms.incidents WHERE number = 4", Flaw(4, Wrong.CUT)),
        ("DELETE FROM lms.incidents WHERE number = 2", Flaw(2, Wrong.MISSING)),
        ("UPDATE lms.incidents SET entry = replace(entry, 'focus_lost', 'nothing') WHERE number = 1", Flaw(1, Wrong.EDITED)),
    ):
        with fresh.association.installer() as installer:
            with pytest.raises(psycopg.DatabaseError, match="only ever added to"):
                installer.execute(edit.encode())
            installer.execute("SET session_replication_role = replica")  # what only a superuser can do
            installer.execute(edit.encode())
        changed, head = chain(fresh)
        assert find_flaw(changed, head) == flaw


# What a station and a candidate try, over SQL of their own: one row a case. :me is the caller's token, :other that of the other seat.
BREAK_OUT = {
    "read seats": "SELECT * FROM lms.seats",
    "read keys": "SELECT * FROM quiz_questions",
    "read the prepared order and its seed": "SELECT * FROM lms.attempt_delivery",
    "read codes": "SELECT * FROM lms.start_codes",
    "read tokens": "SELECT * FROM lms.seat_sessions",
    "read members": "SELECT * FROM members",
    "write an answer past the functions": "INSERT INTO quiz_answers (quiz_attempt_id, question_id, answer_data)"
    " SELECT :attempt, :question, '{}'",
    "move the deadline": "UPDATE lms.attempt_delivery SET deadline = 'infinity'",
    "move the state": "UPDATE lms.seats SET delivery = 'active'",
    "cut the log of incidents": "DELETE FROM lms.incidents",
    "authorise itself": "SELECT lms.authorize_seat(:seat, :version)",
    "make a transition by hand": "SELECT lms.move_seat(s, 'authorize', 'proctor', NULL, NULL) FROM lms.seats AS s",
    "give itself time": "SELECT lms.add_seat_time(:seat, :version, 30, 'Please')",
    "give itself a code": "SELECT lms.issue_start_code(:seat, sha256('mine'))",
    "forgive its own guesses": "SELECT lms.forgive_guesses(:station)",
    "forge an entry of the log": "SELECT lms.append_incident(:sitting, :seat, 'note', 'info', '{}', now())",
    "use the token of another seat": "SELECT * FROM lms.get_exam_questions(:other)",
    "save with the token of another seat": "SELECT lms.save_exam_answer(:other, 1, 1, :question, '{}')",
    "submit for another seat": "SELECT lms.submit_exam(:other, :other_version)",
    "make up a token": "SELECT lms.exam_state(sha256('guess'))",
    "use the hash as the token": "SELECT lms.exam_state(sha256(:me))",
    "answer a question of another exam": "SELECT lms.save_exam_answer(:me, 1, 99, :foreign_question, '{}')",
    "save as of a later entry": "SELECT lms.save_exam_answer(:me, 3, 1, :question, '{}')",
    "save as of an entry of nobody": "SELECT lms.save_exam_answer(:me, 0, 1, :question, '{}')",
    "read with the token of before": "SELECT * FROM lms.get_exam_questions(:old)",
    "submit with the token of before": "SELECT lms.submit_exam(:old, :version)",
    "flag with the token of before": "SELECT lms.flag_exam_question(:old, :question, true)",
    "read the receipt before the end": "SELECT lms.exam_receipt(:me)",
    "read incidents": "SELECT * FROM lms.incidents",
    "read what is in quarantine": "SELECT * FROM lms.late_answers",
    "empty the quarantine": "DELETE FROM lms.late_answers",
    "read heartbeats": "SELECT * FROM lms.heartbeats",
    "read what others are told": "SELECT * FROM lms.seat_commands",
    "read the roster": "SELECT * FROM lms.sitting_roster(:sitting)",
    "read the audit log": "SELECT * FROM audit_logs",
    "turn back the count of its guesses": "SELECT setval(format('lms.%I', 'guesses_' || :station)::regclass, 1)",
    "end the exam of another seat": "SELECT lms.force_submit_seat(:other_seat, :other_version, 'Enough')",
    "end its pause": "SELECT lms.resume_seat(:seat, :version)",
    "come back after a termination": "SELECT lms.reinstate_seat(:seat, :version, 'Please')",
    "clear itself": "SELECT lms.review_seat(:seat, :version, 'cleared', 'Nothing happened')",
    "speak as the proctor": "SELECT lms.message_seat(:other_seat, 'Time is up')",
    "note an incident as the proctor": "SELECT lms.note_incident(:sitting, :other_seat, 'note', 'high', '{}')",
    "take another seat": "SELECT lms.roster_seat(:sitting, :enrollment, NULL, 'B1', 5, 600)",
    "lock a station out": "SELECT lms.revoke_station(:station)",
    "become the owner": "SET ROLE lms_owner",
    "make a table": "CREATE TABLE public.mine (id integer)",
    "begin again": "SELECT lms.begin_exam(:me, :version)",
    "submit an outdated seat": "SELECT lms.submit_exam(:me, :version - 1)",
    "take a token that is too short": "SELECT lms.enter_exam('x', 'short')",
    "enrol a station": "SELECT lms.create_station('Mine', :verifier)",
    "take the exam at home": "SELECT lms.start_attempt(:enrollment, :quiz)",
    "read the exam at home": "SELECT * FROM lms.get_questions(:attempt)",
    "answer at home": "SELECT lms.save_answer(:attempt, :question, 99, '{}')",
    "submit from home": "SELECT lms.submit_attempt(:attempt)",
}


def test_neither_a_station_nor_a_candidate_gets_out(fresh: Exam) -> None:
    old, other = fresh.begin(), fresh.begin(fresh.other_desk, fresh.other_seat)
    mine = fresh.enter()
    with fresh.association.installer() as installer:
        attempt = one(installer, "SELECT attempt_id FROM lms.seats WHERE id = %s", fresh.seat)
        question = one(installer, "SELECT question_id FROM lms.attempt_questions WHERE attempt_id = %s LIMIT 1", attempt)
    values = {
        "me": mine,
        "old": old,
        "other_seat": fresh.other_seat,
        "other": other,
        "seat": fresh.seat,
        "sitting": fresh.sitting,
        "station": fresh.desk.station_id,
        "quiz": fresh.quiz,
    }
    values |= {"version": fresh.version(), "other_version": fresh.version(fresh.other_seat), "attempt": attempt, "question": question}
    values |= {"foreign_question": fresh.association["question"], "enrollment": fresh.association["lea_enrollment"]}
    values |= {"verifier": verifier("correct horse battery staple")}
    before = state_of_everything(fresh)
    got_out = []
    for name, connect in (("station", lambda: fresh.at(fresh.desk)), ("lea", lambda: fresh.association.sign_in("lea"))):
        with connect() as caller:
            for what, attempted_sql in BREAK_OUT.items():
                statement = marked(attempted_sql)
                if outcome(caller, statement, values) not in ("refused", "none"):
                    got_out.append((name, what))
    assert got_out == []
    assert state_of_everything(fresh) == before


def marked(statement: str) -> str:
    """With the marks of the driver for the names after a single colon."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement.replace("%", "%%"))


def outcome(caller: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> str:
    try:
        cursor = caller.execute(statement.encode(), values)
    except psycopg.DatabaseError as refused:
        if refused.sqlstate not in REFUSALS:
            raise
        return "refused"
    return "some" if cursor.rowcount > 0 else "none"


def state_of_everything(exam: Exam) -> Any:
    with exam.association.installer() as installer:
        return installer.execute(
            "SELECT (SELECT array_agg(s ORDER BY id) FROM lms.seats AS s)::text,"
            " (SELECT array_agg(d ORDER BY attempt_id) FROM lms.attempt_delivery AS d)::text,"
            " (SELECT count(*) FROM quiz_answers), (SELECT count(*) FROM lms.incidents), (SELECT count(*) FROM lms.late_answers)"
        ).fetchone()


# What a station sends in masses, and the reason that it hears.
FLOODS = {
    "an answer of more than 200 kB": (
        "SELECT lms.save_exam_answer(:me, 1, 1, :question, jsonb_build_object('html', repeat('x', 200000)))",
        "not-an-answer",
    ),
    "an answer that swells when it is read": (
        "SELECT lms.save_exam_answer(:me, 1, 1, :question, '{\"html\": [1e100000, 1e100000]}')",
        "not-an-answer",
    ),
    "an answer that is no object": ("SELECT lms.save_exam_answer(:me, 1, 1, :question, '[]')", "not-an-answer"),
    "a sequence that overflows": ("SELECT lms.save_exam_answer(:me, 1, 4294967296, :question, '{}')", "no-such-session"),
    "an incident with more than 10 kB of evidence": (
        "SELECT lms.report_incident(:me, 'note', 'low', jsonb_build_object('text', repeat('x', 10000)), now())",
        "not-an-incident",
    ),
    "an incident without evidence": ("SELECT lms.report_incident(:me, 'note', 'low', NULL, now())", "not-an-incident"),
    "an incident whose kind is a text": ("SELECT lms.report_incident(:me, 'Look here', 'low', '{}', now())", "not-an-incident"),
    "an incident of no severity": ("SELECT lms.report_incident(:me, 'note', 'fatal', '{}', now())", "not-an-incident"),
    "an incident at no time": ("SELECT lms.report_incident(:me, 'note', 'low', '{}', 'infinity')", "not-an-incident"),
    "a heartbeat with more answers than there can be": ("SELECT lms.heartbeat(:me, 2147483647, 0, 1, 0, 0)", "not-a-heartbeat"),
    "a heartbeat from before the exam": ("SELECT lms.heartbeat(:me, 0, -1, 1, 0, 0)", "not-a-heartbeat"),
    "a heartbeat without numbers": ("SELECT lms.heartbeat(:me, NULL, NULL, NULL, NULL, 0)", "not-a-heartbeat"),
}


def refusal(station: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> str | None:
    """The hint of the refusal; None where it was done."""
    try:
        station.execute(marked(statement).encode(), values)
    except psycopg.DatabaseError as refused:
        return refused.diag.message_hint or str(refused)
    return None


def test_what_is_too_much_of_a_station_is_refused(fresh: Exam) -> None:
    values: dict[str, Any] = {"me": fresh.begin()}
    with fresh.at(fresh.desk) as station:
        values["question"] = questions(station, values["me"])["essay"][0]
        before = state_of_everything(fresh)
        assert {what: refusal(station, statement, values) for what, (statement, _hint) in FLOODS.items()} == {
            what: hint for what, (_statement, hint) in FLOODS.items()
        }
    assert state_of_everything(fresh) == before


def test_a_station_that_floods_the_log_waits_a_minute_and_others_do_not(fresh: Exam) -> None:
    mine, other = fresh.begin(), fresh.begin(fresh.other_desk, fresh.other_seat)
    report = "SELECT lms.report_incident(:me, 'focus_lost', 'low', '{}', now())"
    with fresh.at(fresh.desk) as station, fresh.at(fresh.other_desk) as neighbour:
        said = [refusal(station, report, {"me": mine}) for _number in range(62)]
        assert said == [None] * 59 + ["too-many-incidents"] * 3
        assert refusal(neighbour, report, {"me": other}) is None
        assert [json.loads(entry.text)["kind"] for entry in chain(fresh)[0]] == ["focus_lost"] * 59 + ["flooding", "focus_lost"]
        with fresh.association.installer() as installer:
            installer.execute("SET session_replication_role = replica")
            installer.execute("UPDATE lms.incidents SET at = at - interval '61 seconds'")
        assert refusal(station, report, {"me": mine}) is None
        with fresh.association.installer() as installer:
            installer.execute("SET session_replication_role = replica")
            installer.execute(
                "INSERT INTO lms.incidents SELECT sitting_id, number + n * 100, seat_id, kind, severity, at, entry, hash"
                " FROM lms.incidents, generate_series(1, 90) AS n WHERE number <= 60"
            )
        assert refusal(station, report, {"me": mine}) == "too-many-incidents"


def test_a_quarantine_that_is_full_takes_no_more_and_the_exam_goes_on(fresh: Exam) -> None:
    old = fresh.begin()
    mine = fresh.enter()
    with fresh.at(fresh.desk) as station:
        essay = questions(station, mine)["essay"][0]
        with fresh.association.installer() as installer:
            installer.execute(
                "INSERT INTO lms.late_answers (seat_id, epoch, sequence, question_id, answer, reason)"
                " SELECT %s, 1, n, %s, '{}', 'session_ended' FROM generate_series(1, 5000) AS n",
                (fresh.seat, essay),
            )
        late_save = "SELECT lms.save_exam_answer(:me, 1, 9999, :question, '{}')"
        assert refusal(station, late_save, {"me": old, "question": essay}) == "too-many-late"
        assert save(station, mine, 2, 1, essay, "In time") == "saved"


def test_guesses_are_counted_logged_and_stopped_even_when_they_are_rolled_back(fresh: Exam) -> None:
    fresh.act("check_in_seat")
    code = fresh.code()
    with fresh.at(fresh.desk) as station:
        for guess in range(10):
            with station.transaction(force_rollback=guess % 2 == 0):
                assert one(station, "SELECT lms.enter_exam(%s, %s)", f"GUESS{guess}", secrets.token_bytes(32)) == "wrong"
        assert one(station, "SELECT lms.enter_exam(%s, %s)", code, secrets.token_bytes(32)) == "locked"
        with fresh.association.sign_in("proctor") as proctor:
            proctor.execute("SELECT lms.forgive_guesses(%s)", (fresh.desk.station_id,))
        assert one(station, "SELECT lms.enter_exam(%s, %s)", code, secrets.token_bytes(32)) == "entered"
    with fresh.association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM audit_logs WHERE action = 'station.wrong_code'") == 5


def test_a_station_reads_no_question_in_a_transaction_that_it_may_roll_back(fresh: Exam) -> None:
    fresh.act("check_in_seat")
    token = fresh.enter()
    fresh.act("authorize_seat")
    with fresh.at(fresh.desk) as station:
        with station.transaction(force_rollback=True):
            station.execute("SELECT lms.begin_exam(%s, %s)", (token, fresh.version()))
            with pytest.raises(psycopg.DatabaseError, match="Commit first"):
                station.execute("SELECT * FROM lms.get_exam_questions(%s)", (token,))
        assert fresh.delivery() == "authorized"


def test_a_revoked_station_is_out_at_once(fresh: Exam) -> None:
    token = fresh.begin()
    with fresh.at(fresh.desk) as station:
        with fresh.association.sign_in("admin") as admin:
            admin.execute("SELECT lms.revoke_station(%s)", (fresh.desk.station_id,))
        with pytest.raises(psycopg.DatabaseError, match="no such session"):
            questions(station, token)
    with pytest.raises(psycopg.OperationalError), fresh.at(fresh.desk):
        pass


def test_a_proctor_sees_their_own_sittings_alone(fresh: Exam) -> None:
    with fresh.association.sign_in("proctor") as proctor:
        assert one(proctor, "SELECT count(*) FROM lms.seats") == 2
        assert {row[3] for row in proctor.execute("SELECT * FROM lms.sitting_roster(%s)", (fresh.sitting,)).fetchall()} == {"Lea", "Finn"}
        with fresh.association.installer() as installer:
            installer.execute("DELETE FROM lms.sitting_proctors")
        assert one(proctor, "SELECT count(*) FROM lms.seats") == 0
        with pytest.raises(psycopg.DatabaseError, match="supervise no such sitting"):
            proctor.execute("SELECT * FROM lms.sitting_roster(%s)", (fresh.sitting,))
