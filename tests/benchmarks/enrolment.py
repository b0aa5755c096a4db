"""Enrolling 50,000 with every trigger (counters, row versions, audit) against the same rows without any."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg

from tests.benchmarks.report import Line
from tests.benchmarks.workspace import throwaway_workspace

ROWS = 50_000
COURSES = 100
BUDGET = 1.5
RUNS = 5

ENROL = """
INSERT INTO public.enrollments (course_id, member_id, enrollment_source)
SELECT c.id, m.id, 'bulk_import'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM public.courses) AS c
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM public.members) AS m ON m.n %% %s = c.n %% %s
LIMIT %s
"""


def measure() -> Iterator[Line]:
    with throwaway_workspace() as installer, psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO public.members (first_name, last_name, email) "
            "SELECT 'Learner', i::text, i || '@example.org' FROM generate_series(1, %s) AS i",
            (ROWS,),
        )
        connection.execute(
            "INSERT INTO public.courses (title, slug, description, category, status) "
            "SELECT 'Course ' || i, 'course-' || i, 'About it', 'compliance', 'published' FROM generate_series(1, %s) AS i",
            (COURSES,),
        )
        connection.execute("VACUUM ANALYZE")
        enrol(connection, triggers=True)  # grows the files; does not count
        pairs = [(enrol(connection, triggers=True), enrol(connection, triggers=False)) for _run in range(RUNS)]
        # Both of a pair meet the same weather, so the median is of their ratios.
        with_triggers, bare = sorted(pairs, key=lambda pair: pair[0] / pair[1])[RUNS // 2]
        yield Line("bulk enrolment of 50,000, all triggers", with_triggers, "ms", bare, "without triggers", BUDGET)


def enrol(connection: psycopg.Connection[tuple[object, ...]], *, triggers: bool) -> float:
    """Milliseconds for the insertion alone, commit included; what it inserted is gone afterwards."""
    # Of the user's triggers: those that check foreign keys belong to the tables.
    connection.execute(f"ALTER TABLE public.enrollments {'ENABLE' if triggers else 'DISABLE'} TRIGGER USER")
    start = time.perf_counter()
    inserted = connection.execute(ENROL, (COURSES, COURSES, ROWS)).rowcount
    taken = (time.perf_counter() - start) * 1000
    assert inserted == ROWS
    connection.execute("SET session_replication_role = replica")  # nothing of the clean-up is recorded
    connection.execute("TRUNCATE public.enrollments, public.audit_logs CASCADE")
    connection.execute("UPDATE public.courses SET total_enrollments = 0, active_enrollments = 0")
    connection.execute("SET session_replication_role = origin")
    connection.execute("CHECKPOINT")
    connection.execute("VACUUM ANALYZE public.courses, public.enrollments")
    return taken
