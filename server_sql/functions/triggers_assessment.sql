-- Grading of attempts, and the counters of quizzes, assignments, reviews and live sessions.

-- Grading -----------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.grade_objective_answers(p_attempt uuid) RETURNS void
  LANGUAGE sql SET search_path = ''
AS $$
  UPDATE public.quiz_answers AS a
  SET is_correct = graded.part = 1,
    points_earned = coalesce(round(graded.part * graded.points, 2), 0),
    max_points = graded.points
  FROM (
    SELECT qa.id, q.points, lms.grade_answer(q.question_type, q.answer_options, q.correct_answer, qa.answer_data, q.grading) AS part
    FROM lms.questions_of_attempt(p_attempt) AS q
    JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = p_attempt AND qa.question_id = q.question_id
  ) AS graded
  WHERE a.id = graded.id
$$;
COMMENT ON FUNCTION lms.grade_objective_answers(uuid) IS 'Grades the answers that need no person; the others stay with is_correct NULL';

CREATE OR REPLACE FUNCTION public.auto_grade_quiz_attempt() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF OLD.status = 'in_progress' THEN
    PERFORM lms.grade_objective_answers(NEW.id);
    NEW.submitted_at := coalesce(NEW.submitted_at, now());
  END IF;

  -- A question with credit gives its points to everybody who was asked.
  SELECT coalesce(sum(q.points), 0), coalesce(sum(CASE WHEN q.grading ? 'credit' THEN q.points ELSE a.points_earned END), 0)
  INTO NEW.total_points, NEW.points_earned
  FROM lms.questions_of_attempt(NEW.id) AS q
  LEFT JOIN public.quiz_answers AS a ON a.question_id = q.question_id AND a.quiz_attempt_id = NEW.id;

  IF EXISTS (SELECT FROM lms.waiting_answers(NEW.id)) THEN
    IF NEW.status = 'graded' THEN
      RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Some answers are not graded yet.', HINT = 'answers-ungraded';
    END IF;
    NEW.score := NULL;
    NEW.passed := NULL;
  ELSE
    NEW.score := lms.percentage(NEW.points_earned, NEW.total_points);
    NEW.passed := NEW.score >= (SELECT q.passing_score FROM public.quizzes AS q WHERE q.id = NEW.quiz_id);
    NEW.status := 'graded';
    NEW.graded_at := coalesce(NEW.graded_at, now());
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.auto_grade_quiz_attempt() IS
  'Grades an attempt when it is submitted; one with an essay waits as submitted until a person has graded that, then is computed here too';

CREATE OR REPLACE TRIGGER trigger_auto_grade_quiz BEFORE UPDATE ON public.quiz_attempts
  FOR EACH ROW WHEN (
    OLD.status = 'in_progress' AND NEW.status IN ('submitted', 'graded')
    OR OLD.status = 'submitted' AND NEW.status = 'graded'
  )
  EXECUTE FUNCTION public.auto_grade_quiz_attempt();

-- Quiz questions -----------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.update_quiz_points() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT quiz_id AS parent_id, '' AS label, count(*) AS rows, sum(points) AS amount
      FROM added
      GROUP BY 1, 2
    ) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT quiz_id AS parent_id, '' AS label, -count(*) AS rows, -sum(points) AS amount
      FROM removed
      GROUP BY 1, 2
    ) AS d;
  ELSE
    SELECT array_agg((parent_id, label, rows, amount)::lms.change) INTO v_changes
    FROM (
      SELECT parent_id, label, sum(n) AS rows, coalesce(sum(n * amount), 0) AS amount
      FROM (
        SELECT quiz_id AS parent_id, '' AS label, points AS amount, 1 AS n FROM added
        UNION ALL
        SELECT quiz_id, '', points, -1 FROM removed
      ) AS r
      GROUP BY parent_id, label
      HAVING sum(n) <> 0 OR coalesce(sum(n * amount), 0) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.quizzes AS p WHERE p.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY p.id FOR NO KEY UPDATE;
  UPDATE public.quizzes AS p
  SET total_points = p.total_points + d.points
  FROM (
    SELECT parent_id,
      sum(amount) AS points
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE p.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_quiz_points() IS 'Keeps the total points of quizzes';

SELECT lms.on_every_change('public.quiz_questions', 'trigger_update_quiz_points', 'lms.update_quiz_points');

-- Quiz attempts -----------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.attempt_label(p_status text, p_passed boolean) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_status NOT IN ('graded', 'archived') THEN 'open' WHEN p_passed THEN 'passed' ELSE 'failed' END;
CREATE OR REPLACE FUNCTION lms.update_quiz_analytics() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT quiz_id AS parent_id, lms.attempt_label(status, passed) AS label,
        count(*) AS rows, sum(score) AS amount
      FROM added
      GROUP BY 1, 2
    ) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT quiz_id AS parent_id, lms.attempt_label(status, passed) AS label,
        -count(*) AS rows, -sum(score) AS amount
      FROM removed
      GROUP BY 1, 2
    ) AS d;
  ELSE
    SELECT array_agg((parent_id, label, rows, amount)::lms.change) INTO v_changes
    FROM (
      SELECT parent_id, label, sum(n) AS rows, coalesce(sum(n * amount), 0) AS amount
      FROM (
        SELECT quiz_id AS parent_id, lms.attempt_label(status, passed) AS label, score AS amount, 1 AS n
        FROM added
        UNION ALL
        SELECT quiz_id, lms.attempt_label(status, passed), score, -1 FROM removed
      ) AS r
      GROUP BY parent_id, label
      HAVING sum(n) <> 0 OR coalesce(sum(n * amount), 0) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.quizzes AS p WHERE p.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY p.id FOR NO KEY UPDATE;
  UPDATE public.quizzes AS p
  SET attempts_count = p.attempts_count + d.attempts,
    graded_count = p.graded_count + d.graded,
    passed_count = p.passed_count + d.passed,
    score_sum = p.score_sum + d.score,
    avg_score = round((p.score_sum + d.score) / nullif(p.graded_count + d.graded, 0), 2),
    pass_rate = CASE WHEN p.graded_count + d.graded > 0 THEN lms.percentage(p.passed_count + d.passed, p.graded_count + d.graded) END
  FROM (
    SELECT parent_id,
      sum(rows) AS attempts,
      coalesce(sum(rows) FILTER (WHERE label <> 'open'), 0) AS graded,
      coalesce(sum(rows) FILTER (WHERE label = 'passed'), 0) AS passed,
      coalesce(sum(amount) FILTER (WHERE label <> 'open'), 0) AS score
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE p.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_quiz_analytics() IS 'Keeps the counters of quizzes; archived attempts stay counted';

SELECT lms.on_every_change('public.quiz_attempts', 'trigger_update_quiz_analytics', 'lms.update_quiz_analytics');

-- Assignment submissions ---------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.update_assignment_analytics() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT assignment_id AS parent_id, CASE WHEN final_score IS NOT NULL THEN status END AS label,
        count(*) AS rows, sum(final_score) AS amount
      FROM added
      GROUP BY 1, 2
    ) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT assignment_id AS parent_id, CASE WHEN final_score IS NOT NULL THEN status END AS label,
        -count(*) AS rows, -sum(final_score) AS amount
      FROM removed
      GROUP BY 1, 2
    ) AS d;
  ELSE
    SELECT array_agg((parent_id, label, rows, amount)::lms.change) INTO v_changes
    FROM (
      SELECT parent_id, label, sum(n) AS rows, coalesce(sum(n * amount), 0) AS amount
      FROM (
        SELECT assignment_id AS parent_id, CASE WHEN final_score IS NOT NULL THEN status END AS label, final_score AS amount, 1 AS n
        FROM added
        UNION ALL
        SELECT assignment_id, CASE WHEN final_score IS NOT NULL THEN status END, final_score, -1 FROM removed
      ) AS r
      GROUP BY parent_id, label
      HAVING sum(n) <> 0 OR coalesce(sum(n * amount), 0) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.assignments AS p WHERE p.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY p.id FOR NO KEY UPDATE;
  UPDATE public.assignments AS p
  SET submissions_count = p.submissions_count + d.submissions,
    graded_count = p.graded_count + d.graded,
    score_sum = p.score_sum + d.score,
    avg_score = round((p.score_sum + d.score) / nullif(p.graded_count + d.graded, 0), 2)
  FROM (
    SELECT parent_id,
      sum(rows) AS submissions,
      coalesce(sum(rows) FILTER (WHERE label IN ('graded', 'returned')), 0) AS graded,
      coalesce(sum(amount) FILTER (WHERE label IN ('graded', 'returned')), 0) AS score
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE p.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_assignment_analytics() IS 'Keeps the counters of assignments';

SELECT lms.on_every_change('public.assignment_submissions', 'trigger_update_assignment_analytics', 'lms.update_assignment_analytics');

-- Course reviews -----------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.update_course_rating() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT course_id AS parent_id, is_approved::text AS label, count(*) AS rows, sum(rating) AS amount
      FROM added
      GROUP BY 1, 2
    ) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT course_id AS parent_id, is_approved::text AS label, -count(*) AS rows, -sum(rating) AS amount
      FROM removed
      GROUP BY 1, 2
    ) AS d;
  ELSE
    SELECT array_agg((parent_id, label, rows, amount)::lms.change) INTO v_changes
    FROM (
      SELECT parent_id, label, sum(n) AS rows, coalesce(sum(n * amount), 0) AS amount
      FROM (
        SELECT course_id AS parent_id, is_approved::text AS label, rating AS amount, 1 AS n FROM added
        UNION ALL
        SELECT course_id, is_approved::text, rating, -1 FROM removed
      ) AS r
      GROUP BY parent_id, label
      HAVING sum(n) <> 0 OR coalesce(sum(n * amount), 0) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.courses AS p WHERE p.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY p.id FOR NO KEY UPDATE;
  UPDATE public.courses AS p
  SET total_reviews = p.total_reviews + d.reviews,
    rating_sum = p.rating_sum + d.rating,
    avg_rating = round((p.rating_sum + d.rating) / nullif(p.total_reviews + d.reviews, 0), 2)
  FROM (
    SELECT parent_id,
      coalesce(sum(rows) FILTER (WHERE label = 'true'), 0) AS reviews,
      coalesce(sum(amount) FILTER (WHERE label = 'true'), 0) AS rating
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE p.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_course_rating() IS 'Keeps the rating of courses, from approved reviews';

SELECT lms.on_every_change('public.course_reviews', 'trigger_update_course_rating', 'lms.update_course_rating');

-- Attendance of live sessions ---------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.attendance_label(p_attended boolean, p_minutes integer) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN NOT p_attended THEN 'registered' WHEN p_minutes IS NULL THEN 'attended' ELSE 'timed' END;
CREATE OR REPLACE FUNCTION lms.update_session_attendance() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changes lms.change[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT session_id AS parent_id, lms.attendance_label(attended, duration_minutes) AS label,
        count(*) AS rows, sum(duration_minutes) AS amount
      FROM added
      GROUP BY 1, 2
    ) AS d;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg((parent_id, label, rows, coalesce(amount, 0))::lms.change) INTO v_changes
    FROM (
      SELECT session_id AS parent_id, lms.attendance_label(attended, duration_minutes) AS label,
        -count(*) AS rows, -sum(duration_minutes) AS amount
      FROM removed
      GROUP BY 1, 2
    ) AS d;
  ELSE
    SELECT array_agg((parent_id, label, rows, amount)::lms.change) INTO v_changes
    FROM (
      SELECT parent_id, label, sum(n) AS rows, coalesce(sum(n * amount), 0) AS amount
      FROM (
        SELECT session_id AS parent_id, lms.attendance_label(attended, duration_minutes) AS label, duration_minutes AS amount, 1 AS n
        FROM added
        UNION ALL
        SELECT session_id, lms.attendance_label(attended, duration_minutes), duration_minutes, -1 FROM removed
      ) AS r
      GROUP BY parent_id, label
      HAVING sum(n) <> 0 OR coalesce(sum(n * amount), 0) <> 0
    ) AS d;
  END IF;
  IF v_changes IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.live_sessions AS p WHERE p.id IN (SELECT parent_id FROM unnest(v_changes)) ORDER BY p.id FOR NO KEY UPDATE;
  UPDATE public.live_sessions AS p
  SET registered_count = p.registered_count + d.registered,
    attendance_count = p.attendance_count + d.attended,
    attendance_minutes_count = p.attendance_minutes_count + d.timed,
    attendance_minutes_sum = p.attendance_minutes_sum + d.minutes,
    avg_attendance_duration_minutes = round((p.attendance_minutes_sum + d.minutes) / nullif(p.attendance_minutes_count + d.timed, 0))
  FROM (
    SELECT parent_id,
      sum(rows) AS registered,
      coalesce(sum(rows) FILTER (WHERE label <> 'registered'), 0) AS attended,
      coalesce(sum(rows) FILTER (WHERE label = 'timed'), 0) AS timed,
      coalesce(sum(amount) FILTER (WHERE label = 'timed'), 0) AS minutes
    FROM unnest(v_changes)
    GROUP BY parent_id
  ) AS d
  WHERE p.id = d.parent_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.update_session_attendance() IS 'Keeps the counters of live sessions';

SELECT lms.on_every_change('public.session_attendance', 'trigger_update_session_attendance', 'lms.update_session_attendance');
