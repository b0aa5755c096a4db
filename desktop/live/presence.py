"""Times of presence: unions of intervals, and the minutes of a session that they cover.

The server computes the same from the same times (``lms.presence_minutes``); here it is for previews, and the tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Presence:
    """From joining (included) to leaving (excluded)."""

    joined: datetime
    left: datetime


def merge(presences: Iterable[Presence]) -> tuple[Presence, ...]:
    """Without overlaps, in order: whoever joins with two devices, or again after a restart, is there once. What is empty is left out."""
    merged: list[Presence] = []
    for presence in sorted(presences):
        if presence.left <= presence.joined:
            continue
        if merged and presence.joined <= merged[-1].left:
            merged[-1] = Presence(merged[-1].joined, max(merged[-1].left, presence.left))
        else:
            merged.append(presence)
    return tuple(merged)


def minutes_within(presences: Iterable[Presence], start: datetime, duration_minutes: int) -> int:
    """Whole minutes between ``start`` and the end that somebody was there."""
    end = start + timedelta(minutes=duration_minutes)
    clipped = (Presence(max(p.joined, start), min(p.left, end)) for p in presences)
    return sum((p.left - p.joined for p in merge(clipped)), timedelta()) // timedelta(minutes=1)


def earns_credit(minutes: int, duration_minutes: int, percentage: int) -> bool:
    """Whether so many minutes are at least ``percentage`` of the session."""
    return 100 * minutes >= percentage * duration_minutes
