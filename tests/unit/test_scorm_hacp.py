"""AICC's HACP: forms in, text out, and the record that comes of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.scorm.hacp import Reply, Session, read_request
from desktop.scorm.manifest import AssignableUnit, Item

LAUNCH = {
    "cmi.core.student_id": "id-1",
    "cmi.core.student_name": "Okafor, Ada",
    "cmi.core.credit": "credit",
    "cmi.core.lesson_mode": "normal",
}


def unit(*, password: str = "", mastery: str = "") -> Item:
    about = AssignableUnit(kind="", system_vendor="", max_score="", web_launch="", password=password)
    return Item("A1", "Unit", True, None, mastery_score=mastery, data_from_lms="vendor=1", unit=about)


def post(session: Session, command: str, data: str = "", **fields: str) -> Reply:
    return session.answer(read_request(urlencode({"command": command, "version": "3.5", "session_id": "s", "aicc_data": data, **fields})))


def begun(record: dict[str, Any] | None = None, **about: str) -> Session:
    return Session(unit(**about), record, LAUNCH)


def core(reply: Reply) -> dict[str, str]:
    lines = reply.text.partition("aicc_data=")[2].splitlines()
    return {name.lower(): value for name, mark, value in (line.partition("=") for line in lines) if mark}


def test_a_unit_is_told_who_learns_and_where_to_go_on() -> None:
    reply = post(begun(), "GetParam")
    assert reply.text.startswith("error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=[core]\r\n")
    assert not reply.changed
    told = core(reply)
    assert (told["student_id"], told["student_name"], told["lesson_status"], told["credit"]) == (
        "id-1",
        "Okafor, Ada",
        "not attempted,a",
        "credit",
    )
    assert "[core_vendor]\r\nvendor=1\r\n" in reply.text


def test_what_it_puts_is_what_it_gets() -> None:
    session = begun()
    said = "[Core]\r\nLesson_Location = page 3\r\nlesson_status=I, Suspend\r\nScore=40,50,0\r\nTime=00:01:30\r\n"
    data = said + "[CORE_LESSON]\r\na=1\r\n\r\n[b]=2\r\n"
    assert post(session, "putparam", data).changed
    assert session.cmi == {
        "cmi.core.lesson_location": "page 3", "cmi.core.lesson_status": "incomplete", "cmi.core.exit": "suspend",
        "cmi.core.score.raw": "40", "cmi.core.score.max": "50", "cmi.core.score.min": "0", "cmi.core.session_time": "0000:01:30.00",
        "cmi.suspend_data": "a=1\r\n\r\n[b]=2",
    }  # fmt: skip
    assert session.record["finished"] is False
    told = post(begun(session.record), "GetParam")
    assert core(told)["lesson_location"] == "page 3"
    assert core(told)["lesson_status"] == "incomplete,r"
    assert core(told)["score"] == "40,50,0"
    assert core(told)["time"] == "0000:01:30.00"
    assert "[core_lesson]\r\na=1\r\n\r\n[b]=2\r\n" in told.text


def test_time_counts_once() -> None:
    session = begun()
    for time in ("00:00:10", "00:00:20"):  # the whole session so far, each time
        post(session, "PutParam", f"[Core]\nTime={time}\n")
    post(session, "ExitAU")
    assert session.cmi["cmi.core.total_time"] == "0000:00:20.00"
    again = begun(session.record)
    post(again, "PutParam", "[Core]\nTime=01:00:00\n")
    killed = begun(again.record)  # it never said that it ended
    assert killed.cmi["cmi.core.total_time"] == "0001:00:20.00"


@pytest.mark.parametrize(
    ("status", "raw", "mastery", "becomes"),
    [
        ("C", "80", "70", "passed"),
        ("C", "60", "70", "failed"),
        ("P", "", "70", "passed"),
        ("I,S", "80", "70", "incomplete"),
        ("C", "60", "", "completed"),
        ("", "", "", "completed"),
    ],
)
def test_the_end_settles_the_status(status: str, raw: str, mastery: str, becomes: str) -> None:
    session = begun(mastery=mastery)
    post(session, "PutParam", f"[Core]\nLesson_Status={status}\nScore={raw}\n")
    assert post(session, "ExitAU").changed
    assert session.record["finished"] is True
    assert session.cmi["cmi.core.lesson_status"] == becomes


def test_interactions_objectives_and_comments_are_kept() -> None:
    session = begun()
    post(session, "PutInteractions", '"Course_ID","Interaction_ID","Type_Interaction",'
         '"Correct_Response","Student_Response","Result","Latency"\r\n'
         '"c","q1","C","a","b, c","W","00:00:05"\r\n"c","q2","T","t","t","correct","00:00:01"\r\n')  # fmt: skip
    assert {name: session.cmi[f"cmi.interactions.0.{name}"] for name in ("id", "type", "student_response", "result", "latency")} == {
        "id": "q1", "type": "choice", "student_response": "b, c", "result": "wrong", "latency": "00:00:05",
    }  # fmt: skip
    assert session.cmi["cmi.interactions.1.result"] == "correct"
    post(session, "PutParam", "[Objectives_Status]\nJ_ID.1=o1\nJ_Score.1=7\nJ_Status.1=P\nJ_ID.2=o2\n")
    post(session, "PutObjectives", "objective_id,score,status\no2,5,F\no1,9,P\n")
    assert session.cmi["cmi.objectives.0.score.raw"] == "9"
    assert session.cmi["cmi.objectives.1.status"] == "failed"
    assert core(post(session, "GetParam"))["j_id.2"] == "o2"
    post(session, "PutComments", "comment\nfirst\nsecond\n")
    assert session.cmi["cmi.comments"] == "first\nsecond"


def test_wrong_requests_are_answered_as_the_standard_says() -> None:
    assert post(begun(), "Nonsense").text.startswith("error=1\r\n")
    assert post(begun(password="secret"), "GetParam").text.startswith("error=2\r\n")
    assert post(begun(password="secret"), "GetParam", au_password="secret").text.startswith("error=0\r\n")
    assert post(begun(), "PutPerformance", "x").text.startswith("error=0\r\n")
    assert read_request("=&" * 500).command == ""


@given(st.sampled_from(["PutParam", "PutInteractions", "PutObjectives", "PutComments", "ExitAU"]), st.text(max_size=200))
def test_whatever_is_posted_is_answered(command: str, data: str) -> None:
    session = begun()
    assert post(session, command, data).text.startswith("error=0")
    assert all(isinstance(value, str) for value in session.cmi.values())
    assert post(session, "GetParam").text.startswith("error=0")
