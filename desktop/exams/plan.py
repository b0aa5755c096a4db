"""What an administrator plans: the exam, its window, who supervises it, and who has a seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.errors import Conflict, Invalid, NotFound
from desktop.exams.console import SEATS, Answered
from desktop.models.assessment import Quiz
from desktop.models.courses import Course, CourseModule, Lesson
from desktop.models.exams import Seat, Sitting, SittingRoom
from desktop.models.learning import Enrollment
from desktop.models.people import Member, MemberRole
from desktop.store.connection import Store
from desktop.tasks import JobControl


@dataclass(frozen=True, slots=True)
class ExamQuiz:
    """A quiz that can be an exam; ``minutes`` is its own limit, where it has one."""

    id: UUID
    title: str
    course: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a sitting is planned from: exams, final ones first, and the members who may supervise."""

    quizzes: tuple[ExamQuiz, ...]
    proctors: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A sitting to be. Nobody begins after ``closes``; who began has ``minutes`` all the same."""

    quiz: UUID
    title: str
    opens: datetime
    closes: datetime
    minutes: int
    proctors: tuple[UUID, ...]
    room: str


def get_choices(session: Session) -> Choices:
    course = sa.func.coalesce(Quiz.course_id, CourseModule.course_id)
    quizzes = session.execute(
        sa.select(Quiz.id, Quiz.title, Course.title, Quiz.time_limit_minutes)
        .outerjoin(Lesson, Lesson.id == Quiz.lesson_id)
        .outerjoin(CourseModule, CourseModule.id == Lesson.module_id)
        .join(Course, Course.id == course)
        .where(~Quiz.is_bank)
        .order_by(Quiz.quiz_type != "final_exam", Course.title, Quiz.title, Quiz.id)
    )
    proctors = session.execute(
        sa.select(Member.id, Member.last_name + ", " + Member.first_name)
        .join(MemberRole, MemberRole.member_id == Member.id)
        .where(MemberRole.role == "proctor")
        .order_by(Member.last_name, Member.first_name, Member.id)
    )
    return Choices(tuple(ExamQuiz(*row) for row in quizzes), tuple((found, name) for found, name in proctors))


def plan_sitting(session: Session, plan: Plan) -> Done[UUID]:
    """Make a sitting with one room; its id. From then on the quiz is taken at stations only."""
    call = sa.func.lms.plan_sitting(
        plan.quiz, plan.title, plan.opens, plan.closes, plan.minutes, sa.cast(list(plan.proctors), sa.ARRAY(sa.Uuid()))
    )
    sitting: UUID = session.execute(sa.select(sa.type_coerce(call, sa.Uuid()))).scalar_one()
    session.execute(sa.select(sa.func.lms.add_sitting_room(sitting, plan.room)))
    return Done(sitting, Changes.of("sittings"))


def list_unseated(session: Session, sitting: UUID) -> tuple[tuple[UUID, str], ...]:
    """Open enrolments in the course of the exam without a seat in this sitting, and whose they are, by name."""
    course = (
        sa.select(sa.func.coalesce(Quiz.course_id, CourseModule.course_id))
        .select_from(Sitting)
        .join(Quiz, Quiz.id == Sitting.quiz_id)
        .outerjoin(Lesson, Lesson.id == Quiz.lesson_id)
        .outerjoin(CourseModule, CourseModule.id == Lesson.module_id)
        .where(Sitting.id == sitting)
        .scalar_subquery()
    )
    seated = sa.exists().where(Seat.sitting_id == sitting, Seat.enrollment_id == Enrollment.id)
    rows = session.execute(
        sa.select(Enrollment.id, Member.last_name + ", " + Member.first_name)
        .join(Member, Member.id == Enrollment.member_id)
        .where(Enrollment.course_id == course, Enrollment.status.in_(("enrolled", "in_progress")), ~seated)
        .order_by(Member.last_name, Member.first_name, Enrollment.id)
    )
    return tuple((found, name) for found, name in rows)


def roster_seat(session: Session, sitting: UUID, enrollment: UUID, label: str) -> Done[None]:
    """Give an enrolment a seat in the sitting's first room, with its attempt and order of questions prepared."""
    room = sa.select(SittingRoom.id).where(SittingRoom.sitting_id == sitting).order_by(SittingRoom.name).limit(1).scalar_subquery()
    session.execute(sa.select(sa.func.lms.roster_seat(sitting, enrollment, room, label, 1, 0)))
    return Done(None, SEATS)


def roster_enrolled(control: JobControl, /, store: Store, sitting: UUID) -> Done[Answered]:
    """Give a seat to everybody who takes the course and has none, numbered on from those that there are; each by itself."""
    waiting: Sequence[tuple[UUID, str]] = store.read(list_unseated, sitting)
    taken: int = store.read(lambda session: session.execute(sa.select(sa.func.count()).where(Seat.sitting_id == sitting)).scalar_one())
    done, refused = 0, []
    for number, (enrollment, name) in enumerate(waiting):
        control.report(number, len(waiting), name)
        try:
            store.write(roster_seat, sitting, enrollment, str(taken + done + 1))
        except (Conflict, Invalid, NotFound) as error:
            refused.append((name, error.message))
        else:
            done += 1
    return Done(Answered(done, tuple(refused)), SEATS)
