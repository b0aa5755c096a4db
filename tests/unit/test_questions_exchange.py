"""The one door: every format is recognised, read and written, and what is hostile is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis.strategies import lists, one_of

from desktop.questions import exchange
from desktop.questions.exchange import Format, TooLarge, detect, read, read_file, write
from desktop.questions.model import Essay, FillBlank, Question, Text, TrueFalse
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


EVERYTHING = lists(one_of(gap_questions(), questions().filter(lambda question: not isinstance(question.body, FillBlank))), max_size=3)


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


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.gift"
    with path.open("wb") as file:
        file.truncate(exchange.LARGEST_TEXT + 1)
    with pytest.raises(TooLarge):
        read_file(path)
