"""Questions that say the same, found without comparing each with each."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from desktop.questions.duplicates import NEAR, find_duplicates, normalized
from desktop.questions.model import Essay, MultipleChoice, Option, Question, Text


def question(text: str, *options: str) -> Question:
    made = tuple(Option(f"{at}", Text(option), at == 0) for at, option in enumerate(options))
    return Question(Text(text), MultipleChoice(made) if made else Essay())


def found(*questions: Question) -> list[tuple[int, int, float]]:
    names = [UUID(int=at) for at in range(len(questions))]
    pairs = find_duplicates(dict(zip(names, questions, strict=True)))
    return sorted((names.index(pair.one), names.index(pair.other), pair.likeness) for pair in pairs)


def test_case_punctuation_accents_and_the_order_of_answers_do_not_make_another_question() -> None:
    one = question("Who pays the premium?", "The employer", "Nobody")
    assert found(one, question("who pays the PREMIUM", "Nobody.", "the Employér")) == [(0, 1, 1.0)]
    assert normalized("  Égal —  to: X! ") == "egal to x"


def test_a_word_more_is_alike_another_question_is_not_and_empty_ones_are_nobodys_duplicates() -> None:
    one = question("Which plan lets a member choose any doctor without a referral from a primary physician?")
    longer = question("Which plan lets a member choose any doctor without a referral from a primary care physician?")
    ((_first, _second, likeness),) = found(one, longer, question("What does COBRA extend?"), question(""), question(""))
    assert NEAR <= likeness < 1


@given(st.lists(st.sampled_from(["a b c d e f", "a b c d e g", "x y z", "k l m n o p q r s t"]), max_size=12))
def test_every_two_with_the_same_words_are_in_one_group_and_no_pair_comes_twice(texts: list[str]) -> None:
    names = [uuid4() for _text in texts]
    pairs = find_duplicates({name: question(text) for name, text in zip(names, texts, strict=True)})
    assert len({frozenset((pair.one, pair.other)) for pair in pairs}) == len(pairs)
    groups = {name: {name} for name in names}
    for pair in pairs:
        if pair.likeness == 1:
            joined = groups[pair.one] | groups[pair.other]
            for name in joined:
                groups[name] = joined
    for name, text in zip(names, texts, strict=True):
        assert {texts[names.index(other)] for other in groups[name]} == {text}
        assert len(groups[name]) == texts.count(text)


def test_what_every_question_begins_with_makes_no_pairs() -> None:
    many = {uuid4(): question(f"Which of the following is number {at} in list {at * 7}?") for at in range(300)}
    assert all(pair.likeness < 1 for pair in find_duplicates(many))
