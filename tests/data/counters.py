"""What triggers would have counted, computed set by set, for rows that were loaded without them.

Each statement gives every row its value, whatever it held before.
"""

from __future__ import annotations

STATEMENTS = {
    "lms.row_clocks": """
        INSERT INTO lms.row_clocks (scope_id, scope, value) SELECT id, 'course', 1 FROM public.courses
        ON CONFLICT (scope_id) DO NOTHING
    """,
    "public.quizzes: points": """
        UPDATE public.quizzes AS q SET total_points = d.points
        FROM (SELECT quiz_id, sum(points) AS points FROM public.quiz_questions GROUP BY quiz_id) AS d
        WHERE q.id = d.quiz_id
    """,
    "public.quizzes: attempts": """
        UPDATE public.quizzes AS q
        SET attempts_count = d.attempts, graded_count = d.graded, passed_count = d.passed, score_sum = d.score,
          avg_score = round(d.score / nullif(d.graded, 0), 2), pass_rate = round(100.0 * d.passed / nullif(d.graded, 0), 2)
        FROM (
          SELECT quiz_id, count(*) AS attempts, count(*) FILTER (WHERE graded) AS graded,
            count(*) FILTER (WHERE graded AND passed) AS passed, coalesce(sum(score) FILTER (WHERE graded), 0) AS score
          FROM (SELECT quiz_id, score, passed, status IN ('graded', 'archived') AS graded FROM public.quiz_attempts) AS a
          GROUP BY quiz_id
        ) AS d
        WHERE q.id = d.quiz_id
    """,
    "public.assignments": """
        UPDATE public.assignments AS a
        SET submissions_count = d.submissions, graded_count = d.graded, score_sum = d.score,
          avg_score = round(d.score / nullif(d.graded, 0), 2)
        FROM (
          SELECT assignment_id, count(*) AS submissions, count(*) FILTER (WHERE status IN ('graded', 'returned')) AS graded,
            coalesce(sum(final_score) FILTER (WHERE status IN ('graded', 'returned')), 0) AS score
          FROM public.assignment_submissions
          GROUP BY assignment_id
        ) AS d
        WHERE a.id = d.assignment_id
    """,
    "public.live_sessions": """
        UPDATE public.live_sessions AS s
        SET registered_count = d.registered, attendance_count = d.attended, attendance_minutes_count = d.timed,
          attendance_minutes_sum = d.minutes, avg_attendance_duration_minutes = round(d.minutes::numeric / nullif(d.timed, 0))
        FROM (
          SELECT session_id, count(*) AS registered, count(*) FILTER (WHERE attended) AS attended,
            count(duration_minutes) FILTER (WHERE attended) AS timed,
            coalesce(sum(duration_minutes) FILTER (WHERE attended), 0) AS minutes
          FROM public.session_attendance
          GROUP BY session_id
        ) AS d
        WHERE s.id = d.session_id
    """,
    "public.lessons": """
        UPDATE public.lessons AS l
        SET views_count = d.views, learners_count = d.started, learners_completed = d.completed,
          avg_completion_rate = lms.percentage(d.completed, d.started)
        FROM (
          SELECT lesson_id, sum(access_count) AS views, count(*) FILTER (WHERE status <> 'not_started') AS started,
            count(*) FILTER (WHERE status = 'completed') AS completed
          FROM public.lesson_progress
          GROUP BY lesson_id
        ) AS d
        WHERE l.id = d.lesson_id
    """,
    "public.courses: lessons and reviews": """
        UPDATE public.courses AS c
        SET lessons_count = (
            SELECT count(*) FROM public.lessons AS l JOIN public.course_modules AS m ON m.id = l.module_id WHERE m.course_id = c.id
          ),
          total_reviews = coalesce(r.reviews, 0), rating_sum = coalesce(r.rating, 0), avg_rating = round(r.rating::numeric / r.reviews, 2)
        FROM public.courses AS same
        LEFT JOIN (
          SELECT course_id, count(*) AS reviews, sum(rating) AS rating FROM public.course_reviews WHERE is_approved GROUP BY course_id
        ) AS r ON r.course_id = same.id
        WHERE c.id = same.id
    """,
    "public.enrollments": """
        UPDATE public.enrollments AS e
        SET total_lessons = c.lessons_count, lessons_completed = coalesce(p.completed, 0),
          progress_percentage = lms.percentage(coalesce(p.completed, 0), c.lessons_count)
        FROM public.enrollments AS same
        JOIN public.courses AS c ON c.id = same.course_id
        LEFT JOIN (
          SELECT enrollment_id, count(*) AS completed FROM public.lesson_progress WHERE status = 'completed' GROUP BY enrollment_id
        ) AS p ON p.enrollment_id = same.id
        WHERE e.id = same.id
    """,
    "public.courses: enrollments": """
        UPDATE public.courses AS c
        SET total_enrollments = d.total, active_enrollments = d.active, completion_count = d.completed,
          completion_rate = lms.percentage(d.completed, d.total)
        FROM (
          SELECT course_id, count(*) AS total, count(*) FILTER (WHERE status IN ('enrolled', 'in_progress')) AS active,
            count(*) FILTER (WHERE status = 'completed') AS completed
          FROM public.enrollments
          GROUP BY course_id
        ) AS d
        WHERE c.id = d.course_id
    """,
    "public.course_completions": """
        INSERT INTO public.course_completions (enrollment_id, course_id, member_id, completed_at, ce_credits, final_grade, created_at)
        SELECT e.id, e.course_id, e.member_id, e.completed_at, c.ce_credits, e.final_grade, e.completed_at
        FROM public.enrollments AS e JOIN public.courses AS c ON c.id = e.course_id
        WHERE e.status = 'completed'
    """,
    "public.members": """
        UPDATE public.members AS m SET engagement_score = 10 * d.completions
        FROM (SELECT member_id, count(*) AS completions FROM public.course_completions GROUP BY member_id) AS d
        WHERE m.id = d.member_id
    """,
    "lms.module_completions": """
        INSERT INTO lms.module_completions (enrollment_id, module_id, completed_at)
        SELECT p.enrollment_id, l.module_id, max(p.completed_at)
        FROM public.lesson_progress AS p
        JOIN public.lessons AS l ON l.id = p.lesson_id
        JOIN (SELECT module_id, count(*) AS lessons FROM public.lessons GROUP BY module_id) AS whole ON whole.module_id = l.module_id
        WHERE p.status = 'completed'
        GROUP BY p.enrollment_id, l.module_id, whole.lessons
        HAVING count(*) = whole.lessons
    """,
    "public.course_modules": """
        UPDATE public.course_modules AS m SET completion_count = d.completions
        FROM (SELECT module_id, count(*) AS completions FROM lms.module_completions GROUP BY module_id) AS d
        WHERE m.id = d.module_id
    """,
}
"""In this order: some read what others have written."""
