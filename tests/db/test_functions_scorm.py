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
