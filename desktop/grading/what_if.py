"""What if an assignment had another late rule or rubric: whose result would change, before anything does; and doing what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.grading.late import LatePolicy
from desktop.grading.rubric import Rubric, read_rubric, write_rubric


@dataclass(frozen=True, slots=True)
class Outcome:
    """A submission as it is, and as it would be. ``learner`` is None while names are not to be known; a score that nobody gave is None."""

    submission: UUID
    learner: str | None
    released: bool
    late_before: int
    late_after: int
    score: Decimal | None
    before: Decimal | None
    after: Decimal | None

    @property
    def changes(self) -> bool:
        return (self.late_before, self.before) != (self.late_after, self.after)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a rule would do. Applied, it does exactly this, or refuses."""

    assignment: UUID
    rule: LatePolicy
    outcomes: tuple[Outcome, ...]
    fingerprint: str | None

    @property
    def changed(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.changes)


def get_rule(session: Session, assignment: UUID) -> LatePolicy:
    """The late rule as it is."""
    row = session.execute(
        sa.text(
            "SELECT late_penalty_percentage, late_penalty_interval, late_penalty_floor, late_grace_minutes"
            " FROM public.assignments WHERE id = :assignment"
        ),
        {"assignment": assignment},
    ).one()
    return LatePolicy(*row)


def look_at_rule(session: Session, assignment: UUID, rule: LatePolicy) -> WhatIf:
    """Work out what another rule would do, and change nothing."""
    rows = session.execute(
        sa.text("SELECT * FROM lms.late_outcomes(:assignment, :percentage, :interval, :floor, :grace) ORDER BY learner, submission_id"),
        _arguments(assignment, rule),
    ).all()
    outcomes = tuple(
        Outcome(
            row.submission_id,
            row.learner,
            row.released,
            row.late_before,
            row.late_after,
            row.score,
            row.final_before,
            row.final_after,
        )
        for row in rows
    )
    return WhatIf(assignment, rule, outcomes, rows[0].fingerprint if rows else None)


def apply_rule(session: Session, what_if: WhatIf) -> Done[int]:
    """Make it the assignment's rule, for what is released already too; gives how many submissions it changes.

    Raises:
        Conflict: something was graded or handed in since; look again.
    """
    changed: int = session.execute(
        sa.text("SELECT lms.apply_late_rule(:assignment, :percentage, :interval, :floor, :grace, :fingerprint)"),
        _arguments(what_if.assignment, what_if.rule) | {"fingerprint": what_if.fingerprint},
    ).scalar_one()
    return Done(changed, Changes.of("assignments", "assignment_submissions"))


def _arguments(assignment: UUID, rule: LatePolicy) -> dict[str, object]:
    return {
        "assignment": assignment,
        "percentage": rule.percentage,
        "interval": rule.interval,
        "floor": rule.floor,
        "grace": rule.grace_minutes,
    }


@dataclass(frozen=True, slots=True)
class RubricOutcome:
    """A graded submission as it is, and as it would be by the other rubric. ``learner`` is None while names are not to be known."""

    submission: UUID
    learner: str | None
    released: bool
    before: Decimal
    after: Decimal

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class RubricOutcomes:
    """What a rubric would do. ``total`` is what the assignment would be worth. Applied, it does exactly this, or refuses."""

    assignment: UUID
    rubric: Rubric
    total: Decimal
    outcomes: tuple[RubricOutcome, ...]
    fingerprint: str | None

    @property
    def changed(self) -> tuple[RubricOutcome, ...]:
        return tuple(one for one in self.outcomes if one.changes)


def get_rubric(session: Session, assignment: UUID) -> tuple[Rubric, Decimal]:
    """The rubric as it is, and what the assignment is worth."""
    row = session.execute(
        sa.text("SELECT rubric, total_points FROM public.assignments WHERE id = :assignment"), {"assignment": assignment}
    ).one()
    return read_rubric(row.rubric), row.total_points


def look_at_rubric(session: Session, assignment: UUID, rubric: Rubric, total: Decimal) -> RubricOutcomes:
    """Work out what would change if the criteria and levels that there are were worth that, and change nothing.

    Raises:
        Invalid: the assignment has other criteria by now, or a level is worth more than its criterion.
    """
    rows = session.execute(
        sa.text("SELECT * FROM lms.rubric_outcomes(:assignment, :rubric, :total) ORDER BY learner, submission_id"),
        {"assignment": assignment, "rubric": Jsonb(write_rubric(rubric) or []), "total": total},
    ).all()
    outcomes = tuple(RubricOutcome(row.submission_id, row.learner, row.released, row.before, row.after) for row in rows)
    return RubricOutcomes(assignment, rubric, total, outcomes, rows[0].fingerprint if rows else None)


def apply_rubric(session: Session, seen: RubricOutcomes) -> Done[int]:
    """Make it the assignment's rubric, for what is graded and released already too; gives how many results it changes.

    Raises:
        Conflict: something was graded since; look again.
    """
    changed: int = session.execute(
        sa.text("SELECT lms.apply_rubric(:assignment, :rubric, :total, :fingerprint)"),
        {
            "assignment": seen.assignment,
            "rubric": Jsonb(write_rubric(seen.rubric) or []),
            "total": seen.total,
            "fingerprint": seen.fingerprint,
        },
    ).scalar_one()
    return Done(changed, Changes.of("assignments", "assignment_submissions"))
