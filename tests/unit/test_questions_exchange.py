"""The one door: every format is recognised, read and written, and what is hostile is refused at once."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import lists, one_of
from lxml import etree
from lxml import html as lxml_html

from desktop.questions import exchange
from desktop.questions.exchange import WRITABLE, Format, TooLarge, Unsound, detect, read, read_file, write
from desktop.questions.model import Essay, FillBlank, Ordering, Question, Rule, Text, TrueFalse
from tests.support.data import TEST_DATA, needs_data
from tests.support.questions import gap_questions, questions


@pytest.mark.parametrize(
    ("source", "name", "form"),
    [
        (b"::Pi::What is pi?{#3.14:0.01}", "", Format.GIFT),
        (b"True?{T}", "questions.txt", Format.GIFT),
        (b"Who?\nA) I\nB) you\nANSWER: A\n", "questions.txt", Format.AIKEN),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <quiz> --><quiz></quiz>', "", Format.MOODLE_XML),
        (b'<!DOCTYPE questestinterop SYSTEM "x.dtd"><questestinterop/>', "quiz.xml", Format.QTI),
        (b"<qti-assessment-item/>", "", Format.QTI),
        (b"PK\x03\x04", "course.imscc", Format.QTI),
        (b"1. Who?\n*a) I\nb) you", "", Format.TYPED),
    ],
)
def test_a_format_is_known_by_what_is_in_the_file(source: bytes, name: str, form: Format) -> None:
    assert detect(source, name) is form


def test_a_file_is_read_and_written_through_the_one_door(tmp_path: Path) -> None:
    asked = [Question(Text("Is it so?"), TrueFalse(True)), Question(Text("Schön?"), Essay())]
    path = tmp_path / "questions.gift"
    path.write_bytes(write(asked, Format.GIFT).data)
    assert read_file(path).questions() == asked
    assert read(path.read_bytes().replace(b"\n", b"\r\n")).questions() == asked
    assert read(path.read_text("utf-8").encode("utf-16")).questions() == asked
    assert read(path.read_text("utf-8").encode("cp1252"), form=Format.GIFT).questions() == asked


EVERYTHING = lists(
    one_of(gap_questions(), questions().filter(lambda question: not isinstance(question.body, FillBlank))), min_size=1, max_size=3
)


@settings(max_examples=30)
@given(EVERYTHING)
def test_a_round_trip_loses_nothing(asked: list[Question]) -> None:
    """Through the formats that hold every type whole."""
    for form in (Format.MOODLE_XML, Format.CSV):
        written = write(asked, form)
        assert not any(item.notes for item in written.items)
        again = read(written.data, form=form)
        assert not any(item.notes for item in again.items)
        assert again.questions() == asked, form


def as_qti_holds_it(value: Any) -> Any:
    """The same with HTML as a parser writes it again and none for bare words, and orders without a rule for partial credit."""
    if isinstance(value, Text) and value.html is not None:
        around = lxml_html.fragment_fromstring(value.html, create_parent="div")
        bare = all(child.tag == "br" for child in around)
        return Text(value.plain, None if bare else etree.tostring(around, encoding="unicode"))
    if isinstance(value, Ordering):
        value = replace(value, rule=Rule.ALL_OR_NOTHING)
    if isinstance(value, tuple):
        return tuple(map(as_qti_holds_it, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: as_qti_holds_it(getattr(value, each.name)) for each in fields(value)})
    return value


@settings(max_examples=30)
@given(EVERYTHING)
def test_a_round_trip_through_qti_loses_nothing_but_rules_for_orders(asked: list[Question]) -> None:
    written = write(asked, Format.QTI)
    assert write(asked, Format.QTI).data == written.data
    for item, question in zip(written.items, asked, strict=True):
        assert bool(item.notes) == (isinstance(question.body, Ordering) and question.body.rule is not Rule.ALL_OR_NOTHING)
    again = read(written.data)
    assert not any(item.notes for item in again.items if item.question)
    assert [as_qti_holds_it(question) for question in again.questions()] == [as_qti_holds_it(question) for question in asked]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.gift"
    with path.open("wb") as file:
        file.truncate(exchange.LARGEST_TEXT + 1)
    with pytest.raises(TooLarge):
        read_file(path)


@pytest.mark.parametrize(
    ("form", "source"),
    [
        (Format.GIFT, "}\n\n" * 20_000),
        (Format.GIFT, "a\n\n" * 50_000),
        (Format.GIFT, "a{#1e999999999}"),
        (Format.GIFT, "a{" + "~%50%b" * 20_000 + "}"),
        (Format.CSV, "type,text,points\nessay,Why?,1e9"),
        (Format.TYPED, "1. a\n" * 50_000),
        (Format.CSV, "type,text\n" + '"' * 200_000),
        (Format.CSV, "type,text\n" + "," * 200_000),
        (Format.CLOZE, "{:SA:" * 50_000),
        (Format.CLOZE, "{:SA:=a" + "~b" * 200_000 + "}"),
        (Format.MOODLE_XML, '<!DOCTYPE q [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'),
        (Format.MOODLE_XML, "<quiz>" + "<question>" * 50_000),
        (Format.MOODLE_XML, "<quiz>" + "<question></b></question>" * 5_000 + "</quiz>"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(form: Format, source: str) -> None:
    with pytest.raises((Unsound, TooLarge)):
        read(source.encode(), form=form).questions()


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<b>", "&", "[[1]]", "\\"])
def test_a_text_of_little_but_marks_is_a_text(piece: str) -> None:
    (question,) = read(f"[html]True? {piece * 30_000}x{{T}}".encode(), form=Format.GIFT).questions()
    for form in WRITABLE:
        write([question], form)


def shared_files() -> list[Path]:
    folder = TEST_DATA / "questions"
    return sorted(path for path in folder.rglob("*") if path.suffix in (".gift", ".xml", ".txt", ".qti") and path.name not in NOT_QUESTIONS)


NOT_QUESTIONS = {
    "imsmanifest.xml", "assessment_meta.xml", "canvas_export.txt",
    "assignment_groups.xml", "course_settings.xml", "files_meta.xml", "media_tracks.xml",
}  # fmt: skip


@needs_data("questions")
def test_every_shared_file_is_imported_and_what_is_exported_comes_back_equal() -> None:
    compared = 0
    for path in shared_files():
        imported = read_file(path)
        asked = imported.questions(only_sound=True)
        for form in WRITABLE:
            written = write(asked, form)
            assert [item.line for item in written.items] == list(range(1, len(asked) + 1))
            kept = [item for item in written.items if item.question is not None]
            again = read(written.data, form=form).questions() if kept else []
            assert len(again) == len(kept), (path.name, form)
            for item, question in zip(kept, again, strict=True):
                if not item.notes:
                    compared += 1
                    assert as_qti_holds_it(question) == as_qti_holds_it(item.question), (path.name, form)
    assert compared > 300
