"""Captions, transcripts and chapters of a video: WebVTT (https://www.w3.org/TR/webvtt1/), SubRip, and times in a description.

Files that people bring are rarely all that the standard asks for. What has no times is passed over; a file without any cue is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from desktop.errors import Invalid
from desktop.i18n import _

LARGEST = 5_000_000
"""Bytes; ten hours of speech are a tenth of that."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_CHAPTER = re.compile(r"^[\s\-–—•*([]*(?:(\d{1,2}):)?(\d{1,3}):(\d{2})[\s)\]]*[\s\-–—:.|]*(\S.*?)\s*$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are said, in seconds of the video. A speaker who is named stands before them."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    start: int
    title: str


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else the Windows code page of the western languages."""
    if len(data) > LARGEST:
        raise Invalid(_("This file is too long for captions."))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parse_cues(text: str) -> tuple[Cue, ...]:
    """The cues of a WebVTT or SubRip text, in the order of their beginning. Raises :class:`Invalid` where there are none."""
    cues = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines[:2]) if _TIMING.match(line)), None)
        if at is None:
            continue
        timing = _TIMING.match(lines[at])
        assert timing is not None
        start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        words = "\n".join(filter(None, (_plain(line) for line in lines[at + 1 :])))
        if words and end > start:
            cues.append(Cue(start, end, words))
    if not cues:
        raise Invalid(_("There are no captions in this file."), remedy=_("Bring a file in WebVTT (.vtt) or SubRip (.srt)."))
    return tuple(sorted(cues, key=lambda cue: cue.start))


def showing(cues: Sequence[Cue], at: float) -> str:
    """The words on the screen at a moment; several cues one below the other."""
    begun = bisect_right(cues, at, key=lambda cue: cue.start)
    # A cue that is longer than a minute is a mistake of the file's; so far back is looked.
    near = (cue for cue in cues[max(0, begun - 50) : begun] if cue.end > at)
    return "\n".join(cue.text for cue in near)


def index_at(cues: Sequence[Cue], at: float) -> int:
    """Which cue is being said, or was said last; -1 before the first."""
    return bisect_right(cues, at, key=lambda cue: cue.start) - 1


def find_chapters(description: str, length: int | None = None) -> tuple[Chapter, ...]:
    """Chapters written as lines that begin with a time (``0:00 Welcome``), as on the sites that host films.

    There are at least two, the first at the very beginning, each later than the one before and inside of the video; else they are none.
    """
    found: list[Chapter] = []
    for line in description.splitlines():
        match = _CHAPTER.match(line)
        if match is None:
            continue
        hours, minutes, secs, title = match.groups()
        found.append(Chapter(int(hours or 0) * 3600 + int(minutes) * 60 + int(secs), title))
    if len(found) < 2 or found[0].start != 0 or any(one.start >= two.start for one, two in pairwise(found)):
        return ()
    return () if length and found[-1].start >= length else tuple(found)


def chapters_of(cues: Iterable[Cue]) -> tuple[Chapter, ...]:
    """A WebVTT file of chapters says the same as cues."""
    return tuple(Chapter(int(cue.start), cue.text.replace("\n", " ")) for cue in cues)


def clock(seconds: float) -> str:
    """``4:05`` or ``1:04:05``."""
    minutes, secs = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, secs, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(secs or 0) + int((fraction or "0").ljust(3, "0")) / 1000


def _plain(line: str) -> str:
    """Without mark-up; a voice that is named becomes words."""
    spoken = _VOICE.sub(lambda match: f"{match.group(1).strip()}: ", line)
    return unescape(_TAG.sub("", spoken)).strip()
