"""What triggers keep, next to what counting again gives."""

from __future__ import annotations

from typing import Any

import psycopg

type Connection = psycopg.Connection[tuple[Any, ...]]

RECOUNTS = {
    "courses": """
        SELECT c.id,
          count(e.id), count(e.id) FILTER (WHERE e.status IN ('enrolled', 'in_progress')),
          count(e.id) FILTER (WHERE e.status = 'completed'),
          coalesce(round(100.0 * count(e.id) FILTER (WHERE e.status = 'completed') / nullif(count(e.id), 0), 2), 0),
          (SELECT count(*) FROM course_reviews AS r WHERE r.course_id = c.id AND is_approved),
          (SELECT round(avg(rating), 2) FROM course_reviews AS r WHERE r.course_id = c.id AND is_approved),
          (SELECT count(*) FROM lessons AS l JOIN course_modules AS m ON m.id = l.module_id WHERE m.course_id = c.id)
        FROM courses AS c LEFT JOIN enrollments AS e ON e.course_id = c.id GROUP BY c.id
    """,
    "enrollments": """
        WITH counted AS (
          SELECT e.id,
            (SELECT count(*) FROM lesson_progress AS p WHERE p.enrollment_id = e.id AND p.status = 'completed') AS completed,
            (SELECT count(*) FROM lessons AS l JOIN course_modules AS m ON m.id = l.module_id WHERE m.course_id = e.course_id) AS total
          FROM enrollments AS e
        )
        SELECT id, completed, total, coalesce(round(100.0 * completed / nullif(total, 0), 2), 0) FROM counted
    """,
    "lessons": """
        SELECT l.id, coalesce(sum(p.access_count), 0),
          coalesce(round(100.0 * count(p.id) FILTER (WHERE p.status = 'completed')
            / nullif(count(p.id) FILTER (WHERE p.status <> 'not_started'), 0), 2), 0)
        FROM lessons AS l LEFT JOIN lesson_progress AS p ON p.lesson_id = l.id GROUP BY l.id
    """,
    "course_modules": """
        SELECT m.id, (
          SELECT count(*) FROM enrollments AS e
          WHERE EXISTS (SELECT FROM lessons AS l WHERE l.module_id = m.id)
            AND e.course_id = m.course_id
            AND NOT EXISTS (
              SELECT FROM lessons AS l WHERE l.module_id = m.id AND NOT EXISTS (
                SELECT FROM lesson_progress AS p WHERE p.lesson_id = l.id AND p.enrollment_id = e.id AND p.status = 'completed'
              )
            )
        )
        FROM course_modules AS m
    """,
    "quizzes": """
        SELECT q.id, (SELECT coalesce(sum(points), 0) FROM quiz_questions AS qq WHERE qq.quiz_id = q.id), count(a.id),
          round(avg(a.score) FILTER (WHERE a.status IN ('graded', 'archived')), 2),
          round(100.0 * count(a.id) FILTER (WHERE a.passed AND a.status IN ('graded', 'archived'))
            / nullif(count(a.id) FILTER (WHERE a.status IN ('graded', 'archived')), 0), 2)
        FROM quizzes AS q LEFT JOIN quiz_attempts AS a ON a.quiz_id = q.id GROUP BY q.id
    """,
    "assignments": """
        SELECT a.id, count(s.id), round(avg(s.final_score) FILTER (WHERE s.status IN ('graded', 'returned')), 2)
        FROM assignments AS a LEFT JOIN assignment_submissions AS s ON s.assignment_id = a.id GROUP BY a.id
    """,
    "live_sessions": """
        SELECT l.id, count(s.id), count(s.id) FILTER (WHERE s.attended), round(avg(s.duration_minutes) FILTER (WHERE s.attended))
        FROM live_sessions AS l LEFT JOIN session_attendance AS s ON s.session_id = l.id GROUP BY l.id
    """,
    "members": """
        SELECT m.id, 10 * (SELECT count(*) FROM enrollments AS e WHERE e.member_id = m.id AND e.status = 'completed') FROM members AS m
    """,
    "course_completions": "SELECT id, course_id, member_id FROM enrollments WHERE status = 'completed'",
}

KEPT = {
    "courses": """
        SELECT id, total_enrollments, active_enrollments, completion_count, completion_rate, total_reviews, avg_rating, lessons_count
        FROM courses
    """,
    "enrollments": "SELECT id, lessons_completed, total_lessons, progress_percentage FROM enrollments",
    "lessons": "SELECT id, views_count, avg_completion_rate FROM lessons",
    "course_modules": "SELECT id, completion_count FROM course_modules",
    "quizzes": "SELECT id, total_points, attempts_count, avg_score, pass_rate FROM quizzes",
    "assignments": "SELECT id, submissions_count, avg_score FROM assignments",
    "live_sessions": "SELECT id, registered_count, attendance_count, avg_attendance_duration_minutes FROM live_sessions",
    "members": "SELECT id, engagement_score FROM members",
    "course_completions": "SELECT enrollment_id, course_id, member_id FROM course_completions",
}


def kept(connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
    return {table: set(connection.execute(query.encode()).fetchall()) for table, query in KEPT.items()}


def recounted(connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
    return {table: set(connection.execute(query.encode()).fetchall()) for table, query in RECOUNTS.items()}
