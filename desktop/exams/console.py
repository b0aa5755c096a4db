"""What proctors see of a sitting, and what they do to its seats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.errors import Conflict, Invalid, NotAllowed, NotFound
from desktop.models.exams import Seat, Sitting
from desktop.store.connection import Store
from desktop.tasks import JobControl

FRESH = timedelta(seconds=15)
"""A station says that it is there every five seconds; three that did not come, and it is away."""

SEATS = Changes.of("seats")

ACTIONS = {
    "check_in": "check_in_seat",
    "mark_absent": "mark_seat_absent",
    "cancel": "cancel_seat",
    "authorize": "authorize_seat",
    "pause": "pause_seat",
    "resume": "resume_seat",
    "force_submit": "force_submit_seat",
    "terminate": "terminate_seat",
    "reinstate": "reinstate_seat",
}
"""What may be done to a seat (docs/exams.md has from where to where, and who), and the server's function for it."""


@dataclass(frozen=True, slots=True)
class SittingRow:
    """A sitting that the caller supervises; ``begun`` of its ``seats`` have started, ``over`` are at an end."""

    id: UUID
    title: str
    opens: datetime
    closes: datetime
    minutes: int
    seats: int
    begun: int
    over: int


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat by the server's clock, ``now``. What a station said last is None while none has said anything.

    ``unsaved`` answers wait on the station, the oldest for ``unsaved_seconds``; ``question`` is on its screen.
    """

    id: UUID
    first_name: str
    last_name: str
    email: str
    room: str | None
    label: str | None
    delivery: str
    version: int
    review: str
    began: datetime | None
    deadline: datetime | None
    beat: datetime | None
    unsaved: int | None
    unsaved_seconds: int | None
    question: int | None
    answered: int | None
    incidents: int
    now: datetime

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_name}"

    @property
    def seconds_left(self) -> int | None:
        """Until the deadline, never negative; None before the start, in a pause and once it is over."""
        if self.deadline is None or self.delivery != "active":
            return None
        return max(0, round((self.deadline - self.now).total_seconds()))

    @property
    def away(self) -> bool:
        """Whether a station should be heard of, and is not."""
        if self.delivery not in ("awaiting", "authorized", "active", "paused"):
            return False
        return self.beat is None or self.now - self.beat > FRESH


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an action on many seats: how many it was done to, and whose seats refused it, with the reason."""

    done: int
    refused: tuple[tuple[str, str], ...]


def list_sittings(session: Session) -> tuple[SittingRow, ...]:
    """The sittings that the caller supervises, or all for administrators; the next ones first, those that are over last."""

    def counted(*states: str) -> sa.ScalarSelect[int]:
        wanted = sa.select(sa.func.count()).select_from(Seat).where(Seat.sitting_id == Sitting.id)
        return (wanted.where(Seat.delivery.in_(states)) if states else wanted).scalar_subquery()

    rows = session.execute(
        sa.select(
            Sitting.id,
            Sitting.title,
            Sitting.opens_at,
            Sitting.closes_at,
            Sitting.duration_minutes,
            counted(),
            counted("active", "paused", "submitted"),
            counted("submitted", "terminated", "absent", "cancelled"),
        ).order_by(Sitting.closes_at < sa.func.now(), Sitting.opens_at, Sitting.id)
    )
    return tuple(SittingRow(*row) for row in rows)


def list_seats(session: Session, sitting: UUID) -> tuple[SeatRow, ...]:
    """Every seat as it stands now, in the order of names. Raises :class:`NotFound` for who does not supervise the sitting."""
    columns: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
        ("seat_id", sa.Uuid()),
        *((name, sa.Text()) for name in ("first_name", "last_name", "email", "room", "label", "delivery")),
        ("version", sa.Integer()),
        ("review", sa.Text()),
        *((name, sa.DateTime(timezone=True)) for name in ("began_at", "deadline", "beat_at")),
        *((name, sa.Integer()) for name in ("unsaved", "unsaved_seconds", "question", "answered", "incidents")),
        ("now", sa.DateTime(timezone=True)),
    )
    seats = sa.func.lms.sitting_seats(sitting).table_valued(*(sa.column(name, kind) for name, kind in columns), name="seats")
    return tuple(SeatRow(*row) for row in session.execute(sa.select(*seats.c)))


def act_on_seat(session: Session, action: str, seat: UUID, version: int, reason: str | None) -> Done[None]:
    """Make one transition of :data:`ACTIONS` as of the version that the caller saw; :class:`Conflict` where it has changed since."""
    session.execute(sa.select(getattr(sa.func.lms, ACTIONS[action])(seat, version, reason)))
    return Done(None, SEATS)


def add_seat_time(session: Session, seat: UUID, version: int, minutes: int, reason: str) -> Done[None]:
    """Give a seat more time for what was nobody's fault; its station hears of it with the next heartbeat."""
    session.execute(sa.select(sa.func.lms.add_seat_time(seat, version, minutes, reason)))
    return Done(None, SEATS)


def message_seat(session: Session, seat: UUID, words: str) -> Done[None]:
    """Show words at a station."""
    session.execute(sa.select(sa.func.lms.message_seat(seat, words)))
    return Done(None)


def move_seats(control: JobControl, /, store: Store, action: str, seats: Sequence[SeatRow], reason: str | None) -> Done[Answered]:
    """Make one transition of many seats, each by itself: one that refuses leaves the others done."""
    return _each(control, seats, lambda seat: store.write(act_on_seat, action, seat.id, seat.version, reason))


def add_time(control: JobControl, /, store: Store, seats: Sequence[SeatRow], minutes: int, reason: str) -> Done[Answered]:
    """As :func:`move_seats`, of :func:`add_seat_time`."""
    return _each(control, seats, lambda seat: store.write(add_seat_time, seat.id, seat.version, minutes, reason))


def send_message(control: JobControl, /, store: Store, seats: Sequence[SeatRow], words: str) -> Done[Answered]:
    """As :func:`move_seats`, of :func:`message_seat`."""
    return _each(control, seats, lambda seat: store.write(message_seat, seat.id, words))


def _each(control: JobControl, seats: Sequence[SeatRow], act: Callable[[SeatRow], object]) -> Done[Answered]:
    done, refused = 0, []
    for number, seat in enumerate(seats):
        control.report(number, len(seats), seat.name)
        try:
            act(seat)
        except (Conflict, Invalid, NotAllowed, NotFound) as error:
            refused.append((seat.name, error.message))
        else:
            done += 1
    return Done(Answered(done, tuple(refused)), SEATS)
