"""Work to be graded: an assignment of the association's course, and people who handed it in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from desktop.grading.commands import WorkFile
from tests.support.association import Association, one

RUBRIC = [
    {
        "id": "facts", "criterion": "Facts", "points": 60, "description": "What is said is so.",
        "levels": [{"id": "all", "title": "All of them", "points": 60}, {"id": "some", "title": "Some", "points": 30}],
    },
    {"id": "style", "criterion": "Style", "points": 40, "levels": [{"id": "good", "title": "Good", "points": 40}]},
]  # fmt: skip


def add_work(association: Association, learners: int, *, rubric: bool = False, **columns: Any) -> tuple[UUID, list[UUID]]:
    """An assignment and the text that each of so many new learners handed in, in their order; Learner 1 wrote “Work of learner 1.”."""
    settled = {"title": "Plan design", "description": "One page", "submission_type": "text_entry"} | columns
    with association.installer() as installer:
        names = ", ".join(settled)
        assignment: UUID = one(
            installer,
            f"INSERT INTO assignments (course_id, rubric, {names}) VALUES (%s, %s{', %s' * len(settled)}) RETURNING id",
            association["course"],
            Jsonb(RUBRIC) if rubric else None,
            *settled.values(),
        )
        return assignment, hand_in(installer, association["course"], assignment, learners)


def hand_in(installer: psycopg.Connection[Any], course: UUID, assignment: UUID, learners: int) -> list[UUID]:
    """Submissions of new learners, a minute apart."""
    rows = installer.execute(
        """
        WITH people AS (
          INSERT INTO members (first_name, last_name, email)
          SELECT 'Learner', n::text, format('learner-%%s-%%s@example.org', %(assignment)s::text, n)
          FROM generate_series(1, %(learners)s) AS n
          RETURNING id, last_name::integer AS n
        ), enrolled AS (
          INSERT INTO enrollments (course_id, member_id) SELECT %(course)s, id FROM people RETURNING id, member_id
        ), handed AS (
          INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id, submitted_at, submission_text)
          SELECT %(assignment)s, e.id, e.member_id, now() - interval '30 days' + p.n * interval '1 minute',
            format('Work of learner %%s.', p.n)
          FROM enrolled AS e JOIN people AS p ON p.id = e.member_id
          RETURNING id, submitted_at
        )
        SELECT id FROM handed ORDER BY submitted_at
        """,
        {"course": course, "assignment": assignment, "learners": learners},
    ).fetchall()
    return [row[0] for row in rows]


def put_file(association: Association, person: str, name: str, data: bytes) -> WorkFile:
    """A PDF that ``person`` has stored, to hand in."""
    with association.sign_in(person) as reader:
        chunk = one(reader, "SELECT lms.put_chunk(%s)", data)
        asset = one(reader, "SELECT lms.put_asset(%s, 'application/pdf', ARRAY[%s::bytea], %s)", name, chunk, len(data))
    return WorkFile(asset, name)
