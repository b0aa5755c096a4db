"""What a learner does: enrol, open and complete lessons, leave. Each rule is a server function's; these call it and say what changed."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done

ENROLLED = Changes.of("enrollments", "courses")
PAID = Changes.of("transactions", "enrollments", "courses")
PROGRESSED = Changes.of("lesson_progress", "enrollments")


def enroll(session: Session, course_id: UUID) -> Done[UUID]:
    """Enrol oneself. ``lms.enroll`` checks the window, the capacity, the prerequisites and the price, and says which of them failed."""
    enrollment: UUID = session.execute(sa.select(sa.func.lms.enroll(course_id, type_=sa.Uuid()))).scalar_one()
    return Done(enrollment, ENROLLED)


def open_lesson(session: Session, enrollment_id: UUID, lesson_id: UUID) -> Done[None]:
    """Count an access and set the resume point; refused for what is locked."""
    session.execute(sa.select(sa.func.lms.open_lesson(enrollment_id, lesson_id)))
    return Done(None, PROGRESSED)


def complete_lesson(session: Session, enrollment_id: UUID, lesson_id: UUID) -> Done[None]:
    """Mark a lesson complete, where its criteria allow that."""
    session.execute(sa.select(sa.func.lms.complete_lesson(enrollment_id, lesson_id)))
    return Done(None, PROGRESSED)


def drop(session: Session, enrollment_id: UUID) -> Done[None]:
    """Leave a course, or cancel an enrolment whose payment is pending. The records stay."""
    session.execute(sa.select(sa.func.lms.set_enrollment_status(enrollment_id, "dropped")))
    return Done(None, PAID)


def confirm_payment(session: Session, enrollment_id: UUID) -> Done[None]:
    """For administrators: the payment arrived, and the course opens."""
    session.execute(sa.select(sa.func.lms.confirm_payment(enrollment_id)))
    return Done(None, PAID)
