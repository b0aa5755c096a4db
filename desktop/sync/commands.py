"""Sending what authors did on a replica."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.store.operations import Batch, Delta, Outcome
from desktop.sync.queries import pull


def push(session: Session, batch: Batch) -> tuple[list[Outcome], Delta]:
    """Send operations, and fetch in the same transaction what the course is now. Sending again gives the same outcomes.

    Raises ``NotAllowed`` where the author may no longer write in this course; then nothing was taken.
    """
    operations = json.dumps([one.to_json() for one in batch.operations], ensure_ascii=False)
    outcomes = session.execute(
        sa.text("SELECT lms.push(:scope, CAST(:operations AS jsonb))"), {"scope": batch.scope, "operations": operations}
    ).scalar_one()
    return [Outcome.from_json(one) for one in outcomes], pull(session, batch.scope, batch.since)
