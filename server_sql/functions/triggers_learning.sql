-- Counters that follow what learners do, as differences computed once a statement.
--
-- Locks are taken in one order, so that no two of these wait for each other: enrollments, then lessons, modules, members, courses and
-- quizzes, each by id. Whoever changes the lessons of a course locks its enrollments first for the same reason.

-- Enrollments: the counters of their course -------------------------------------------------------------------------------------------

-- Whoever enrols many gives the number of lessons with the rows, and nothing is left to do here. Once for the statement: a trigger for each
-- row, with a lock for each, cost a fifth of a bulk enrolment.
CREATE OR REPLACE FUNCTION lms.set_total_lessons() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- The lock holds off whoever is adding a lesson just now, or waits for them.
  PERFORM FROM public.courses AS c WHERE c.id IN (SELECT a.course_id FROM added AS a) ORDER BY c.id FOR KEY SHARE;
  UPDATE public.enrollments AS e
  SET total_lessons = c.lessons_count
  FROM added AS a
  JOIN public.courses AS c ON c.id = a.course_id
  WHERE e.id = a.id AND a.total_lessons <> c.lessons_count;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.set_total_lessons() IS 'Gives new enrollments the number of lessons of their course';

CREATE OR REPLACE TRIGGER trigger_set_total_lessons AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lms.set_total_lessons();

CREATE OR REPLACE FUNCTION public.update_course_analytics() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (SELECT course_id, status, count(*), 0::numeric FROM added GROUP BY course_id, status) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (SELECT course_id, status, -count(*), 0::numeric FROM removed GROUP BY course_id, status) AS d;
  ELSE
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (
      SELECT course_id, status, sum(n), 0::numeric
      FROM (SELECT course_id, status, 1 AS n FROM added UNION ALL SELECT course_id, status, -1 FROM removed) AS r
      GROUP BY course_id, status
      HAVING sum(n) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.courses AS c WHERE c.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY c.id FOR NO KEY UPDATE;
  UPDATE public.courses AS c
  SET total_enrollments = c.total_enrollments + d.total,
    active_enrollments = c.active_enrollments + d.active,
    completion_count = c.completion_count + d.completed,
    completion_rate = lms.percentage(c.completion_count + d.completed, c.total_enrollments + d.total)
  FROM (
    SELECT parent_id,
      sum(rows) AS total,
      coalesce(sum(rows) FILTER (WHERE label IN ('enrolled', 'in_progress')), 0) AS active,
      coalesce(sum(rows) FILTER (WHERE label = 'completed'), 0) AS completed
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE c.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.update_course_analytics() IS 'Keeps the enrollment counters of courses';

SELECT lms.on_every_change('public.enrollments', 'trigger_update_course_analytics', 'public.update_course_analytics');

-- Enrollments: completions ------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.record_completions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM public.course_completions AS cc
    USING removed AS r, added AS a
    WHERE a.id = r.id AND cc.enrollment_id = a.id AND r.status = 'completed' AND a.status <> 'completed';
  END IF;
  INSERT INTO public.course_completions AS cc (enrollment_id, course_id, member_id, completed_at, ce_credits, final_grade)
  SELECT a.id, a.course_id, a.member_id, coalesce(a.completed_at, now()), c.ce_credits, a.final_grade
  FROM added AS a
  JOIN public.courses AS c ON c.id = a.course_id
  WHERE a.status = 'completed'
  ON CONFLICT (enrollment_id) DO UPDATE SET completed_at = excluded.completed_at, final_grade = excluded.final_grade
  WHERE (cc.completed_at, cc.final_grade) IS DISTINCT FROM (excluded.completed_at, excluded.final_grade);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.record_completions() IS 'Keeps a row of course_completions for each completed enrollment';

CREATE OR REPLACE TRIGGER trigger_record_completions_insert AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lms.record_completions();
CREATE OR REPLACE TRIGGER trigger_record_completions_update AFTER UPDATE ON public.enrollments
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lms.record_completions();

-- Completions: the engagement of the member ------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.update_engagement() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_points constant integer := 10; -- for each completed course
  v_members uuid[];
  v_sign integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    v_sign := 1;
    v_members := ARRAY(SELECT member_id FROM added);
  ELSE
    v_sign := -1;
    v_members := ARRAY(SELECT member_id FROM removed);
  END IF;
  PERFORM FROM public.members AS m WHERE m.id = ANY (v_members) ORDER BY m.id FOR NO KEY UPDATE;
  UPDATE public.members AS m
  SET engagement_score = m.engagement_score + v_sign * v_points * d.completions
  FROM (SELECT id, count(*) AS completions FROM unnest(v_members) AS id GROUP BY id) AS d
  WHERE m.id = d.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_engagement() IS 'Gives a member ten points of engagement for each completed course';

CREATE OR REPLACE TRIGGER trigger_update_engagement_insert AFTER INSERT ON public.course_completions
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lms.update_engagement();
CREATE OR REPLACE TRIGGER trigger_update_engagement_delete AFTER DELETE ON public.course_completions
  REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION lms.update_engagement();

-- Modules: who completed them, and how many ------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.settle_modules(p_modules uuid[], p_enrollments uuid[]) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  -- From here on nobody else changes the lessons of these modules or completes one, so that both statements see the same.
  PERFORM FROM public.course_modules AS m WHERE m.id = ANY (p_modules) ORDER BY m.id FOR NO KEY UPDATE;
  DELETE FROM lms.module_completions AS mc
  WHERE mc.module_id = ANY (p_modules)
    AND (p_enrollments IS NULL OR mc.enrollment_id = ANY (p_enrollments))
    AND (
      NOT EXISTS (SELECT FROM public.lessons AS l WHERE l.module_id = mc.module_id)
      OR EXISTS (
        SELECT FROM public.lessons AS l
        WHERE l.module_id = mc.module_id AND NOT EXISTS (
          SELECT FROM public.lesson_progress AS p
          WHERE p.enrollment_id = mc.enrollment_id AND p.lesson_id = l.id AND p.status = 'completed'
        )
      )
    );
  INSERT INTO lms.module_completions (enrollment_id, module_id)
  SELECT p.enrollment_id, l.module_id
  FROM public.lesson_progress AS p
  JOIN public.lessons AS l ON l.id = p.lesson_id
  WHERE l.module_id = ANY (p_modules)
    AND p.status = 'completed'
    AND (p_enrollments IS NULL OR p.enrollment_id = ANY (p_enrollments))
  GROUP BY p.enrollment_id, l.module_id
  HAVING count(*) = (SELECT count(*) FROM public.lessons AS ml WHERE ml.module_id = l.module_id)
  ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION lms.settle_modules(uuid[], uuid[]) IS
  'Makes module_completions true for these modules and enrollments (NULL: all); repeating it changes nothing';

CREATE OR REPLACE FUNCTION lms.count_module_completions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE public.course_modules AS m SET completion_count = m.completion_count + d.n
    FROM (SELECT module_id, count(*) AS n FROM added GROUP BY module_id) AS d
    WHERE m.id = d.module_id;
  ELSE
    UPDATE public.course_modules AS m SET completion_count = m.completion_count - d.n
    FROM (SELECT module_id, count(*) AS n FROM removed GROUP BY module_id) AS d
    WHERE m.id = d.module_id;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.count_module_completions() IS 'Keeps completion_count of modules';

CREATE OR REPLACE TRIGGER trigger_count_module_completions_insert AFTER INSERT ON lms.module_completions
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lms.count_module_completions();
CREATE OR REPLACE TRIGGER trigger_count_module_completions_delete AFTER DELETE ON lms.module_completions
  REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION lms.count_module_completions();

-- Lesson progress: the counters of the enrollment, the lesson and its module ----------------------------------------------------------

CREATE OR REPLACE FUNCTION public.update_enrollment_progress() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[]; -- of lessons: label is the status, amount the accesses
  v_enrollments uuid[]; -- whose completed lessons change: pairs with
  v_lessons uuid[];
  v_signs integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (SELECT lesson_id, status, count(*), sum(access_count) FROM added GROUP BY lesson_id, status) AS d;
    SELECT array_agg(enrollment_id), array_agg(lesson_id), array_agg(1) INTO v_enrollments, v_lessons, v_signs
    FROM added WHERE status = 'completed';
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (SELECT lesson_id, status, -count(*), -sum(access_count) FROM removed GROUP BY lesson_id, status) AS d;
    SELECT array_agg(enrollment_id), array_agg(lesson_id), array_agg(-1) INTO v_enrollments, v_lessons, v_signs
    FROM removed WHERE status = 'completed';
  ELSE
    SELECT array_agg(d::lms.change) INTO v_changes
    FROM (
      SELECT lesson_id, status, sum(n), sum(n * access_count)
      FROM (
        SELECT lesson_id, status, access_count, 1 AS n FROM added
        UNION ALL
        SELECT lesson_id, status, access_count, -1 FROM removed
      ) AS r
      GROUP BY lesson_id, status
      HAVING sum(n) <> 0 OR sum(n * access_count) <> 0
    ) AS d;
    SELECT array_agg(enrollment_id), array_agg(lesson_id), array_agg(sign) INTO v_enrollments, v_lessons, v_signs
    FROM (
      SELECT enrollment_id, lesson_id, sum(n)::integer AS sign
      FROM (
        SELECT enrollment_id, lesson_id, 1 AS n FROM added WHERE status = 'completed'
        UNION ALL
        SELECT enrollment_id, lesson_id, -1 FROM removed WHERE status = 'completed'
      ) AS r
      GROUP BY enrollment_id, lesson_id
      HAVING sum(n) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  IF v_enrollments IS NOT NULL THEN
    PERFORM FROM public.enrollments AS e WHERE e.id = ANY (v_enrollments) ORDER BY e.id FOR NO KEY UPDATE;
    UPDATE public.enrollments AS e
    SET lessons_completed = e.lessons_completed + d.completed,
      progress_percentage = lms.percentage(e.lessons_completed + d.completed, e.total_lessons)
    FROM (
      SELECT enrollment_id, sum(sign) AS completed
      FROM unnest(v_enrollments, v_signs) AS pair (enrollment_id, sign)
      GROUP BY enrollment_id
      HAVING sum(sign) <> 0
    ) AS d
    WHERE e.id = d.enrollment_id;
  END IF;

  PERFORM FROM public.lessons AS l WHERE l.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY l.id FOR NO KEY UPDATE;
  UPDATE public.lessons AS l
  SET views_count = l.views_count + d.views,
    learners_count = l.learners_count + d.started,
    learners_completed = l.learners_completed + d.completed,
    avg_completion_rate = lms.percentage(l.learners_completed + d.completed, l.learners_count + d.started)
  FROM (
    SELECT parent_id,
      sum(amount) AS views,
      coalesce(sum(rows) FILTER (WHERE label <> 'not_started'), 0) AS started,
      coalesce(sum(rows) FILTER (WHERE label = 'completed'), 0) AS completed
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE l.id = d.parent_id AND (d.views, d.started, d.completed) <> (0, 0, 0);

  IF v_enrollments IS NOT NULL THEN
    PERFORM lms.settle_modules(
      ARRAY(SELECT DISTINCT l.module_id FROM public.lessons AS l WHERE l.id = ANY (v_lessons)), v_enrollments
    );
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.update_enrollment_progress() IS
  'Keeps the progress of enrollments, the views and completion rate of lessons and the completions of modules';

SELECT lms.on_every_change('public.lesson_progress', 'trigger_update_enrollment_progress', 'public.update_enrollment_progress');

-- Lessons: how many a course has ------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.update_course_structure() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_modules uuid[];
  v_signs bigint[];
  v_courses uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(module_id), array_agg(n) INTO v_modules, v_signs
    FROM (SELECT module_id, count(*) AS n FROM added GROUP BY module_id) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(module_id), array_agg(n) INTO v_modules, v_signs
    FROM (SELECT module_id, -count(*) AS n FROM removed GROUP BY module_id) AS d;
  ELSE
    SELECT array_agg(module_id), array_agg(n) INTO v_modules, v_signs
    FROM (
      SELECT module_id, sum(n) AS n
      FROM (SELECT module_id, 1 AS n FROM added UNION ALL SELECT module_id, -1 FROM removed) AS r
      GROUP BY module_id
      HAVING sum(n) <> 0
    ) AS d;
  END IF;
  IF v_modules IS NULL THEN
    RETURN NULL;
  END IF;

  -- A lesson never moves to another course, so a move changes modules alone.
  v_courses := ARRAY(
    SELECT m.course_id
    FROM unnest(v_modules, v_signs) AS d (module_id, n)
    JOIN public.course_modules AS m ON m.id = d.module_id
    GROUP BY m.course_id
    HAVING sum(d.n) <> 0
  );
  IF v_courses <> '{}' THEN
    PERFORM FROM public.enrollments AS e WHERE e.course_id = ANY (v_courses) ORDER BY e.id FOR NO KEY UPDATE;
    -- Waits for enrollments that are just being made, and holds off new ones, as they copy the number of lessons.
    PERFORM FROM public.courses AS c WHERE c.id = ANY (v_courses) ORDER BY c.id FOR UPDATE;
    UPDATE public.courses AS c
    SET lessons_count = c.lessons_count + d.n
    FROM (
      SELECT m.course_id, sum(d.n) AS n
      FROM unnest(v_modules, v_signs) AS d (module_id, n)
      JOIN public.course_modules AS m ON m.id = d.module_id
      GROUP BY m.course_id
    ) AS d
    WHERE c.id = d.course_id AND d.n <> 0;
    UPDATE public.enrollments AS e
    SET total_lessons = c.lessons_count, progress_percentage = lms.percentage(e.lessons_completed, c.lessons_count)
    FROM public.courses AS c
    WHERE c.id = ANY (v_courses) AND e.course_id = c.id;
  END IF;

  PERFORM lms.settle_modules(v_modules, NULL);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_course_structure() IS
  'Keeps what depends on the number of lessons: that of the course, the progress of its enrollments, the completions of its modules';

SELECT lms.on_every_change('public.lessons', 'trigger_update_course_structure', 'lms.update_course_structure');
