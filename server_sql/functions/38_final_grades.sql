-- What a course's scores come to: from each thing that is graded to the final grade. docs/grading.md, "The gradebook".

CREATE OR REPLACE FUNCTION lms.grade_items(p_course uuid) RETURNS TABLE (kind text, item_id uuid)
  LANGUAGE sql STABLE SET search_path = '' ROWS 20
AS $$
  SELECT 'quiz', q.id
  FROM public.quizzes AS q
  LEFT JOIN public.lessons AS l ON l.id = q.lesson_id
  LEFT JOIN public.course_modules AS m ON m.id = l.module_id
  WHERE p_course IN (q.course_id, m.course_id) AND NOT q.is_bank AND q.quiz_type NOT IN ('pre_assessment', 'practice')
  UNION ALL
  SELECT 'assignment', a.id FROM public.assignments AS a WHERE a.course_id = p_course
  UNION ALL
  SELECT 'scorm', l.id
  FROM public.course_modules AS m
  JOIN public.lessons AS l ON l.module_id = m.id
  WHERE m.course_id = p_course AND l.lesson_type = 'scorm'
  UNION ALL
  SELECT 'attendance', p_course WHERE EXISTS (SELECT FROM public.live_sessions AS s WHERE s.course_id = p_course)
$$;
COMMENT ON FUNCTION lms.grade_items(uuid) IS
  'What a course can be graded by: quizzes but for diagnostic and practice ones, assignments, SCORM lessons, and attendance as one item whose id is the course''s';

CREATE OR REPLACE FUNCTION lms.attempt_changed_here(p_attempt uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT FROM lms.attempt_delivery AS d WHERE d.attempt_id = p_attempt AND d.changed_in = pg_current_xact_id_if_assigned()
  )
$$;
COMMENT ON FUNCTION lms.attempt_changed_here(uuid) IS
  'Whether this very transaction started or submitted an attempt: it may still be rolled back, so it learns nothing of what came of it';

CREATE OR REPLACE FUNCTION lms.grade_cells(p_enrollments uuid[]) RETURNS TABLE (enrollment_id uuid, item_id uuid, score numeric)
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT a.enrollment_id, a.quiz_id, max(a.score)
  FROM unnest(p_enrollments) AS e (id)
  JOIN public.quiz_attempts AS a ON a.enrollment_id = e.id
  WHERE a.status IN ('graded', 'archived') AND a.score IS NOT NULL AND NOT lms.attempt_changed_here(a.id)
  GROUP BY a.enrollment_id, a.quiz_id
  UNION ALL
  ( -- a later submission that is not graded yet takes nothing away
    SELECT DISTINCT ON (s.enrollment_id, s.assignment_id) s.enrollment_id, s.assignment_id, s.grade_percentage
    FROM unnest(p_enrollments) AS e (id)
    JOIN public.assignment_submissions AS s ON s.enrollment_id = e.id
    WHERE s.final_score IS NOT NULL AND s.grade_percentage IS NOT NULL
    ORDER BY s.enrollment_id, s.assignment_id, s.submission_number DESC
  )
  UNION ALL
  SELECT p.enrollment_id, p.lesson_id, least(p.scorm_score, 100)
  FROM unnest(p_enrollments) AS e (id)
  JOIN public.lesson_progress AS p ON p.enrollment_id = e.id
  WHERE p.scorm_score IS NOT NULL
  UNION ALL
  SELECT e.id, e.course_id, round(100.0 * count(*) FILTER (WHERE a.attended) / count(*), 2)
  FROM unnest(p_enrollments) AS wanted (id)
  JOIN public.enrollments AS e ON e.id = wanted.id
  JOIN public.live_sessions AS s ON s.course_id = e.course_id AND s.status = 'completed'
    AND s.session_date >= e.enrolled_at -- nobody misses what was before them
  LEFT JOIN public.session_attendance AS a ON a.session_id = s.id AND a.enrollment_id = e.id
  GROUP BY e.id, e.course_id
$$;
COMMENT ON FUNCTION lms.grade_cells(uuid[]) IS
  'In percent what enrolments have for each item: the best attempt at a quiz, the last released submission of an assignment, the SCORM score, '
  'the share of live sessions attended. Nothing for what is not graded';

CREATE OR REPLACE FUNCTION lms.weighted_grades(p_course uuid, p_enrollments uuid[], p_scheme jsonb) RETURNS TABLE (enrollment_id uuid, grade numeric)
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  WITH parts AS MATERIALIZED (
    SELECT listed.number, (listed.part ->> 'weight')::numeric AS part_weight, (listed.part ->> 'drop')::integer AS dropped,
      i.kind, i.item_id, (entry ->> 'weight')::numeric AS weight
    FROM jsonb_array_elements(p_scheme -> 'groups') WITH ORDINALITY AS listed (part, number)
    CROSS JOIN jsonb_array_elements(listed.part -> 'items') AS entry
    JOIN lms.grade_items(p_course) AS i ON i.item_id = (entry ->> 'id')::uuid
    UNION ALL
    SELECT 1, 1, 0, i.kind, i.item_id, 1 FROM lms.grade_items(p_course) AS i WHERE p_scheme IS NULL AND i.kind <> 'attendance'
  ), placed AS (
    SELECT e.id, p.number, p.part_weight, p.weight, p.dropped, coalesce(c.score, 0) AS score,
      row_number() OVER (PARTITION BY e.id, p.number ORDER BY coalesce(c.score, 0), p.item_id) AS place,
      count(*) OVER (PARTITION BY e.id, p.number) AS of
    FROM unnest(p_enrollments) AS e (id)
    CROSS JOIN parts AS p
    LEFT JOIN lms.grade_cells(p_enrollments) AS c ON c.enrollment_id = e.id AND c.item_id = p.item_id
    WHERE c.score IS NOT NULL OR p.kind <> 'attendance' AND p_scheme -> 'missing_is_zero' = 'true'
  ), means AS (
    SELECT p.id, p.part_weight, sum(p.score * p.weight) / sum(p.weight) AS mean
    FROM placed AS p
    WHERE p.place > least(p.dropped, p.of - 1)
    GROUP BY p.id, p.number, p.part_weight
  )
  SELECT m.id, round(least(sum(m.mean * m.part_weight) / sum(m.part_weight), 100), 2)
  FROM means AS m
  GROUP BY m.id
$$;
COMMENT ON FUNCTION lms.weighted_grades(uuid, uuid[], jsonb) IS
  'Grades, 0-100, of enrolments in a course by a scheme: the mean of its groups'' means, each by its weights, over what has a score. '
  'A group leaves out its lowest, but never all. Without a scheme: the mean of everything but attendance. No row for who has no score';

CREATE OR REPLACE FUNCTION lms.final_grade(p_enrollment uuid, p_course uuid) RETURNS numeric
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT w.grade
  FROM lms.weighted_grades(p_course, ARRAY[p_enrollment], (SELECT g.scheme FROM lms.grading_schemes AS g WHERE g.course_id = p_course)) AS w
$$;
COMMENT ON FUNCTION lms.final_grade(uuid, uuid) IS 'An enrolment''s grade by its course''s scheme; NULL without any score';

CREATE OR REPLACE FUNCTION lms.refresh_final_grades(p_enrollments uuid[]) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changed integer;
BEGIN
  UPDATE public.enrollments AS e
  SET final_grade = w.grade
  FROM (
    SELECT done.course_id, array_agg(done.id) AS ids
    FROM public.enrollments AS done
    WHERE done.id = ANY (p_enrollments) AND done.status = 'completed'
    GROUP BY done.course_id
  ) AS c
  LEFT JOIN lms.grading_schemes AS g ON g.course_id = c.course_id
  CROSS JOIN LATERAL lms.weighted_grades(c.course_id, c.ids, g.scheme) AS w
  WHERE e.id = w.enrollment_id AND e.final_grade IS DISTINCT FROM w.grade;
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  RETURN v_changed;
END
$$;
COMMENT ON FUNCTION lms.refresh_final_grades(uuid[]) IS
  'Computes the final grades of those that are completed anew, after their scores changed; the caller has locked them, in the order of their ids. Gives how many changed';
