"""Calendar files: RFC 5545, as Outlook, Google and Apple Calendar take them.

Times are in UTC (form 2 of section 3.3.5), which needs no VTIMEZONE and is right wherever the reader is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

LINE = 75
"""Octets of a line, its end not counted (section 3.1)."""
REMIND_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Event:
    """One live session. ``changed_at`` is when it was last edited: a calendar replaces what it knows by what is newer."""

    id: UUID
    title: str
    description: str
    start: datetime
    duration_minutes: int
    url: str
    changed_at: datetime
    cancelled: bool = False


def as_calendar(events: Iterable[Event]) -> str:
    """A calendar of these events, lines ended by CRLF."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//NABIP//NABIP LMS Desktop//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for event in events:
        lines += _event(event)
    return "".join(part + "\r\n" for line in (*lines, "END:VCALENDAR") for part in _folded(line))


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@nabip-lms"
    # SEQUENCE rises with each edit (section 3.8.7.4); seconds since 2020 do, and fit into 32 bits.
    yield f"SEQUENCE:{max(0, int(event.changed_at.timestamp()) - 1_577_836_800)}"
    yield f"DTSTAMP:{_utc(event.changed_at)}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.start + timedelta(minutes=event.duration_minutes))}"
    yield f"SUMMARY:{_escaped(event.title)}"
    if event.description:
        yield f"DESCRIPTION:{_escaped(event.description)}"
    if event.url:
        yield f"LOCATION:{_escaped(event.url)}"
        yield f"URL:{event.url.replace(chr(13), '').replace(chr(10), '')}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    if not event.cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{REMIND_MINUTES}M", f"DESCRIPTION:{_escaped(event.title)}", "END:VALARM")
    yield "END:VEVENT"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """TEXT (section 3.3.11): no control characters but line breaks, which are written as ``\\n``."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    escaped = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(letter for letter in escaped if letter >= " " or letter == "\t")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; what follows begins with a space, and no letter is cut in two."""
    part, used = "", 0
    for letter in line:
        size = len(letter.encode())
        if used + size > LINE:
            yield part
            part, used = " ", 1
        part, used = part + letter, used + size
    yield part
