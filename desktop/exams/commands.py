"""What a station does at its seat."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.changes import Done
from desktop.exams.queries import Beat, SeatCommand


def enter(session: Session, code: str, token: bytes) -> Done[str]:
    """Exchange a start code for a session with ``token``, 32 random bytes of the station: "entered", "wrong" or "locked"."""
    said: str = session.execute(sa.select(sa.func.lms.enter_exam(code, token))).scalar_one()
    return Done(said)


def begin(session: Session, token: bytes, version: int) -> Done[None]:
    """Start the clock of an authorised seat."""
    session.execute(sa.select(sa.func.lms.begin_exam(token, version)))
    return Done(None)


def save(session: Session, token: bytes, epoch: int, sequence: int, question: UUID, answer: dict[str, Any] | None) -> Done[str]:
    """Hand an answer over, None to take it back: "saved", "stale" or "quarantined" (docs/exams.md), each of which acknowledges it."""
    value = sa.cast(sa.null(), JSONB) if answer is None else sa.literal(answer, JSONB)
    said: str = session.execute(sa.select(sa.func.lms.save_exam_answer(token, epoch, sequence, question, value))).scalar_one()
    return Done(said)


def beat(session: Session, token: bytes, unsaved: int, unsaved_seconds: int, question: int | None, answered: int, after: int) -> Done[Beat]:
    """Say that the station is there, and what waits on it; the commands come that were given after the one with the id ``after``."""
    call = sa.func.lms.heartbeat(token, unsaved, unsaved_seconds, question, answered, after)
    said: dict[str, Any] = session.execute(sa.select(sa.cast(call, JSONB))).scalar_one()
    return Done(
        Beat(
            datetime.fromisoformat(said["now"]),
            said["delivery"],
            said["version"],
            None if said["deadline"] is None else datetime.fromisoformat(said["deadline"]),
            said["ended"],
            tuple(SeatCommand(one["id"], one["command"], one["body"]) for one in said["commands"]),
        )
    )


def submit(session: Session, token: bytes, version: int) -> Done[None]:
    """Submit; again is no error."""
    session.execute(sa.select(sa.func.lms.submit_exam(token, version)))
    return Done(None)
