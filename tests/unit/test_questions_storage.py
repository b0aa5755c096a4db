"""A question and its row say the same."""

from __future__ import annotations

import json

from hypothesis import given, settings

from desktop.questions.model import FillBlank, Matching, MultipleChoice, Pair, Question, Text, TrueFalse, flaws
from desktop.questions.storage import from_row, to_row
from tests.support.questions import questions


@settings(max_examples=60)
@given(questions())
def test_a_question_comes_back_from_its_row(question: Question) -> None:
    row = json.loads(json.dumps(to_row(question)))
    again = from_row(row)
    if question.explanation.html is None and again.explanation.html is not None:
        # One column for both: plain words that would read as HTML are kept escaped.
        assert again.explanation.plain == question.explanation.plain
        again = from_row(row | {"explanation": None})
        question = from_row(to_row(question) | {"explanation": None})
    assert again == question
    assert flaws(again) == flaws(question)


def test_rows_that_say_less_are_read_too() -> None:
    row = {"question_text": "Grant?", "points": 1, "answer_options": []}
    true = from_row(row | {"question_type": "true_false", "correct_answer": True})
    assert true.body == TrueFalse(True)
    blanks = from_row(row | {"question_type": "fill_blank", "correct_answer": ["one", ["two", "2"]]}).body
    assert isinstance(blanks, FillBlank)
    assert [[accepted.text for accepted in blank.accepted] for blank in blanks.blanks] == [["one"], ["two", "2"]]
    matching = from_row(row | {"question_type": "matching", "correct_answer": {"a": "b"}})
    assert matching.body == Matching((Pair(Text("a"), "b"),))
    choice = from_row(
        row
        | {
            "question_type": "multiple_choice",
            "correct_answer": "b",
            "answer_options": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
        }
    ).body
    assert isinstance(choice, MultipleChoice)
    assert [option.correct for option in choice.options] == [False, True]


def test_ids_of_what_is_matched_or_ordered_say_nothing_about_the_key() -> None:
    pairs = (Pair(Text("Paris"), "France"), Pair(Text("Rome"), "Italy"))
    one, other = to_row(Question(Text("Where?"), Matching(pairs))), to_row(Question(Text("Where?"), Matching(pairs[::-1])))
    assert {side["id"] for side in one["answer_options"]} == {side["id"] for side in other["answer_options"]}


def test_html_that_shows_nothing_is_no_text():
    for markup, shown in (("<p></p>", False), ("<p>&nbsp;</p><br>", False), ("<p><img src='asset:1'></p>", True), ("<p>x</p>", True)):
        question = Question(Text("", markup), TrueFalse(True))
        assert (flaws(question) == []) is shown, markup
