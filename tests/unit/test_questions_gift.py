"""GIFT: read as others read it, mapped with a report, written and read again."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis.strategies import lists

from desktop.questions import gift
from desktop.questions import gift_syntax as syntax
from desktop.questions.model import Body, Essay, MultipleAnswer, MultipleChoice, Ordering, Question, Rule, Text, TrueFalse
from desktop.questions.report import Kind, Unsound
from tests.support.data import TEST_DATA, needs_data
from tests.support.questions import questions

FILES = sorted((TEST_DATA / "questions/gift").glob("*.gift"))


def as_json(entry: syntax.Entry | syntax.Category | syntax.GiftError) -> dict[str, Any]:
    """An entry in the form of the expected files."""
    if isinstance(entry, syntax.GiftError):
        raise entry
    if isinstance(entry, syntax.Category):
        return {"type": "Category", "title": entry.path}
    made: dict[str, Any] = {
        "id": entry.id,
        "tags": list(entry.tags) if entry.tags else None,
        "title": entry.title,
        "stem": formatted(entry.stem),
        "hasEmbeddedAnswers": entry.embedded,
    }
    if entry.answer is None:
        return made | {"type": "Description"}
    made["globalFeedback"] = formatted(entry.feedback)
    match entry.answer:
        case syntax.Essay():
            return made | {"type": "Essay"}
        case syntax.TrueFalse(answer, first, second):
            return made | {"type": "TF", "isTrue": answer, "trueFeedback": formatted(first), "falseFeedback": formatted(second)}
        case syntax.Pairs(pairs):
            return made | {"type": "Matching", "matchPairs": [{"subquestion": formatted(a), "subanswer": b} for a, b in pairs]}
        case syntax.Choices(kind, choices, bare):
            listed: Any = [choice(each) for each in choices]
            return made | {"type": kind, "choices": formatted(choices[0].text) if kind == "Numerical" and bare else listed}


def choice(given: syntax.Choice) -> dict[str, Any]:
    return {
        "isCorrect": given.correct,
        "weight": None if given.weight is None else float(given.weight),
        "text": formatted(given.text),
        "feedback": formatted(given.feedback),
    }


def formatted(text: syntax.Formatted | syntax.Number | None) -> Any:
    match text:
        case None:
            return None
        case syntax.Formatted(words, kind):
            return {"format": kind, "text": words}
        case syntax.Number(number, None, None):
            return {"type": "simple", "number": float(number)}
        case syntax.Number(number, margin, None) if margin is not None:
            return {"type": "range", "number": float(number), "range": float(margin)}
        case _:
            raise AssertionError(text)


@needs_data("questions/gift")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_read_as_its_expected_form_says(path: Path) -> None:
    source = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    assert [as_json(entry) for entry in syntax.parse(source)] == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("Who?{=me", 1, 5),
        ("First?{T}\n\nWho?{=me\n\nNext?{T}", 3, 5),
        ("Who?}", 1, 5),
        ("::Title Who?{T}", 1, 1),
        ("Who?{=a}{=b}", 1, 9),
        ("How many?{#\n  =many\n}", 2, 4),
        ("Who?{~%200%me =you}", 1, 7),
        ("Who?{me =you}", 1, 6),
    ],
)
def test_what_cannot_be_read_is_a_place_in_the_file(source: str, line: int, column: int) -> None:
    errors = [entry for entry in syntax.parse(source) if isinstance(entry, syntax.GiftError)]
    assert [error.place for error in errors] == [(line, column)]


def test_a_range_of_numbers_keeps_its_bounds() -> None:
    (entry,) = syntax.parse("Pi?{#3.141..3.142}")
    assert isinstance(entry, syntax.Entry)
    assert entry.answer == syntax.Choices(
        "Numerical", (syntax.Choice(True, None, syntax.Number(Decimal("3.141"), high=Decimal("3.142")), None),), bare=True
    )


@needs_data("questions/gift")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_of_a_file_is_imported_and_survives_being_written(path: Path) -> None:
    source = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    imported = gift.read(source)
    asked = [
        entry
        for entry in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if entry["type"] not in ("Category", "Description")
    ]
    kept = imported.questions()
    assert [question.title for question in kept] == [entry["title"] or "" for entry in asked]
    assert gift.read(gift.write(kept).data.decode()).questions() == kept


@settings(max_examples=40)
@example([Question(Text("Essay?"), Essay(), tags=("]", "a]b\\", "\\n"))])
@given(lists(questions(gift_can_hold=True), max_size=3))
def test_a_round_trip_loses_nothing(asked: list[Question]) -> None:
    written = gift.write(asked)
    assert not any(item.notes for item in written.items)
    again = gift.read(written.data.decode())
    assert not any(item.notes for item in again.items)
    assert again.questions() == asked


def test_a_wrong_file_imports_nothing_unless_what_is_sound_is_wanted() -> None:
    imported = gift.read("Right?{T}\n\nWrong?{=a\n\n::Also right::Right?{F}\n\nNo key?{~a ~b}")
    with pytest.raises(Unsound) as refused:
        imported.questions()
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [(3, 7), (7, 1)]
    assert [question.text.plain for question in imported.questions(only_sound=True)] == ["Right?", "Right?"]


def test_weights_become_the_rule_that_they_are() -> None:
    def body(source: str) -> Body:
        (question,) = gift.read(source).questions()
        return question.body

    docked = body("Which?{~%50%a ~%50%b ~%-50%c}")
    assert isinstance(docked, MultipleAnswer)
    assert docked.rule is Rule.DOCKED
    assert [option.correct for option in docked.options] == [True, True, False]
    lenient = body("Which?{~%50%a ~%50%b ~c}")
    assert isinstance(lenient, MultipleAnswer)
    assert lenient.rule is Rule.WEIGHTS
    partial = body("Which?{=a ~%25%b ~c}")
    assert isinstance(partial, MultipleChoice)
    assert [option.part for option in partial.options] == [None, Decimal("0.25"), None]


def test_what_gift_cannot_hold_is_said() -> None:
    order = Question(Text("In order?"), Ordering((Text("a"), Text("b"))))
    hinted = Question(Text("True?"), TrueFalse(True), points=Decimal(2), hint="Think")
    written = gift.write([order, hinted])
    assert [item.question is None for item in written.items] == [True, False]
    assert [note.kind for note in written.items[1].notes] == [Kind.DROPPED, Kind.DROPPED]
    assert gift.read(written.data.decode()).questions() == [Question(Text("True?"), TrueFalse(True))]
