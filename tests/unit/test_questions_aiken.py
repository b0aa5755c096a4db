"""Aiken: the plainest of the formats, and one that says where it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.questions import aiken
from desktop.questions.model import Essay, MultipleChoice, Option, Question, Text, TrueFalse, letter
from desktop.questions.report import Kind
from tests.support.data import TEST_DATA, needs_data

WORDS = st.from_regex(r"[a-zäö?<&]{1,8}( [a-zäö?<&]{1,8})?", fullmatch=True)


@needs_data("questions/moodle")
def test_a_sample_of_moodle() -> None:
    source = (TEST_DATA / "questions/moodle/aiken-questions.aiken.txt").read_text(encoding="utf-8")
    first, second = aiken.read(source).questions()
    assert first.text.plain == "The Moodle project was started by:"
    assert isinstance(first.body, MultipleChoice)
    assert [(option.text.plain, option.correct) for option in first.body.options] == [
        ("Petr Skoda", False),
        ("Martin Dougiamas", True),
        ("Eloy Lafuente", False),
        ("Tim Hunt", False),
    ]
    assert second.text.plain == 'Moodle\'s abilities include handling user input that includes <html class="cool"> & images:'


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, min_size=2, max_size=4), st.integers(0, 1)), max_size=3))
def test_a_round_trip_loses_nothing(made: list[tuple[str, list[str], int]]) -> None:
    asked = [
        Question(Text(text), MultipleChoice(tuple(Option(letter(n), Text(option), n == right) for n, option in enumerate(options))))
        for text, options, right in made
    ]
    written = aiken.write(asked)
    assert not any(item.notes for item in written.items)
    assert aiken.read(written.data.decode()).questions() == asked


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Who?\nA) I\nB) you\nANSWER: C", 4),
        ("Who?\nA) I\nB) you\n\nNext?\nA) I\nB) you\nANSWER: A", 5),
        ("Who?\nA) I\nC) you\nANSWER: A", 3),
        ("Who?", 1),
    ],
)
def test_what_cannot_be_read_is_a_line_of_the_file(source: str, line: int) -> None:
    problems = aiken.read(source).problems
    assert problems[0].line == line


def test_what_aiken_cannot_hold_is_said() -> None:
    written = aiken.write([Question(Text("Write"), Essay()), Question(Text("True?", "<p>True?</p>"), TrueFalse(True))])
    assert [item.question is None for item in written.items] == [True, False]
    assert [note.kind for note in written.items[1].notes] == [Kind.CHANGED, Kind.CHANGED]
    assert written.data == b"True?\nA) True\nB) False\nANSWER: A\n"
