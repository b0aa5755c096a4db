"""Captions as people bring them, and chapters from a description."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Invalid
from desktop.learning.captions import Chapter, Cue, clock, decode, find_chapters, index_at, parse_cues, showing

WEBVTT = """WEBVTT Benefits, lesson one

STYLE
::cue { color: red }

NOTE
Made by hand --> not a cue

intro
00:01.000 --> 00:04.500 align:start position:10%
<v Roger Bingham>We are in <i>New York</i> City

00:00:04.500 --> 00:00:06.000
&lt;laughter&gt; &amp; more

1:00:00.000 --> 1:00:01.5
an hour later
"""

SUBRIP = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<font color=red>Hello</font>\r\n- Hi\r\n\r\n"
    "2\r\n00:00:05,000 --> 00:00:04,000\r\nbackwards\r\n\r\n"
)


def test_webvtt_with_voices_marks_notes_and_styles() -> None:
    assert parse_cues(WEBVTT) == (
        Cue(1, 4.5, "Roger Bingham: We are in New York City"),
        Cue(4.5, 6, "<laughter> & more"),
        Cue(3600, 3601.5, "an hour later"),
    )


def test_subrip_with_commas_and_windows_lines() -> None:
    assert parse_cues(SUBRIP) == (Cue(1, 2.5, "Hello\n- Hi"),)


@pytest.mark.parametrize("text", ["", "WEBVTT", "Just words.\n\nAnd more.", "WEBVTT\n\n00:01 -> 00:02\nno"])
def test_what_has_no_cues_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="no captions"):
        parse_cues(text)


def test_what_is_shown_at_a_moment_and_which_line_is_said() -> None:
    cues = (Cue(1, 3, "one"), Cue(2, 4, "two"), Cue(10, 11, "three"))
    assert [showing(cues, at) for at in (0, 1, 2.5, 3, 4, 10.5)] == ["", "one", "one\ntwo", "two", "", "three"]
    assert [index_at(cues, at) for at in (0, 1, 2.5, 9, 99)] == [-1, 0, 1, 1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_that_people_have(encoding: str) -> None:
    assert decode("Prämie – café".encode(encoding)) == "Prämie – café"


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        cues = parse_cues(text)
    except Invalid:
        return
    assert all(cue.end > cue.start >= 0 and cue.text for cue in cues)


def test_chapters_are_lines_that_begin_with_a_time() -> None:
    description = "What it is about.\n0:00 Welcome\n1:30 – Deductibles\n(1:02:03) Questions\nSee you!"
    assert find_chapters(description) == (Chapter(0, "Welcome"), Chapter(90, "Deductibles"), Chapter(3723, "Questions"))
    assert find_chapters(description, 3000) == ()


@pytest.mark.parametrize("text", ["", "0:00 Only one", "0:10 Late\n0:20 Later", "0:00 A\n0:30 B\n0:20 C", "Meet at 10:30\nor 11:30"])
def test_times_in_prose_are_no_chapters(text: str) -> None:
    assert find_chapters(text) == ()


def test_a_clock_says_hours_only_where_there_are_some() -> None:
    assert (clock(0), clock(65.9), clock(3665)) == ("0:00", "1:05", "1:01:05")
