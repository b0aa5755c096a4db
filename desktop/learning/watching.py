"""Watching a video: which seconds were really played, and time in front of a lesson.

What counts is the set of seconds that were played, not where the player is: seeking to the end is not watching. The client keeps that set
between reports (:class:`Watch`), the server adds it to what it knows and believes no more than its own clock allows
(``lms.record_watching``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, Range
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done

type Spans = tuple[tuple[int, int], ...]
"""Parts of a video in whole seconds, each from its first second to the one behind its last: apart, and in order."""

TOP_SPEED = 2.0
"""The fastest that the player offers, and that the server believes."""
REPORT_SECONDS = 10
"""Between two reports of a video that plays."""
WATCHED_PERCENT = 90
"""So much of a video must be played for it to count as watched."""
JUMP_SECONDS = 1.5
"""A step between two positions, beyond what the time between them explains, that is a jump and no playing."""


def merged(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The same seconds as intervals that neither touch nor overlap, in order."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def seconds(spans: Iterable[tuple[float, float]]) -> float:
    """How many seconds the spans hold, each once."""
    return sum(end - start for start, end in merged(spans))


class Watch:
    """What one player plays, from the positions that it passes. Positions and times are in seconds.

    A position is taken as reached by playing where the time since the last one explains it at the current speed; anything else was a jump.
    Only whole seconds are reported; what is left of one stays for the next report.
    """

    def __init__(self) -> None:
        self._spans: tuple[tuple[float, float], ...] = ()
        self._last: tuple[float, float] | None = None

    def playing(self, position: float, now: float, speed: float = 1.0) -> None:
        """The player is at ``position`` at the moment ``now`` of a steady clock, and plays."""
        if self._last is not None:
            before, then = self._last
            step, possible = position - before, (now - then) * min(speed, TOP_SPEED)
            if 0 < step <= possible + JUMP_SECONDS:
                self._spans = merged((*self._spans, (before, position)))
        self._last = (position, now)

    def stopped(self) -> None:
        """Paused, or somebody seeks: the next position begins anew."""
        self._last = None

    def take(self, *, ended: bool = False) -> Spans:
        """The whole seconds that were played and not taken yet. With ``ended``, the last one begun counts as a whole."""
        taken, left = [], []
        last = self._spans[-1] if self._spans else None
        for span in self._spans:
            start, end = span
            first, behind = ceil(start - 0.25), (ceil(end) if ended and span == last else floor(end))
            if first < behind:
                taken.append((first, behind))
            if behind < end and span == last:
                left.append((max(start, behind), end))
        self._spans = tuple(left)
        return tuple(taken)

    def give_back(self, spans: Spans) -> None:
        """What was taken did not arrive; it goes along with the next report."""
        self._spans = merged((*self._spans, *spans))


@dataclass(frozen=True, slots=True)
class HeatPart:
    """A part of a video: how many learners played it, and how many of them more than once."""

    viewers: int
    again: int


def record_watching(session: Session, enrollment_id: UUID, lesson_id: UUID, position: int, played: Iterable[tuple[int, int]]) -> Done[None]:
    """Where the player is, and what it played since the last report. Nine tenths complete what is completed by watching."""
    ranges = [Range(start, end) for start, end in played]
    session.execute(
        sa.select(sa.func.lms.record_watching(enrollment_id, lesson_id, position, sa.bindparam("played", ranges, INT4MULTIRANGE)))
    )
    return Done(None, Changes.of("lesson_progress", "enrollments"))


def record_time(session: Session, enrollment_id: UUID, lesson_id: UUID, spent: int) -> Done[None]:
    """``spent`` seconds in front of a lesson since the last report; the server takes at most the time since then, and a minute."""
    session.execute(sa.select(sa.func.lms.record_time(enrollment_id, lesson_id, spent)))
    return Done(None, Changes.of("lesson_progress", "enrollments"))


def get_played(session: Session, enrollment_id: UUID, lesson_id: UUID) -> Spans:
    """The seconds of a video that were played in an enrolment of the reader's, or of a course that they teach."""
    found = session.execute(sa.select(sa.func.lms.watching(enrollment_id, lesson_id, type_=INT4MULTIRANGE()))).scalar_one_or_none()
    return tuple((part.lower or 0, part.upper or 0) for part in found or ())


def list_heat(session: Session, lesson_id: UUID, parts: int) -> tuple[HeatPart, ...]:
    """For those who teach: the video in ``parts`` of the same length, in order. Empty where nobody knows its length."""
    rows = session.execute(
        sa.text("SELECT viewers, again FROM lms.video_heat(:lesson, :parts) ORDER BY bin"), {"lesson": lesson_id, "parts": parts}
    )
    return tuple(HeatPart(row.viewers, row.again) for row in rows)
