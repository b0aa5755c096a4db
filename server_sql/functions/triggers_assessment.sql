-- Grading of attempts, and the counters of quizzes, assignments, reviews and live sessions.

-- Grading -----------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.answer_text(p_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(regexp_replace(btrim(normalize(p_text)), '\s+', ' ', 'g'));
COMMENT ON FUNCTION lms.answer_text(text) IS 'A typed answer as it is compared: without outer and repeated white space, in lower case';

CREATE OR REPLACE FUNCTION lms.accepts_text(p_accepted jsonb, p_text text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT FROM jsonb_array_elements_text(
      CASE jsonb_typeof(p_accepted) WHEN 'array' THEN p_accepted ELSE jsonb_build_array(p_accepted) END
    ) AS a (text)
    WHERE lms.answer_text(a.text) = lms.answer_text(p_text)
  )
$$;

CREATE OR REPLACE FUNCTION lms.grade_answer(p_type text, p_options jsonb, p_correct jsonb, p_answer jsonb) RETURNS numeric
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
DECLARE
  v_keys jsonb;
  v_given jsonb;
  v_right bigint;
  v_wrong bigint;
BEGIN
  CASE p_type
    WHEN 'essay' THEN
      RETURN NULL;

    WHEN 'multiple_choice', 'true_false', 'multiple_answer' THEN
      v_keys := coalesce(
        (SELECT jsonb_agg(o -> 'id') FROM jsonb_array_elements(p_options) AS o WHERE o -> 'is_correct' = 'true'),
        CASE jsonb_typeof(p_correct) WHEN 'array' THEN p_correct WHEN 'null' THEN NULL ELSE jsonb_build_array(p_correct) END
      );
      IF v_keys IS NULL THEN
        RETURN NULL;
      END IF;
      v_given := coalesce(p_answer -> 'selected', 'null');
      v_given := CASE jsonb_typeof(v_given) WHEN 'array' THEN v_given WHEN 'null' THEN '[]' ELSE jsonb_build_array(v_given) END;
      -- As text, so that true and "true", 1 and "1" are the same choice
      SELECT count(*) FILTER (WHERE g.id IN (SELECT jsonb_array_elements_text(v_keys))),
        count(*) FILTER (WHERE g.id NOT IN (SELECT jsonb_array_elements_text(v_keys)))
      INTO v_right, v_wrong
      FROM (SELECT DISTINCT jsonb_array_elements_text(v_given) AS id) AS g;
      IF p_type = 'multiple_answer' THEN
        RETURN greatest(0, v_right - v_wrong)::numeric / jsonb_array_length(v_keys);
      END IF;
      RETURN (v_right = 1 AND v_wrong = 0)::integer;

    WHEN 'short_answer' THEN
      IF coalesce(jsonb_typeof(p_correct), 'null') = 'null' THEN
        RETURN NULL;
      END IF;
      RETURN lms.accepts_text(p_correct, coalesce(p_answer ->> 'text', ''))::integer;

    WHEN 'fill_blank' THEN
      IF coalesce(jsonb_typeof(p_correct), 'null') <> 'array' OR p_correct = '[]' THEN
        RETURN NULL;
      END IF;
      v_given := coalesce(p_answer -> 'blanks', '[]');
      RETURN (
        SELECT avg(lms.accepts_text(blank.accepted, coalesce(v_given ->> (blank.number - 1)::integer, ''))::integer)
        FROM jsonb_array_elements(p_correct) WITH ORDINALITY AS blank (accepted, number)
      );

    WHEN 'matching' THEN
      IF coalesce(jsonb_typeof(p_correct), 'null') <> 'object' OR p_correct = '{}' THEN
        RETURN NULL;
      END IF;
      RETURN (SELECT avg(coalesce(p_answer -> 'pairs' ->> pair.key = pair.value, false)::integer) FROM jsonb_each_text(p_correct) AS pair);

    WHEN 'ordering' THEN
      IF coalesce(jsonb_typeof(p_correct), 'null') <> 'array' THEN
        RETURN NULL;
      END IF;
      RETURN (p_answer -> 'order' IS NOT DISTINCT FROM p_correct)::integer;
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.grade_answer(text, jsonb, jsonb, jsonb) IS
  'The part of the points, 0 to 1, that an answer earns; NULL where a person must grade it. See server_sql/README.md, "Answers"';

CREATE OR REPLACE FUNCTION lms.grade_objective_answers(p_attempt uuid) RETURNS void
  LANGUAGE sql SET search_path = ''
AS $$
  UPDATE public.quiz_answers AS a
  SET is_correct = graded.part = 1,
    points_earned = coalesce(round(graded.part * graded.points, 2), 0),
    max_points = graded.points
  FROM (
    SELECT qa.id, q.points, lms.grade_answer(q.question_type, q.answer_options, q.correct_answer, qa.answer_data) AS part
    FROM public.quiz_answers AS qa
    JOIN public.quiz_questions AS q ON q.id = qa.question_id
    WHERE qa.quiz_attempt_id = p_attempt
  ) AS graded
  WHERE a.id = graded.id
$$;
COMMENT ON FUNCTION lms.grade_objective_answers(uuid) IS 'Grades the answers that need no person; the others stay with is_correct NULL';

CREATE OR REPLACE FUNCTION public.auto_grade_quiz_attempt() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_waiting boolean;
BEGIN
  IF OLD.status = 'in_progress' THEN
    PERFORM lms.grade_objective_answers(NEW.id);
    NEW.submitted_at := coalesce(NEW.submitted_at, now());
  END IF;

  SELECT coalesce(sum(q.points), 0), coalesce(sum(a.points_earned), 0), coalesce(bool_or(a.id IS NOT NULL AND a.is_correct IS NULL), false)
  INTO NEW.total_points, NEW.points_earned, v_waiting
  FROM public.quiz_questions AS q
  LEFT JOIN public.quiz_answers AS a ON a.question_id = q.id AND a.quiz_attempt_id = NEW.id
  WHERE q.quiz_id = NEW.quiz_id;

  IF v_waiting THEN
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
