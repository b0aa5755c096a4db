"""Moodle XML: what is kept, what is named as dropped, and what is refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.questions import cloze, moodle_xml
from desktop.questions.model import (
    Accepted,
    Blank,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Question,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
)
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
    "xml-multianswer.xml": [FillBlank],
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


def test_pictures_come_and_go_within_the_file(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"picture"
    source = (
        '<question type="essay"><questiontext format="html"><text>&lt;p&gt;&lt;img src="@@PLUGINFILE@@/a%20map.png"&gt;&lt;/p&gt;</text>'
        f'<file name="a map.png" path="/" encoding="base64">{base64.b64encode(picture).decode()}</file></questiontext></question>'
    )
    imported = moodle_xml.read(quiz(source))
    (attachment,) = imported.attachments
    assert (attachment.name, attachment.data) == ("a map.png", picture)
    (question,) = imported.questions()
    assert question.text.html == f'<p><img src="asset:{attachment.asset}"></p>'
    file = tmp_path / "file"
    file.write_bytes(picture)
    alone = replace(question, text=Text("See"), image=f"asset:{attachment.asset}")
    for asked in (question, alone):
        again = moodle_xml.read(moodle_xml.write([asked], lambda _asset: file).data)
        assert [each.data for each in again.attachments] == [picture]
        assert f"asset:{attachment.asset}" in (again.questions()[0].text.html or "")
    (item,) = moodle_xml.write([question]).items
    assert [note.kind for note in item.notes] == [Kind.DROPPED]


def test_gaps_are_numbered_as_they_stand() -> None:
    source = (
        '<question type="gapselect"><questiontext format="html"><text>[[2]] is not [[1]], nor [[2]]</text></questiontext>'
        "<selectoption><text>a</text><group>1</group></selectoption><selectoption><text>b</text><group>1</group></selectoption></question>"
    )
    (question,) = moodle_xml.read(quiz(source)).questions()
    assert question.text.plain == "[[1]] is not [[2]], nor [[3]]"
    assert isinstance(question.body, FillBlank)
    assert [blank.accepted[0].text for blank in question.body.blanks] == ["b", "a", "b"]


def test_embedded_answers_become_blanks() -> None:
    imported = cloze.read(
        "Paris is in {2:MULTICHOICE:=France#Yes~Spain#No} on the {:SHORTANSWER_C:=Seine~%50%Sein\\~e} at {1:NM:=48.85:0.1}."
    )
    (question,) = imported.questions()
    assert question.text.plain == "Paris is in [[1]] on the [[2]] at [[3]]."
    assert question.body == FillBlank(
        (
            Blank((Accepted("France", feedback=Text("Yes")),), ("France", "Spain")),
            Blank((Accepted("Seine"), Accepted("Sein~e", Decimal("0.5")))),
            Blank((Accepted("48.85", tolerance=Decimal("0.1")),)),
        ),
        Typing(case=True),
    )
    assert question.points == 4
    assert [note.kind for note in imported.items[0].notes] == [Kind.DROPPED, Kind.CHANGED]
    assert cloze.read("No blanks").problems


@needs_data("questions/moodle")
def test_a_file_of_embedded_answers_of_moodle() -> None:
    source = (TEST_DATA / "questions/moodle/multianswer-questions.multianswer.txt").read_text(encoding="utf-8")
    (question,) = cloze.read(source).questions()
    assert isinstance(question.body, FillBlank)
    assert [blank.accepted[0].text for blank in question.body.blanks] == ["California", "Arizona", "California", "Arizona", "Paris"]
