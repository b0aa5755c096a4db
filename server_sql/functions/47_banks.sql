-- Question banks: what a quiz takes from them. docs/design.md, "Questions on the replica".

CREATE OR REPLACE FUNCTION lms.questions_for(p_quiz uuid, p_seed uuid) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
DECLARE
  v_ids uuid[] := '{}';
  v_positions double precision[] := '{}';
  v_more uuid[];
  v_draw lms.quiz_draws;
BEGIN
  SELECT coalesce(array_agg(q.id ORDER BY q.position, q.id), '{}'), coalesce(array_agg(q.position ORDER BY q.position, q.id), '{}')
  INTO v_ids, v_positions
  FROM public.quiz_questions AS q
  WHERE q.quiz_id = p_quiz AND NOT q.retired;
  -- Those that are named first, so that chance does not take them twice.
  FOR v_draw IN SELECT d.* FROM lms.quiz_draws AS d WHERE d.quiz_id = p_quiz ORDER BY d.question_id IS NULL, d.position, d.id LOOP
    v_more := ARRAY(
      SELECT q.id
      FROM public.quiz_questions AS q
      WHERE q.quiz_id = v_draw.bank_id AND NOT q.retired AND q.id <> ALL (v_ids)
        AND CASE WHEN v_draw.question_id IS NULL THEN q.tags @> v_draw.tags ELSE q.id = v_draw.question_id END
      ORDER BY lms.shown_order(p_seed, q.id::text)
      LIMIT v_draw.count
    );
    v_ids := v_ids || v_more;
    v_positions := v_positions || array_fill(v_draw.position, ARRAY[cardinality(v_more)]);
  END LOOP;
  RETURN QUERY SELECT g.id FROM unnest(v_ids, v_positions) WITH ORDINALITY AS g (id, place, number) ORDER BY g.place, g.number;
END
$$;
COMMENT ON FUNCTION lms.questions_for(uuid, uuid) IS
  'The questions of one attempt in their order: those of the quiz, and what it draws, each once; another seed draws others';

CREATE OR REPLACE FUNCTION lms.gives_questions(p_quiz uuid) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT EXISTS (SELECT FROM public.quiz_questions AS q WHERE q.quiz_id = p_quiz AND NOT q.retired) OR EXISTS (
    SELECT FROM lms.quiz_draws AS d JOIN public.quiz_questions AS q ON q.quiz_id = d.bank_id
    WHERE d.quiz_id = p_quiz AND NOT q.retired AND CASE WHEN d.question_id IS NULL THEN q.tags @> d.tags ELSE q.id = d.question_id END
  )
$$;

CREATE OR REPLACE FUNCTION lms.check_draw() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- A quiz of another course would give its questions away.
  IF NOT EXISTS (
    SELECT FROM public.quizzes AS bank
    JOIN public.quizzes AS quiz ON quiz.id = NEW.quiz_id
    WHERE bank.id = NEW.bank_id AND bank.is_bank AND NOT quiz.is_bank
      AND (bank.course_id IS NULL OR bank.course_id = coalesce(quiz.course_id, lms.course_of_lesson(quiz.lesson_id)))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'no-such-bank',
      MESSAGE = 'A quiz draws from question banks of its own course, and from those of the association.';
  END IF;
  IF NEW.question_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.quiz_questions AS q WHERE q.id = NEW.question_id AND q.quiz_id = NEW.bank_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This question is not in that bank.', HINT = 'not-in-bank';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER trigger_check_draw BEFORE INSERT OR UPDATE ON lms.quiz_draws
  FOR EACH ROW EXECUTE FUNCTION lms.check_draw();

CREATE OR REPLACE FUNCTION lms.list_banks() RETURNS TABLE (id uuid, title text, questions integer, tags text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT b.id, b.title, count(q.id)::integer,
    ARRAY(SELECT DISTINCT t FROM public.quiz_questions AS qq, unnest(qq.tags) AS t WHERE qq.quiz_id = b.id AND NOT qq.retired ORDER BY t)
  FROM public.quizzes AS b
  LEFT JOIN public.quiz_questions AS q ON q.quiz_id = b.id AND NOT q.retired
  WHERE b.is_bank AND b.course_id IS NULL AND (SELECT lms.has_role('instructor') OR lms.may_administer())
  GROUP BY b.id
  ORDER BY b.title, b.id
$$;
COMMENT ON FUNCTION lms.list_banks() IS 'The association''s question banks, for whoever may draw from them: names and tags, no question';

CREATE OR REPLACE FUNCTION lms.list_question_versions(p_question uuid)
  RETURNS TABLE (version integer, created_at timestamptz, attempts integer, content jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.quiz_questions AS q
    WHERE q.id = p_question AND (lms.may_administer() OR q.quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes())))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such question.', HINT = 'no-such-question';
  END IF;
  RETURN QUERY
  SELECT v.version, v.created_at, (SELECT count(*)::integer FROM lms.attempt_questions AS aq WHERE aq.shown_version = v.id), v.content
  FROM lms.question_versions AS v
  WHERE v.question_id = p_question
  ORDER BY v.version DESC;
END
$$;
COMMENT ON FUNCTION lms.list_question_versions(uuid) IS
  'A question as attempts were given it, the newest first, and to how many: for who teaches its quiz';

GRANT EXECUTE ON FUNCTION lms.list_banks(), lms.list_question_versions(uuid) TO lms_staff;
