"""Entries of the audit log, field by field and in words."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from desktop.upkeep.difference import Change, as_id, changes, ids, naming, table_words, value_text, words

ANN = UUID("11111111-2222-3333-4444-555555555555")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


def test_a_changed_field_has_what_it_was_and_what_it_became() -> None:
    found = changes({"status": "draft", "is_featured": False}, {"status": "published", "is_featured": True})
    assert found == (Change("Is featured", "No", "Yes"), Change("Status", "draft", "published"))


def test_what_was_nothing_before_has_no_before() -> None:
    assert changes({"price": None}, {"price": 12.5}) == (Change("Price", None, "12.5"),)
    assert changes({"role": "proctor"}, {}) == (Change("Role", "proctor", None),)


def test_an_object_is_compared_inside() -> None:
    found = changes({"rules": {"a": 1, "late_days": 2}}, {"rules": {"a": 1, "late_days": 3}})
    assert found == (Change("Rules · Late days", "2", "3"),)


def test_an_id_is_a_name_where_it_is_known() -> None:
    assert changes({"instructor_id": None}, {"instructor_id": str(ANN)}, {ANN: "Ann Lee"}) == (Change("Instructor", None, "Ann Lee"),)
    assert ids({"a": str(ANN), "b": "x", "c": 3}) == {ANN}
    assert as_id(f" {ANN} ") == ANN
    assert as_id("ann") is None
    assert as_id("x" * 36) is None


def test_a_row_is_known_by_its_best_name() -> None:
    assert naming({"first_name": "Ann", "last_name": "Lee", "email": "a@example.org"}, {}) == "Ann Lee"
    assert naming({"title": "Old"}, {"title": "New"}) == "New"
    assert naming({"price": 3}, {}) == ""


def test_identifiers_are_words() -> None:
    assert words("lms.ce_filings") == "Ce filings"
    assert table_words("lms.ce_approvals") == "Approval for credit"
    assert table_words("lms.some_things") == "Some things"


def test_a_moment_is_written_without_microseconds() -> None:
    shown = value_text("2026-03-02T10:00:00.123456+00:00")
    assert shown is not None
    assert "123456" not in shown
    assert shown.startswith("2026-03-0")
    assert value_text("2026-03-02T10:00:00 or so") == "2026-03-02T10:00:00 or so"


@given(st.dictionaries(st.text(), JSON), st.dictionaries(st.text(), JSON))
def test_only_what_differs_is_a_change(before: dict[str, object], after: dict[str, object]) -> None:
    assert changes(before, before) == ()
    assert bool(changes(before, after)) <= (before != after)
