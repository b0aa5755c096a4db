"""Whatever is done to a chain after its head was given away is found, and named."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.chain import START, Entry, Flaw, Head, Wrong, find_flaw


def chained(texts: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    for text in texts:
        before = entries[-1].hash if entries else START
        entries.append(Entry(len(entries) + 1, text, hashlib.sha256(before + text.encode()).digest()))
    return entries


def head_of(entries: list[Entry]) -> Head:
    return Head(entries[-1].number, entries[-1].hash)


SOME = chained(["Ada", "Grace", "Hedy", "Radia"])


@pytest.mark.parametrize(
    ("tampered", "flaw"),
    [
        ([SOME[0], replace(SOME[1], text="Eve"), *SOME[2:]], Flaw(2, Wrong.EDITED)),
        ([SOME[0], *SOME[2:]], Flaw(2, Wrong.MISSING)),
        ([SOME[0], SOME[2], SOME[1], SOME[3]], Flaw(2, Wrong.MISSING)),
        ([*SOME[:2], SOME[1], *SOME[2:]], Flaw(2, Wrong.ORDER)),
        (SOME[:3], Flaw(4, Wrong.CUT)),
        ([], Flaw(4, Wrong.CUT)),
        (chained(["Ada", "Eve", "Hedy", "Radia"]), Flaw(4, Wrong.REWRITTEN)),
    ],
)
def test_the_first_entry_that_does_not_hold_is_named(tampered: list[Entry], flaw: Flaw) -> None:
    assert find_flaw(tampered, head_of(SOME)) == flaw
    assert str(flaw.number) in flaw.sentence()


def test_a_chain_that_went_on_still_contains_its_earlier_head() -> None:
    assert find_flaw(SOME, head_of(SOME[:2])) is None
    assert find_flaw([]) is None


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8), st.data())
def test_no_change_goes_unseen_by_who_kept_the_head(texts: list[str], data: st.DataObject) -> None:
    entries = chained(texts)
    assert find_flaw(entries) is None
    if entries:
        head = head_of(entries)
        tampered = data.draw(
            st.one_of(
                st.permutations(entries),
                st.lists(st.sampled_from(entries), max_size=len(entries) + 1),
                st.lists(st.text("ab"), min_size=len(texts), max_size=len(texts)).map(chained),
            )
        )
        assert (find_flaw(tampered, head) is None) == (tampered == entries)
