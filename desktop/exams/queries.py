"""What a station reads of its seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.store.assets import manifest_id

CHUNKS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class SeatState:
    """How a seat stands by the server's clock, ``now``. ``deadline`` is None before the start and in a pause.

    ``label`` is what stands on the desk; ``minutes`` is the limit before any accommodation. ``epoch`` is that of the session that asked;
    ``ended`` says that it may send answers to quarantine, and nothing else.
    """

    seat: UUID
    label: str | None
    title: str
    candidate: str
    instructions: str | None
    minutes: int
    delivery: str
    version: int
    epoch: int
    ended: bool
    deadline: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """A question as the station has it: its shape as ``lms.shown_question`` gives it, without a key, and the answer that the server has."""

    id: UUID
    number: int
    question: dict[str, Any]
    answer: dict[str, Any] | None
    points: Decimal
    flagged: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was handed in. ``fingerprint`` is SHA-256 over the stored answers, in hexadecimal."""

    submitted_at: datetime
    questions: int
    answers: int
    quarantined: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SeatCommand:
    """What a supervisor wants of a station: ``command`` is "state", "time" or "message"; ``body`` says which."""

    id: int
    command: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beat:
    """What a heartbeat brought back: the seat by the server's clock, as in :class:`SeatState`, and commands, oldest first."""

    now: datetime
    delivery: str
    version: int
    deadline: datetime | None
    ended: bool
    commands: tuple[SeatCommand, ...]


def get_state(session: Session, token: bytes) -> SeatState:
    said: dict[str, Any] = session.execute(sa.select(sa.cast(sa.func.lms.exam_state(token), JSONB))).scalar_one()
    return SeatState(
        UUID(said["seat"]),
        said["label"],
        said["title"],
        said["candidate"],
        said["instructions"],
        said["minutes"],
        said["delivery"],
        said["version"],
        said["epoch"],
        said["ended"],
        None if said["deadline"] is None else datetime.fromisoformat(said["deadline"]),
        datetime.fromisoformat(said["now"]),
    )


def list_given(session: Session, token: bytes) -> tuple[Given, ...]:
    """The questions of a running exam, in its order; refused otherwise."""
    columns = (
        ("number", sa.Integer()),
        ("question_id", sa.Uuid()),
        ("points", sa.Numeric()),
        ("question", JSONB()),
        ("answer", JSONB()),
        ("flagged", sa.Boolean()),
    )
    rows = sa.func.lms.get_exam_questions(token).table_valued(*(sa.column(name, kind) for name, kind in columns), name="given")
    wanted = (rows.c.question_id, rows.c.number, rows.c.question, rows.c.answer, rows.c.points, rows.c.flagged)
    found = session.execute(sa.select(*wanted).order_by(rows.c.number))
    return tuple(Given(*row) for row in found)


def get_receipt(session: Session, token: bytes) -> Receipt:
    said: dict[str, Any] = session.execute(sa.select(sa.cast(sa.func.lms.exam_receipt(token), JSONB))).scalar_one()
    submitted = datetime.fromisoformat(said["submitted_at"])
    return Receipt(submitted, said["questions"], said["answers"], said["quarantined"], said["fingerprint"])


def get_picture(session: Session, token: bytes, asset: str) -> bytes:
    """A picture that a question of the running exam shows. Raises :class:`NotFound` for any other file, and where it came damaged."""
    columns = (sa.column("ordinal", sa.Integer()), sa.column("data", sa.LargeBinary()))
    pieces: list[bytes] = []
    while True:
        call = sa.func.lms.get_exam_picture(token, asset, len(pieces), CHUNKS_AT_ONCE).table_valued(*columns, name="piece")
        found = [bytes(data) for _ordinal, data in session.execute(sa.select(call.c.ordinal, call.c.data).order_by(call.c.ordinal))]
        pieces += found
        if len(found) < CHUNKS_AT_ONCE:
            break
    if manifest_id([sha256(piece).digest() for piece in pieces]) != asset:
        raise NotFound(_("A picture of this exam is damaged."), details=asset)
    return b"".join(pieces)
