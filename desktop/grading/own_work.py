"""An assignment as its learner meets it: what is asked, until when, what they handed in, and what came back once it was released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from desktop.errors import Invalid
from desktop.grading.rubric import Given, Rubric, read_given, read_rubric
from desktop.i18n import _
from desktop.models.assessment import Assignment, AssignmentSubmission
from desktop.models.grading import AssignmentExtension, RegradeRequest

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file of a submission; ``asset`` is what it is stored under."""

    name: str
    asset: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Result:
    """A grade that was released: ``score`` of the work, ``penalty`` for being late, ``final`` after it."""

    score: Decimal
    penalty: Decimal
    final: Decimal
    given: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Request:
    """A wish to have the grade looked at again. ``status``: ``open``, ``changed`` or ``unchanged``."""

    reason: str
    status: str
    answer: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission of one's own."""

    id: UUID
    number: int
    submitted_at: datetime
    late_seconds: int
    text: str
    url: str
    files: tuple[HandedFile, ...]
    status: str
    feedback: str
    result: Result | None
    request: Request | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be handed in, and when; the learner's own dates where they have an extension."""

    submission_type: str
    file_types: tuple[str, ...]
    most_megabytes: int
    opens: datetime | None
    due: datetime | None
    until: datetime | None
    late_allowed: bool
    grace_minutes: int
    penalty: Decimal
    interval: str
    floor: Decimal
    submissions: int

    @property
    def takes_text(self) -> bool:
        return self.submission_type in ("text_entry", "both")

    @property
    def takes_files(self) -> bool:
        return self.submission_type in ("file_upload", "both")

    @property
    def takes_address(self) -> bool:
        return self.submission_type == "url_submission"

    def check_file(self, name: str, size: int) -> None:
        """Refuse before anything is sent what the server would refuse. Raises :class:`~desktop.errors.Invalid`."""
        if size > self.most_megabytes * MEGABYTE:
            raise Invalid(
                _("“{name}” is larger than the {most} MB that this assignment takes.").format(name=name, most=self.most_megabytes),
                remedy=_("It has {size:.1f} MB. Make it smaller, or hand in a part of it.").format(size=size / MEGABYTE),
            )
        endings = {one.strip().lstrip(".").casefold() for one in self.file_types}
        if endings and name.rpartition(".")[2].casefold() not in endings:
            raise Invalid(
                _("“{name}” is of no type that this assignment takes.").format(name=name),
                remedy=_("It takes: {types}.").format(types=", ".join(sorted(endings))),
            )


@dataclass(frozen=True, slots=True)
class OwnAssignment:
    """``handed`` holds one's submissions, the newest first."""

    id: UUID
    course_id: UUID
    lesson_id: UUID | None
    title: str
    description: str
    instructions_html: str
    points: Decimal
    rubric: Rubric
    terms: Terms
    peer_review: bool
    reviews_due: datetime | None
    handed: tuple[Handed, ...]

    @property
    def left(self) -> int:
        """How often it may still be handed in; once, where it was asked for again."""
        if self.handed and self.handed[0].status == "resubmission_requested":
            return max(1, self.terms.submissions - len(self.handed))
        return max(0, self.terms.submissions - len(self.handed))


def own_assignments(enrollment: UUID | None, where: ColumnElement[bool]) -> Select[Assignment, datetime | None, datetime | None, int]:
    """Assignments with the dates of one enrolment, as ``lms.submission_terms`` has them: who has longer may also hand in for so long."""
    extension = AssignmentExtension
    return (
        select(
            Assignment,
            func.coalesce(extension.due_date, Assignment.due_date).label("due"),
            func.coalesce(extension.late_until, func.greatest(Assignment.late_until, extension.due_date)).label("until"),
            (Assignment.max_submissions + func.coalesce(extension.submissions, 0)).label("submissions"),
        )
        .outerjoin(extension, and_(extension.assignment_id == Assignment.id, extension.enrollment_id == enrollment))
        .where(where)
        .order_by(Assignment.created_at, Assignment.id)
        .limit(1)
    )


def get_own_assignment(session: Session, lesson: UUID | None, assignment: UUID | None, enrollment: UUID | None) -> OwnAssignment | None:
    """An assignment by its id or its lesson's; None where there is none, or not for the reader."""
    where = Assignment.id == assignment if assignment is not None else Assignment.lesson_id == lesson
    row = session.execute(own_assignments(enrollment, where)).one_or_none()
    if row is None:
        return None
    one: Assignment = row.Assignment
    terms = Terms(
        one.submission_type,
        tuple(one.allowed_file_types or ()),
        one.max_file_size_mb,
        one.available_from,
        row.due,
        row.until,
        one.late_submission_allowed,
        one.late_grace_minutes,
        one.late_penalty_percentage,
        one.late_penalty_interval,
        one.late_penalty_floor,
        row.submissions,
    )
    return OwnAssignment(
        one.id,
        one.course_id,
        one.lesson_id,
        one.title,
        one.description,
        one.instructions_html or "",
        one.total_points,
        read_rubric(one.rubric),
        terms,
        one.enable_peer_review,
        one.peer_reviews_due,
        _list_handed(session, one.id, enrollment),
    )


def _list_handed(session: Session, assignment: UUID, enrollment: UUID | None) -> tuple[Handed, ...]:
    rows = session.scalars(
        select(AssignmentSubmission)
        .where(AssignmentSubmission.assignment_id == assignment, AssignmentSubmission.enrollment_id == enrollment)
        .order_by(AssignmentSubmission.submission_number.desc())
    ).all()
    wishes = (
        select(RegradeRequest).where(RegradeRequest.submission_id.in_([row.id for row in rows])).order_by(RegradeRequest.created_at)
        if rows
        else None
    )
    asked = {} if wishes is None else {one.submission_id: one for one in session.scalars(wishes)}
    return tuple(_handed(row, asked.get(row.id)) for row in rows)


def _handed(row: AssignmentSubmission, wish: RegradeRequest | None) -> Handed:
    result = None
    if row.final_score is not None:
        score = row.score if row.score is not None else row.final_score
        result = Result(score, row.late_penalty_applied, row.final_score, read_given(row.rubric_scores))
    return Handed(
        row.id,
        row.submission_number,
        row.submitted_at,
        row.late_seconds,
        row.submission_text or "",
        row.submission_url or "",
        handed_files(row.file_attachments),
        row.status,
        row.instructor_feedback_html or "",
        result,
        None if wish is None else Request(wish.reason, wish.status, wish.answer or ""),
    )


def handed_files(stored: Any) -> tuple[HandedFile, ...]:
    """The files of a submission, as ``assignment_submissions.file_attachments`` holds them."""
    return tuple(
        HandedFile(
            str(entry.get("file_name") or ""),
            str(entry.get("file_url") or "").removeprefix("asset:"),
            int(entry.get("file_size") or 0),
            str(entry.get("media_type") or ""),
        )
        for entry in stored or ()
        if isinstance(entry, Mapping)
    )
