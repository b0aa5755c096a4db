"""What rules of continuing education are about, read from the courses that give credits; and what each course lacks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.ce import METHOD_OF, STATES, CourseFacts, Exam, Finding, lint

FACTS = sa.text(
    r"""
WITH asked AS (
  SELECT c.id, c.title, c.status, c.ce_credits, c.delivery_format, c.estimated_duration_minutes
  FROM public.courses AS c
  WHERE c.ce_credits > 0 AND c.status <> 'archived' AND (CAST(:courses AS uuid[]) IS NULL OR c.id = ANY (CAST(:courses AS uuid[])))
), content AS (
  SELECT m.course_id, sum(l.estimated_duration_minutes) AS minutes,
    sum(array_length(regexp_split_to_array(btrim(regexp_replace(l.content_html, '<[^>]*>', ' ', 'g'), E' \n\r\t'), '\s+'), 1))
      FILTER (WHERE l.lesson_type = 'text') AS words
  FROM public.course_modules AS m
  JOIN public.lessons AS l ON l.module_id = m.id
  WHERE m.course_id IN (SELECT id FROM asked)
  GROUP BY m.course_id
), exam AS (
  -- The final examination; of several the longest.
  SELECT DISTINCT ON (q.course_id) q.course_id, q.passing_score, own.n + drawn.n AS questions, own.n + drawn.pool AS pool
  FROM public.quizzes AS q
  CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM public.quiz_questions AS s WHERE s.quiz_id = q.id AND NOT s.retired
  ) AS own
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(least(d.count, fitting.n)), 0) AS n, coalesce(sum(fitting.n), 0) AS pool
    FROM lms.quiz_draws AS d
    CROSS JOIN LATERAL (
      SELECT count(*) AS n
      FROM public.quiz_questions AS s
      WHERE s.quiz_id = d.bank_id AND NOT s.retired AND (d.question_id IS NULL OR s.id = d.question_id) AND s.tags @> d.tags
    ) AS fitting
    WHERE d.quiz_id = q.id
  ) AS drawn
  WHERE q.quiz_type = 'final_exam' AND NOT q.is_bank AND q.course_id IN (SELECT id FROM asked)
  ORDER BY q.course_id, own.n + drawn.n DESC, q.id
)
SELECT a.id, a.title, a.ce_credits, a.delivery_format,
  coalesce(a.estimated_duration_minutes, content.minutes, 0) AS minutes, coalesce(content.words, 0) AS words,
  exam.questions, exam.pool, exam.passing_score,
  ARRAY(SELECT DISTINCT p.state FROM lms.ce_approvals AS p WHERE p.course_id = a.id ORDER BY p.state) AS states
FROM asked AS a
LEFT JOIN content ON content.course_id = a.id
LEFT JOIN exam ON exam.course_id = a.id
ORDER BY a.title, a.id"""
)


@dataclass(frozen=True, slots=True)
class CourseFinding:
    """What one course lacks by one rule."""

    course_id: UUID
    course_title: str
    finding: Finding


def list_findings(session: Session) -> tuple[CourseFinding, ...]:
    """What courses with credits lack today, by course: all that this person may read.

    A course is held against the rules of the states that approved it; as long as none did, against all that are known.
    """
    return _find(session, None, STATES.keys())


def list_findings_of_approved(session: Session, courses: Collection[UUID]) -> tuple[CourseFinding, ...]:
    """What these courses lack today by the rules of the states that approved them."""
    return _find(session, courses, ())


def _find(session: Session, courses: Collection[UUID] | None, unapproved: Collection[str]) -> tuple[CourseFinding, ...]:
    rows = session.execute(FACTS, {"courses": list(courses) if courses is not None else None})
    today = datetime.now(UTC).date()
    return tuple(
        CourseFinding(row.id, row.title, finding) for row in rows for finding in lint(_facts(row), row.states or unapproved, today)
    )


def _facts(row: Any) -> CourseFacts:
    exam = Exam(int(row.questions), int(row.pool), Decimal(row.passing_score)) if row.questions is not None else None
    return CourseFacts(row.ce_credits, METHOD_OF[row.delivery_format], int(row.minutes), int(row.words), exam)
