"""What submissions have in common: every passage that is long enough, none that is short, and nothing that everybody was given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.grading.similarity import COMMON, GUARANTEED, RUN, find_similar, fingerprints, passages, words_of

SHARED = "A plan that pays first and asks later is cheaper for the insured than one which asks first and never pays at all"
words = st.lists(st.integers(0, 400).map("w{}".format), max_size=40)


@given(words, words, words, words, st.lists(st.integers(0, 400).map("s{}".format), min_size=GUARANTEED, max_size=30))
def test_every_passage_of_the_guaranteed_length_is_found(before, after, other_before, other_after, shared):
    left, right = " ".join([*before, *shared, *after]), ", ".join([*other_before, *shared, *other_after]).upper()
    assert fingerprints(left) & fingerprints(right)
    assert any(" ".join(shared) in left[one.left.start : one.left.end] for one in passages(left, right))


@given(words, words)
def test_a_passage_is_the_same_words_in_both_and_never_a_short_one(ours, theirs):
    left, right = " ".join(ours), " - ".join(theirs)
    end = 0
    for one in passages(left, right):
        words = words_of(left[slice(*one.left)])[0]
        assert words == words_of(right[slice(*one.right)])[0]
        assert len(words) >= RUN
        assert one.left.start >= end
        end = one.left.end


def test_the_most_alike_come_first_and_what_everybody_was_given_counts_for_nobody():
    task = "Explain in your own words how a high deductible plan works and whom you would advise to take one"
    texts = {
        "ann": f"{task}. {SHARED}.",
        "ben": f"{task}. {SHARED.upper()}!",
        "cora": f"{task}. I would say it depends. {SHARED[: len(SHARED) // 2]}, or so they told us when we learnt of it last year.",
        "dee": f"{task}. Nobody knows.",
    }
    found = find_similar(texts, task)
    assert (found[0].left, found[0].right, found[0].share) == ("ann", "ben", 1)
    assert not any("dee" in (one.left, one.right) for one in found)


def test_what_many_have_is_the_courses_own_wording():
    alike = dict.fromkeys(range(COMMON), SHARED)
    assert len(find_similar(alike)) == COMMON * (COMMON - 1) / 2
    assert find_similar({**alike, COMMON: SHARED}) == []


def test_scripts_without_spaces_and_marks_that_are_written_in_two_ways():
    assert passages("医療保険は高すぎるという人もいます", "彼は医療保険は高すぎるという人を知る")
    assert words_of("Prämie")[0] == words_of("PRÄMIE")[0]
    assert words_of("ﬁne print")[0] == ["fine", "print"]


def test_texts_too_short_to_say_anything_are_like_no_other():
    assert find_similar({1: "", 2: "Yes.", 3: "Yes."}) == []
