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


def flag(session: Session, token: bytes, question: UUID, flagged: bool) -> Done[None]:
    """Mark a question to come back to, or take the mark off."""
    session.execute(sa.select(sa.func.lms.flag_exam_question(token, question, flagged)))
    return Done(None)


def report(session: Session, token: bytes, kind: str, severity: str, evidence: dict[str, Any], said_at: datetime) -> Done[None]:
    """Append what a station noticed at ``said_at`` by its own clock to the log of incidents; ``severity`` as ``lms.incidents`` has them."""
    session.execute(sa.select(sa.func.lms.report_incident(token, kind, severity, sa.literal(evidence, JSONB), said_at)))
    return Done(None)


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


def create_station(session: Session, name: str, scram_verifier: str) -> Done[str]:
    """Give a machine a database role of its own, as an administrator; its name. ``scram_verifier`` stands for its password."""
    role: str = session.execute(sa.select(sa.func.lms.create_station(name, scram_verifier))).scalar_one()
    return Done(role)
