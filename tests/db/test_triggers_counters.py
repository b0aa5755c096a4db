"""Counters that triggers keep: by hand, against a recount after any sequence of changes, and with several people at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.counters import Connection, kept, recounted
from tests.support.postgres import Database

MEMBERS = [UUID(int=1 << 64 | n) for n in range(4)]
COURSES = [UUID(int=2 << 64 | n) for n in range(2)]
MODULES = [UUID(int=3 << 64 | n) for n in range(4)]
LESSONS = [UUID(int=4 << 64 | n) for n in range(8)]
QUIZZES = [UUID(int=5 << 64 | n) for n in range(2)]
ASSIGNMENTS = [UUID(int=6 << 64 | n) for n in range(2)]
SESSIONS = [UUID(int=7 << 64 | n) for n in range(2)]


def build_world(connection: Connection) -> None:
    """Two courses of two modules, the first two modules of two lessons each; four members; nobody enrolled."""
    many = connection.cursor().executemany
    many(
        "INSERT INTO members (id, first_name, last_name, email) VALUES (%s, 'Ada', 'Long', %s)", [(m, f"{m}@example.org") for m in MEMBERS]
    )
    many(
        "INSERT INTO courses (id, title, slug, description, category, ce_credits) VALUES (%s, 'Ethics', %s, '', 'compliance', 3)",
        [(c, str(c)) for c in COURSES],
    )
    many(
        "INSERT INTO course_modules (id, course_id, title, module_order) VALUES (%s, %s, 'Part', %s)",
        [(m, COURSES[n // 2], n) for n, m in enumerate(MODULES)],
    )
    many(
        "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order) VALUES (%s, %s, 'Lesson', 'text', %s)",
        [(lesson, MODULES[n // 2], n) for n, lesson in enumerate(LESSONS[:4])],
    )
    many("INSERT INTO quizzes (id, course_id, title) VALUES (%s, %s, 'Quiz')", list(zip(QUIZZES, COURSES, strict=True)))
    many(
        "INSERT INTO assignments (id, course_id, title, description) VALUES (%s, %s, 'Work', '')",
        list(zip(ASSIGNMENTS, COURSES, strict=True)),
    )
    many(
        "INSERT INTO live_sessions (id, course_id, title, session_date, duration_minutes, meeting_url, instructor_id)"
        " VALUES (%s, %s, 'Talk', now(), 60, 'https://meet.example.org', %s)",
        [(s, c, MEMBERS[0]) for s, c in zip(SESSIONS, COURSES, strict=True)],
    )


@pytest.fixture
def world(db: Database) -> Iterator[Connection]:
    with psycopg.connect(db.dsn, autocommit=True) as connection:
        build_world(connection)
        yield connection


def one(connection: Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row


def enroll(connection: Connection, member: UUID, course: UUID, status: str = "enrolled") -> UUID:
    query = "INSERT INTO enrollments (member_id, course_id, status) VALUES (%s, %s, %s) RETURNING id"
    enrollment: UUID = one(connection, query, member, course, status)[0]
    return enrollment


def progress(connection: Connection, enrollment: UUID, lesson: UUID, status: str, accesses: int = 1) -> None:
    connection.execute(
        """
        INSERT INTO lesson_progress (enrollment_id, lesson_id, status, access_count) VALUES (%s, %s, %s, %s)
        ON CONFLICT (enrollment_id, lesson_id) DO UPDATE SET status = excluded.status, access_count = excluded.access_count
        """,
        (enrollment, lesson, status, accesses),
    )


# By hand


def test_three_of_four_lessons_are_75_percent(world: Connection) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    for lesson, status in zip(LESSONS, ["completed", "completed", "completed", "in_progress"], strict=False):
        progress(world, enrollment, lesson, status)
    assert one(world, "SELECT lessons_completed, total_lessons, progress_percentage FROM enrollments") == (3, 4, Decimal("75.00"))
    completions = "SELECT completion_count FROM course_modules WHERE course_id = %s ORDER BY module_order"
    assert world.execute(completions, (COURSES[0],)).fetchall() == [(1,), (0,)]


def test_one_of_three_enrollments_completed_is_33_33_percent(world: Connection) -> None:
    for member, status in zip(MEMBERS, ["completed", "in_progress", "dropped"], strict=False):
        enroll(world, member, COURSES[0], status)
    counters = "SELECT total_enrollments, active_enrollments, completion_count, completion_rate FROM courses WHERE id = %s"
    assert one(world, counters, COURSES[0]) == (3, 1, 1, Decimal("33.33"))
    world.execute("DELETE FROM enrollments WHERE status = 'dropped'")
    assert one(world, counters, COURSES[0]) == (2, 1, 1, Decimal("50.00"))


def test_only_approved_reviews_count(world: Connection) -> None:
    world.cursor().executemany(
        "INSERT INTO course_reviews (course_id, member_id, rating, is_approved) VALUES (%s, %s, %s, %s)",
        [(COURSES[0], MEMBERS[0], 5, True), (COURSES[0], MEMBERS[1], 4, True), (COURSES[0], MEMBERS[2], 1, False)],
    )
    rating = "SELECT avg_rating, total_reviews FROM courses WHERE id = %s"
    assert one(world, rating, COURSES[0]) == (Decimal("4.50"), 2)
    world.execute("UPDATE course_reviews SET is_approved = true")
    assert one(world, rating, COURSES[0]) == (Decimal("3.33"), 3)


def test_average_attendance_is_of_those_who_came_and_were_timed(world: Connection) -> None:
    enrollments = [enroll(world, member, COURSES[0]) for member in MEMBERS]
    world.cursor().executemany(
        "INSERT INTO session_attendance (session_id, enrollment_id, member_id, attended, duration_minutes) VALUES (%s, %s, %s, %s, %s)",
        [
            (SESSIONS[0], e, m, *came)
            for e, m, came in zip(enrollments, MEMBERS, [(True, 60), (True, 31), (True, None), (False, None)], strict=True)
        ],
    )
    counters = "SELECT registered_count, attendance_count, avg_attendance_duration_minutes FROM live_sessions WHERE id = %s"
    assert one(world, counters, SESSIONS[0]) == (4, 3, 46)


def test_archived_attempts_stay_in_the_average(world: Connection) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    world.cursor().executemany(
        "INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, status, score, passed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (QUIZZES[0], enrollment, MEMBERS[0], 1, "archived", 50, False),
            (QUIZZES[0], enrollment, MEMBERS[0], 2, "graded", 90, True),
            (QUIZZES[0], enrollment, MEMBERS[0], 3, "in_progress", None, None),
        ],
    )
    counters = "SELECT attempts_count, avg_score, pass_rate FROM quizzes WHERE id = %s"
    assert one(world, counters, QUIZZES[0]) == (3, Decimal("70.00"), Decimal("50.00"))


def test_counters_leave_updated_at_of_authored_rows_alone(world: Connection) -> None:
    before = world.execute("SELECT id, updated_at, row_version FROM courses ORDER BY id").fetchall()
    progress(world, enroll(world, MEMBERS[0], COURSES[0], "completed"), LESSONS[0], "completed")
    assert world.execute("SELECT id, updated_at, row_version FROM courses ORDER BY id").fetchall() == before


def test_a_completion_keeps_the_credits_of_its_day(world: Connection) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    world.execute("UPDATE enrollments SET status = 'completed', completed_at = now(), final_grade = 80 WHERE id = %s", (enrollment,))
    world.execute("UPDATE courses SET ce_credits = 9")
    world.execute("UPDATE enrollments SET final_grade = 85 WHERE id = %s", (enrollment,))
    assert one(world, "SELECT ce_credits, final_grade FROM course_completions") == (Decimal("3.00"), Decimal("85.00"))
    world.execute("UPDATE enrollments SET status = 'in_progress', completed_at = NULL WHERE id = %s", (enrollment,))
    assert one(world, "SELECT count(*) FROM course_completions") == (0,)


# Any sequence of changes

SOME_MEMBERS = st.sets(st.sampled_from(MEMBERS), min_size=1).map(sorted)
SOME_COURSES = st.sets(st.sampled_from(COURSES), min_size=1).map(sorted)
SOME_LESSONS = st.sets(st.sampled_from(LESSONS), min_size=1).map(sorted)
PROGRESS = st.sampled_from(["not_started", "in_progress", "completed"])
ENROLLMENT = st.sampled_from(["enrolled", "in_progress", "completed", "dropped", "expired", "suspended"])
ATTEMPT = st.sampled_from(["in_progress", "graded", "expired", "archived"])
SUBMISSION = st.sampled_from(["submitted", "grading", "graded", "returned", "resubmission_requested"])
SMALL = st.integers(0, 3)
SCORE = st.none() | st.decimals(0, 100, places=2)

CHANGES: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    """INSERT INTO enrollments (member_id, course_id, status)
       SELECT m.id, c.id, %s FROM members AS m, courses AS c
       WHERE m.id = ANY (%s) AND c.id = ANY (%s) ON CONFLICT DO NOTHING""": (
        ENROLLMENT,
        SOME_MEMBERS,
        SOME_COURSES,
    ),
    "UPDATE enrollments SET status = %s WHERE member_id = ANY (%s)": (ENROLLMENT, SOME_MEMBERS),
    "DELETE FROM enrollments WHERE member_id = ANY (%s) AND course_id = ANY (%s)": (SOME_MEMBERS, SOME_COURSES),
    """INSERT INTO lesson_progress (enrollment_id, lesson_id, status, access_count)
       SELECT e.id, l.id, %s, %s FROM enrollments AS e
       JOIN course_modules AS m ON m.course_id = e.course_id JOIN lessons AS l ON l.module_id = m.id
       WHERE e.member_id = ANY (%s) AND l.id = ANY (%s)
       ON CONFLICT (enrollment_id, lesson_id) DO UPDATE SET status = excluded.status, access_count = excluded.access_count""": (
        PROGRESS,
        SMALL,
        SOME_MEMBERS,
        SOME_LESSONS,
    ),
    "UPDATE lesson_progress SET status = %s, access_count = access_count + %s WHERE lesson_id = ANY (%s)": (PROGRESS, SMALL, SOME_LESSONS),
    "DELETE FROM lesson_progress WHERE lesson_id = ANY (%s)": (SOME_LESSONS,),
    """INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order)
       SELECT l, m, 'New', 'text', n + (SELECT coalesce(max(lesson_order), 0) FROM lessons)
       FROM unnest(%s::uuid[]) WITH ORDINALITY AS new (l, n), unnest(%s::uuid[]) AS m
       WHERE EXISTS (SELECT FROM course_modules WHERE id = m) ON CONFLICT (id) DO NOTHING""": (
        st.sets(st.sampled_from(LESSONS[4:]), min_size=1, max_size=3).map(sorted),
        st.sampled_from([[m] for m in MODULES]),
    ),
    """UPDATE lessons SET module_id = other.id, lesson_order = (SELECT max(lesson_order) + 1 FROM lessons)
       FROM course_modules AS m JOIN course_modules AS other ON other.course_id = m.course_id AND other.id <> m.id
       WHERE m.id = lessons.module_id AND lessons.id = %s""": (st.sampled_from(LESSONS),),
    "DELETE FROM lessons WHERE id = ANY (%s) AND NOT EXISTS (SELECT FROM lesson_progress WHERE lesson_id = lessons.id)": (SOME_LESSONS,),
    """DELETE FROM course_modules AS m WHERE id = %s AND NOT EXISTS (
         SELECT FROM lesson_progress AS p JOIN lessons AS l ON l.id = p.lesson_id WHERE l.module_id = m.id)""": (st.sampled_from(MODULES),),
    """INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order, points)
       SELECT id, '?', 'essay', (SELECT count(*) FROM quiz_questions), %s FROM quizzes WHERE id = %s""": (SMALL, st.sampled_from(QUIZZES)),
    "UPDATE quiz_questions SET points = %s WHERE question_order %% 2 = %s": (SMALL, st.integers(0, 1)),
    "DELETE FROM quiz_questions WHERE points = %s": (SMALL,),
    """INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, status, score, passed)
       SELECT q.id, e.id, e.member_id, (SELECT count(*) + 1 FROM quiz_attempts), %s, coalesce(%s, 0), %s
       FROM enrollments AS e JOIN quizzes AS q ON q.course_id = e.course_id WHERE e.member_id = ANY (%s)""": (
        ATTEMPT,
        SCORE,
        st.booleans(),
        SOME_MEMBERS,
    ),
    "UPDATE quiz_attempts SET score = %s, passed = %s WHERE status = %s": (st.decimals(0, 100, places=2), st.booleans(), ATTEMPT),
    "UPDATE quiz_attempts SET status = 'archived' WHERE status = 'graded'": (),
    "DELETE FROM quiz_attempts WHERE member_id = ANY (%s)": (SOME_MEMBERS,),
    """INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id, submission_number, status, final_score)
       SELECT a.id, e.id, e.member_id, (SELECT count(*) + 1 FROM assignment_submissions), %s, %s
       FROM enrollments AS e JOIN assignments AS a ON a.course_id = e.course_id WHERE e.member_id = ANY (%s)""": (
        SUBMISSION,
        SCORE,
        SOME_MEMBERS,
    ),
    "UPDATE assignment_submissions SET status = %s, final_score = %s WHERE member_id = ANY (%s)": (SUBMISSION, SCORE, SOME_MEMBERS),
    "DELETE FROM assignment_submissions WHERE status = %s": (SUBMISSION,),
    """INSERT INTO course_reviews (course_id, member_id, rating, is_approved)
       SELECT c.id, m.id, %s + 1, %s FROM courses AS c, members AS m
       WHERE c.id = ANY (%s) AND m.id = ANY (%s) ON CONFLICT DO NOTHING""": (
        SMALL,
        st.booleans(),
        SOME_COURSES,
        SOME_MEMBERS,
    ),
    "UPDATE course_reviews SET rating = %s + 1, is_approved = %s WHERE member_id = ANY (%s)": (SMALL, st.booleans(), SOME_MEMBERS),
    "DELETE FROM course_reviews WHERE rating = %s": (SMALL,),
    """INSERT INTO session_attendance (session_id, enrollment_id, member_id, attended, duration_minutes)
       SELECT s.id, e.id, e.member_id, %s, %s FROM enrollments AS e JOIN live_sessions AS s ON s.course_id = e.course_id
       ON CONFLICT DO NOTHING""": (st.booleans(), st.none() | st.integers(0, 90)),
    "UPDATE session_attendance SET attended = %s, duration_minutes = %s WHERE member_id = ANY (%s)": (
        st.booleans(),
        st.none() | st.integers(0, 90),
        SOME_MEMBERS,
    ),
    "DELETE FROM session_attendance WHERE member_id = ANY (%s)": (SOME_MEMBERS,),
    "DELETE FROM members WHERE id = ANY (%s) AND id NOT IN (SELECT instructor_id FROM live_sessions)": (SOME_MEMBERS,),
}

CHANGE = st.one_of([st.tuples(st.just(statement), st.tuples(*strategies)) for statement, strategies in CHANGES.items()])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGE, min_size=1, max_size=25))
def test_after_any_changes_counters_equal_a_recount(world: Connection, changes: list[tuple[str, tuple[Any, ...]]]) -> None:
    with world.transaction(force_rollback=True):
        for statement, parameters in changes:
            world.execute(statement.encode(), parameters)
            assert kept(world) == recounted(world), statement


# Several people at once


@contextmanager
def sessions(db: Database, count: int) -> Iterator[list[Connection]]:
    opened = [psycopg.connect(db.dsn) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def waiting(world: Connection, connection: Connection) -> bool:
    """The session waits for a lock."""
    return one(world, "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", connection.info.backend_pid) == (True,)


def meanwhile(world: Connection, first: Connection, second: Connection, work: Callable[[Connection], None]) -> None:
    """``second`` does ``work`` while ``first`` is in the middle of a transaction, which then commits; both end well."""
    with ThreadPoolExecutor(1) as pool:
        future: Future[None] = pool.submit(work, second)
        deadline = time.monotonic() + 10
        while not future.done() and not waiting(world, second) and time.monotonic() < deadline:
            time.sleep(0.01)
        first.commit()
        future.result(timeout=10)
    second.commit()


def test_two_devices_that_finish_a_module_together_complete_it_once(db: Database, world: Connection) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    with sessions(db, 2) as (first, second):
        progress(first, enrollment, LESSONS[0], "completed")
        meanwhile(world, first, second, lambda connection: progress(connection, enrollment, LESSONS[1], "completed"))
    assert one(world, "SELECT lessons_completed FROM enrollments") == (2,)
    assert one(world, "SELECT completion_count FROM course_modules WHERE id = %s", MODULES[0]) == (1,)
    assert kept(world) == recounted(world)


def add_lesson(connection: Connection, module: UUID = MODULES[0]) -> None:
    connection.execute(
        "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order) VALUES (%s, %s, 'New', 'text', 9)", (LESSONS[7], module)
    )


@pytest.mark.parametrize("author_first", [True, False])
def test_a_lesson_added_while_the_module_is_finished(db: Database, world: Connection, author_first: bool) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    progress(world, enrollment, LESSONS[0], "completed")

    def finish(connection: Connection) -> None:
        progress(connection, enrollment, LESSONS[1], "completed")

    works = [add_lesson, finish] if author_first else [finish, add_lesson]
    with sessions(db, 2) as (first, second):
        works[0](first)
        meanwhile(world, first, second, works[1])
    assert one(world, "SELECT lessons_completed, total_lessons FROM enrollments") == (2, 5)
    assert kept(world) == recounted(world)


@pytest.mark.parametrize("author_first", [True, False])
def test_a_lesson_added_while_somebody_enrolls(db: Database, world: Connection, author_first: bool) -> None:
    def join(connection: Connection) -> None:
        enroll(connection, MEMBERS[0], COURSES[0])

    works = [add_lesson, join] if author_first else [join, add_lesson]
    with sessions(db, 2) as (first, second):
        works[0](first)
        meanwhile(world, first, second, works[1])
    assert one(world, "SELECT total_lessons FROM enrollments") == (5,)
    assert kept(world) == recounted(world)


@pytest.mark.parametrize("learner_first", [True, False])
def test_a_lesson_moved_while_it_is_completed(db: Database, world: Connection, learner_first: bool) -> None:
    enrollment = enroll(world, MEMBERS[0], COURSES[0])
    progress(world, enrollment, LESSONS[0], "completed")

    def finish(connection: Connection) -> None:
        progress(connection, enrollment, LESSONS[1], "completed")

    def move(connection: Connection) -> None:
        connection.execute("UPDATE lessons SET module_id = %s, lesson_order = 9 WHERE id = %s", (MODULES[1], LESSONS[1]))

    works = [finish, move] if learner_first else [move, finish]
    with sessions(db, 2) as (first, second):
        works[0](first)
        meanwhile(world, first, second, works[1])
    assert kept(world) == recounted(world)


def test_a_crowd_loses_no_update_and_nobody_is_turned_away(db: Database, world: Connection) -> None:
    enrollments = [enroll(world, member, course) for member in MEMBERS for course in COURSES[:1]]
    failures: list[Exception] = []

    def learn(seed: int) -> None:
        chance = random.Random(seed)
        try:
            with psycopg.connect(db.dsn, autocommit=True) as connection:
                for _ in range(80):
                    connection.execute(
                        """
                        INSERT INTO lesson_progress (enrollment_id, lesson_id, status, access_count) VALUES (%s, %s, %s, 1)
                        ON CONFLICT (enrollment_id, lesson_id) DO UPDATE
                        SET status = excluded.status, access_count = lesson_progress.access_count + 1
                        """,
                        (chance.choice(enrollments), chance.choice(LESSONS[:4]), chance.choice(["in_progress", "completed"])),
                    )
        except psycopg.Error as error:
            failures.append(error)

    crowd = [threading.Thread(target=learn, args=(seed,)) for seed in range(6)]
    for learner in crowd:
        learner.start()
    for learner in crowd:
        learner.join(60)
    assert failures == []
    assert one(world, "SELECT sum(views_count) FROM lessons") == (6 * 80,)
    assert kept(world) == recounted(world)
