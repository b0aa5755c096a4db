-- Marks that a person gives, and marks that are changed after the fact. docs/design.md, "Marks".

CREATE OR REPLACE FUNCTION lms.require_marker(p_quiz uuid) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.quizzes AS q
    WHERE q.id = p_quiz AND NOT q.is_bank AND (lms.may_administer() OR q.id = ANY (ARRAY(SELECT lms.taught_quizzes())))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You teach no such quiz.', HINT = 'no-such-quiz';
  END IF;
END
$$;

-- By hand -------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.resting_certificate(p_enrollment uuid, p_quiz uuid) RETURNS text
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT c.certificate_number
  FROM lms.certificates AS c
  JOIN public.quizzes AS q ON q.id = p_quiz
  LEFT JOIN public.lessons AS l ON l.id = q.lesson_id
  WHERE c.enrollment_id = p_enrollment AND c.status = 'valid' AND (q.require_passing OR l.completion_criteria = 'quiz_passed')
$$;
COMMENT ON FUNCTION lms.resting_certificate(uuid, uuid) IS 'The valid certificate of an enrolment that could not be had without passing this quiz';

CREATE OR REPLACE FUNCTION lms.grade_by_hand(p_attempt uuid, p_question uuid, p_points numeric, p_feedback text, p_seen timestamptz) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_attempt public.quiz_attempts;
  v_answer public.quiz_answers;
  v_most numeric;
  v_credit boolean;
  v_now timestamptz := clock_timestamp();
BEGIN
  SELECT a.* INTO v_attempt
  FROM public.quiz_attempts AS a
  WHERE a.id = p_attempt AND (lms.may_administer() OR a.enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such attempt for you to grade.', HINT = 'no-such-attempt';
  END IF;
  PERFORM FROM public.enrollments AS e WHERE e.id = v_attempt.enrollment_id FOR NO KEY UPDATE;
  SELECT a.* INTO v_attempt FROM public.quiz_attempts AS a WHERE a.id = p_attempt FOR NO KEY UPDATE;
  IF v_attempt.status NOT IN ('submitted', 'graded', 'archived') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This attempt has not been submitted.', HINT = 'attempt-open';
  END IF;
  SELECT qa.* INTO v_answer FROM public.quiz_answers AS qa WHERE qa.quiz_attempt_id = p_attempt AND qa.question_id = p_question FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'Nothing was answered to this question.', HINT = 'no-such-answer';
  END IF;
  SELECT q.points, q.grading ? 'credit' INTO v_most, v_credit FROM lms.questions_of_attempt(p_attempt) AS q WHERE q.question_id = p_question;
  IF p_points IS NULL OR p_points < 0 OR p_points > coalesce(v_most, 0) OR p_points = 'NaN' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'points-out-of-range',
      MESSAGE = format('This question is worth 0 to %s points.', trim_scale(coalesce(v_most, 0)));
  END IF;
  IF v_answer.graded_at IS DISTINCT FROM p_seen THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Somebody else has graded this answer meanwhile.', HINT = 'graded-meanwhile';
  END IF;

  UPDATE public.quiz_answers
  SET points_earned = round(p_points, 2), max_points = v_most, is_correct = round(p_points, 2) = v_most,
    instructor_feedback = nullif(btrim(p_feedback), ''), graded_by = lms.current_member_id(), graded_at = v_now
  WHERE id = v_answer.id;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, old_values, new_values)
  VALUES (
    lms.current_member_id(), 'update', 'quiz_answers', v_answer.id,
    jsonb_build_object('points_earned', v_answer.points_earned, 'graded_at', v_answer.graded_at, 'instructor_feedback', v_answer.instructor_feedback),
    jsonb_build_object('points_earned', round(p_points, 2), 'graded_at', v_now, 'instructor_feedback', nullif(btrim(p_feedback), ''))
  );

  IF v_attempt.status = 'submitted' THEN
    -- Computed from its answers by the trigger once nothing waits
    UPDATE public.quiz_attempts
    SET status = 'graded', graded_by = lms.current_member_id()
    WHERE id = p_attempt AND NOT EXISTS (SELECT FROM lms.waiting_answers(p_attempt));
  ELSIF NOT v_credit THEN
    -- By the difference, as what was recorded elsewhere may have points that no answer here explains
    UPDATE public.quiz_attempts AS a
    SET points_earned = now_is.earned, score = now_is.score, graded_by = lms.current_member_id(),
      passed = CASE WHEN now_is.score = a.score THEN a.passed ELSE now_is.score >= q.passing_score END
    FROM public.quizzes AS q, LATERAL (
      SELECT v_attempt.points_earned + round(p_points, 2) - coalesce(v_answer.points_earned, 0) AS earned,
        lms.percentage(v_attempt.points_earned + round(p_points, 2) - coalesce(v_answer.points_earned, 0), v_attempt.total_points) AS score
    ) AS now_is
    WHERE a.id = p_attempt AND q.id = a.quiz_id AND round(p_points, 2) <> coalesce(v_answer.points_earned, 0);
  END IF;
  PERFORM lms.settle_pass(v_attempt.enrollment_id, v_attempt.quiz_id);
  RETURN (
    SELECT jsonb_build_object(
      'graded_at', v_now, 'status', a.status, 'score', a.score, 'passed', a.passed, 'points', a.points_earned, 'total', a.total_points,
      'certificate_at_risk', CASE WHEN v_attempt.passed AND NOT EXISTS (
        SELECT FROM public.quiz_attempts AS other
        WHERE other.enrollment_id = a.enrollment_id AND other.quiz_id = a.quiz_id AND other.passed AND other.status IN ('graded', 'archived')
      ) THEN lms.resting_certificate(a.enrollment_id, a.quiz_id) END
    )
    FROM public.quiz_attempts AS a
    WHERE a.id = p_attempt
  );
END
$$;
COMMENT ON FUNCTION lms.grade_by_hand(uuid, uuid, numeric, text, timestamptz) IS
  'A person''s points for one answer of a submitted attempt, in place of what a rule or somebody gave; the attempt is computed anew';

-- After the fact ------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.regrade_contents(p_changes jsonb) RETURNS TABLE (question_id uuid, columns jsonb, content jsonb)
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
DECLARE
  v_change jsonb;
  v_columns jsonb;
  v_question uuid;
  v_seen uuid[] := '{}';
  v_sound boolean;
BEGIN
  FOR v_change IN SELECT jsonb_array_elements(CASE WHEN jsonb_typeof(p_changes) = 'array' THEN p_changes ELSE '[null]' END) LOOP
    v_columns := coalesce(v_change -> 'columns', '{}');
    v_sound := jsonb_typeof(v_change) = 'object'
      AND v_change ->> 'question' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      AND coalesce(v_change ->> 'credit', 'void') IN ('void', 'everyone')
      AND jsonb_typeof(v_columns) = 'object';
    IF v_sound THEN
      -- As uuid: in two spellings it would be the same question, and count twice
      v_question := (v_change ->> 'question')::uuid;
      v_sound := v_question <> ALL (v_seen)
        AND v_columns - ARRAY['points', 'answer_options', 'correct_answer', 'grading'] = '{}'
        AND coalesce(jsonb_typeof(v_columns -> 'points'), 'number') = 'number'
        AND coalesce(jsonb_typeof(v_columns -> 'answer_options'), 'array') = 'array'
        AND coalesce(jsonb_typeof(v_columns -> 'grading'), 'object') = 'object';
    END IF;
    IF v_sound THEN
      v_sound := coalesce((v_columns ->> 'points')::numeric, 0) BETWEEN 0 AND 999999.99;
    END IF;
    IF v_sound IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no change to a question.', HINT = 'not-a-change';
    END IF;
    v_seen := v_seen || v_question;
    RETURN QUERY
    SELECT q.id, v_columns, lms.question_content(q) || v_columns || CASE WHEN v_change ->> 'credit' IS NULL THEN '{}' ELSE jsonb_build_object(
      'grading', coalesce(v_columns -> 'grading', q.grading) || jsonb_build_object('credit', v_change -> 'credit')
    ) END || CASE WHEN v_change ->> 'credit' = 'void' THEN '{"points": 0}' ELSE '{}' END::jsonb
    FROM public.quiz_questions AS q
    WHERE q.id = v_question;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such question.', HINT = 'no-such-question';
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.regrade_contents(jsonb) IS 'What attempts would be graded by: each question as it is now, with the columns that change, and credit where all get it';

CREATE OR REPLACE FUNCTION lms.regraded_answers(p_quiz uuid, p_changes jsonb) RETURNS SETOF lms.regraded_answer
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  WITH changed AS MATERIALIZED (
    SELECT c.question_id, c.content, (c.content ->> 'points')::numeric AS most, c.content -> 'grading' ? 'credit' AS credit
    FROM lms.regrade_contents(p_changes) AS c
  ),
  given AS (
    SELECT a.id AS attempt_id, aq.question_id, v.points AS most, v.content -> 'grading' ? 'credit' AS credit
    FROM public.quiz_attempts AS a
    JOIN lms.attempt_questions AS aq ON aq.attempt_id = a.id AND aq.question_id IN (SELECT c.question_id FROM changed AS c)
    JOIN lms.question_versions AS v ON v.id = aq.graded_version
    WHERE a.quiz_id = p_quiz AND a.status IN ('submitted', 'graded', 'archived')
    UNION ALL
    -- Recorded without being delivered: by the quiz as it is
    SELECT a.id, q.id, q.points, q.grading ? 'credit'
    FROM public.quiz_attempts AS a
    JOIN public.quiz_questions AS q ON q.quiz_id = a.quiz_id AND q.id IN (SELECT c.question_id FROM changed AS c)
    WHERE a.quiz_id = p_quiz AND a.status IN ('submitted', 'graded', 'archived')
      AND NOT EXISTS (SELECT FROM lms.attempt_questions AS aq WHERE aq.attempt_id = a.id)
      AND EXISTS (SELECT FROM public.quiz_answers AS qa WHERE qa.quiz_attempt_id = a.id)
  ),
  answered AS MATERIALIZED (
    SELECT g.*, qa.id AS answer_id, qa.answer_data, qa.points_earned, qa.max_points, qa.is_correct, qa.graded_at IS NOT NULL AS by_hand
    FROM given AS g
    LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = g.attempt_id AND qa.question_id = g.question_id
  ),
  part AS MATERIALIZED (
    -- Each different answer once: of 100,000 to a question with options there are a handful
    SELECT different.question_id, different.answer_data, lms.grade_answer(
      c.content ->> 'question_type', c.content -> 'answer_options', c.content -> 'correct_answer', different.answer_data, c.content -> 'grading'
    ) AS part
    FROM (SELECT DISTINCT a.question_id, a.answer_data FROM answered AS a WHERE a.answer_id IS NOT NULL) AS different
    JOIN changed AS c USING (question_id)
  )
  SELECT a.attempt_id, a.question_id, a.answer_id,
    CASE WHEN a.credit THEN a.most ELSE coalesce(a.points_earned, 0) END,
    CASE WHEN c.credit THEN c.most ELSE coalesce(own.stored, 0) END,
    a.most, c.most, own.stored, own.is_correct,
    a.answer_id IS NOT NULL AND own.is_correct IS NULL AND NOT c.credit
  FROM answered AS a
  JOIN changed AS c USING (question_id)
  LEFT JOIN part AS p ON p.question_id = a.question_id AND p.answer_data = a.answer_data
  CROSS JOIN LATERAL (
    SELECT
      CASE
        WHEN c.credit THEN a.points_earned
        WHEN a.by_hand OR p.part IS NULL THEN coalesce(round(a.points_earned * c.most / nullif(a.max_points, 0), 2), 0)
        ELSE round(p.part * c.most, 2)
      END AS stored,
      CASE WHEN c.credit OR a.by_hand OR p.part IS NULL THEN a.is_correct ELSE p.part = 1 END AS is_correct
  ) AS own
$$;
COMMENT ON FUNCTION lms.regraded_answers(uuid, jsonb) IS
  'Each answer to the changed questions, in attempts that are over, with what it earned and would earn. What a person gave keeps its part of the most';

CREATE OR REPLACE FUNCTION lms.regraded_attempts(p_quiz uuid, p_changes jsonb, p_passing numeric) RETURNS SETOF lms.regraded_attempt
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  WITH answer AS MATERIALIZED (SELECT * FROM lms.regraded_answers(p_quiz, p_changes)),
  difference AS (
    SELECT r.attempt_id, sum(r.earned_after - r.earned_before) AS earned, sum(r.most_after - r.most_before) AS most
    FROM answer AS r
    GROUP BY r.attempt_id
  ),
  waiting AS (
    SELECT a.id AS attempt_id, EXISTS (
      SELECT FROM lms.waiting_answers(a.id) AS w (question_id)
      WHERE NOT EXISTS (SELECT FROM answer AS r WHERE r.attempt_id = a.id AND r.question_id = w.question_id AND NOT r.waits)
    ) AS still
    FROM public.quiz_attempts AS a
    WHERE a.quiz_id = p_quiz AND a.status = 'submitted'
  )
  SELECT a.id, a.enrollment_id, a.member_id, a.attempt_number, a.status, new.status,
    a.points_earned, new.points, a.total_points, new.total, a.score, new.score, a.passed,
    CASE
      WHEN new.score IS NULL THEN NULL
      WHEN new.score = a.score AND p_passing IS NULL THEN a.passed
      ELSE new.score >= coalesce(p_passing, q.passing_score)
    END
  FROM public.quiz_attempts AS a
  JOIN public.quizzes AS q ON q.id = a.quiz_id
  LEFT JOIN difference AS d ON d.attempt_id = a.id
  LEFT JOIN waiting AS w ON w.attempt_id = a.id
  CROSS JOIN LATERAL (
    SELECT a.points_earned + coalesce(d.earned, 0) AS points, a.total_points + coalesce(d.most, 0) AS total,
      CASE WHEN a.status = 'submitted' AND NOT w.still THEN 'graded' ELSE a.status END AS status
  ) AS sum
  CROSS JOIN LATERAL (
    -- What does not move keeps its score: it may have been computed elsewhere.
    SELECT sum.points, sum.total, sum.status, CASE
      WHEN sum.status = 'submitted' THEN NULL
      WHEN a.score IS NOT NULL AND sum.points = a.points_earned AND sum.total = a.total_points THEN a.score
      ELSE lms.percentage(sum.points, sum.total)
    END AS score
  ) AS new
  WHERE a.quiz_id = p_quiz AND a.status IN ('submitted', 'graded', 'archived') AND a.points_earned IS NOT NULL AND a.total_points IS NOT NULL
    AND (d.attempt_id IS NOT NULL OR p_passing IS NOT NULL)
$$;
COMMENT ON FUNCTION lms.regraded_attempts(uuid, jsonb, numeric) IS 'The attempts that a regrade is about, as they are and as they would be; with a passing score, all that are over';

CREATE OR REPLACE FUNCTION lms.regrade_differs(p_attempt lms.regraded_attempt) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((p_attempt).status, (p_attempt).points_before, (p_attempt).total_before, (p_attempt).score_before, (p_attempt).passed_before)
  IS DISTINCT FROM
  ((p_attempt).status_after, (p_attempt).points_after, (p_attempt).total_after, (p_attempt).score_after, (p_attempt).passed_after);

CREATE OR REPLACE FUNCTION lms.preview_regrade(p_quiz uuid, p_changes jsonb, p_passing numeric)
  RETURNS TABLE (
    attempt_id uuid, enrollment_id uuid, member_id uuid, member_name text, attempt_number integer, points_before numeric, points_after numeric,
    total_before numeric, total_after numeric, score_before numeric, score_after numeric, passed_before boolean, passed_after boolean,
    changed boolean, certificate_at_risk text, may_complete boolean, mark bigint
  )
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_marker(p_quiz);
  PERFORM FROM lms.regrade_contents(p_changes); -- refused also where nobody has taken the quiz
  RETURN QUERY
  WITH attempt AS MATERIALIZED (
    SELECT r.*, lms.regrade_differs(r) AS differs FROM lms.regraded_attempts(p_quiz, p_changes, p_passing) AS r
  ),
  quiz AS (
    SELECT q.require_passing OR coalesce(l.completion_criteria = 'quiz_passed', false) AS needed
    FROM public.quizzes AS q
    LEFT JOIN public.lessons AS l ON l.id = q.lesson_id
    WHERE q.id = p_quiz
  ),
  enrolment AS (
    SELECT a.enrollment_id, coalesce(bool_or(a.passed), false) AS had, coalesce(bool_or(
      CASE WHEN r.attempt_id IS NULL THEN a.passed ELSE r.passed_after END
    ), false) AS has
    FROM public.quiz_attempts AS a
    LEFT JOIN attempt AS r ON r.attempt_id = a.id
    WHERE a.quiz_id = p_quiz AND (SELECT quiz.needed FROM quiz)
    GROUP BY a.enrollment_id
  )
  SELECT r.attempt_id, r.enrollment_id, r.member_id, concat_ws(' ', m.first_name, m.last_name), r.attempt_number,
    r.points_before, r.points_after, r.total_before, r.total_after, r.score_before, r.score_after, r.passed_before, r.passed_after,
    r.differs,
    CASE WHEN e.had AND NOT e.has THEN c.certificate_number END,
    coalesce(e.has AND NOT e.had AND enrolled.status IN ('enrolled', 'in_progress'), false),
    hashtextextended(concat_ws(' ', r.attempt_id, r.points_before, r.points_after, r.score_after, r.passed_after), 0)
  FROM attempt AS r
  JOIN public.members AS m ON m.id = r.member_id
  JOIN public.enrollments AS enrolled ON enrolled.id = r.enrollment_id
  LEFT JOIN enrolment AS e ON e.enrollment_id = r.enrollment_id
  LEFT JOIN lms.certificates AS c ON c.enrollment_id = r.enrollment_id AND c.status = 'valid';
END
$$;
COMMENT ON FUNCTION lms.preview_regrade(uuid, jsonb, numeric) IS
  'Whose score, pass or certificate a change of keys, points, rules or of the passing score would change; writes nothing';

CREATE OR REPLACE FUNCTION lms.apply_regrade(p_quiz uuid, p_changes jsonb, p_passing numeric, p_reason text, p_expected bigint) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_regrade uuid;
  v_questions uuid[];
  v_answers lms.regraded_answer[];
  v_attempts lms.regraded_attempt[];
  v_gained uuid;
BEGIN
  PERFORM lms.require_marker(p_quiz);
  IF coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say why the marks are changed.', HINT = 'reason-missing';
  END IF;
  IF p_passing NOT BETWEEN 0 AND 100 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The passing score is 0 to 100 percent.', HINT = 'not-a-change';
  END IF;
  -- In the order in which everything else locks them: a start waits at the enrolment or at the question, a submission at the attempt.
  PERFORM FROM public.enrollments AS e
  WHERE e.id IN (SELECT a.enrollment_id FROM public.quiz_attempts AS a WHERE a.quiz_id = p_quiz)
  ORDER BY e.id FOR NO KEY UPDATE;
  PERFORM FROM public.quiz_attempts AS a WHERE a.quiz_id = p_quiz ORDER BY a.id FOR NO KEY UPDATE;
  v_questions := ARRAY(SELECT c.question_id FROM lms.regrade_contents(p_changes) AS c);
  IF EXISTS (
    SELECT FROM lms.regrade_contents(p_changes) AS c
    JOIN public.quiz_questions AS q ON q.id = c.question_id
    WHERE c.columns <> '{}' AND NOT lms.may_administer() AND q.quiz_id <> ALL (ARRAY(SELECT lms.taught_quizzes()))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', HINT = 'administrators-only',
      MESSAGE = 'A question of the association''s bank is changed by administrators; void it here, or give credit.';
  END IF;
  PERFORM lms.keep_versions(v_questions || ARRAY(SELECT q.id FROM public.quiz_questions AS q WHERE q.quiz_id = p_quiz));

  v_answers := ARRAY(SELECT r FROM lms.regraded_answers(p_quiz, p_changes) AS r);
  v_attempts := ARRAY(SELECT r FROM lms.regraded_attempts(p_quiz, p_changes, p_passing) AS r WHERE lms.regrade_differs(r));
  IF p_expected IS DISTINCT FROM (
    SELECT coalesce(bit_xor(hashtextextended(concat_ws(' ', r.attempt_id, r.points_before, r.points_after, r.score_after, r.passed_after), 0)), 0)
    FROM unnest(v_attempts) AS r
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Attempts were graded or submitted since the preview; look at it again.', HINT = 'preview-outdated';
  END IF;

  -- What was recorded without being delivered is tied to the questions as they are now, else nothing would remember what it is graded by.
  INSERT INTO lms.attempt_questions (attempt_id, number, question_id, shown_version, graded_version)
  SELECT a.attempt_id, row_number() OVER (PARTITION BY a.attempt_id ORDER BY q.question_order, q.id), q.id, v.id, v.id
  FROM (SELECT DISTINCT r.attempt_id FROM unnest(v_answers) AS r) AS a
  CROSS JOIN public.quiz_questions AS q
  CROSS JOIN LATERAL (SELECT lms.last_version(q.id) AS id OFFSET 0) AS v
  WHERE q.quiz_id = p_quiz AND NOT EXISTS (SELECT FROM lms.attempt_questions AS aq WHERE aq.attempt_id = a.attempt_id);

  INSERT INTO lms.question_versions (question_id, version, content, content_hash, points)
  SELECT c.question_id, last.version + 1, c.content, sha256(convert_to(c.content::text, 'UTF8')), (c.content ->> 'points')::numeric
  FROM lms.regrade_contents(p_changes) AS c
  CROSS JOIN LATERAL (
    SELECT v.version, v.content_hash FROM lms.question_versions AS v WHERE v.question_id = c.question_id ORDER BY v.version DESC LIMIT 1
  ) AS last
  WHERE last.content_hash <> sha256(convert_to(c.content::text, 'UTF8'));
  UPDATE lms.attempt_questions AS aq
  SET graded_version = v.id
  FROM public.quiz_attempts AS a, (SELECT q.id AS question_id, lms.last_version(q.id) AS id FROM unnest(v_questions) AS q (id)) AS v
  WHERE a.quiz_id = p_quiz AND aq.attempt_id = a.id AND aq.question_id = v.question_id AND aq.graded_version <> v.id;
  UPDATE public.quiz_questions AS q
  SET points = (c.content ->> 'points')::numeric, answer_options = c.content -> 'answer_options', correct_answer = c.content -> 'correct_answer',
    grading = c.content -> 'grading'
  FROM (
    SELECT now_is.question_id, lms.question_content(held) || now_is.columns AS content, lms.question_content(held) AS before
    FROM lms.regrade_contents(p_changes) AS now_is JOIN public.quiz_questions AS held ON held.id = now_is.question_id
  ) AS c
  WHERE q.id = c.question_id AND c.content <> c.before;

  UPDATE public.quiz_answers AS qa
  SET points_earned = r.stored, is_correct = r.is_correct, max_points = r.most_after
  FROM unnest(v_answers) AS r
  WHERE qa.id = r.answer_id AND (qa.points_earned, qa.is_correct) IS DISTINCT FROM (r.stored, r.is_correct)
    OR qa.id = r.answer_id AND r.stored IS NOT NULL AND r.most_after > 0 AND qa.max_points IS DISTINCT FROM r.most_after;
  UPDATE public.quiz_attempts AS a
  SET status = r.status_after, points_earned = r.points_after, total_points = r.total_after, score = r.score_after, passed = r.passed_after
  FROM unnest(v_attempts) AS r
  WHERE a.id = r.attempt_id;
  UPDATE public.quizzes SET passing_score = p_passing WHERE id = p_quiz AND passing_score <> p_passing;

  PERFORM lms.refresh_final_grades(ARRAY(
    SELECT DISTINCT r.enrollment_id FROM unnest(v_attempts) AS r WHERE r.score_before IS DISTINCT FROM r.score_after
  ));
  FOR v_gained IN
    SELECT DISTINCT r.enrollment_id
    FROM unnest(v_attempts) AS r
    WHERE r.passed_after AND r.passed_before IS NOT TRUE
    ORDER BY r.enrollment_id
  LOOP
    PERFORM lms.settle_pass(v_gained, p_quiz);
  END LOOP;

  INSERT INTO lms.regrades (quiz_id, regraded_by, reason, request, changes)
  VALUES (p_quiz, lms.current_member_id(), btrim(p_reason), jsonb_build_object('questions', p_changes, 'passing_score', p_passing), (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'attempt', r.attempt_id, 'before', r.score_before, 'after', r.score_after, 'passed_before', r.passed_before, 'passed_after', r.passed_after
    )), '[]')
    FROM unnest(v_attempts) AS r
  ))
  RETURNING id INTO v_regrade;
  RETURN v_regrade;
END
$$;
COMMENT ON FUNCTION lms.apply_regrade(uuid, jsonb, numeric, text, bigint) IS
  'Does what preview_regrade showed (p_expected: the bit_xor of the marks of what changes). Certificates stay: who should lose one was named';

GRANT EXECUTE ON FUNCTION lms.grade_by_hand(uuid, uuid, numeric, text, timestamptz), lms.preview_regrade(uuid, jsonb, numeric),
  lms.apply_regrade(uuid, jsonb, numeric, text, bigint)
TO lms_staff;
