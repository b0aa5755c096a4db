-- Taking a quiz. A function that changes an attempt returns no question, key or score; another gives it, and refuses the transaction that
-- made the change, as that one may still be rolled back (docs/design.md, "Taking a quiz").

-- Versions ------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.question_content(p_question public.quiz_questions) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT to_jsonb(p_question) - ARRAY['id', 'quiz_id', 'question_order', 'position', 'row_version', 'created_at', 'updated_at', 'tags', 'title', 'retired']
$$;

CREATE OR REPLACE FUNCTION lms.keep_versions(p_questions uuid[]) RETURNS void
  LANGUAGE sql SET search_path = ''
AS $$
  -- The row lock makes a version once, however many start at the same time.
  SELECT FROM public.quiz_questions AS q WHERE q.id = ANY (p_questions) ORDER BY q.id FOR NO KEY UPDATE;
  INSERT INTO lms.question_versions (question_id, version, content, content_hash, points)
  SELECT q.id, coalesce(last.version, 0) + 1, now_is.content, sha256(convert_to(now_is.content::text, 'UTF8')), q.points
  FROM public.quiz_questions AS q
  CROSS JOIN LATERAL (SELECT lms.question_content(q) AS content) AS now_is
  LEFT JOIN LATERAL (
    SELECT v.version, v.content_hash FROM lms.question_versions AS v WHERE v.question_id = q.id ORDER BY v.version DESC LIMIT 1
  ) AS last ON true
  WHERE q.id = ANY (p_questions) AND last.content_hash IS DISTINCT FROM sha256(convert_to(now_is.content::text, 'UTF8'))
$$;
COMMENT ON FUNCTION lms.keep_versions(uuid[]) IS 'Makes a version of each question that was changed since its last one';

CREATE OR REPLACE FUNCTION lms.last_version(p_question uuid) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT v.id FROM lms.question_versions AS v WHERE v.question_id = p_question ORDER BY v.version DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION lms.questions_of_attempt(p_attempt uuid)
  RETURNS TABLE (question_id uuid, points numeric, question_type text, answer_options jsonb, correct_answer jsonb, grading jsonb)
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT aq.question_id, v.points, v.content ->> 'question_type', v.content -> 'answer_options', v.content -> 'correct_answer',
    v.content -> 'grading'
  FROM lms.attempt_questions AS aq
  JOIN lms.question_versions AS v ON v.id = aq.graded_version
  WHERE aq.attempt_id = p_attempt
  UNION ALL
  SELECT q.id, q.points, q.question_type, q.answer_options, q.correct_answer, q.grading
  FROM public.quiz_attempts AS a
  JOIN public.quiz_questions AS q ON q.quiz_id = a.quiz_id
  WHERE a.id = p_attempt AND NOT EXISTS (SELECT FROM lms.attempt_questions AS aq WHERE aq.attempt_id = p_attempt)
$$;
COMMENT ON FUNCTION lms.questions_of_attempt(uuid) IS
  'What an attempt is graded by: the versions it was given; those of the quiz where it was recorded without being delivered';

CREATE OR REPLACE FUNCTION lms.waiting_answers(p_attempt uuid) RETURNS SETOF uuid
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT q.question_id
  FROM lms.questions_of_attempt(p_attempt) AS q
  JOIN public.quiz_answers AS a ON a.question_id = q.question_id AND a.quiz_attempt_id = p_attempt
  WHERE a.is_correct IS NULL AND NOT q.grading ? 'credit'
$$;
COMMENT ON FUNCTION lms.waiting_answers(uuid) IS 'The questions of an attempt that a person has yet to grade';

-- Names ---------------------------------------------------------------------------------------------------------------------------------
-- An author's ids may say where an item belongs (a, b, c in their right order), so each attempt calls them by names of its own.

CREATE OR REPLACE FUNCTION lms.answer_ids(p_content jsonb) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT o ->> 'id' FROM jsonb_array_elements(p_content -> 'answer_options') AS o WHERE o ? 'id' AND p_content ->> 'question_type' <> 'true_false'
  UNION
  SELECT unnest(ARRAY[pair.key, pair.value])
  FROM jsonb_each_text(CASE WHEN p_content ->> 'question_type' = 'matching' THEN p_content -> 'correct_answer' ELSE '{}' END) AS pair
  UNION
  SELECT jsonb_array_elements_text(CASE WHEN p_content ->> 'question_type' = 'ordering' THEN p_content -> 'correct_answer' ELSE '[]' END)
$$;
COMMENT ON FUNCTION lms.answer_ids(jsonb) IS 'Everything in a question that an answer names';

CREATE OR REPLACE FUNCTION lms.shown_id(p_seed uuid, p_id text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr(md5(p_seed::text || '/id/' || p_id), 1, 12);

CREATE OR REPLACE FUNCTION lms.shown_order(p_seed uuid, p_id text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(p_seed::text || '/order/' || p_id);

CREATE OR REPLACE FUNCTION lms.renamed(p_answer jsonb, p_names jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE jsonb_typeof(p_answer)
    WHEN 'string' THEN to_jsonb(coalesce(p_names ->> (p_answer #>> '{}'), p_answer #>> '{}'))
    WHEN 'array' THEN coalesce(
      (SELECT jsonb_agg(coalesce(p_names -> (e.value #>> '{}'), e.value) ORDER BY e.n) FROM jsonb_array_elements(p_answer) WITH ORDINALITY AS e (value, n)), '[]'
    )
    WHEN 'object' THEN coalesce(
      (SELECT jsonb_object_agg(coalesce(p_names ->> e.key, e.key), coalesce(p_names -> (e.value #>> '{}'), e.value)) FROM jsonb_each(p_answer) AS e), '{}'
    )
    ELSE p_answer
  END
$$;

CREATE OR REPLACE FUNCTION lms.translated(p_content jsonb, p_seed uuid, p_answer jsonb, p_for_learner boolean) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE SET search_path = ''
AS $$
DECLARE
  v_names jsonb;
  v_part text;
BEGIN
  IF p_answer IS NULL OR NOT p_answer ?| '{selected,order,pairs}' THEN
    RETURN p_answer; -- names nothing
  END IF;
  SELECT coalesce(jsonb_object_agg(
    CASE WHEN p_for_learner THEN i.id ELSE lms.shown_id(p_seed, i.id) END,
    CASE WHEN p_for_learner THEN lms.shown_id(p_seed, i.id) ELSE i.id END
  ), '{}') INTO v_names FROM lms.answer_ids(p_content) AS i (id);
  FOREACH v_part IN ARRAY ARRAY['selected', 'order', 'pairs'] LOOP
    IF p_answer ? v_part THEN
      p_answer := p_answer || jsonb_build_object(v_part, lms.renamed(p_answer -> v_part, v_names));
    END IF;
  END LOOP;
  RETURN p_answer;
END
$$;
COMMENT ON FUNCTION lms.translated(jsonb, uuid, jsonb, boolean) IS 'An answer in the names of its attempt (for the learner) or in those of the author';

CREATE OR REPLACE FUNCTION lms.shown_question(p_content jsonb, p_seed uuid, p_shuffle boolean) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE SET search_path = ''
AS $$
DECLARE
  v_type text := p_content ->> 'question_type';
  v_options jsonb := p_content -> 'answer_options';
  v_correct jsonb := p_content -> 'correct_answer';
  v_shown jsonb := jsonb_build_object(
    'type', v_type, 'text', p_content -> 'question_text', 'html', p_content -> 'question_html', 'hint', p_content -> 'hint',
    'image', p_content -> 'image_url', 'video', p_content -> 'video_url'
  );
BEGIN
  -- One statement a type: a server process plans only those that it meets.
  IF v_type IN ('multiple_choice', 'multiple_answer') THEN
    v_shown := v_shown || jsonb_build_object('options', (
      SELECT jsonb_agg(jsonb_build_object('id', lms.shown_id(p_seed, o.value ->> 'id'), 'text', o.value -> 'text', 'html', o.value -> 'html')
        ORDER BY CASE WHEN p_shuffle THEN lms.shown_order(p_seed, o.value ->> 'id') END, o.n)
      FROM jsonb_array_elements(v_options) WITH ORDINALITY AS o (value, n)
    ));
  ELSIF v_type = 'fill_blank' THEN
    v_shown := v_shown || jsonb_build_object(
      'blanks', CASE WHEN jsonb_typeof(v_correct) = 'array' THEN jsonb_array_length(v_correct) ELSE 0 END,
      'choices', (
        SELECT jsonb_agg(
          (SELECT coalesce(jsonb_agg(c ORDER BY lms.shown_order(p_seed, c #>> '{}')), '[]') FROM jsonb_array_elements(o.value -> 'choices') AS c)
          ORDER BY o.n)
        FROM jsonb_array_elements(v_options) WITH ORDINALITY AS o (value, n)
        WHERE o.value ? 'choices'
      )
    );
  ELSIF v_type = 'matching' THEN
    v_shown := v_shown || jsonb_build_object( -- always shuffled: their order is the key
      'left', (
        SELECT jsonb_agg(jsonb_build_object('id', lms.shown_id(p_seed, side.id), 'text', side.text, 'html', side.html)
          ORDER BY lms.shown_order(p_seed, side.id))
        FROM (
          SELECT pair.key AS id, coalesce(o ->> 'text', pair.key) AS text, o ->> 'html' AS html
          FROM jsonb_object_keys(v_correct) AS pair (key)
          LEFT JOIN jsonb_array_elements(v_options) AS o ON o ->> 'id' = pair.key
        ) AS side
      ),
      'right', (
        SELECT jsonb_agg(jsonb_build_object('id', lms.shown_id(p_seed, side.id), 'text', side.text) ORDER BY lms.shown_order(p_seed, side.id))
        FROM (
          SELECT DISTINCT ON (id) id, text
          FROM (
            SELECT o ->> 'id' AS id, o ->> 'text' AS text FROM jsonb_array_elements(v_options) AS o WHERE o ->> 'side' = 'right'
            UNION ALL
            SELECT pair.value, pair.value FROM jsonb_each_text(v_correct) AS pair
            WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(v_options) AS o WHERE o ->> 'id' = pair.value)
          ) AS named (id, text)
        ) AS side
      )
    );
  ELSIF v_type = 'ordering' THEN
    v_shown := v_shown || jsonb_build_object('items', (
      SELECT jsonb_agg(jsonb_build_object('id', lms.shown_id(p_seed, item.id), 'text', coalesce(o ->> 'text', item.id), 'html', o ->> 'html')
        ORDER BY lms.shown_order(p_seed, item.id))
      FROM jsonb_array_elements_text(v_correct) AS item (id)
      LEFT JOIN jsonb_array_elements(v_options) AS o ON o ->> 'id' = item.id
    ));
  END IF;
  RETURN v_shown;
END
$$;
COMMENT ON FUNCTION lms.shown_question(jsonb, uuid, boolean) IS
  'A question as a learner may see it: no key, no part of an option, no feedback; in the names and the order of the attempt';

-- Delivery ------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.finish_attempt(p_attempt uuid) RETURNS void
  LANGUAGE sql SET search_path = ''
AS $$
  UPDATE lms.attempt_delivery SET changed_in = pg_current_xact_id() WHERE attempt_id = p_attempt;
  UPDATE public.quiz_attempts AS a
  SET status = 'submitted',
    submitted_at = least(clock_timestamp(), d.deadline),
    time_spent_seconds = extract(epoch FROM least(clock_timestamp(), d.deadline) - a.started_at)::integer
  FROM lms.attempt_delivery AS d
  WHERE a.id = p_attempt AND d.attempt_id = a.id AND a.status = 'in_progress'
$$;
COMMENT ON FUNCTION lms.finish_attempt(uuid) IS 'Submits an attempt whose row is locked; after its deadline as of the deadline, with what was saved until then';

CREATE OR REPLACE FUNCTION lms.deliver_attempt(p_enrollment public.enrollments, p_quiz public.quizzes, p_deadline timestamptz) RETURNS uuid
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_attempt uuid;
  v_seed uuid := gen_random_uuid();
  v_questions uuid[] := ARRAY(SELECT lms.questions_for(p_quiz.id, v_seed));
BEGIN
  IF v_questions = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This quiz has no questions yet.', HINT = 'quiz-empty';
  END IF;

  PERFORM lms.keep_versions(v_questions);
  INSERT INTO public.quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, started_at, ip_address)
  SELECT p_quiz.id, p_enrollment.id, p_enrollment.member_id, coalesce(max(a.attempt_number), 0) + 1, clock_timestamp(), inet_client_addr()
  FROM public.quiz_attempts AS a
  WHERE a.enrollment_id = p_enrollment.id AND a.quiz_id = p_quiz.id
  RETURNING id INTO v_attempt;
  INSERT INTO lms.attempt_delivery (attempt_id, seed, deadline)
  VALUES (v_attempt, v_seed, p_deadline);
  INSERT INTO lms.attempt_questions (attempt_id, number, question_id, shown_version, graded_version)
  SELECT v_attempt,
    row_number() OVER (ORDER BY CASE WHEN p_quiz.shuffle_questions THEN lms.shown_order(v_seed, q.id::text) END, q.number),
    q.id, lms.last_version(q.id), lms.last_version(q.id)
  FROM unnest(v_questions) WITH ORDINALITY AS q (id, number);
  RETURN v_attempt;
END
$$;
COMMENT ON FUNCTION lms.deliver_attempt(public.enrollments, public.quizzes, timestamptz) IS
  'A new attempt with its questions, in its own order; the enrolment is locked. A supervised one gets its deadline when it begins';

CREATE OR REPLACE FUNCTION lms.refuse_supervised(p_attempt uuid) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM lms.seats AS s JOIN public.quiz_attempts AS a ON a.id = s.attempt_id WHERE s.attempt_id = p_attempt AND a.status = 'in_progress'
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This exam is taken at a station.', HINT = 'supervised';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.refuse_supervised(uuid) IS 'Keeps learners from an exam that they sit, or will, under supervision';

CREATE OR REPLACE FUNCTION lms.start_attempt(p_enrollment uuid, p_quiz uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments := lms.lock_open_enrollment(p_enrollment); -- its row lock makes starts take turns
  v_quiz public.quizzes;
  v_open record;
  v_used integer;
BEGIN
  SELECT * INTO v_quiz FROM public.quizzes AS q WHERE q.id = p_quiz AND NOT q.is_bank
    AND coalesce(q.course_id, lms.course_of_lesson(q.lesson_id)) = v_enrollment.course_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This course has no such quiz.', HINT = 'no-such-quiz';
  END IF;
  IF EXISTS (SELECT FROM lms.sittings AS s WHERE s.quiz_id = p_quiz) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This exam is taken at a station.', HINT = 'supervised';
  END IF;
  IF v_quiz.lesson_id = ANY (ARRAY(SELECT lms.locked_lessons(p_enrollment))) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This lesson is still locked.', HINT = 'lesson-locked';
  END IF;

  SELECT a.id, d.deadline INTO v_open
  FROM public.quiz_attempts AS a
  JOIN lms.attempt_delivery AS d ON d.attempt_id = a.id
  WHERE a.enrollment_id = p_enrollment AND a.quiz_id = p_quiz AND a.status = 'in_progress'
  ORDER BY a.attempt_number DESC
  LIMIT 1
  FOR UPDATE OF a;
  IF v_open.id IS NOT NULL THEN
    IF v_open.deadline IS NULL OR v_open.deadline > clock_timestamp() THEN
      RETURN v_open.id;
    END IF;
    PERFORM lms.finish_attempt(v_open.id);
  END IF;

  IF clock_timestamp() < v_quiz.available_from OR clock_timestamp() > v_quiz.available_until THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This quiz is not open now.', HINT = 'quiz-closed';
  END IF;
  SELECT count(*) INTO v_used FROM public.quiz_attempts AS a WHERE a.enrollment_id = p_enrollment AND a.quiz_id = p_quiz;
  IF v_used >= v_quiz.max_attempts THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'You have used all attempts at this quiz.', HINT = 'no-attempts-left';
  END IF;
  RETURN lms.deliver_attempt(
    v_enrollment, v_quiz, least(clock_timestamp() + make_interval(mins => v_quiz.time_limit_minutes), v_quiz.available_until)
  );
END
$$;
COMMENT ON FUNCTION lms.start_attempt(uuid, uuid) IS
  'Starts an attempt, or gives the one that is open; the row lock of the enrollment keeps the limit under any number of simultaneous starts';

CREATE OR REPLACE FUNCTION lms.own_attempt(p_attempt uuid, OUT status text, OUT quiz_id uuid, OUT enrollment_id uuid, OUT seed uuid, OUT deadline timestamptz)
  RETURNS record
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  SELECT a.status, a.quiz_id, a.enrollment_id, d.seed, d.deadline
  INTO status, quiz_id, enrollment_id, seed, deadline
  FROM public.quiz_attempts AS a
  JOIN lms.attempt_delivery AS d ON d.attempt_id = a.id
  WHERE a.id = p_attempt AND a.member_id = lms.require_member();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such attempt.', HINT = 'no-such-attempt';
  END IF;
  PERFORM lms.refuse_supervised(p_attempt);
  IF lms.attempt_changed_here(p_attempt) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Commit the attempt first, then ask.', HINT = 'not-committed';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.own_attempt(uuid) IS 'An attempt of the caller, for reading; refuses the transaction that changed it';

CREATE OR REPLACE FUNCTION lms.lock_own_attempt(p_attempt uuid) RETURNS lms.attempt_delivery
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_delivery lms.attempt_delivery;
  v_status text;
BEGIN
  SELECT a.status INTO v_status
  FROM public.quiz_attempts AS a
  WHERE a.id = p_attempt AND a.member_id = lms.require_member()
  FOR UPDATE;
  SELECT * INTO v_delivery FROM lms.attempt_delivery AS d WHERE d.attempt_id = p_attempt AND v_status IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such attempt.', HINT = 'no-such-attempt';
  END IF;
  PERFORM lms.refuse_supervised(p_attempt);
  IF v_status <> 'in_progress' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This attempt has been submitted.', HINT = 'attempt-submitted';
  END IF;
  IF v_delivery.deadline <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The time for this quiz is over.', HINT = 'time-over';
  END IF;
  RETURN v_delivery;
END
$$;
COMMENT ON FUNCTION lms.lock_own_attempt(uuid) IS 'An open attempt of the caller, locked, so that answers and submission take turns';

CREATE OR REPLACE FUNCTION lms.get_attempt(p_attempt uuid) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record := lms.own_attempt(p_attempt);
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'quiz', q.id, 'title', q.title, 'instructions', q.instructions, 'release', q.show_correct_answers, 'enrollment', v_own.enrollment_id,
      'attempt_number', a.attempt_number, 'max_attempts', q.max_attempts, 'passing_score', q.passing_score,
      'status', a.status, 'started_at', a.started_at, 'deadline', v_own.deadline, 'now', clock_timestamp(), 'submitted_at', a.submitted_at
    )
    FROM public.quiz_attempts AS a
    JOIN public.quizzes AS q ON q.id = a.quiz_id
    WHERE a.id = p_attempt
  );
END
$$;
COMMENT ON FUNCTION lms.get_attempt(uuid) IS 'How an attempt stands, with the server''s clock beside its deadline; no score';

CREATE OR REPLACE FUNCTION lms.get_questions(p_attempt uuid)
  RETURNS TABLE (number integer, question_id uuid, points numeric, question jsonb, answer jsonb, sequence bigint, flagged boolean, settled boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record := lms.own_attempt(p_attempt);
BEGIN
  IF v_own.status <> 'in_progress' OR v_own.deadline <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The questions are given while the attempt is open.', HINT = 'attempt-over';
  END IF;
  RETURN QUERY
  SELECT aq.number, aq.question_id, v.points, lms.shown_question(v.content, v_own.seed, q.shuffle_answers),
    lms.translated(v.content, v_own.seed, qa.answer_data, true), aq.sequence, aq.flagged, aq.settled_in IS NOT NULL
  FROM lms.attempt_questions AS aq
  JOIN lms.question_versions AS v ON v.id = aq.shown_version
  JOIN public.quizzes AS q ON q.id = v_own.quiz_id
  LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = aq.attempt_id AND qa.question_id = aq.question_id
  WHERE aq.attempt_id = p_attempt
  ORDER BY aq.number;
END
$$;
COMMENT ON FUNCTION lms.get_questions(uuid) IS
  'The questions of an open attempt, in its own order, without keys, with what was answered; refuses the transaction that started it';

CREATE OR REPLACE FUNCTION lms.save_answer(p_attempt uuid, p_question uuid, p_sequence bigint, p_answer jsonb) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_delivery lms.attempt_delivery := lms.lock_own_attempt(p_attempt);
  v_asked record;
  v_answer jsonb;
BEGIN
  SELECT aq.sequence, aq.settled_in, v.content INTO v_asked
  FROM lms.attempt_questions AS aq
  JOIN lms.question_versions AS v ON v.id = aq.shown_version
  WHERE aq.attempt_id = p_attempt AND aq.question_id = p_question;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This attempt has no such question.', HINT = 'no-such-question';
  END IF;
  IF v_asked.settled_in IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This answer has been checked and stays.', HINT = 'answer-settled';
  END IF;
  IF p_answer IS NOT NULL AND (jsonb_typeof(p_answer) <> 'object' OR octet_length(p_answer::text) > 200000) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no answer to this question.', HINT = 'not-an-answer';
  END IF;
  IF p_sequence IS NULL OR p_sequence <= v_asked.sequence THEN
    RETURN 'stale';
  END IF;
  v_answer := lms.translated(v_asked.content, v_delivery.seed, p_answer, false);
  UPDATE lms.attempt_questions SET sequence = p_sequence WHERE attempt_id = p_attempt AND question_id = p_question;
  IF v_answer IS NULL THEN
    DELETE FROM public.quiz_answers WHERE quiz_attempt_id = p_attempt AND question_id = p_question;
  ELSE
    INSERT INTO public.quiz_answers (quiz_attempt_id, question_id, answer_data, answered_at)
    VALUES (p_attempt, p_question, v_answer, clock_timestamp())
    ON CONFLICT (quiz_attempt_id, question_id) DO UPDATE SET answer_data = excluded.answer_data, answered_at = excluded.answered_at;
  END IF;
  RETURN 'saved';
END
$$;
COMMENT ON FUNCTION lms.save_answer(uuid, uuid, bigint, jsonb) IS
  'Keeps an answer, NULL for none. Saving it again, or an older one that arrives late, changes nothing and answers "stale"';

CREATE OR REPLACE FUNCTION lms.flag_question(p_attempt uuid, p_question uuid, p_flagged boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_own_attempt(p_attempt);
  UPDATE lms.attempt_questions SET flagged = p_flagged WHERE attempt_id = p_attempt AND question_id = p_question;
END
$$;
COMMENT ON FUNCTION lms.flag_question(uuid, uuid, boolean) IS 'A learner''s mark to come back to a question';

CREATE OR REPLACE FUNCTION lms.settle_answer(p_attempt uuid, p_question uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_own_attempt(p_attempt);
  IF NOT EXISTS (
    SELECT FROM public.quiz_attempts AS a JOIN public.quizzes AS q ON q.id = a.quiz_id
    WHERE a.id = p_attempt AND q.show_correct_answers = 'immediately'
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This quiz shows its answers later.', HINT = 'not-released';
  END IF;
  UPDATE lms.attempt_questions AS aq SET settled_in = pg_current_xact_id()
  WHERE aq.attempt_id = p_attempt AND aq.question_id = p_question AND aq.settled_in IS NULL
    AND EXISTS (SELECT FROM public.quiz_answers AS qa WHERE qa.quiz_attempt_id = p_attempt AND qa.question_id = p_question);
END
$$;
COMMENT ON FUNCTION lms.settle_answer(uuid, uuid) IS 'Closes the answer to one question of a quiz that shows answers at once; get_review then gives the verdict';

CREATE OR REPLACE FUNCTION lms.submit_attempt(p_attempt uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM FROM public.quiz_attempts AS a WHERE a.id = p_attempt AND a.member_id = lms.require_member() FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM lms.attempt_delivery AS d WHERE d.attempt_id = p_attempt) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such attempt.', HINT = 'no-such-attempt';
  END IF;
  PERFORM lms.refuse_supervised(p_attempt);
  IF EXISTS (SELECT FROM public.quiz_attempts AS a WHERE a.id = p_attempt AND a.status = 'in_progress') THEN
    PERFORM lms.finish_attempt(p_attempt);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.submit_attempt(uuid) IS 'Submits an attempt, once, however often it is asked; says nothing of what came of it';

CREATE OR REPLACE FUNCTION lms.close_overdue_attempts() RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_attempt uuid;
  v_closed integer := 0;
BEGIN
  PERFORM lms.require_administrator();
  FOR v_attempt IN
    SELECT a.id
    FROM public.quiz_attempts AS a
    JOIN lms.attempt_delivery AS d ON d.attempt_id = a.id
    WHERE a.status = 'in_progress' AND d.deadline <= clock_timestamp()
      -- A supervised one is submitted from its seat.
      AND NOT EXISTS (SELECT FROM lms.seats AS s WHERE s.attempt_id = a.id AND s.delivery <> 'terminated')
    ORDER BY a.id
    FOR UPDATE OF a SKIP LOCKED
  LOOP
    PERFORM lms.finish_attempt(v_attempt);
    v_closed := v_closed + 1;
  END LOOP;
  RETURN v_closed;
END
$$;
COMMENT ON FUNCTION lms.close_overdue_attempts() IS 'Submits what its learner left open beyond the deadline; returns how many';

CREATE OR REPLACE FUNCTION lms.settle_pass(p_enrollment uuid, p_quiz uuid) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_lesson uuid := (
    SELECT l.id
    FROM public.quizzes AS q
    JOIN public.lessons AS l ON l.id = q.lesson_id
    JOIN public.enrollments AS e ON e.id = p_enrollment AND e.status IN ('enrolled', 'in_progress')
    WHERE q.id = p_quiz AND l.completion_criteria = 'quiz_passed'
  );
BEGIN
  IF v_lesson IS NOT NULL AND lms.quizzes_passed(p_enrollment, ARRAY(SELECT q.id FROM public.quizzes AS q WHERE q.lesson_id = v_lesson)) THEN
    PERFORM lms.finish_lesson(p_enrollment, v_lesson);
  END IF;
  PERFORM lms.settle_enrollment(p_enrollment);
END
$$;
COMMENT ON FUNCTION lms.settle_pass(uuid, uuid) IS 'Completes the lesson and the course that waited for a pass of this quiz; the enrolment is locked';

CREATE OR REPLACE FUNCTION lms.settle_attempt(p_attempt uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record := lms.own_attempt(p_attempt);
BEGIN
  PERFORM FROM public.enrollments AS e WHERE e.id = v_own.enrollment_id FOR NO KEY UPDATE;
  PERFORM lms.settle_pass(v_own.enrollment_id, v_own.quiz_id);
END
$$;
COMMENT ON FUNCTION lms.settle_attempt(uuid) IS 'Completes the lesson and the course where this attempt was what they waited for; after the submission is committed';

CREATE OR REPLACE FUNCTION lms.keys_released(p_attempt uuid) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT a.status <> 'in_progress' AND CASE q.show_correct_answers
    WHEN 'immediately' THEN true
    WHEN 'after_submission' THEN true
    WHEN 'after_deadline' THEN coalesce(q.available_until <= clock_timestamp(), false)
    ELSE false
  END
  FROM public.quiz_attempts AS a JOIN public.quizzes AS q ON q.id = a.quiz_id
  WHERE a.id = p_attempt
$$;
COMMENT ON FUNCTION lms.keys_released(uuid) IS 'Whether a learner may see the right answers of an attempt as a whole';

CREATE OR REPLACE FUNCTION lms.get_result(p_attempt uuid) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record := lms.own_attempt(p_attempt);
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'status', a.status, 'score', a.score, 'points', CASE WHEN a.score IS NOT NULL THEN a.points_earned END, 'total', a.total_points,
      'passed', a.passed, 'feedback', CASE WHEN a.score IS NOT NULL THEN a.instructor_feedback END, 'released', lms.keys_released(a.id),
      'submitted_at', a.submitted_at
    )
    FROM public.quiz_attempts AS a
    WHERE a.id = p_attempt AND a.status <> 'in_progress'
  );
END
$$;
COMMENT ON FUNCTION lms.get_result(uuid) IS 'The score of a submitted attempt; none while a part of it waits to be graded';

CREATE OR REPLACE FUNCTION lms.get_review(p_attempt uuid)
  RETURNS TABLE (number integer, question_id uuid, points numeric, question jsonb, answer jsonb, earned numeric, is_correct boolean, key jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record := lms.own_attempt(p_attempt);
  v_released boolean := lms.keys_released(p_attempt);
BEGIN
  RETURN QUERY
  SELECT aq.number, aq.question_id, v.points, lms.shown_question(shown.content, v_own.seed, q.shuffle_answers),
    lms.translated(shown.content, v_own.seed, qa.answer_data, true),
    CASE WHEN open.key THEN verdict.earned END,
    CASE WHEN open.key THEN verdict.is_correct END,
    CASE WHEN open.key THEN lms.shown_key(v.content, v_own.seed) || jsonb_build_object('comment', qa.instructor_feedback) END
  FROM lms.attempt_questions AS aq
  JOIN lms.question_versions AS shown ON shown.id = aq.shown_version
  JOIN lms.question_versions AS v ON v.id = aq.graded_version
  JOIN public.quizzes AS q ON q.id = v_own.quiz_id
  LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = aq.attempt_id AND qa.question_id = aq.question_id
  CROSS JOIN LATERAL (
    -- A verdict that was asked for within this transaction could be rolled back.
    SELECT v_released OR coalesce(aq.settled_in <> coalesce(pg_current_xact_id_if_assigned(), '0'::xid8), false) AS key
  ) AS open
  CROSS JOIN LATERAL (
    -- Stored once it is submitted; until then worked out for those that were settled
    SELECT CASE WHEN v_own.status = 'in_progress' AND qa.id IS NOT NULL THEN lms.grade_answer(
      v.content ->> 'question_type', v.content -> 'answer_options', v.content -> 'correct_answer', qa.answer_data, v.content -> 'grading'
    ) END AS part
  ) AS worked_out
  CROSS JOIN LATERAL (
    SELECT
      CASE WHEN v.content -> 'grading' ? 'credit' THEN v.points ELSE coalesce(round(worked_out.part * v.points, 2), qa.points_earned, 0) END AS earned,
      v.content -> 'grading' ? 'credit' OR coalesce(worked_out.part = 1, qa.is_correct) AS is_correct
  ) AS verdict
  WHERE aq.attempt_id = p_attempt AND (v_own.status <> 'in_progress' OR open.key)
  ORDER BY aq.number;
END
$$;
COMMENT ON FUNCTION lms.get_review(uuid) IS
  'What the learner was asked, as it was shown, and answered; with the key that it was graded by, and the verdict, where show_correct_answers releases them. While the attempt is open: only answers that were settled';

CREATE OR REPLACE FUNCTION lms.shown_key(p_content jsonb, p_seed uuid) RETURNS jsonb
  LANGUAGE sql IMMUTABLE SET search_path = ''
AS $$
  SELECT jsonb_build_object(
    'right', CASE p_content ->> 'question_type'
      WHEN 'true_false' THEN to_jsonb(lms.right_options(p_content -> 'answer_options', p_content -> 'correct_answer'))
      WHEN 'multiple_choice' THEN lms.translated(p_content, p_seed,
        jsonb_build_object('selected', to_jsonb(lms.right_options(p_content -> 'answer_options', p_content -> 'correct_answer'))), true) -> 'selected'
      WHEN 'multiple_answer' THEN lms.translated(p_content, p_seed,
        jsonb_build_object('selected', to_jsonb(lms.right_options(p_content -> 'answer_options', p_content -> 'correct_answer'))), true) -> 'selected'
      WHEN 'ordering' THEN lms.translated(p_content, p_seed, jsonb_build_object('order', p_content -> 'correct_answer'), true) -> 'order'
      WHEN 'matching' THEN lms.translated(p_content, p_seed, jsonb_build_object('pairs', p_content -> 'correct_answer'), true) -> 'pairs'
      ELSE p_content -> 'correct_answer'
    END,
    'explanation', p_content -> 'explanation',
    'feedback', (
      SELECT jsonb_object_agg(
        CASE p_content ->> 'question_type' WHEN 'true_false' THEN o ->> 'id' ELSE lms.shown_id(p_seed, o ->> 'id') END,
        coalesce(o -> 'feedback_html', o -> 'feedback'))
      FROM jsonb_array_elements(p_content -> 'answer_options') AS o
      WHERE o ? 'feedback' AND o ? 'id'
    )
  )
$$;
COMMENT ON FUNCTION lms.shown_key(jsonb, uuid) IS 'The key of a question in the names of an attempt, with explanation and feedback';

GRANT EXECUTE ON FUNCTION
  lms.start_attempt(uuid, uuid), lms.get_attempt(uuid), lms.get_questions(uuid), lms.save_answer(uuid, uuid, bigint, jsonb),
  lms.flag_question(uuid, uuid, boolean), lms.settle_answer(uuid, uuid), lms.submit_attempt(uuid), lms.settle_attempt(uuid),
  lms.get_result(uuid), lms.get_review(uuid)
TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION lms.close_overdue_attempts() TO lms_administrator;
