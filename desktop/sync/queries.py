"""Reads that bring a replica up to date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.store.operations import Delta, Pulled


def pull(session: Session, scope: UUID, since: int | None) -> Delta:
    """What changed in a course or bank after version ``since``; without it, everything: a check-out. Raises ``NotAllowed``."""
    clock = 0
    rows = []
    for table, row, version, values in session.execute(
        sa.text("SELECT table_name, row_id, row_version, data FROM lms.pull(:scope, :since)"), {"scope": scope, "since": since}
    ):
        if table == "clock":
            clock = version
        else:
            rows.append(Pulled(table, row, version, values))
    return Delta(scope, since, clock, tuple(rows))


def get_epoch(session: Session) -> UUID:
    """Which life of the server this is: another one after each time that it was put back to an earlier state."""
    epoch: UUID = session.execute(sa.text("SELECT epoch FROM lms.workspace")).scalar_one()
    return epoch


def get_clocks(session: Session, scopes: Sequence[UUID]) -> dict[UUID, int]:
    """How far the clocks of these courses and banks are; those that are closed to the caller are missing."""
    found = session.execute(sa.text("SELECT scope_id, value FROM lms.clocks(:scopes)"), {"scopes": list(scopes)})
    return {row.scope_id: row.value for row in found}
