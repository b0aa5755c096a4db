"""Marks after the fact: what a change of a key, of points, of a rule or of the passing score does to attempts that are over.

The server works it out, set by set (``lms.preview_regrade``, ``lms.apply_regrade``; docs/design.md, "Marks"). Nothing is written before
``apply_regrade``, which does what the preview showed, or refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.models.assessment import Regrade as RegradeRecord
from desktop.models.people import Member
from desktop.questions.model import Question
from desktop.questions.storage import to_row

GRADING_COLUMNS = ("points", "answer_options", "correct_answer", "grading")


class Credit(StrEnum):
    """What everybody gets who was asked, whatever they answered. The question itself stays as it is for later attempts."""

    VOID = "void"
    """It counts for nothing: neither points nor maximum."""
    EVERYONE = "everyone"
    """All of its points."""


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """How one question is to be graded.

    With neither ``question`` nor ``credit``: as it stands now, where attempts were given an earlier version. With ``question``: by its key,
    options, points and rule, which become the question's own.
    """

    question_id: UUID
    question: Question | None = None
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class Regrade:
    """What to change: questions, and the passing score in percent (None: it stays). Attempts keep the questions that they saw."""

    quiz_id: UUID
    questions: tuple[QuestionChange, ...] = ()
    passing_score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RegradedAttempt:
    """An attempt, as it is and as it would be. Scores are percent; None where a person has yet to grade a part.

    ``certificate_at_risk`` is the number of a valid certificate that rests on a pass that would be lost. It is never revoked by this.
    ``may_complete``: the pass that is gained may complete the course.
    """

    attempt_id: UUID
    enrollment_id: UUID
    member_id: UUID
    member_name: str
    attempt_number: int
    points_before: Decimal
    points_after: Decimal
    total_before: Decimal
    total_after: Decimal
    score_before: Decimal | None
    score_after: Decimal | None
    passed_before: bool | None
    passed_after: bool | None
    certificate_at_risk: str | None
    may_complete: bool


@dataclass(frozen=True, slots=True)
class RegradePreview:
    """What would come of a regrade. ``attempts`` are those that change, the gravest first, no more than were asked for.

    ``graded`` is how many attempts it is about, ``changed`` how many of them change, ``fingerprint`` what ``apply_regrade`` must find.
    """

    regrade: Regrade
    graded: int
    changed: int
    raised: int
    lowered: int
    now_pass: int
    now_fail: int
    certificates_at_risk: tuple[str, ...]
    attempts: tuple[RegradedAttempt, ...]
    fingerprint: int


@dataclass(frozen=True, slots=True)
class RegradeRow:
    """A regrade that was done."""

    id: UUID
    regraded_at: datetime
    by: str | None
    reason: str
    attempts: int


def preview_regrade(session: Session, regrade: Regrade, limit: int = 1000) -> RegradePreview:
    """Whose score, pass or certificate would change. Writes nothing."""
    rows = (
        sa.func.lms.preview_regrade(regrade.quiz_id, sa.literal(_changes(regrade), JSONB), sa.cast(regrade.passing_score, sa.Numeric))
        .table_valued(*(sa.column(name, kind) for name, kind in _COLUMNS.items()), name="preview")
        .render_derived()
    )
    every = sa.select(*rows.c).cte("every").prefix_with("MATERIALIZED")
    c = every.c
    lost = c.passed_before.is_(True) & c.passed_after.is_(False)
    gained = c.passed_before.is_not(True) & c.passed_after.is_(True)
    totals = sa.select(
        sa.func.count().label("graded"),
        sa.func.count().filter(c.changed).label("changed_count"),
        sa.func.count().filter(c.score_after > c.score_before).label("raised"),
        sa.func.count().filter(c.score_after < c.score_before).label("lowered"),
        sa.func.count().filter(gained).label("now_pass"),
        sa.func.count().filter(lost).label("now_fail"),
        sa.func.array_agg(c.certificate_at_risk.distinct()).filter(c.certificate_at_risk.is_not(None)).label("certificates"),
        sa.func.coalesce(sa.func.bit_xor(c.mark).filter(c.changed), 0).label("fingerprint"),
    ).cte("totals")
    gravest = (
        sa.select(
            *(c[name] for name in RegradedAttempt.__dataclass_fields__),
            sa.func.row_number()
            .over(
                order_by=(
                    c.certificate_at_risk.is_(None),
                    sa.not_(lost),
                    sa.not_(gained),
                    sa.func.abs(c.score_after - c.score_before).desc().nulls_last(),
                    c.member_name,
                    c.attempt_id,
                )
            )
            .label("place"),
        )
        .where(c.changed)
        .cte("gravest")
    )
    joined = totals.outerjoin(gravest, gravest.c.place <= limit)
    found = session.execute(sa.select(*totals.c, *gravest.c).select_from(joined).order_by(gravest.c.place)).mappings().all()
    total = found[0]
    return RegradePreview(
        regrade,
        total["graded"],
        total["changed_count"],
        total["raised"],
        total["lowered"],
        total["now_pass"],
        total["now_fail"],
        tuple(total["certificates"] or ()),
        tuple(
            RegradedAttempt(**{name: row[name] for name in RegradedAttempt.__dataclass_fields__})
            for row in found
            if row["attempt_id"] is not None
        ),
        total["fingerprint"],
    )


def apply_regrade(session: Session, preview: RegradePreview, reason: str) -> Done[UUID]:
    """Do what was shown. Refused where attempts were graded or submitted since: then it must be looked at again.

    Each score that changes is in the audit log. Certificates stay valid; the preview names those that should be looked at.
    """
    regrade = preview.regrade
    made: UUID = session.execute(
        sa.select(
            sa.func.lms.apply_regrade(
                regrade.quiz_id,
                sa.literal(_changes(regrade), JSONB),
                sa.cast(regrade.passing_score, sa.Numeric),
                reason,
                sa.cast(preview.fingerprint, sa.BigInteger),
                type_=sa.Uuid(),
            )
        )
    ).scalar_one()
    return Done(made, Changes.of("quiz_attempts", "quiz_questions", "quizzes", "enrollments", "lesson_progress"))


def list_regrades(session: Session, quiz_id: UUID) -> tuple[RegradeRow, ...]:
    """What was regraded in a quiz, the last first."""
    rows = session.execute(
        sa.select(
            RegradeRecord.id,
            RegradeRecord.regraded_at,
            sa.func.nullif(sa.func.concat_ws(" ", Member.first_name, Member.last_name), "").label("by"),
            RegradeRecord.reason,
            sa.func.jsonb_array_length(RegradeRecord.changes).label("attempts"),
        )
        .outerjoin(Member, Member.id == RegradeRecord.regraded_by)
        .where(RegradeRecord.quiz_id == quiz_id)
        .order_by(RegradeRecord.regraded_at.desc(), RegradeRecord.id)
    )
    return tuple(RegradeRow(*row) for row in rows)


_COLUMNS: dict[str, Any] = {
    "attempt_id": sa.Uuid(),
    "enrollment_id": sa.Uuid(),
    "member_id": sa.Uuid(),
    "member_name": sa.Text(),
    "attempt_number": sa.Integer(),
    "points_before": sa.Numeric(),
    "points_after": sa.Numeric(),
    "total_before": sa.Numeric(),
    "total_after": sa.Numeric(),
    "score_before": sa.Numeric(),
    "score_after": sa.Numeric(),
    "passed_before": sa.Boolean(),
    "passed_after": sa.Boolean(),
    "changed": sa.Boolean(),
    "certificate_at_risk": sa.Text(),
    "may_complete": sa.Boolean(),
    "mark": sa.BigInteger(),
}


def _changes(regrade: Regrade) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for change in regrade.questions:
        entry: dict[str, Any] = {"question": str(change.question_id)}
        if change.question is not None:
            row = to_row(change.question)
            entry["columns"] = {name: row[name] for name in GRADING_COLUMNS}
        if change.credit is not None:
            entry["credit"] = change.credit.value
        made.append(entry)
    return made
