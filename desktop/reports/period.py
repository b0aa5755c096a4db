"""Spans of days that figures are about, and the span before each, which they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

BUCKETS = 12
"""Parts of a period in which a figure's course is shown."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of ``first`` to the end of ``last``, both days included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """As many days right before."""
        return Period(self.first - timedelta(self.days), self.first - timedelta(1))

    def starts(self, zone: tzinfo | None = None) -> datetime:
        """Its first moment, where clocks show ``zone`` (None: this computer's)."""
        return _midnight(self.first, zone)

    def ends(self, zone: tzinfo | None = None) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(1), zone)

    def bucket_days(self) -> tuple[date, ...]:
        """The day on which each of its :data:`BUCKETS` parts begins."""
        return tuple(self.first + timedelta(days=self.days * number // BUCKETS) for number in range(BUCKETS))


def last_days(days: int, today: date) -> Period:
    """``days`` days, today the last of them."""
    return Period(today - timedelta(days - 1), today)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    # By the zone's own rules: a day is 23 or 25 hours long where the clocks are changed.
    return datetime.combine(day, time(), zone) if zone is not None else datetime.combine(day, time()).astimezone()
