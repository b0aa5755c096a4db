"""The SCORM 2004 run-time: its data types and the rules between elements. ADL's own cases are in tests/conformance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scorm_runtime import Runtime, Session


@pytest.fixture(scope="module")
def runtime(qapp: object) -> Runtime:
    return Runtime()


def opened(runtime: Runtime, launch: dict[str, str] | None = None, saved: dict[str, Any] | None = None) -> Session:
    session = runtime.session("2004", {"cmi.learner_id": "id-1", "cmi.learner_name": "Doe, Jane", **(launch or {})}, saved)
    assert session("Initialize", "") == "true"
    return session


def error(session: Session) -> str:
    return session("GetLastError")


def sets(session: Session, element: str, value: object) -> str:
    answer = session("SetValue", element, value)
    code = error(session)
    assert answer == ("true" if code == "0" else "false")
    return code


def gets(session: Session, element: str) -> tuple[str, str]:
    return session("GetValue", element), error(session)


# --- rules ------------------------------------------------------------------------------------------------------------------------------


def test_what_was_never_set_is_not_initialized(runtime: Runtime) -> None:
    session = opened(runtime)
    for element in ("cmi.location", "cmi.suspend_data", "cmi.score.scaled", "cmi.progress_measure", "cmi.launch_data"):
        assert gets(session, element) == ("", "403")
    assert gets(session, "cmi.completion_status") == ("unknown", "0")
    assert gets(session, "cmi.time_limit_action") == ("continue,no message", "0")
    assert gets(session, "cmi.session_time") == ("", "405")
    assert sets(session, "cmi.entry", "resume") == "404"
    assert gets(session, "cmi.nonsense") == ("", "401")


@pytest.mark.parametrize(
    ("threshold", "measure", "said", "status"),
    [("", "", "incomplete", "incomplete"), ("0.75", "", "completed", "unknown"), ("0.75", "0.8", "incomplete", "completed"),
     ("0.75", "0.5", "completed", "incomplete")],
)  # fmt: skip
def test_a_completion_threshold_overrules_the_content(runtime: Runtime, threshold: str, measure: str, said: str, status: str) -> None:
    session = opened(runtime, {"cmi.completion_threshold": threshold} if threshold else {})
    sets(session, "cmi.completion_status", said)
    if measure:
        sets(session, "cmi.progress_measure", measure)
    assert gets(session, "cmi.completion_status") == (status, "0")


@pytest.mark.parametrize(("scaled", "status"), [("", "unknown"), ("0.6", "passed"), ("0.59", "failed")])
def test_a_passing_score_overrules_the_content(runtime: Runtime, scaled: str, status: str) -> None:
    session = opened(runtime, {"cmi.scaled_passing_score": "0.6"})
    sets(session, "cmi.success_status", "passed")
    if scaled:
        sets(session, "cmi.score.scaled", scaled)
    assert gets(session, "cmi.success_status") == (status, "0")
    session("Terminate", "")
    assert session.record["cmi"]["cmi.success_status"] == status


def test_objectives_of_the_manifest_are_there_and_keep_their_names(runtime: Runtime) -> None:
    session = opened(runtime, {"cmi.objectives.0.id": "first", "cmi.objectives.1.id": "second"})
    assert gets(session, "cmi.objectives._count") == ("2", "0")
    assert sets(session, "cmi.objectives.0.id", "other") == "351"
    assert sets(session, "cmi.objectives.2.id", "second") == "351"
    assert sets(session, "cmi.objectives.2.success_status", "passed") == "408"
    assert sets(session, "cmi.objectives.2.id", "third") == "0"
    assert sets(session, "cmi.objectives.2.success_status", "passed") == "0"
    assert gets(session, "cmi.objectives.1.success_status") == ("unknown", "0")


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("true-false", ["true", "false"], ["t", ""]),
        ("choice", ["a", "a[,]b", ""], ["a[,]a", "two words"]),
        ("fill-in", ["anything", "{lang=en}one[,]two"], ["{lang=}x"]),
        ("matching", ["a[.]1", "a[.]1[,]b[.]2"], ["a", "a[.]"]),
        ("performance", ["step_1[.]done[,][.]late", "a[.]1"], ["[.]", "alone"]),
        ("sequencing", ["a[,]b[,]a"], ["", "a b"]),
        ("likert", ["a"], ["", "a b"]),
        ("numeric", ["-1.5"], ["1[:]2", "one"]),
        ("long-fill-in", ["{lang=de-CH}viel"], ["{lang=no way}x"]),
        ("other", ["anything", ""], []),
    ],
)
def test_responses_have_the_form_of_their_interaction(runtime: Runtime, type_: str, good: list[str], bad: list[str]) -> None:
    session = opened(runtime)
    assert sets(session, "cmi.interactions.0.learner_response", "a") == "408"
    sets(session, "cmi.interactions.0.id", "q1")
    assert sets(session, "cmi.interactions.0.learner_response", "a") == "408"
    sets(session, "cmi.interactions.0.type", type_)
    assert [sets(session, "cmi.interactions.0.learner_response", value) for value in good] == ["0"] * len(good)
    assert [sets(session, "cmi.interactions.0.learner_response", value) for value in bad] == ["406"] * len(bad)


@pytest.mark.parametrize(
    ("type_", "written", "kept"),
    [
        ("fill-in", "{order_matters=true}{case_matters=true}a[,]b", "{case_matters=true}a[,]b"),
        ("fill-in", "{case_matters=false}{lang=en}{order_matters=false}a", "{lang=en}{order_matters=false}a"),
        ("long-fill-in", "{lang=de}{case_matters=true}viel", "{case_matters=true}{lang=de}viel"),
        ("long-fill-in", "{case_matters=false}a", "a"),
        ("performance", "{order_matters=true}a[.]1", "a[.]1"),
        ("performance", "{order_matters=false}a[.]1", "{order_matters=false}a[.]1"),
        ("other", "{order_matters=true}a", "{order_matters=true}a"),
    ],
)
def test_patterns_are_kept_in_one_way_of_writing(runtime: Runtime, type_: str, written: str, kept: str) -> None:
    session = opened(runtime)
    sets(session, "cmi.interactions.0.id", "q1")
    sets(session, "cmi.interactions.0.type", type_)
    pattern = "cmi.interactions.0.correct_responses.0.pattern"
    assert sets(session, pattern, written) == "0"
    assert gets(session, pattern) == (kept, "0")


@pytest.mark.parametrize(
    ("language", "error"),
    [("", "0"), ("en", "0"), ("EN-us", "0"), ("ger", "0"), ("deu-CH-1996", "0"), ("i-klingon", "0"), ("x-ours", "0"), ("qab", "0"),
     ("sp", "406"), ("exg", "406"), ("english", "406"), ("en_US", "406"), ("en-", "406")],
)  # fmt: skip
def test_languages_are_registered_ones(runtime: Runtime, language: str, error: str) -> None:
    assert sets(opened(runtime), "cmi.learner_preference.language", language) == error


def test_shared_data_cannot_be_added_to(runtime: Runtime) -> None:
    session = opened(runtime, {"adl.data.0.id": "notes", "adl.data.0.access": "rw"})
    assert sets(session, "adl.data.0.store", "ours") == "0"
    assert sets(session, "adl.data.1.store", "theirs") == "351"
    assert gets(session, "adl.data._count") == ("1", "0")


@pytest.mark.parametrize(
    ("value", "fits"),
    [("2026", True), ("2026-02", True), ("2024-02-29", True), ("2025-02-29", False), ("2026-02-03T04:05:06.7Z", True), ("1969", False),
     ("2039", False), ("2026-02-03T04:05:06.78+05:30", True), ("2026-02-03T24:00:00", False), ("2026-2-3", False), ("", False)],
)  # fmt: skip
def test_times_are_those_of_the_calendar(runtime: Runtime, value: str, fits: bool) -> None:
    assert sets(opened(runtime), "cmi.comments_from_learner.0.timestamp", value) == ("0" if fits else "406")


@pytest.mark.parametrize(
    ("value", "fits"),
    [("PT1H", True), ("P1Y2M3DT4H5M6.78S", True), ("P1D", True), ("PT0S", True), ("P", False), ("PT", False), ("1H", False),
     ("PT1.234S", False), ("PT-1S", False), ("P1DT", False), ("PT1.5H", False)],
)  # fmt: skip
def test_intervals(runtime: Runtime, value: str, fits: bool) -> None:
    assert sets(opened(runtime), "cmi.session_time", value) == ("0" if fits else "406")


def test_a_suspended_attempt_goes_on_and_an_ended_one_begins_afresh(runtime: Runtime) -> None:
    first = opened(runtime)
    sets(first, "cmi.location", "page 3")
    sets(first, "cmi.session_time", "PT1H30M")
    sets(first, "cmi.exit", "suspend")
    first("Terminate", "")
    second = opened(runtime, saved=first.record)
    assert gets(second, "cmi.entry") == ("resume", "0")
    assert gets(second, "cmi.location") == ("page 3", "0")
    assert gets(second, "cmi.total_time") == ("PT1H30M0S", "0")
    sets(second, "cmi.exit", "normal")
    second("Terminate", "")
    assert second.record["cmi"]["cmi.completion_status"] == "completed"
    third = opened(runtime, saved=second.record)
    assert gets(third, "cmi.entry") == ("ab-initio", "0")
    assert gets(third, "cmi.location") == ("", "403")


def test_a_killed_session_is_taken_up_where_it_stopped(runtime: Runtime) -> None:
    first = opened(runtime)
    sets(first, "cmi.location", "page 3")
    sets(first, "cmi.session_time", "PT10S")
    second = opened(runtime, saved=first.record)
    assert gets(second, "cmi.entry") == ("resume", "0")
    assert gets(second, "cmi.total_time") == ("PT0H0M10S", "0")
