-- What the marks of a quiz say: gathered here, computed by whoever asks. docs/design.md, "Statistics".

CREATE OR REPLACE FUNCTION lms.get_quiz_marks(p_quiz uuid)
  RETURNS TABLE (question_id uuid, title text, content jsonb, attempts integer[], marks double precision[], picks jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.quizzes AS q WHERE q.id = p_quiz AND (lms.may_administer() OR q.id = ANY (ARRAY(SELECT lms.taught_quizzes())))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such quiz.', HINT = 'no-such-quiz';
  END IF;
  RETURN QUERY
  WITH done AS MATERIALIZED (
    SELECT a.id, row_number() OVER (ORDER BY a.submitted_at, a.id)::integer AS place
    FROM public.quiz_attempts AS a
    WHERE a.quiz_id = p_quiz AND a.status IN ('graded', 'archived')
  ), asked AS MATERIALIZED (
    SELECT d.id, d.place, aq.question_id, aq.graded_version
    FROM done AS d
    JOIN lms.attempt_questions AS aq ON aq.attempt_id = d.id
    UNION ALL
    -- Recorded without being delivered (imported years): the quiz as it is
    SELECT d.id, d.place, q.id, NULL
    FROM done AS d
    JOIN public.quiz_questions AS q ON q.quiz_id = p_quiz AND NOT q.retired
    WHERE NOT EXISTS (SELECT FROM lms.attempt_delivery AS delivery WHERE delivery.attempt_id = d.id)
  ), answered AS MATERIALIZED (
    SELECT a.id, a.place, a.question_id, a.graded_version, coalesce(qa.points_earned, 0)::double precision AS mark,
      qa.answer_data -> 'selected' AS selected
    FROM asked AS a
    LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = a.id AND qa.question_id = a.question_id
  ), totals AS (
    SELECT a.id, sum(a.mark) AS total FROM answered AS a GROUP BY a.id
  ), same AS (
    -- Many picked the same: what they picked is taken apart once
    SELECT a.question_id, a.selected, count(*) AS times, sum(t.total - a.mark) AS rest
    FROM answered AS a
    JOIN totals AS t ON t.id = a.id
    WHERE a.selected IS NOT NULL
    GROUP BY a.question_id, a.selected
  ), options AS (
    SELECT s.question_id, p.option, sum(s.times) AS times, sum(s.rest) / sum(s.times) AS rest
    FROM same AS s
    CROSS JOIN LATERAL unnest(lms.picked(jsonb_build_object('selected', s.selected))) AS p (option)
    GROUP BY s.question_id, p.option
  ), picked AS MATERIALIZED (
    SELECT o.question_id, jsonb_object_agg(o.option, jsonb_build_array(o.times, o.rest)) AS picks FROM options AS o GROUP BY o.question_id
  ), by_question AS (
    SELECT a.question_id, max(a.graded_version) AS version, array_agg(a.place ORDER BY a.place) AS attempts,
      array_agg(a.mark ORDER BY a.place) AS marks
    FROM answered AS a
    GROUP BY a.question_id
  )
  SELECT b.question_id, q.title, coalesce(v.content, lms.question_content(q)), b.attempts, b.marks, coalesce(p.picks, '{}')
  FROM by_question AS b
  JOIN public.quiz_questions AS q ON q.id = b.question_id
  LEFT JOIN lms.question_versions AS v ON v.id = b.version
  LEFT JOIN picked AS p ON p.question_id = b.question_id
  ORDER BY q.quiz_id <> p_quiz, q.position, q.id;
END
$$;
COMMENT ON FUNCTION lms.get_quiz_marks(uuid) IS
  'For each question that graded attempts of a quiz were asked: which attempts (numbered), what each earned, and how often each option was picked with what its pickers earned besides';

GRANT EXECUTE ON FUNCTION lms.get_quiz_marks(uuid) TO lms_staff;
