"""QTI 1.2, 2.x and 3.0 in: what others exported becomes questions, and what cannot be kept is named."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest

from desktop.questions import qti
from desktop.questions.model import (
    Accepted,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Ordering,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
)
from desktop.questions.qti import BadPackage
from desktop.questions.report import Imported, Kind, Unsound
from tests.support.data import TEST_DATA, needs_data

FOLDER = TEST_DATA / "questions/canvas-qti"
SAMPLES: dict[str, list[type | None]] = {
    "items_1.2/canvas_multiple_dropdowns.xml": [FillBlank],
    "items_1.2/canvas_multiple_dropdowns_correct_choice_is_not_the_first.xml": [FillBlank],
    "items_1.2/categorization.xml": [Matching],
    "items_1.2/choice.xml": [TrueFalse, MultipleChoice, MultipleAnswer, MultipleChoice],
    "items_1.2/essay.xml": [Essay],
    "items_1.2/essay_custom_settings.xml": [Essay],
    "items_1.2/formula.xml": [None],
    "items_1.2/formula_mform.xml": [None],
    "items_1.2/formula_mvar.xml": [None],
    "items_1.2/matching.xml": [Matching],
    "items_1.2/matching_feedback.xml": [Matching],
    "items_1.2/multiple_answer.xml": [MultipleAnswer],
    "items_1.2/multiple_answer_canvas.xml": [MultipleAnswer],
    "items_1.2/multiple_choice.xml": [MultipleChoice],
    "items_1.2/numeric_exact_match.xml": [ShortAnswer, ShortAnswer],
    "items_1.2/numeric_margin_error.xml": [ShortAnswer],
    "items_1.2/numeric_precision.xml": [ShortAnswer],
    "items_1.2/numeric_precision_decimals.xml": [ShortAnswer],
    "items_1.2/ordering_with_labels.xml": [Ordering],
    "items_1.2/stimulus.xml": [None],
    "items_1.2/stimulus_passage.xml": [None],
    "items_1.2/stimulus_with_child_item.xml": [None, MultipleChoice],
    "items_1.2/text.no.question.xml": [None],
    "items_1.2/true_false.xml": [TrueFalse],
    "items_1.2/true_false_with_calculator.xml": [TrueFalse],
    "items_2.1/Example02-feedbackInline.xml": [TrueFalse],
    "items_2.1/categorization.xml": [Matching],
    "items_2.1/choice.xml": [MultipleChoice],
    "items_2.1/essay.xml": [Essay],
    "items_2.1/extended_text_rubric.xml": [Essay],
    "items_2.1/match2.xml": [Matching],
    "items_2.1/order.xml": [Ordering],
    "items_2.1/text_entry.xml": [FillBlank],
    "all_canvas_simple_1.2.xml": [
        MultipleChoice, TrueFalse, ShortAnswer, FillBlank, MultipleAnswer, FillBlank, Matching, ShortAnswer, None, Essay
    ],
}  # fmt: skip
DAMAGED = {
    "items_1.2/choice_vary_points_by_answer.xml": (1, 20, 1),
    "items_1.2/fib.xml": (45, 10, 0),
    "items_1.2/item_no_title.xml": (45, 10, 0),
}
"""Samples that are not well-formed: line, column, and how many questions are sound all the same."""


def sample(name: str) -> Imported:
    return qti.read((FOLDER / name).read_bytes())


@needs_data("questions/canvas-qti")
def test_the_samples_are_all_named_here() -> None:
    found = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.xml") if "canvas_cartridge" not in path.parts}
    assert found == SAMPLES.keys() | DAMAGED.keys()


@needs_data("questions/canvas-qti")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_others(name: str) -> None:
    imported = sample(name)
    imported.questions()
    assert [type(item.question.body) if item.question else None for item in imported.items] == SAMPLES[name]
    assert all(any(note.kind is Kind.DROPPED for note in item.notes) for item in imported.items if item.question is None)


@needs_data("questions/canvas-qti")
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_sample_imports_nothing_unless_what_is_sound_is_wanted(name: str) -> None:
    imported = sample(name)
    with pytest.raises(Unsound) as refused:
        imported.questions()
    line, column, sound = DAMAGED[name]
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [(line, column)]
    assert len(imported.questions(only_sound=True)) == sound


@needs_data("questions/canvas-qti")
def test_what_the_samples_say_is_kept() -> None:
    (dropdowns,) = sample("items_1.2/canvas_multiple_dropdowns.xml").questions()
    assert isinstance(dropdowns.body, FillBlank)
    assert dropdowns.text.plain == "Roses are [[1]], violets are [[2]]."
    assert [(blank.accepted[0].text, blank.choices) for blank in dropdowns.body.blanks] == [
        ("red", ("red", "plaid")),
        ("blue", ("blue", "paisely")),
    ]
    assert dropdowns.body.blanks[0].accepted[0].feedback.plain == "Yes! Red."
    assert dropdowns.explanation.plain.startswith("Roses come in many colors")
    weighted = sample("items_1.2/choice.xml").questions()[2]
    assert isinstance(weighted.body, MultipleAnswer)
    assert weighted.body.rule is Rule.WEIGHTS
    assert [option.part for option in weighted.body.options] == [Decimal(part) for part in "0.25 -0.1 0.25 0.25 -0.1 -0.1 0.25".split()]  # noqa: SIM905
    (margin,) = sample("items_1.2/numeric_margin_error.xml").questions()
    assert isinstance(margin.body, ShortAnswer)
    assert margin.body.accepted == (Accepted("77", tolerance=Decimal(7)),)
    child = sample("items_1.2/stimulus_with_child_item.xml").questions()[0]
    assert child.text.plain == "some content\nthe answer is letter A"
    (order,) = sample("items_2.1/order.xml").questions()
    assert order.body == Ordering((Text("Michael Schumacher"), Text("Rubens Barrichello"), Text("Jenson Button")))
    (typed,) = sample("items_2.1/text_entry.xml").questions()
    assert isinstance(typed.body, FillBlank)
    assert [(each.text, each.part) for each in typed.body.blanks[0].accepted] == [("York", Decimal(1)), ("york", Decimal("0.5"))]
    assert typed.body.typing.case
    (essay,) = sample("items_2.1/essay.xml").questions()
    assert essay.points == 25


def package(files: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


@needs_data("questions/canvas-qti")
def test_a_cartridge_of_canvas_is_read_by_its_manifest_and_each_quiz_once() -> None:
    folder = FOLDER / "canvas_cartridge"
    imported = qti.read(package({path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}))
    assert len(imported.questions()) == 18
    assert {item.file for item in imported.items if item.question} == {
        "non_cc_assessments/i2ae4df242d342169dae37f9f08dfc5a6.xml.qti",
        "non_cc_assessments/ib5281f3537a06f58877107a2501a4e2d.xml.qti",
    }
    assert [note.kind for note in imported.items[-1].notes] == [Kind.DROPPED, Kind.DROPPED]


ITEM_3 = """<?xml version="1.0"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q1" title="Capital">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>b</qti-value></qti-correct-response>
    <qti-mapping default-value="0"><qti-map-entry map-key="b" mapped-value="2"/><qti-map-entry map-key="a" mapped-value="1"/></qti-mapping>
  </qti-response-declaration>
  <qti-item-body><p>Where? <img src="../media/map%20one.png" alt="A map"/></p>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
      <qti-simple-choice identifier="a">Bonn</qti-simple-choice><qti-simple-choice identifier="b">Berlin</qti-simple-choice>
    </qti-choice-interaction></qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>
</qti-assessment-item>"""
MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="m"><resources>
  <resource identifier="q2" type="imsqti_item_xmlv3p0" href="items/q2.xml"><file href="items/q2.xml"/></resource>
  <resource identifier="q1" type="imsqti_item_xmlv3p0" href="items/q1.xml">
    <metadata><lom><general><keyword><string>Geography</string></keyword></general></lom></metadata><file href="items/q1.xml"/></resource>
  <resource identifier="t" type="imsqti_test_xmlv3p0" href="test.xml"><file href="test.xml"/></resource></resources></manifest>"""
TEST_3 = (
    '<qti-assessment-test><qti-test-part><qti-assessment-section><qti-assessment-item-ref identifier="q1" href="items/q1.xml"/>'
    "</qti-assessment-section></qti-test-part></qti-assessment-test>"
)


def test_a_package_of_version_3_keeps_its_order_its_words_and_its_pictures() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"picture"
    hotspot = "<qti-assessment-item title='Point'><qti-item-body><p>?</p><qti-hotspot-interaction/></qti-item-body></qti-assessment-item>"
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": MANIFEST,
        "items/q1.xml": ITEM_3,
        "items/q2.xml": hotspot,
        "test.xml": TEST_3,
        "media/map one.png": picture,
    }
    imported = qti.read(package(files))
    capital, point = imported.items[:2]
    assert capital.question is not None
    assert (capital.question.title, capital.question.points, capital.question.tags) == ("Capital", Decimal(2), ("Geography",))
    assert isinstance(capital.question.body, MultipleChoice)
    assert [(option.text.plain, option.correct, option.part) for option in capital.question.body.options] == [
        ("Bonn", False, Decimal("0.5")),
        ("Berlin", True, None),
    ]
    (attachment,) = imported.attachments
    assert (attachment.name, attachment.media_type, attachment.data) == ("map one.png", "image/png", picture)
    assert f'<img src="asset:{attachment.asset}" alt="A map"/>' in (capital.question.text.html or "")
    assert imported.attachments_of(imported.questions()) == [attachment]
    assert point.question is None
    assert (point.file, point.line, point.column) == ("items/q2.xml", 1, 1)


@pytest.mark.parametrize(
    ("interaction", "reason"),
    [
        ("<associateInteraction responseIdentifier='RESPONSE'/>", "associate"),
        ("<uploadInteraction responseIdentifier='RESPONSE'/>", "file"),
        ("<choiceInteraction responseIdentifier='A'/><choiceInteraction responseIdentifier='B'/>", "several"),
        ("", "asks nothing"),
    ],
)
def test_what_has_no_counterpart_is_dropped_with_the_reason(interaction: str, reason: str) -> None:
    imported = qti.read(f"<assessmentItem title='T'><itemBody><p>?</p>{interaction}</itemBody></assessmentItem>".encode())
    assert imported.questions() == []
    ((note,),) = [item.notes for item in imported.items]
    assert note.kind is Kind.DROPPED
    assert reason in note.what


def bomb() -> bytes:
    return package({"imsmanifest.xml": b"<manifest/>", "a.xml": bytes(20 << 20)})


@pytest.mark.parametrize(
    "source",
    [
        b"<questestinterop><item></questestinterop>",
        b'<!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><questestinterop><item title="&b;"/></questestinterop>',
        b'<!DOCTYPE q [<!ENTITY e SYSTEM "file:///etc/passwd">]><assessmentItem title="t"><itemBody>&e;</itemBody></assessmentItem>',
        b"<questestinterop>" + b"<section>" * 5000,
        b"<assessmentItem>" + b"<div>" * 5000,
        b"<assessmentTest/>",
        b"<html><body>Sign in</body></html>",
        package({"imsmanifest.xml": b"<manifest><resources/></manifest>"}),
    ],
    ids=["open", "entities", "external-entity", "deep-sections", "deep-divisions", "empty", "html", "empty-package"],
)
def test_what_is_hostile_or_none_of_it_imports_nothing(source: bytes) -> None:
    with pytest.raises(Unsound) as refused:
        qti.read(source).questions()
    assert refused.value.problems[0].line == 1


@pytest.mark.parametrize("source", [bomb(), b"PK\x03\x04 and no more", package({"a.xml": b"<x/>"})[:-40]], ids=["bomb", "begun", "cut"])
def test_a_package_that_is_damaged_or_a_bomb_is_not_opened(source: bytes) -> None:
    with pytest.raises(BadPackage):
        qti.read(source)
