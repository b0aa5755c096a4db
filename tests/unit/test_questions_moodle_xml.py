"""Moodle XML: what is kept, what is named as dropped, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from desktop.questions import moodle_xml
from desktop.questions.model import Essay, FillBlank, Matching, MultipleAnswer, MultipleChoice, Question, ShortAnswer, TrueFalse
from desktop.questions.report import Kind, Unsound
from tests.support.data import TEST_DATA, needs_data

SAMPLES = {
    "essay-testquestion.moodle.xml": [Essay],
    "match-testquestion.moodle.xml": [Matching],
    "shortanswer-testquestion.moodle.xml": [ShortAnswer],
    "truefalse-testquestion.moodle.xml": [TrueFalse],
    "gapselect-testquestion.moodle.xml": [FillBlank],
    "ddwtos-testquestion.moodle.xml": [FillBlank],
    "xml-truefalse.xml": [TrueFalse, TrueFalse],
    "description-testquestion.moodle.xml": [],
    "ddimageortext-testquestion.moodle.xml": [],
    "xml-multianswer.xml": [],
}


def sample(name: str) -> list[Question]:
    return moodle_xml.read((TEST_DATA / "questions/moodle" / name).read_bytes()).questions()


@needs_data("questions/moodle")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_moodle(name: str) -> None:
    imported = moodle_xml.read((TEST_DATA / "questions/moodle" / name).read_bytes())
    assert [type(question.body) for question in imported.questions()] == SAMPLES[name]
    assert all(item.notes for item in imported.items if item.question is None)


@needs_data("questions/moodle")
def test_what_the_samples_say_is_kept() -> None:
    (gaps,) = sample("gapselect-testquestion.moodle.xml")
    assert isinstance(gaps.body, FillBlank)
    assert [blank.accepted[0].text for blank in gaps.body.blanks] == ["cat", "sat", "mat"]
    assert gaps.body.blanks[0].choices == ("cat", "sat", "mat", "dog", "table")
    (essay,) = sample("essay-testquestion.moodle.xml")
    assert (essay.title, str(essay.points), essay.explanation.plain, essay.tags) == (
        "essay-001",
        "1",
        "This is general feedback",
        ("Default for C1",),
    )
    for name in ("multichoice-testquestion.moodle.xml", "xml-multichoice.xml"):
        (choice,) = sample(name)
        assert isinstance(choice.body, MultipleChoice | MultipleAnswer)
        assert any(option.correct for option in choice.body.options)


def quiz(question: str) -> bytes:
    return f'<?xml version="1.0"?>\n<quiz>\n{question}\n</quiz>'.encode()


def test_numbers_keep_their_tolerance_and_hints_beyond_the_first_are_named() -> None:
    imported = moodle_xml.read(
        quiz(
            '<question type="numerical"><name><text>Pi</text></name><questiontext><text>Pi?</text></questiontext>'
            '<answer fraction="100"><text>3.140</text><tolerance>0.01</tolerance></answer><answer fraction="0"><text>*</text></answer>'
            "<hint><text>one</text></hint><hint><text>two</text></hint></question>"
        )
    )
    (question,) = imported.questions()
    assert isinstance(question.body, ShortAnswer)
    assert [(each.text, each.part, each.tolerance) for each in question.body.accepted] == [
        ("3.14", Decimal(1), Decimal("0.01")),
        ("*", Decimal(0), None),
    ]
    assert question.body.typing.wildcards
    assert question.hint == "one"
    assert [note.kind for note in imported.items[0].notes] == [Kind.DROPPED]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"<quiz><question></quiz>", 1),
        (b"\n<other/>", 2),
        (quiz('<question type="multichoice"><questiontext><text>No key?</text></questiontext></question>'), 3),
        (
            quiz(
                '<question type="numerical"><questiontext><text>?</text></questiontext>'
                '<answer fraction="100"><text>many</text></answer></question>'
            ),
            3,
        ),
    ],
)
def test_what_is_wrong_imports_nothing(source: bytes, line: int) -> None:
    with pytest.raises(Unsound) as refused:
        moodle_xml.read(source).questions()
    assert refused.value.problems[0].line == line


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    source = (
        f'<!DOCTYPE quiz [<!ENTITY e SYSTEM "{secret.as_uri()}">]><quiz><question type="essay"><questiontext><text>See &e;</text>'
        "</questiontext></question></quiz>"
    )
    assert "SECRET" not in str(moodle_xml.read(source.encode()))
