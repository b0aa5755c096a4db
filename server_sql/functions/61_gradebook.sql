-- The gradebook of a course, and how its grade is made. docs/grading.md, "The gradebook".

CREATE OR REPLACE FUNCTION lms.require_gradebook(p_course uuid) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT lms.may_administer() AND p_course <> ALL (ARRAY(SELECT lms.my_courses()))
    OR NOT EXISTS (SELECT FROM public.courses AS c WHERE c.id = p_course)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You teach no such course.', HINT = 'no-such-course';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.gradebook_items(p_course uuid) RETURNS TABLE (kind text, item_id uuid, title text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_gradebook(p_course);
  RETURN QUERY
  SELECT i.kind, i.item_id, coalesce(q.title, a.title, l.title, 'Live sessions')
  FROM lms.grade_items(p_course) AS i
  LEFT JOIN public.quizzes AS q ON i.kind = 'quiz' AND q.id = i.item_id
  LEFT JOIN public.assignments AS a ON i.kind = 'assignment' AND a.id = i.item_id
  LEFT JOIN public.lessons AS l ON l.id = CASE i.kind WHEN 'scorm' THEN i.item_id ELSE coalesce(q.lesson_id, a.lesson_id) END
  LEFT JOIN public.course_modules AS m ON m.id = l.module_id
  ORDER BY i.kind = 'attendance', m.module_order, l.lesson_order, 3, i.item_id;
END
$$;
COMMENT ON FUNCTION lms.gradebook_items(uuid) IS 'The columns of a gradebook in the order of the course; what has no lesson comes after, attendance last';

CREATE OR REPLACE FUNCTION lms.gradebook(p_course uuid) RETURNS TABLE (
  enrollment_id uuid, name text, email text, cohort text, status text, scores jsonb, grade numeric, final_grade numeric
)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollments uuid[] := ARRAY(SELECT e.id FROM public.enrollments AS e WHERE e.course_id = p_course);
BEGIN
  PERFORM lms.require_gradebook(p_course);
  RETURN QUERY
  SELECT e.id, concat_ws(' ', m.first_name, m.last_name), m.email, e.cohort_name, e.status, coalesce(c.scores, '{}'), w.grade, e.final_grade
  FROM public.enrollments AS e
  JOIN public.members AS m ON m.id = e.member_id
  LEFT JOIN (
    SELECT each.enrollment_id, jsonb_object_agg(each.item_id, each.score) AS scores
    FROM lms.grade_cells(v_enrollments) AS each
    GROUP BY each.enrollment_id
  ) AS c ON c.enrollment_id = e.id
  LEFT JOIN lms.weighted_grades(p_course, v_enrollments, (SELECT g.scheme FROM lms.grading_schemes AS g WHERE g.course_id = p_course)) AS w
    ON w.enrollment_id = e.id
  WHERE e.course_id = p_course
  ORDER BY m.last_name, m.first_name, e.id;
END
$$;
COMMENT ON FUNCTION lms.gradebook(uuid) IS
  'Each enrolment of a course: its scores in percent by item, the grade they come to now, and the final grade of who has completed';

CREATE OR REPLACE FUNCTION lms.scheme_problem(p_course uuid, p_scheme jsonb) RETURNS text
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  -- Each step only where the one before holds, so that no cast fails
  SELECT CASE
    WHEN p_scheme IS NULL THEN NULL
    WHEN jsonb_typeof(p_scheme -> 'groups') IS DISTINCT FROM 'array' OR octet_length(p_scheme::text) > 1000000
      OR jsonb_typeof(p_scheme -> 'missing_is_zero') IS DISTINCT FROM 'boolean' THEN 'That is no grading scheme.'
    WHEN jsonb_array_length(p_scheme -> 'groups') NOT BETWEEN 1 AND 50 THEN 'A grading scheme has 1 to 50 groups.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part
      WHERE jsonb_typeof(part -> 'name') IS DISTINCT FROM 'string' OR btrim(part ->> 'name') = '' OR length(part ->> 'name') > 200
        OR jsonb_typeof(part -> 'items') IS DISTINCT FROM 'array'
    ) THEN 'Each group needs a name.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part
      WHERE CASE jsonb_typeof(part -> 'weight') WHEN 'number' THEN (part -> 'weight')::numeric NOT BETWEEN 0.01 AND 1000 ELSE true END
    ) THEN 'A group''s weight is 0.01 to 1000.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part
      WHERE CASE jsonb_typeof(part -> 'drop')
        WHEN 'number' THEN (part -> 'drop')::numeric NOT BETWEEN 0 AND 100 OR (part -> 'drop')::numeric % 1 <> 0
        ELSE true END
    ) THEN 'A group leaves out 0 to 100 scores.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part, jsonb_array_elements(part -> 'items') AS entry
      WHERE CASE jsonb_typeof(entry -> 'weight') WHEN 'number' THEN (entry -> 'weight')::numeric NOT BETWEEN 0.01 AND 1000 ELSE true END
    ) THEN 'A weight in a group is 0.01 to 1000.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part
      CROSS JOIN jsonb_array_elements(part -> 'items') AS entry
      LEFT JOIN lms.grade_items(p_course) AS i ON i.item_id::text = entry ->> 'id'
      WHERE i.item_id IS NULL
    ) THEN 'This course has changed: something in the scheme is no longer there.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part, jsonb_array_elements(part -> 'items') AS entry
      GROUP BY entry ->> 'id' HAVING count(*) > 1
    ) THEN 'Something is in two groups.'
    WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(p_scheme -> 'groups') AS part, jsonb_array_elements(part -> 'items'))
      THEN 'Put something into a group.'
  END
$$;
COMMENT ON FUNCTION lms.scheme_problem(uuid, jsonb) IS 'Why a grading scheme cannot be a course''s; NULL where it can. No scheme is one too';

CREATE OR REPLACE FUNCTION lms.grading_scheme_outcomes(p_course uuid, p_scheme jsonb) RETURNS TABLE (
  enrollment_id uuid, name text, completed boolean, before numeric, after numeric, fingerprint text
)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollments uuid[] := ARRAY(SELECT e.id FROM public.enrollments AS e WHERE e.course_id = p_course);
  v_problem text;
BEGIN
  PERFORM lms.require_gradebook(p_course);
  v_problem := lms.scheme_problem(p_course, p_scheme);
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'not-a-scheme';
  END IF;
  RETURN QUERY
  WITH counted AS (
    SELECT e.id, concat_ws(' ', m.first_name, m.last_name) AS name, e.status = 'completed' AS completed,
      CASE WHEN e.status = 'completed' THEN e.final_grade ELSE now_is.grade END AS before,
      -- What has no score by the new scheme keeps the final grade that it has
      CASE WHEN e.status = 'completed' THEN coalesce(then_is.grade, e.final_grade) ELSE then_is.grade END AS after
    FROM public.enrollments AS e
    JOIN public.members AS m ON m.id = e.member_id
    LEFT JOIN lms.weighted_grades(p_course, v_enrollments, (SELECT g.scheme FROM lms.grading_schemes AS g WHERE g.course_id = p_course)) AS now_is
      ON now_is.enrollment_id = e.id
    LEFT JOIN lms.weighted_grades(p_course, v_enrollments, p_scheme) AS then_is ON then_is.enrollment_id = e.id
    WHERE e.course_id = p_course
  )
  SELECT c.*, (SELECT md5(string_agg(concat_ws(':', one.id, one.completed, one.before, one.after), ',' ORDER BY one.id)) FROM counted AS one)
  FROM counted AS c;
END
$$;
COMMENT ON FUNCTION lms.grading_scheme_outcomes(uuid, jsonb) IS
  'The grade of each enrolment as it is and as it would be by another scheme; changes nothing. The fingerprint is of all of it';

CREATE OR REPLACE FUNCTION lms.set_grading_scheme(p_course uuid, p_scheme jsonb, p_fingerprint text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_fingerprint text;
BEGIN
  PERFORM lms.require_gradebook(p_course);
  PERFORM FROM public.enrollments AS e WHERE e.course_id = p_course ORDER BY e.id FOR NO KEY UPDATE;
  SELECT min(o.fingerprint) INTO v_fingerprint FROM lms.grading_scheme_outcomes(p_course, p_scheme) AS o;
  IF v_fingerprint IS DISTINCT FROM p_fingerprint THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Something was graded since you looked.', HINT = 'preview-outdated';
  END IF;
  IF p_scheme IS NULL THEN
    DELETE FROM lms.grading_schemes WHERE course_id = p_course;
  ELSE
    INSERT INTO lms.grading_schemes (course_id, scheme, changed_by)
    VALUES (p_course, p_scheme, lms.current_member_id())
    ON CONFLICT (course_id) DO UPDATE SET scheme = excluded.scheme, changed_by = excluded.changed_by;
  END IF;
  RETURN lms.refresh_final_grades(ARRAY(SELECT e.id FROM public.enrollments AS e WHERE e.course_id = p_course));
END
$$;
COMMENT ON FUNCTION lms.set_grading_scheme(uuid, jsonb, text) IS
  'Makes that a course''s scheme (NULL: everything counts the same), where it does what lms.grading_scheme_outcomes showed; gives how many final grades change';

CREATE OR REPLACE FUNCTION lms.get_grading_scheme(p_course uuid) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_gradebook(p_course);
  RETURN (SELECT g.scheme FROM lms.grading_schemes AS g WHERE g.course_id = p_course);
END
$$;
COMMENT ON FUNCTION lms.get_grading_scheme(uuid) IS 'A course''s scheme; NULL where everything counts the same';

GRANT EXECUTE ON FUNCTION lms.gradebook_items(uuid), lms.gradebook(uuid), lms.get_grading_scheme(uuid), lms.grading_scheme_outcomes(uuid, jsonb),
  lms.set_grading_scheme(uuid, jsonb, text)
TO lms_staff;
