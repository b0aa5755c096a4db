"""What the server makes of a SCORM record (docs/design.md, "What is recorded")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.association import Association, one


@pytest.mark.parametrize(
    ("standard", "items", "done", "status", "score"),
    [
        ("1.2", {"a": {"cmi.core.lesson_status": "completed"}}, True, "completed", None),
        ("1.2", {"a": {"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "80"}}, True, "passed", 80),
        ("1.2", {"a": {"cmi.core.lesson_status": "failed", "cmi.core.score.raw": "20"}}, False, "failed", 20),
        ("1.2", {"a": {"cmi.core.lesson_status": "incomplete"}}, False, "incomplete", None),
        ("1.2", {"a": {"cmi.core.score.raw": "8", "cmi.core.score.min": "0", "cmi.core.score.max": "10"}}, False, "not attempted", 80),
        ("1.2", {"a": {"cmi.core.score.raw": "1e9", "cmi.core.lesson_status": "completed"}}, True, "completed", None),
        ("1.2", {"a": {"cmi.core.score.raw": "500", "cmi.core.lesson_status": "completed"}}, True, "completed", 100),
        ("1.2", {"a": {"cmi.core.lesson_status": "passed"}, "b": {}}, False, "incomplete", None),
        ("1.2", {"a": {"cmi.core.lesson_status": "passed"}, "b": {"cmi.core.lesson_status": "completed"}}, True, "completed", None),
        ("1.2", {"a": {"cmi.core.lesson_status": "passed"}, "b": {"cmi.core.lesson_status": "failed"}}, False, "failed", None),
        ("2004", {"a": {"cmi.completion_status": "completed", "cmi.success_status": "unknown"}}, True, "completed", None),
        ("2004", {"a": {"cmi.success_status": "passed", "cmi.score.scaled": "0.855"}}, True, "passed", 85.5),
        ("2004", {"a": {"cmi.completion_status": "completed", "cmi.success_status": "failed"}}, False, "failed", None),
        ("2004", {"a": {"cmi.completion_status": "incomplete", "cmi.score.scaled": "-1"}}, False, "incomplete", 0),
    ],
)
def test_what_a_scorm_record_comes_to(
    shared_association: Association, standard: str, items: dict[str, Any], done: bool, status: str, score: float | None
) -> None:
    document = {"standard": standard, "required": list(items), "items": {name: {"cmi": cmi} for name, cmi in items.items()}}
    with shared_association.installer() as installer:
        row = installer.execute("SELECT done, status, score::float FROM lms.scorm_summary(%s)", (json.dumps(document),)).fetchone()
    assert row == (done, status, score)


def test_a_record_that_requires_nothing_completes_nothing(shared_association: Association) -> None:
    with shared_association.installer() as installer:
        assert one(installer, """SELECT done FROM lms.scorm_summary('{"standard": "1.2", "required": [], "items": {}}')""") is False


ELEMENTS = (
    *("cmi.core.lesson_status", "cmi.core.score.raw", "cmi.core.score.min", "cmi.core.score.max"),
    *("cmi.completion_status", "cmi.success_status", "cmi.score.scaled"),
)
STATUSES = ("passed", "completed", "failed", "incomplete", "browsed", "not attempted", "unknown", "")
# PostgreSQL's text holds no NUL and no lone surrogate, and neither does what a browser sends as JSON.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.one_of(st.sampled_from(STATUSES), st.floats(allow_nan=True).map(str), st.integers().map(str), TEXT, st.none(), st.integers())
MODELS = st.fixed_dictionaries({"cmi": st.dictionaries(st.sampled_from(ELEMENTS), VALUES)})
ITEMS = st.dictionaries(st.sampled_from("abc"), st.one_of(MODELS, VALUES))
DOCUMENTS = st.fixed_dictionaries(
    {"items": ITEMS, "required": st.lists(st.one_of(st.sampled_from("abc"), VALUES), max_size=4)},
    optional={"standard": st.sampled_from(["1.2", "2004", "aicc", None])},
)


@pytest.fixture(scope="module")
def installer(shared_association: Association) -> Iterator[psycopg.Connection[Any]]:
    with shared_association.installer() as connection:
        yield connection


@given(document=DOCUMENTS)
def test_whatever_content_writes_comes_to_something(installer: psycopg.Connection[Any], document: dict[str, Any]) -> None:
    """The content computes this record, so it may hold anything."""
    row = installer.execute("SELECT done, status, score FROM lms.scorm_summary(%s)", (json.dumps(document),)).fetchone()
    assert row is not None
    done, status, score = row
    assert score is None or 0 <= score <= 100
    assert status
    if done:
        assert document["required"]
        assert set(document["required"]) <= set(document["items"])
        assert status in ("passed", "completed")


def test_what_sequencing_rolled_up_decides_about_a_2004_lesson(shared_association: Association) -> None:
    items = {
        "a": {"cmi": {"cmi.success_status": "passed", "cmi.score.scaled": "0.9"}},
        "b": {"cmi": {"cmi.completion_status": "incomplete"}},
    }
    document = {"standard": "2004", "required": ["a", "b"], "items": items}
    summaries = {
        ("completed", "passed", 0.5): (True, "passed", 50.0),
        ("completed", "unknown", None): (True, "completed", 90.0),
        ("completed", "failed", -1): (False, "failed", 0.0),
        ("unknown", "unknown", None): (False, "incomplete", 90.0),
    }
    with shared_association.installer() as installer:
        for (completion, success, scaled), expected in summaries.items():
            whole = {**document, "summary": {"completion": completion, "success": success, "scaled": scaled}}
            row = installer.execute("SELECT done, status, score::float FROM lms.scorm_summary(%s)", (json.dumps(whole),)).fetchone()
            assert row == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0001:02:03.50", 3723.5), ("00:00:00", 0), ("PT1H2M3.5S", 3723.5), ("P1DT1S", 86401), ("P1Y", 31536000), ("P1M", 2592000),
        ("PT0S", 0), ("1:2:3", None), ("", None), ("P-1D", None), ("PT1.123S", None), (None, None),
    ],
)  # fmt: skip
def test_times_of_both_standards_are_seconds(shared_association: Association, text: str | None, seconds: float | None) -> None:
    with shared_association.installer() as installer:
        assert one(installer, "SELECT lms.scorm_seconds(%s)::float", text) == seconds


FIELDS = ("id", "type", "learner_response", "correct_responses.0.pattern", "objectives.1.id", "weighting", "latency", "timestamp")
HOSTILE = st.dictionaries(
    st.one_of(
        st.sampled_from([f"cmi.interactions.{n}.{field}" for n in (0, 7) for field in FIELDS]),
        st.from_regex(r"cmi\.interactions\.[0-9]{1,10}\.[a-z_]{2,20}(\.[0-9]{1,10}\.(id|pattern))?", fullmatch=True),
    ),
    st.one_of(VALUES, st.lists(VALUES, max_size=2)),
    max_size=8,
)


@given(cmi=HOSTILE, attempt=VALUES, finished=VALUES)
def test_whatever_content_writes_becomes_rows_or_none(
    installer: psycopg.Connection[Any], cmi: dict[str, Any], attempt: Any, finished: Any
) -> None:
    document = {
        "standard": "2004",
        "required": ["x"],
        "items": {"x": {"cmi": cmi, "attempt": attempt, "finished": finished}, "y": {"cmi": []}},
    }
    with installer.transaction(force_rollback=True):
        enrollment, lesson = installer.execute("SELECT enrollment_id, lesson_id FROM lms.scorm_sessions LIMIT 1").fetchone() or (None, None)
        installer.execute("SELECT lms.record_scorm_attempts(%s, %s, NULL, %s)", (enrollment, lesson, json.dumps(document)))
        assert one(installer, "SELECT count(*) FROM lms.scorm_attempts WHERE item_id = 'x'") == 1
