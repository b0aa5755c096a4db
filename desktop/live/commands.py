"""Writes about live sessions. Seats and attendance are the server's functions; what is scheduled is written under its policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.errors import Invalid, NotAllowed, NotFound
from desktop.i18n import _
from desktop.live.presence import Presence, merge
from desktop.live.queries import SessionFields, get_session
from desktop.live.zones import zone_named
from desktop.models.learning import LiveSession

MOST_TIMES = 52
"""Of a series: a year of weeks."""


def schedule_sessions(session: Session, course: UUID, fields: SessionFields, starts: Iterable[datetime]) -> Done[tuple[UUID, ...]]:
    """A session at each of ``starts``, otherwise alike; the writer leads them."""
    leader = session.execute(sa.select(sa.func.lms.current_member_id(type_=sa.Uuid()))).scalar_one()
    if leader is None:
        raise NotAllowed(_("Only a member can lead a live session."))
    starts = list(starts)
    if not 1 <= len(starts) <= MOST_TIMES:
        raise Invalid(_("A series has at most {n} sessions.").format(n=MOST_TIMES))
    rows = [{"course_id": course, "instructor_id": leader, **_values(replace(fields, start=start))} for start in starts]
    made = tuple(session.execute(sa.insert(LiveSession).values(rows).returning(LiveSession.id)).scalars())
    return Done(made, _changed(*made), Undo(_("Schedule live session"), delete_sessions, (made,)))


def delete_sessions(session: Session, sessions: tuple[UUID, ...]) -> Done[None]:
    """Sessions that nobody has registered for; others are cancelled instead."""
    session.execute(sa.delete(LiveSession).where(LiveSession.id.in_(sessions)))
    return Done(None, _changed(*sessions))


def edit_session(session: Session, session_id: UUID, fields: SessionFields) -> Done[None]:
    """Attendance is weighed anew where time or threshold change."""
    before = get_session(session, session_id).fields
    changed = session.execute(
        sa.update(LiveSession).where(LiveSession.id == session_id).values(_values(fields)).returning(LiveSession.id)
    ).first()
    if changed is None:
        raise NotFound(_("There is no such live session."))
    return Done(None, _changed(session_id), Undo(_("Edit live session"), edit_session, (session_id, before)))


def set_session_status(session: Session, session_id: UUID, status: str) -> Done[None]:
    """``completed`` makes it count in grades, for those who were there and those who were not."""
    before = get_session(session, session_id).row.status
    session.execute(sa.update(LiveSession).where(LiveSession.id == session_id).values(status=status))
    return Done(None, _changed(session_id), Undo(_("Change status"), set_session_status, (session_id, before)))


def register(session: Session, session_id: UUID, enrollment_id: UUID) -> Done[str]:
    """``registered``, or ``waiting`` where it is full."""
    place: str = session.execute(sa.select(sa.func.lms.register_for_session(session_id, enrollment_id))).scalar_one()
    return Done(place, _changed(session_id), Undo(_("Register"), cancel_registration, (session_id, enrollment_id)))


def cancel_registration(session: Session, session_id: UUID, enrollment_id: UUID) -> Done[None]:
    """No way back: who waited may have the seat already."""
    session.execute(sa.select(sa.func.lms.cancel_registration(session_id, enrollment_id)))
    return Done(None, _changed(session_id))


def mark_attendance(session: Session, session_id: UUID, marks: Mapping[UUID, int | None]) -> Done[None]:
    """Minutes by hand for each enrolment: 0 for who was not there, None to let the platform's report count again."""
    for enrollment in sorted(marks):
        session.execute(sa.select(sa.func.lms.mark_attendance(session_id, enrollment, marks[enrollment])))
    return Done(None, _changed(session_id))


def record_attendance(
    session: Session, session_id: UUID, presences: Mapping[UUID, Iterable[Presence]], *, instead: bool = False
) -> Done[int]:
    """Add times of presence, or put them ``instead`` of what reports said before. Answers how many learners were there."""
    times = ["{" + ",".join(f"[{p.joined.isoformat()},{p.left.isoformat()})" for p in merge(presences[one])) + "}" for one in presences]
    statement = sa.text("SELECT lms.record_attendance(:session, :enrollments, CAST(:presences AS tstzmultirange[]), :instead)")
    values: dict[str, Any] = {"session": session_id, "enrollments": list(presences), "presences": times, "instead": instead}
    return Done(session.execute(statement, values).scalar_one(), _changed(session_id))


def add_meeting_account(session: Session, session_id: UUID, enrollment_id: UUID, account: str) -> Done[None]:
    """From now on whoever comes under ``account`` is this learner."""
    session.execute(sa.select(sa.func.lms.add_meeting_account(session_id, enrollment_id, account)))
    return Done(None, _changed(session_id))


def _values(fields: SessionFields) -> dict[str, Any]:
    if not fields.title.strip():
        raise Invalid(_("A live session needs a title."))
    if not fields.url.strip():
        raise Invalid(_("A live session needs an address to join at."))
    zone_named(fields.zone)
    return {
        "title": fields.title.strip(),
        "session_date": fields.start,
        "duration_minutes": fields.duration_minutes,
        "timezone": fields.zone,
        "meeting_url": fields.url.strip(),
        "meeting_platform": fields.platform,
        "meeting_id": fields.meeting_id,
        "meeting_password": fields.password,
        "description": fields.description,
        "max_attendees": fields.seats,
        "credit_percentage": fields.credit_percentage,
        "recording_url": fields.recording_url,
        "recording_available": bool(fields.recording_url),
        "pre_session_materials": [{"title": title, "url": url} for title, url in fields.materials_before],
        "post_session_materials": [{"title": title, "url": url} for title, url in fields.materials_after],
    }


def _changed(*sessions: UUID) -> Changes:
    return Changes.of("live_sessions", "session_attendance", "lesson_progress", "enrollments", ids=sessions)
