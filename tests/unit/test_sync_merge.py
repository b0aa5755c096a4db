"""Texts that two authors changed, put together where that is safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.merge import merge_texts

SEEN = "<p>Ethics is about duties.</p><p>It is old.</p>"
TEXTS = st.text("ab <>p/", max_size=12)


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        (SEEN, SEEN.replace("old", "new"), SEEN.replace("old", "new")),
        (SEEN.replace("duties", "rights"), SEEN.replace("old", "new"), "<p>Ethics is about rights.</p><p>It is new.</p>"),
        (SEEN.replace("old", "new"), SEEN.replace("old", "new"), SEEN.replace("old", "new")),
        (SEEN.replace("old", "new"), SEEN.replace("old", "young"), None),
        (SEEN + "<p>Mine.</p>", SEEN + "<p>Theirs.</p>", None),
        (SEEN.replace("<p>It is old.</p>", ""), SEEN.replace("duties", "rights"), "<p>Ethics is about rights.</p>"),
    ],
)
def test_what_was_done_in_different_places_is_put_together(mine: str, theirs: str, merged: str | None) -> None:
    assert merge_texts(SEEN, mine, theirs) == merged


@given(TEXTS, TEXTS)
def test_what_only_one_changed_is_theirs(seen: str, changed: str) -> None:
    assert merge_texts(seen, changed, seen) == changed
    assert merge_texts(seen, seen, changed) == changed
    assert merge_texts(seen, changed, changed) == changed


@given(TEXTS, TEXTS, TEXTS)
def test_it_does_not_matter_who_asks(seen: str, mine: str, theirs: str) -> None:
    assert merge_texts(seen, mine, theirs) == merge_texts(seen, theirs, mine)
