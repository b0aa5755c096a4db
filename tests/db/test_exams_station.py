"""A station under crashes, outages and lost acknowledgements: what was typed is what is handed in, byte for byte."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from desktop.errors import ServerAway
from desktop.exams.commands import enter, save
from desktop.exams.station import EnteredSession
from tests.support.association import Association
from tests.support.exams import Desk, Exam, plan_exam

FAULTS = int(os.environ.get("LMS_EXAM_FAULTS", "50"))


@pytest.fixture(scope="module")
def planned(shared_association: Association) -> Exam:
    return plan_exam(shared_association)


@pytest.fixture
def exam(planned: Exam, association: Association) -> Exam:
    return replace(planned, association=association)


@pytest.fixture
def desk(exam: Exam, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(exam, exam.desk, tmp_path)
    yield desk
    desk.close()


def seat_down(exam: Exam, desk: Desk) -> UUID:
    """Up to the first question; the essay."""
    exam.act("check_in_seat")
    assert desk.station.enter(exam.code()) == "entered"
    exam.act("authorize_seat")
    desk.station.begin()
    return next(given.id for given in desk.station.questions() if given.question["type"] == "essay")


def test_off_the_network_the_candidate_goes_on_and_after_a_crash_finds_everything(exam: Exam, desk: Desk) -> None:
    essay = seat_down(exam, desk)
    desk.station.type(essay, {"html": "<p>Sent</p>"})
    assert desk.station.send() == 0
    desk.unplug()
    desk.station.type(essay, {"html": "<p>Sent, and typed offline</p>"})
    assert desk.station.send() == 1
    with pytest.raises(ServerAway):
        desk.station.submit()
    assert desk.journal.backlog()[0] == 1
    desk.crash()
    desk.plug_in()
    state = desk.station.resume()
    assert state is not None
    assert (state.delivery, state.candidate) == ("active", "Lea Learner")
    said = desk.station.beat(question=3, answered=1)
    assert (said.delivery, said.deadline, [one.command for one in said.commands]) == ("active", state.deadline, ["state", "state"])
    with exam.association.sign_in("proctor") as proctor:
        seen = proctor.execute("SELECT unsaved, question, answered FROM lms.heartbeats WHERE seat_id = %s", (exam.seat,)).fetchall()
    assert seen == [(1, 3, 1)]
    assert next(given.answer for given in desk.station.questions() if given.id == essay) == {"html": "<p>Sent, and typed offline</p>"}
    receipt = desk.station.submit()
    assert (receipt.answers, receipt.quarantined) == (1, 0)
    assert desk.exam_answers() == {essay: "<p>Sent, and typed offline</p>"}
    assert desk.journal.waiting() == []


def test_what_one_candidate_left_at_a_desk_never_becomes_an_answer_of_the_next(exam: Exam, desk: Desk) -> None:
    essay = seat_down(exam, desk)
    desk.unplug()
    desk.station.type(essay, {"html": "<p>Lea's own</p>"})
    assert desk.station.send() == 1
    desk.plug_in()
    exam.act("force_submit_seat", "Her desk was cut off")
    exam.act("check_in_seat", seat=exam.other_seat)
    assert desk.station.enter(exam.code(exam.other_seat)) == "entered"
    exam.act("authorize_seat", seat=exam.other_seat)
    desk.station.begin()
    assert [given.answer for given in desk.station.questions() if given.id == essay] == [None]
    assert desk.station.send() == 0
    assert (desk.station.submit().answers, desk.journal.waiting(), desk.exam_answers()) == (0, [], {})
    with exam.association.sign_in("proctor") as proctor:
        late = proctor.execute("SELECT seat_id, answer ->> 'html', reason FROM lms.late_answers").fetchall()
    assert late == [(exam.seat, "<p>Lea's own</p>", "session_ended")]


def test_more_incidents_than_the_log_takes_in_a_minute_wait_and_hold_up_nothing_else(exam: Exam, desk: Desk) -> None:
    essay = seat_down(exam, desk)
    for number in range(62):
        desk.journal.notice("focus_lost", "low", {"number": number})
    desk.station.send_remarks()
    desk.station.send_remarks()
    assert [one.evidence["number"] for one in desk.journal.noticed()] == [59, 60, 61]
    desk.station.type(essay, {"html": "<p>Meanwhile</p>"})
    assert (desk.station.send(), desk.station.beat().delivery) == (0, "active")


def test_whether_the_code_was_spent_is_found_out_when_the_answer_was_lost(exam: Exam, desk: Desk) -> None:
    exam.act("check_in_seat")
    token = bytes(range(32))
    desk.journal.start_session(token)
    assert desk.station.resume() is None  # the code never arrived
    desk.store.write(enter, exam.code(), token)  # it did, and the station does not know
    desk.crash()
    state = desk.station.resume()
    assert state is not None
    assert (state.delivery, desk.journal.session()) == ("awaiting", EnteredSession(token, exam.seat, 1))


def test_no_fault_loses_what_was_typed(exam: Exam, desk: Desk) -> None:
    chance = random.Random(7)
    seat_down(exam, desk)
    asked = [given.id for given in desk.station.questions()]
    typed: dict[UUID, str] = {}
    for step in range(FAULTS):
        question = chance.choice(asked)
        typed[question] = f"<p>Step {step}: Zoë’s “café” \\ 你好 {chance.random()}</p>"
        desk.station.type(question, {"html": typed[question]})
        session = desk.journal.session()
        assert session is not None
        match chance.choice(("crash", "outage", "lost acknowledgement", "duplicate", "new code", "nothing")):
            case "crash":
                desk.crash()
            case "outage":
                desk.unplug()
                assert desk.station.send() > 0
                desk.plug_in()
            case "lost acknowledgement":
                for one in desk.journal.waiting():
                    desk.store.write(save, session.token, one.epoch, one.sequence, one.question, one.answer)
            case "duplicate":
                waiting = desk.journal.waiting()
                desk.station.send()
                chance.shuffle(waiting)
                for one in waiting:
                    said = desk.store.write(save, session.token, one.epoch, one.sequence, one.question, one.answer).value
                    assert said == "stale"
            case "new code":
                desk.crash()
                assert desk.station.enter(exam.code()) == "entered"
            case _:
                desk.station.send()
    receipt = desk.station.submit()
    assert desk.exam_answers() == typed
    assert (receipt.answers, receipt.quarantined) == (len(typed), 0)
