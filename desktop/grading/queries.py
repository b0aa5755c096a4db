"""What waits to be graded: assignments, and essays in quizzes; the queue of one of them, and one piece of work with its grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.grading.commands import Mark
from desktop.grading.late import LatePolicy
from desktop.grading.rubric import Rubric, read_rubric
from desktop.i18n import _

ASSIGNMENT, ESSAYS = "assignment", "essays"


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment, or the essays of a quiz. ``waiting`` have no grade yet, ``ready`` have one that is not released."""

    kind: str
    id: UUID
    title: str
    course_id: UUID
    course: str
    due: datetime | None
    total: int
    waiting: int
    ready: int


class WorkKey(NamedTuple):
    """One piece of work: a submission, or in an attempt the answer to a question."""

    id: UUID
    question: UUID | None = None


class QueueRow(NamedTuple):
    """A piece of work in its queue. ``name`` is None while who wrote it is not to be known. A tuple: there may be ten thousand."""

    id: UUID
    question: UUID | None
    name: str | None
    number: int
    submitted_at: datetime
    late_seconds: int
    state: str
    score: Decimal | None
    claimed_by: str | None
    asked: bool
    """Whether the learner asks to have it looked at again."""

    @property
    def key(self) -> WorkKey:
        return WorkKey(self.id, self.question)


STATES = ("waiting", "begun", "done", "released", "returned")
"""Nobody has begun; a grade is being written; its grader has finished; the learner has it; the learner has it back."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    asset: str | None
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class RegradeRequest:
    """A learner's wish to have a released grade looked at again, not answered yet."""

    id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work, with all that its grader needs.

    ``version`` is the grade's, 0 where there is none. For an essay ``seen`` is when it was last graded, and ``question`` what was asked.
    """

    key: WorkKey
    task: str
    name: str | None
    member_id: UUID
    number: int
    submitted_at: datetime
    late_seconds: int
    state: str
    points: Decimal
    text: str | None = None
    html: str | None = None
    url: str | None = None
    files: tuple[File, ...] = ()
    question: str | None = None
    rubric: Rubric = ()
    policy: LatePolicy | None = None
    mark: Mark = field(default_factory=Mark)
    stage: str = "first"
    version: int = 0
    seen: datetime | None = None
    others: tuple[tuple[str, str, Mark], ...] = ()
    """Grades of others that may be seen: the stage, whose, and what."""
    twice: bool = False
    """Whether two people mark it."""
    request: RegradeRequest | None = None


def list_tasks(session: Session) -> tuple[Task, ...]:
    """What the reader may grade: what waits first, then by due date."""
    rows = session.execute(sa.text(TASKS)).mappings()
    return tuple(Task(**row) for row in rows)


TASKS = """
SELECT * FROM (
  SELECT 'assignment' AS kind, a.id, a.title, c.id AS course_id, c.title AS course, a.due_date AS due,
    count(s.id) AS total,
    count(s.id) FILTER (WHERE s.status IN ('submitted', 'grading') AND NOT coalesce(g.done, false)) AS waiting,
    count(s.id) FILTER (WHERE s.status = 'grading' AND g.done) AS ready
  FROM public.assignments AS a
  JOIN public.courses AS c ON c.id = a.course_id
  LEFT JOIN public.assignment_submissions AS s ON s.assignment_id = a.id AND NOT EXISTS (
    SELECT FROM public.assignment_submissions AS later
    WHERE later.enrollment_id = s.enrollment_id AND later.assignment_id = s.assignment_id AND later.submission_number > s.submission_number
  )
  LEFT JOIN lms.grades AS g ON g.submission_id = s.id AND g.stage = 'first'
  WHERE a.id = ANY (ARRAY(SELECT lms.taught_assignments())) OR (SELECT lms.has_role('administrator'))
  GROUP BY a.id, c.id
  UNION ALL
  SELECT 'essays', q.id, q.title, c.id, c.title, q.available_until, count(*), count(*) FILTER (WHERE qa.graded_at IS NULL), 0
  FROM public.quiz_attempts AS t
  JOIN public.quizzes AS q ON q.id = t.quiz_id
  JOIN public.enrollments AS e ON e.id = t.enrollment_id
  JOIN public.courses AS c ON c.id = e.course_id
  JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = t.id
  JOIN public.quiz_questions AS qq ON qq.id = qa.question_id AND qq.question_type = 'essay'
  WHERE t.status IN ('submitted', 'graded')
  GROUP BY q.id, c.id
) AS task
ORDER BY waiting = 0, due NULLS LAST, course, title
"""


def list_queue(session: Session, assignment: UUID, limit: int | None = None) -> tuple[QueueRow, ...]:
    """The last submission of each learner to an assignment, the earliest first; at most ``limit``."""
    return _rows(session, QUEUE, assignment, limit)


def list_essays(session: Session, quiz: UUID, limit: int | None = None) -> tuple[QueueRow, ...]:
    """The essays in submitted attempts at a quiz, question by question, so that one question is graded in one sitting."""
    return _rows(session, ESSAY_QUEUE, quiz, limit)


def _rows(session: Session, query: str, task: UUID, limit: int | None) -> tuple[QueueRow, ...]:
    # Plain tuples of the driver: ten thousand rows in tens of milliseconds
    found = session.connection().exec_driver_sql(query, {"task": task, "limit": limit}).cursor
    assert found is not None
    return tuple(map(QueueRow._make, found.fetchall()))


QUEUE = "SELECT * FROM lms.grading_queue(%(task)s, %(limit)s)"

ESSAY_QUEUE = """
SELECT t.id, qa.question_id, concat_ws(' ', m.first_name, m.last_name) AS name, t.attempt_number, t.submitted_at, 0,
  CASE WHEN qa.graded_at IS NULL THEN 'waiting' ELSE 'done' END AS state,
  CASE WHEN qa.graded_at IS NOT NULL THEN qa.points_earned END AS score, NULL AS claimed_by, false AS asked
FROM public.quiz_attempts AS t
JOIN public.members AS m ON m.id = t.member_id
JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = t.id
JOIN public.quiz_questions AS qq ON qq.id = qa.question_id AND qq.question_type = 'essay'
WHERE t.quiz_id = %(task)s AND t.status IN ('submitted', 'graded')
ORDER BY qq.position, qq.id, t.submitted_at, t.id
LIMIT %(limit)s
"""


def get_submission(session: Session, submission: UUID) -> Piece:
    """A submission with the grade that the reader would go on with.

    Raises:
        NotFound: there is no such work for the reader to grade.
    """
    row = session.execute(sa.text(SUBMISSION), {"submission": submission}).mappings().one_or_none()
    if row is None:
        raise NotFound(_("There is no such work for you to grade."))
    grades = {each["stage"]: each for each in session.execute(sa.text(GRADES), {"submission": submission}).mappings()}
    own = grades.get(row["stage"])
    return Piece(
        WorkKey(submission),
        row["title"],
        row["name"],
        row["member_id"],
        row["submission_number"],
        row["submitted_at"],
        row["late_seconds"],
        "released" if row["final_score"] is not None else "waiting",
        row["total_points"],
        row["submission_text"],
        row["submission_html"],
        row["submission_url"],
        tuple(map(_file, row["file_attachments"])),
        rubric=read_rubric(row["rubric"]),
        policy=LatePolicy(*(row[f"late_{name}"] for name in ("penalty_percentage", "penalty_interval", "penalty_floor", "grace_minutes"))),
        mark=Mark() if own is None else _mark(own),
        stage=row["stage"],
        version=0 if own is None else own["version"],
        others=tuple((stage, each["grader"] or "", _mark(each)) for stage, each in grades.items() if stage != row["stage"]),
        twice=row["twice"],
        request=None if row["request"] is None else RegradeRequest(row["request"], row["reason"]),
    )


SUBMISSION = """
SELECT s.*, a.title, a.total_points, a.rubric, a.late_penalty_percentage, a.late_penalty_interval, a.late_penalty_floor,
  a.late_grace_minutes, lms.my_stage(s.id) AS stage, lms.second_marked(a, s.id) AS twice, request.id AS request, request.reason,
  lms.name_to_grade(s.id) AS name
FROM public.assignment_submissions AS s
JOIN public.assignments AS a ON a.id = s.assignment_id
LEFT JOIN lms.regrade_requests AS request ON request.submission_id = s.id AND request.status = 'open'
WHERE s.id = :submission AND lms.my_stage(s.id) IS NOT NULL
"""
GRADES = """
SELECT g.*, concat_ws(' ', m.first_name, m.last_name) AS grader
FROM lms.grades AS g
LEFT JOIN public.members AS m ON m.id = g.grader_id
WHERE g.submission_id = :submission
ORDER BY g.stage
"""


def get_essay(session: Session, attempt: UUID, question: UUID) -> Piece:
    """An essay with what was asked and the points that it has."""
    row = session.execute(sa.text(ESSAY), {"attempt": attempt, "question": question}).mappings().one_or_none()
    if row is None:
        raise NotFound(_("There is no such work for you to grade."))
    graded = row["graded_at"] is not None
    return Piece(
        WorkKey(attempt, question),
        row["title"],
        row["name"],
        row["member_id"],
        row["attempt_number"],
        row["submitted_at"],
        0,
        "done" if graded else "waiting",
        row["points"],
        text=(row["answer_data"] or {}).get("text"),
        question=row["question_html"] or row["question_text"],
        mark=Mark(row["points_earned"] if graded else None, feedback=row["instructor_feedback"] or "", done=graded),
        seen=row["graded_at"],
    )


ESSAY = """
SELECT t.member_id, t.attempt_number, t.submitted_at, q.title, concat_ws(' ', m.first_name, m.last_name) AS name,
  coalesce(qa.max_points, qq.points) AS points, qa.answer_data, qa.points_earned, qa.instructor_feedback, qa.graded_at,
  qq.question_text, qq.question_html
FROM public.quiz_attempts AS t
JOIN public.quizzes AS q ON q.id = t.quiz_id
JOIN public.members AS m ON m.id = t.member_id
JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = t.id AND qa.question_id = :question
JOIN public.quiz_questions AS qq ON qq.id = qa.question_id
WHERE t.id = :attempt
"""


@dataclass(frozen=True, slots=True)
class Comment:
    """Something a grader writes again and again; ``shared`` with everybody who teaches the course."""

    id: UUID
    comment: str
    shared: bool


def list_comments(session: Session, course: UUID) -> tuple[Comment, ...]:
    """One's own comments, and those that colleagues share in a course."""
    query = """
        SELECT id, comment, course_id IS NOT NULL AS shared FROM lms.grading_comments
        WHERE course_id IS NULL OR course_id = :course ORDER BY lower(comment)
    """
    return tuple(Comment(**row) for row in session.execute(sa.text(query), {"course": course}).mappings())


def _mark(row: Mapping[Any, Any]) -> Mark:
    return Mark(row["score"], row["rubric_scores"], row["feedback_html"] or "", row["private_note"] or "", row["done"])


def _file(stored: Mapping[str, Any]) -> File:
    url = str(stored.get("file_url") or "")
    asset = url.removeprefix("asset:") if url.startswith("asset:") else None
    return File(str(stored.get("file_name") or ""), asset, int(stored.get("file_size") or 0), str(stored.get("media_type") or ""))
