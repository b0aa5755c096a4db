"""Reads about live sessions: what is scheduled, who has a seat, who was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.courses import Course
from desktop.models.learning import Enrollment, LiveSession, SessionAttendance, SessionWaiting
from desktop.models.people import Member


@dataclass(frozen=True, slots=True)
class SessionFields:
    """What is edited about a live session. ``start`` is a moment; ``zone`` the IANA zone by whose clocks it is announced."""

    title: str
    start: datetime
    duration_minutes: int
    zone: str
    url: str
    platform: str | None = None
    meeting_id: str | None = None
    password: str | None = None
    description: str | None = None
    seats: int | None = None
    credit_percentage: int = 80
    recording_url: str | None = None
    materials_before: tuple[tuple[str, str], ...] = ()
    materials_after: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live session as a line of the list.

    ``mine`` is the reader's enrolment in its course, ``place`` their place: registered, waiting or none.
    """

    id: UUID
    course_id: UUID
    course: str
    title: str
    start: datetime
    duration_minutes: int
    zone: str
    platform: str | None
    status: str
    seats: int | None
    registered: int
    attended: int
    recording_url: str | None
    url: str
    description: str | None
    changed_at: datetime
    mine: UUID | None
    place: str

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.duration_minutes)


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """One live session, all of it. ``taught``: the reader leads its course, or administers."""

    row: SessionRow
    fields: SessionFields
    instructor: str
    taught: bool


@dataclass(frozen=True, slots=True)
class RosterRow:
    """Where a learner of the course stands with a session.

    ``status``: none, registered, waiting, attended or absent. ``minutes`` within the session, None while unknown. ``email`` only for
    administrators. ``place`` is the one on the waiting list, from 1.
    """

    enrollment_id: UUID
    name: str
    email: str | None
    cohort: str | None
    status: str
    registered_at: datetime | None
    joined_at: datetime | None
    left_at: datetime | None
    minutes: int | None
    by_hand: bool
    credited: bool
    place: int | None


def select_sessions() -> Select[*tuple[Any, ...]]:
    """All that the reader may see, with their own place in each. A member in two cohorts has it by the enrolment that has a seat."""
    me = sa.select(sa.func.lms.current_member_id(type_=sa.Uuid())).scalar_subquery()
    own = (
        sa.select(
            Enrollment.id,
            sa.case((SessionAttendance.id.is_not(None), "registered"), (SessionWaiting.id.is_not(None), "waiting"), else_="none").label(
                "place"
            ),
        )
        .outerjoin(
            SessionAttendance, sa.and_(SessionAttendance.session_id == LiveSession.id, SessionAttendance.enrollment_id == Enrollment.id)
        )
        .outerjoin(SessionWaiting, sa.and_(SessionWaiting.session_id == LiveSession.id, SessionWaiting.enrollment_id == Enrollment.id))
        .where(
            Enrollment.course_id == LiveSession.course_id,
            Enrollment.member_id == me,
            Enrollment.status.in_(("enrolled", "in_progress", "completed")),
        )
        .order_by(SessionAttendance.id.is_(None), SessionWaiting.id.is_(None), Enrollment.enrolled_at.desc(), Enrollment.id)
        .limit(1)
        .lateral("own")
    )
    return (
        sa.select(
            LiveSession.id,
            LiveSession.course_id,
            Course.title.label("course"),
            LiveSession.title,
            LiveSession.session_date.label("start"),
            LiveSession.duration_minutes,
            LiveSession.timezone.label("zone"),
            LiveSession.meeting_platform.label("platform"),
            LiveSession.status,
            LiveSession.max_attendees.label("seats"),
            LiveSession.registered_count.label("registered"),
            LiveSession.attendance_count.label("attended"),
            LiveSession.recording_url,
            LiveSession.meeting_url.label("url"),
            LiveSession.description,
            LiveSession.updated_at.label("changed_at"),
            own.c.id.label("mine"),
            sa.func.coalesce(own.c.place, "none").label("place"),
        )
        .join(Course, Course.id == LiveSession.course_id)
        .outerjoin(own, sa.true())
    )


def list_sessions(session: Session, *, past: bool = False, limit: int = 500) -> tuple[SessionRow, ...]:
    """What is to come, the next first, or what is over, the last first. A session is over with its end or with its status."""
    end = LiveSession.session_date + sa.func.make_interval(0, 0, 0, 0, 0, LiveSession.duration_minutes)
    over = sa.or_(LiveSession.status.in_(("completed", "cancelled")), end < sa.func.now())
    query = select_sessions().where(over if past else ~over)
    order = LiveSession.session_date.desc() if past else LiveSession.session_date
    return tuple(SessionRow(**row) for row in session.execute(query.order_by(order, LiveSession.id).limit(limit)).mappings())


def get_session(session: Session, session_id: UUID) -> SessionDetail:
    found = session.execute(select_sessions().where(LiveSession.id == session_id)).mappings().one_or_none()
    more = session.execute(
        sa.select(LiveSession, Member.first_name + " " + Member.last_name, taught(LiveSession.course_id))
        .outerjoin(Member, Member.id == LiveSession.instructor_id)
        .where(LiveSession.id == session_id)
    ).one_or_none()
    if found is None or more is None:
        raise NotFound(_("There is no such live session."))
    row, kept = SessionRow(**found), more[0]
    fields = SessionFields(
        title=kept.title,
        start=kept.session_date,
        duration_minutes=kept.duration_minutes,
        zone=kept.timezone,
        url=kept.meeting_url,
        platform=kept.meeting_platform,
        meeting_id=kept.meeting_id,
        password=kept.meeting_password,
        description=kept.description,
        seats=kept.max_attendees,
        credit_percentage=kept.credit_percentage,
        recording_url=kept.recording_url,
        materials_before=_materials(kept.pre_session_materials),
        materials_after=_materials(kept.post_session_materials),
    )
    return SessionDetail(row, fields, more[1] or "", more[2])


def list_roster(session: Session, session_id: UUID) -> tuple[RosterRow, ...]:
    """Everybody who takes the course, by name. For staff of the course."""
    rows = session.execute(sa.text("SELECT * FROM lms.session_roster(:session)"), {"session": session_id})
    return tuple(RosterRow(**row) for row in rows.mappings())


def match_accounts(session: Session, session_id: UUID, accounts: list[str]) -> dict[str, UUID]:
    """The enrolment that each account belongs to; accounts of nobody in the course are missing."""
    rows = session.execute(sa.text("SELECT * FROM lms.match_accounts(:session, :accounts)"), {"session": session_id, "accounts": accounts})
    return {row.account: row.enrollment_id for row in rows}


def list_taught_courses(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Courses that the reader may schedule sessions in, by title."""
    query = sa.select(Course.id, Course.title).where(Course.status != "archived").order_by(sa.func.lower(Course.title), Course.id)
    return tuple((row.id, row.title) for row in session.execute(query.where(taught(Course.id))))


def taught(course: Any) -> ColumnElement[bool]:
    """Whether the reader leads this course, or administers all."""
    administers = sa.select(sa.func.lms.has_role("administrator", type_=sa.Boolean())).scalar_subquery()
    return sa.or_(administers, course.in_(sa.select(sa.func.lms.my_courses().column_valued("taught"))))


def _materials(stored: list[Any]) -> tuple[tuple[str, str], ...]:
    """Titles and addresses; plain addresses, as the source document has them, are their own titles."""
    return tuple(
        (str(m.get("title") or m.get("url", "")), str(m.get("url", ""))) if isinstance(m, dict) else (str(m), str(m)) for m in stored
    )
