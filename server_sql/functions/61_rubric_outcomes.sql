-- What if a rubric's criteria and levels were worth something else. docs/grading.md, "What if".

CREATE OR REPLACE FUNCTION lms.scores_by_rubric(p_scores jsonb, p_rubric jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT coalesce(jsonb_object_agg(s.criterion, CASE jsonb_typeof(s.given -> 'points') WHEN 'number' THEN
    s.given || jsonb_build_object('points', coalesce(
      (
        SELECT level.entry -> 'points'
        FROM jsonb_array_elements(c.entry -> 'levels') WITH ORDINALITY AS level (entry, number)
        WHERE coalesce(level.entry ->> 'id', (level.number - 1)::text) = s.given ->> 'level'
      ),
      to_jsonb(least((s.given -> 'points')::numeric, (c.entry -> 'points')::numeric))
    ))
  ELSE s.given END), '{}')
  FROM jsonb_each(p_scores) AS s (criterion, given)
  JOIN jsonb_array_elements(p_rubric) AS c (entry) ON coalesce(c.entry ->> 'id', c.entry ->> 'criterion') = s.criterion
$$;
COMMENT ON FUNCTION lms.scores_by_rubric(jsonb, jsonb) IS
  'What was given by a rubric, worth what another says: a level what that level is worth there, points that were typed no more than their criterion';

CREATE OR REPLACE FUNCTION lms.score_by_rubric(p_score numeric, p_before jsonb, p_after jsonb, p_total numeric) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT round(greatest(0, least(p_score + coalesce(sum((after.given ->> 'points')::numeric), 0) - (
    SELECT coalesce(sum((before.given ->> 'points')::numeric), 0) FROM jsonb_each(p_before) AS before (criterion, given)
  ), p_total)), 2)
  FROM jsonb_each(p_after) AS after (criterion, given)
$$;
COMMENT ON FUNCTION lms.score_by_rubric(numeric, jsonb, jsonb, numeric) IS
  'A score with what its criteria give more or less: what a grader added by hand stays. Between 0 and all points; NULL stays';

CREATE OR REPLACE FUNCTION lms.rubric_problem(p_old jsonb, p_new jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = ''
AS $$
  SELECT CASE
    WHEN jsonb_typeof(p_new) IS DISTINCT FROM 'array' OR octet_length(p_new::text) > 1000000 THEN 'That is no rubric.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_new) AS c
      WHERE CASE jsonb_typeof(c -> 'points') WHEN 'number' THEN (c -> 'points')::numeric NOT BETWEEN 0 AND 999999 ELSE true END
        OR coalesce(jsonb_typeof(c -> 'levels'), 'array') <> 'array'
    ) THEN 'A criterion gives 0 to 999,999 points.'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements(p_new) AS c, jsonb_array_elements(c -> 'levels') AS level
      WHERE CASE jsonb_typeof(level -> 'points')
        WHEN 'number' THEN (level -> 'points')::numeric NOT BETWEEN 0 AND (c -> 'points')::numeric
        ELSE true END
    ) THEN 'No level gives more than its criterion.'
    WHEN ARRAY(SELECT coalesce(c ->> 'id', c ->> 'criterion') FROM jsonb_array_elements(p_old) AS c ORDER BY 1)
      IS DISTINCT FROM ARRAY(SELECT coalesce(c ->> 'id', c ->> 'criterion') FROM jsonb_array_elements(p_new) AS c ORDER BY 1)
      THEN 'The rubric has other criteria by now; look at it again.'
  END
$$;
COMMENT ON FUNCTION lms.rubric_problem(jsonb, jsonb) IS 'Why a rubric cannot take the place of another with the same criteria; NULL where it can';

CREATE OR REPLACE FUNCTION lms.rubric_outcomes(p_assignment uuid, p_rubric jsonb, p_total numeric) RETURNS TABLE (
  submission_id uuid, learner text, released boolean, before numeric, after numeric, fingerprint text
)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_assignment public.assignments;
  v_problem text;
BEGIN
  SELECT * INTO v_assignment
  FROM public.assignments AS a
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())));
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such assignment of yours.', HINT = 'no-such-assignment';
  END IF;
  v_problem := coalesce(
    lms.rubric_problem(v_assignment.rubric, p_rubric),
    CASE WHEN p_total IS NULL OR p_total NOT BETWEEN 0 AND 999999 THEN 'An assignment is worth 0 to 999,999 points.' END
  );
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'not-a-rubric';
  END IF;
  RETURN QUERY
  WITH graded AS (
    SELECT s.id, CASE WHEN v_assignment.anonymous_grading AND s.final_score IS NULL THEN NULL ELSE concat_ws(' ', m.first_name, m.last_name) END AS learner,
      s.final_score IS NOT NULL AS released, s.late_seconds, s.final_score,
      CASE WHEN s.final_score IS NOT NULL THEN s.score ELSE g.score END AS score,
      coalesce(CASE WHEN s.final_score IS NOT NULL THEN s.rubric_scores ELSE g.rubric_scores END, '{}') AS given
    FROM public.assignment_submissions AS s
    JOIN public.members AS m ON m.id = s.member_id
    LEFT JOIN lms.grades AS g ON g.submission_id = s.id AND NOT g.blind
      AND g.stage = CASE WHEN lms.second_marked(v_assignment, s.id) THEN 'agreed' ELSE 'first' END
    WHERE s.assignment_id = p_assignment
  ), counted AS (
    SELECT g.id, g.learner, g.released,
      coalesce(g.final_score, g.score - lms.late_deduction(v_assignment.total_points, g.score, g.late_seconds,
        v_assignment.late_penalty_percentage, v_assignment.late_penalty_interval, v_assignment.late_penalty_floor)) AS before,
      then_is.score - lms.late_deduction(p_total, then_is.score, g.late_seconds, v_assignment.late_penalty_percentage,
        v_assignment.late_penalty_interval, v_assignment.late_penalty_floor) AS after
    FROM graded AS g
    CROSS JOIN LATERAL (SELECT lms.score_by_rubric(g.score, g.given, lms.scores_by_rubric(g.given, p_rubric), p_total) AS score) AS then_is
    WHERE g.score IS NOT NULL
  )
  SELECT c.*, (SELECT md5(string_agg(concat_ws(':', one.id, one.released, one.before, one.after), ',' ORDER BY one.id)) FROM counted AS one)
  FROM counted AS c;
END
$$;
COMMENT ON FUNCTION lms.rubric_outcomes(uuid, jsonb, numeric) IS
  'What each graded submission would be worth if the rubric''s criteria and levels, and the assignment, were worth that, beside what it is worth now; changes nothing';

CREATE OR REPLACE FUNCTION lms.apply_rubric(p_assignment uuid, p_rubric jsonb, p_total numeric, p_fingerprint text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changed integer;
  v_fingerprint text;
BEGIN
  PERFORM FROM public.assignments AS a
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such assignment of yours.', HINT = 'no-such-assignment';
  END IF;
  PERFORM FROM public.enrollments AS e
  WHERE e.id IN (SELECT s.enrollment_id FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment)
  ORDER BY e.id FOR NO KEY UPDATE;
  PERFORM FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment ORDER BY s.id FOR NO KEY UPDATE;
  SELECT min(o.fingerprint) INTO v_fingerprint FROM lms.rubric_outcomes(p_assignment, p_rubric, p_total) AS o;
  IF v_fingerprint IS DISTINCT FROM p_fingerprint THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Something was graded since you looked.', HINT = 'preview-outdated';
  END IF;
  SELECT count(*) INTO v_changed FROM lms.rubric_outcomes(p_assignment, p_rubric, p_total) AS o WHERE o.before <> o.after;

  UPDATE public.assignment_submissions AS s
  SET rubric_scores = now_is.given, score = now_is.score, points_earned = now_is.score, late_penalty_applied = now_is.penalty,
    final_score = now_is.score - now_is.penalty, grade_percentage = lms.percentage(now_is.score - now_is.penalty, p_total)
  FROM (
    SELECT each.id, scored.given, scored.score,
      lms.late_deduction(p_total, scored.score, each.late_seconds, a.late_penalty_percentage, a.late_penalty_interval, a.late_penalty_floor) AS penalty
    FROM public.assignment_submissions AS each
    JOIN public.assignments AS a ON a.id = each.assignment_id
    CROSS JOIN LATERAL (SELECT lms.scores_by_rubric(coalesce(each.rubric_scores, '{}'), p_rubric) AS given) AS rescored
    CROSS JOIN LATERAL (
      SELECT rescored.given, lms.score_by_rubric(each.score, coalesce(each.rubric_scores, '{}'), rescored.given, p_total) AS score
    ) AS scored
    WHERE each.assignment_id = p_assignment AND each.final_score IS NOT NULL
  ) AS now_is
  WHERE s.id = now_is.id;
  -- Each marker's, too: else a grade that was given would be none by the rubric, and could not be saved again
  UPDATE lms.grades AS g
  SET rubric_scores = now_is.given, score = now_is.score, version = g.version + 1,
    released_version = CASE WHEN g.released_version = g.version THEN g.version + 1 ELSE g.released_version END
  FROM (
    SELECT each.id, rescored.given, lms.score_by_rubric(each.score, each.rubric_scores, rescored.given, p_total) AS score
    FROM lms.grades AS each
    CROSS JOIN LATERAL (SELECT lms.scores_by_rubric(each.rubric_scores, p_rubric) AS given) AS rescored
    WHERE each.assignment_id = p_assignment
  ) AS now_is
  WHERE g.id = now_is.id AND (g.rubric_scores <> now_is.given OR g.score IS DISTINCT FROM now_is.score);
  UPDATE public.assignments SET rubric = p_rubric, total_points = p_total WHERE id = p_assignment;
  PERFORM lms.refresh_final_grades(ARRAY(
    SELECT DISTINCT s.enrollment_id FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment AND s.final_score IS NOT NULL
  ));
  RETURN v_changed;
END
$$;
COMMENT ON FUNCTION lms.apply_rubric(uuid, jsonb, numeric, text) IS
  'Makes the rubric''s criteria and levels worth that, for what is graded and released already too, where it does what lms.rubric_outcomes showed; gives how many results change';

GRANT EXECUTE ON FUNCTION lms.rubric_outcomes(uuid, jsonb, numeric), lms.apply_rubric(uuid, jsonb, numeric, text) TO lms_staff;
