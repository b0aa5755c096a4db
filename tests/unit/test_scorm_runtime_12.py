"""The SCORM 1.2 run-time: every element, every error code, and what a session leaves to the next one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scorm_runtime import Runtime, Session

# element, access, initial value, values that must be taken, values that must be refused with 405
S255, S4096 = "x" * 255, "x" * 4096
SCORES = (["0", "100", "55.5", "", ".5"], ["-1", "101", "ten", "5,5", "1e1"])
TEXT_255 = (["", "a", S255, "ünïcode"], [S255 + "x"])
SPANS = (["00:00:00", "0000:00:00.00", "9999:99:99.99", "12:05:09.5"], ["1:00:00", "00:00", "00:00:00.123", "00000:00:00", "PT1H", ""])
IDS = (["a", "id_1", "urn:x:1", "x" * 255], ["", "two words", "x" * 256])
STATUS = ["passed", "completed", "failed", "incomplete", "browsed"]

ELEMENTS: list[tuple[str, str, str, list[str], list[str]]] = [
    ("cmi.core.student_id", "r", "id-1", [], []),
    ("cmi.core.student_name", "r", "Doe, Jane", [], []),
    ("cmi.core.lesson_location", "rw", "", *TEXT_255),
    ("cmi.core.credit", "r", "credit", [], []),
    ("cmi.core.lesson_status", "rw", "not attempted", STATUS, ["not attempted", "Passed", "", "done"]),
    ("cmi.core.entry", "r", "ab-initio", [], []),
    ("cmi.core.score.raw", "rw", "", *SCORES),
    ("cmi.core.score.min", "rw", "", *SCORES),
    ("cmi.core.score.max", "rw", "", *SCORES),
    ("cmi.core.total_time", "r", "0000:00:00.00", [], []),
    ("cmi.core.lesson_mode", "r", "normal", [], []),
    ("cmi.core.exit", "w", "", ["time-out", "suspend", "logout", ""], ["normal", "Suspend"]),
    ("cmi.core.session_time", "w", "", *SPANS),
    ("cmi.suspend_data", "rw", "", ["", S4096], [S4096 + "x"]),
    ("cmi.launch_data", "r", "from the manifest", [], []),
    ("cmi.comments", "rw", "", [S4096], []),
    ("cmi.comments_from_lms", "r", "", [], []),
    ("cmi.objectives.0.id", "rw", "", *IDS),
    ("cmi.objectives.0.score.raw", "rw", "", *SCORES),
    ("cmi.objectives.0.score.min", "rw", "", *SCORES),
    ("cmi.objectives.0.score.max", "rw", "", *SCORES),
    ("cmi.objectives.0.status", "rw", "not attempted", [*STATUS, "not attempted"], ["", "done"]),
    ("cmi.student_data.mastery_score", "r", "", [], []),
    ("cmi.student_data.max_time_allowed", "r", "", [], []),
    ("cmi.student_data.time_limit_action", "r", "", [], []),
    ("cmi.student_preference.audio", "rw", "0", ["-1", "0", "100"], ["-2", "101", "1.5", ""]),
    ("cmi.student_preference.language", "rw", "", *TEXT_255),
    ("cmi.student_preference.speed", "rw", "0", ["-100", "+5", "100"], ["-101", "101", "fast"]),
    ("cmi.student_preference.text", "rw", "0", ["-1", "0", "1"], ["2", "-2"]),
    ("cmi.interactions.0.id", "w", "", *IDS),
    ("cmi.interactions.0.objectives.0.id", "w", "", *IDS),
    ("cmi.interactions.0.time", "w", "", ["00:00:00", "23:59:59.99"], ["24:00:00", "9:00:00", "00:60:00", ""]),
    ("cmi.interactions.0.type", "w", "",
     ["true-false", "choice", "fill-in", "matching", "performance", "sequencing", "likert", "numeric"], ["essay", ""]),
    ("cmi.interactions.0.correct_responses.0.pattern", "w", "", *TEXT_255),
    ("cmi.interactions.0.weighting", "w", "", ["0", "-1.5", "100"], ["heavy", ""]),
    ("cmi.interactions.0.student_response", "w", "", *TEXT_255),
    ("cmi.interactions.0.result", "w", "", ["correct", "wrong", "unanticipated", "neutral", "0.5"], ["right", ""]),
    ("cmi.interactions.0.latency", "w", "", *SPANS),
]  # fmt: skip

CHILDREN = {
    "cmi.core": "student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,lesson_mode,exit,session_time",
    "cmi.core.score": "raw,min,max",
    "cmi.objectives": "id,score,status",
    "cmi.student_data": "mastery_score,max_time_allowed,time_limit_action",
    "cmi.student_preference": "audio,language,speed,text",
    "cmi.interactions": "id,objectives,time,type,correct_responses,weighting,student_response,result,latency",
}
LAUNCH = {"cmi.core.student_id": "id-1", "cmi.core.student_name": "Doe, Jane", "cmi.launch_data": "from the manifest"}


@pytest.fixture(scope="module")
def runtime(qapp: object) -> Runtime:
    return Runtime()


def opened(runtime: Runtime, launch: dict[str, str] | None = None, saved: dict | None = None) -> Session:
    session = runtime.session("1.2", {**LAUNCH, **(launch or {})}, saved)
    assert session("LMSInitialize", "") == "true"
    return session


def error(session: Session) -> str:
    return session("LMSGetLastError")


def sets(session: Session, element: str, value: object) -> str:
    """Set and return the error code."""
    answer = session("LMSSetValue", element, value)
    code = error(session)
    assert answer == ("true" if code == "0" else "false")
    return code


def gets(session: Session, element: str) -> tuple[str, str]:
    return session("LMSGetValue", element), error(session)


# --- elements ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("element", "access", "initial", "good", "bad"), ELEMENTS, ids=[row[0] for row in ELEMENTS])
def test_each_element_has_its_rights_type_and_range(
    runtime: Runtime, element: str, access: str, initial: str, good: list[str], bad: list[str]
) -> None:
    session = opened(runtime)
    if ".n." not in element and ".0." not in element:
        assert gets(session, element) == (("", "404") if access == "w" else (initial, "0"))
    if access == "r":
        assert sets(session, element, "x") == "403"
        assert gets(session, element) == (initial, "0")
    for value in good:
        assert sets(session, element, value) == "0", value
        assert gets(session, element) == (("", "404") if access == "w" else (value, "0"))
        assert session.record["cmi"][element] == value
    before = session.record
    for value in bad:
        assert sets(session, element, value) == "405", value
    assert session.record == before


@pytest.mark.parametrize("element", CHILDREN)
def test_groups_name_their_children(runtime: Runtime, element: str) -> None:
    session = opened(runtime)
    assert gets(session, f"{element}._children") == (CHILDREN[element], "0")
    assert sets(session, f"{element}._children", "x") == "402"


def test_keywords_where_they_do_not_belong(runtime: Runtime) -> None:
    session = opened(runtime)
    assert gets(session, "cmi._version") == ("3.4", "0")
    assert sets(session, "cmi._version", "4") == "402"
    assert gets(session, "cmi.core.student_id._children") == ("", "202")
    assert gets(session, "cmi.core.student_id._count") == ("", "203")
    assert gets(session, "cmi.core._count") == ("", "203")
    assert gets(session, "cmi.nowhere._children") == ("", "201")
    assert gets(session, "cmi.interactions.0.objectives._children")[1] == "202"
    assert sets(session, "cmi.objectives._count", "3") == "402"


@pytest.mark.parametrize(
    "element", ["", "cmi", "cmi.core", "cmi.nowhere", "nonsense", "cmi.objectives.n.id", "cmi.objectives.-1.id", "cmi..core"]
)
def test_what_is_no_element_is_an_invalid_argument(runtime: Runtime, element: str) -> None:
    session = opened(runtime)
    assert gets(session, element) == ("", "201")
    assert sets(session, element, "x") == "201"


def test_what_scorm_leaves_out_of_the_aicc_model_is_not_implemented(runtime: Runtime) -> None:
    session = opened(runtime)
    assert gets(session, "cmi.evaluation.course_id") == ("", "401")
    assert sets(session, "cmi.student_demographics.city", "x") == "401"


def test_arrays_grow_one_entry_at_a_time(runtime: Runtime) -> None:
    session = opened(runtime)
    assert gets(session, "cmi.objectives._count") == ("0", "0")
    assert gets(session, "cmi.objectives.0.id") == ("", "201")
    assert sets(session, "cmi.objectives.1.id", "late") == "201"
    assert sets(session, "cmi.objectives.0.id", "first") == "0"
    assert sets(session, "cmi.objectives.1.status", "passed") == "0"
    assert gets(session, "cmi.objectives._count") == ("2", "0")
    assert gets(session, "cmi.objectives.0.status") == ("not attempted", "0")
    assert gets(session, "cmi.objectives.1.score.raw") == ("", "0")
    assert gets(session, "cmi.objectives.0.score._children") == ("raw,min,max", "0")
    assert gets(session, "cmi.interactions.0.objectives._count") == ("", "201")
    assert sets(session, "cmi.interactions.0.objectives.0.id", "o") == "0"
    assert sets(session, "cmi.interactions.0.objectives.2.id", "o") == "201"
    assert gets(session, "cmi.interactions.0.objectives._count") == ("1", "0")
    assert gets(session, "cmi.interactions.0.correct_responses._count") == ("0", "0")
    assert gets(session, "cmi.interactions._count") == ("1", "0")


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("true-false", ["0", "1", "t", "f", "true", "false"], ["yes", "", "2"]),
        ("choice", ["a", "1", "a,b,c", "{a,b}"], ["ab", "a;b", ""]),
        ("fill-in", ["anything at all", ""], [S255 + "x"]),
        ("matching", ["1.a", "1.a,2.b", "{1.a,2.b}"], ["1a", "1.a;2.b"]),
        ("performance", ["did it"], [S255 + "x"]),
        ("sequencing", ["a,b,c"], ["first,second"]),
        ("likert", ["a", "1", ""], ["ab"]),
        ("numeric", ["-1.5", "3"], ["three", ""]),
    ],
)
def test_responses_have_the_form_of_their_interaction(runtime: Runtime, type_: str, good: list[str], bad: list[str]) -> None:
    session = opened(runtime)
    sets(session, "cmi.interactions.0.id", "q1")
    sets(session, "cmi.interactions.0.type", type_)
    for element in ("cmi.interactions.0.student_response", "cmi.interactions.0.correct_responses.0.pattern"):
        assert [sets(session, element, value) for value in good] == ["0"] * len(good)
        assert [sets(session, element, value) for value in bad] == ["405"] * len(bad)


def test_comments_add_up_to_their_limit(runtime: Runtime) -> None:
    session = opened(runtime)
    assert sets(session, "cmi.comments", "<1>one") == "0"
    assert sets(session, "cmi.comments", "<2>two") == "0"
    assert gets(session, "cmi.comments") == ("<1>one<2>two", "0")
    assert sets(session, "cmi.comments", S4096) == "405"


def test_numbers_are_taken_for_text_as_content_expects(runtime: Runtime) -> None:
    session = opened(runtime)
    assert sets(session, "cmi.core.lesson_location", 3) == "0"
    assert gets(session, "cmi.core.lesson_location") == ("3", "0")
    assert sets(session, "cmi.core.score.raw", 87.5) == "0"


def test_text_that_no_database_stores_is_made_storable(runtime: Runtime) -> None:
    session = opened(runtime)
    assert sets(session, "cmi.suspend_data", "a\x00b") == "0"
    assert gets(session, "cmi.suspend_data")[0] == "a\ufffdb"
    runtime.engine.globalObject().setProperty("box_", session.box)
    half: Any = runtime.engine.evaluate(
        "box_.api.LMSSetValue('cmi.suspend_data', '\\uD83D|\\uDE00|\\uD83D\\uDE00'); box_.api.LMSGetValue('cmi.suspend_data')"
    )
    assert half.toString() == "\ufffd|\ufffd|\U0001f600"


# --- the session ------------------------------------------------------------------------------------------------------------------------


def test_nothing_works_before_initialize_or_after_finish(runtime: Runtime) -> None:
    session = runtime.session("1.2")
    for call in (("LMSGetValue", "cmi.core.entry"), ("LMSSetValue", "cmi.core.exit", ""), ("LMSCommit", ""), ("LMSFinish", "")):
        assert session(*call) == ("" if call[0] == "LMSGetValue" else "false")
        assert error(session) == "301"
    assert session("LMSInitialize", "") == "true"
    assert session("LMSInitialize", "") == "false"
    assert error(session) == "101"
    assert session("LMSFinish", "") == "true"
    assert error(session) == "0"
    for call in (("LMSGetValue", "cmi.core.entry"), ("LMSSetValue", "cmi.core.exit", ""), ("LMSCommit", ""), ("LMSFinish", "")):
        assert session(*call) == ("" if call[0] == "LMSGetValue" else "false")
        assert error(session) == "301"
    assert session("LMSInitialize", "") == "false"


@pytest.mark.parametrize("call", ["LMSInitialize", "LMSCommit", "LMSFinish"])
def test_an_argument_where_none_belongs_is_refused(runtime: Runtime, call: str) -> None:
    session = runtime.session("1.2") if call == "LMSInitialize" else opened(runtime)
    assert session(call, "x") == "false"
    assert error(session) == "201"
    assert session(call, "") == "true"


def test_asking_for_an_error_does_not_change_it(runtime: Runtime) -> None:
    session = opened(runtime)
    sets(session, "cmi.core.student_id", "x")
    assert session("LMSGetErrorString", "403") == "Element is read only"
    assert session("LMSGetErrorString", "0") == "No error"
    assert session("LMSGetErrorString", "999") == ""
    assert "student_id" in session("LMSGetDiagnostic", "")
    assert "student_id" in session("LMSGetDiagnostic", "403")
    assert session("LMSGetDiagnostic", "404") == "Element is write only"
    assert error(session) == "403"
    session("LMSGetValue", "cmi.core.entry")
    assert error(session) == "0"


def test_commit_answers_whether_the_record_is_durable(runtime: Runtime) -> None:
    session = opened(runtime)
    sets(session, "cmi.core.lesson_location", "page 2")
    assert session("LMSCommit", "") == "true"
    assert session.records == [
        {
            "finished": False,
            "cmi": {
                "cmi.core.lesson_location": "page 2",
            },
        }
    ]
    session.storage_fails()
    assert session("LMSCommit", "") == "false"
    assert error(session) == "101"
    assert session("LMSFinish", "") == "false"
    assert error(session) == "101"


def test_the_record_holds_nothing_about_the_person(runtime: Runtime) -> None:
    session = opened(runtime)
    session("LMSFinish", "")
    assert session.records == [{"finished": True, "cmi": {"cmi.core.lesson_status": "completed"}}]


# --- from one session to the next ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exit_", "finish", "entry"), [("suspend", True, "resume"), ("", True, ""), ("logout", True, ""), ("", False, "resume")]
)
def test_entry_says_how_the_last_session_ended(runtime: Runtime, exit_: str, finish: bool, entry: str) -> None:
    first = opened(runtime)
    sets(first, "cmi.core.lesson_location", "page 3")
    sets(first, "cmi.suspend_data", "state")
    sets(first, "cmi.core.lesson_status", "incomplete")
    sets(first, "cmi.core.exit", exit_)
    sets(first, "cmi.objectives.0.id", "o1")
    if finish:
        first("LMSFinish", "")
    second = opened(runtime, saved=first.record)
    assert gets(second, "cmi.core.entry") == (entry, "0")
    assert gets(second, "cmi.core.lesson_location") == ("page 3", "0")
    assert gets(second, "cmi.suspend_data") == ("state", "0")
    assert gets(second, "cmi.core.lesson_status") == ("incomplete", "0")
    assert gets(second, "cmi.objectives._count") == ("1", "0")
    second("LMSFinish", "")
    third = opened(runtime, saved=second.record)
    assert gets(third, "cmi.core.entry") == ("", "0")


@pytest.mark.parametrize("finish", [True, False])
def test_the_time_of_a_session_counts_once_however_it_ended(runtime: Runtime, finish: bool) -> None:
    saved = None
    for _session in range(3):
        session = opened(runtime, saved=saved)
        sets(session, "cmi.core.session_time", "00:10:00")
        sets(session, "cmi.core.session_time", "00:25:30.5")
        session("LMSCommit", "")
        if finish:
            session("LMSFinish", "")
        saved = session.record
    assert gets(opened(runtime, saved=saved), "cmi.core.total_time") == ("0001:16:31.50", "0")


@pytest.mark.parametrize(
    ("launch", "raw", "status", "exit_", "expected"),
    [
        ({}, "", "", "", "completed"),
        ({}, "", "incomplete", "", "incomplete"),
        ({"cmi.student_data.mastery_score": "80"}, "80", "incomplete", "", "passed"),
        ({"cmi.student_data.mastery_score": "80"}, "79.9", "completed", "", "failed"),
        ({"cmi.student_data.mastery_score": "80"}, "20", "incomplete", "suspend", "incomplete"),
        ({"cmi.student_data.mastery_score": "80"}, "", "completed", "", "completed"),
        ({"cmi.student_data.mastery_score": "80", "cmi.core.credit": "no-credit"}, "20", "completed", "", "completed"),
        ({"cmi.core.lesson_mode": "browse", "cmi.core.credit": "no-credit"}, "", "", "", "browsed"),
        ({"cmi.student_data.mastery_score": "none"}, "20", "completed", "", "completed"),
    ],
)
def test_finish_settles_the_status(runtime: Runtime, launch: dict[str, str], raw: str, status: str, exit_: str, expected: str) -> None:
    session = opened(runtime, launch)
    sets(session, "cmi.core.score.raw", raw)
    if status:
        sets(session, "cmi.core.lesson_status", status)
    sets(session, "cmi.core.exit", exit_)
    session("LMSFinish", "")
    assert session.record["cmi"]["cmi.core.lesson_status"] == expected


# --- rules ------------------------------------------------------------------------------------------------------------------------------

addresses = st.one_of(
    st.sampled_from([row[0] for row in ELEMENTS]),
    st.builds(lambda row, n: row[0].replace(".0.", f".{n}."), st.sampled_from(ELEMENTS), st.integers(0, 4)),
    st.lists(st.sampled_from(["cmi", "core", "score", "raw", "objectives", "0", "1", "n", "_count", "_children", "_version", "id", "",
                              "__proto__", "constructor", "toString", "hasOwnProperty"]), max_size=6).map(".".join),
)  # fmt: skip
values = st.one_of(
    st.sampled_from(["passed", "0", "100", "-1", "00:00:01", "choice", "a", "", "suspend", "correct"]),
    st.text(max_size=40),
    st.integers(),
    st.none(),
)
calls = st.one_of(
    st.tuples(st.just("LMSGetValue"), addresses),
    st.tuples(st.just("LMSSetValue"), addresses, values),
    st.tuples(st.sampled_from(["LMSInitialize", "LMSCommit"]), st.sampled_from(["", "x"])),
)


@settings(max_examples=150)
@given(script=st.lists(calls, max_size=40))
def test_whatever_content_calls_it_gets_an_answer_and_the_record_is_kept(runtime: Runtime, script: list[tuple]) -> None:
    session = opened(runtime)
    for call in script:
        before = session.record
        answer, code = session(*call), error(session)
        assert session("LMSGetErrorString", code) != ""
        if call[0] == "LMSGetValue":
            assert answer == "" or code == "0"
        else:
            assert answer == ("true" if code == "0" else "false")
        if code != "0":
            assert session.record == before
    again = opened(runtime, saved=session.record)
    for element, value in session.record["cmi"].items():
        if element not in ("cmi.core.exit", "cmi.core.session_time", "cmi.core.total_time"):
            assert again.record["cmi"][element] == value


@given(spans=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=4))
def test_times_add_up_exactly(runtime: Runtime, spans: list[tuple[int, int, int, int]]) -> None:
    saved, total = None, Decimal(0)
    for hours, minutes, seconds, hundredths in spans:
        session = opened(runtime, saved=saved)
        assert sets(session, "cmi.core.session_time", f"{hours:04}:{minutes:02}:{seconds:02}.{hundredths:02}") == "0"
        session("LMSFinish", "")
        saved = session.record
        total += hours * 3600 + minutes * 60 + seconds + Decimal(hundredths) / 100
    text = gets(opened(runtime, saved=saved), "cmi.core.total_time")[0]
    match = re.fullmatch(r"(\d{4}):(\d{2}):(\d{2})\.(\d{2})", text)
    assert match
    longest = Decimal(9999 * 3600 + 99 * 60) + Decimal("99.99")
    assert Decimal(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])) + Decimal(match[4]) / 100 == min(total, longest)
