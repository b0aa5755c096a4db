-- What SCORM content records: docs/design.md, "What is recorded".

CREATE OR REPLACE FUNCTION lms.to_number(p_text text) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_text ~ '^\s*[-+]?[0-9]{1,12}(\.[0-9]{0,12})?\s*$' THEN trim(p_text)::numeric END
$$;

CREATE OR REPLACE FUNCTION lms.scorm_seconds(p_text text) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE
    WHEN p_text ~ '^[0-9]{2,4}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,2})?$' THEN
      3600 * split_part(p_text, ':', 1)::numeric + 60 * split_part(p_text, ':', 2)::numeric + split_part(p_text, ':', 3)::numeric
    WHEN part.value IS NOT NULL THEN
      86400 * (365 * coalesce(part.value[1], '0')::numeric + 30 * coalesce(part.value[2], '0')::numeric + coalesce(part.value[3], '0')::numeric)
      + 3600 * coalesce(part.value[4], '0')::numeric + 60 * coalesce(part.value[5], '0')::numeric + coalesce(part.value[6], '0')::numeric
  END
  FROM regexp_match(
    p_text,
    '^P(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,2})?)S)?)?$'
  ) AS part (value)
$$;
COMMENT ON FUNCTION lms.scorm_seconds(text) IS
  'A CMITimespan of SCORM 1.2 or an interval of SCORM 2004 in seconds, NULL for anything else; a year has 365 days and a month 30';

CREATE OR REPLACE FUNCTION lms.scorm_item(p_2004 boolean, p_cmi jsonb, OUT status text, OUT score numeric) RETURNS record
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT
    CASE WHEN NOT p_2004 THEN p_cmi ->> 'cmi.core.lesson_status'
      WHEN p_cmi ->> 'cmi.success_status' IN ('passed', 'failed') THEN p_cmi ->> 'cmi.success_status'
      ELSE p_cmi ->> 'cmi.completion_status'
    END,
    CASE WHEN p_2004 THEN 100 * lms.to_number(p_cmi ->> 'cmi.score.scaled')
      WHEN given.high > given.low THEN 100 * (given.raw - given.low) / (given.high - given.low)
    END
  FROM (
    SELECT lms.to_number(p_cmi ->> 'cmi.core.score.raw') AS raw,
      coalesce(lms.to_number(p_cmi ->> 'cmi.core.score.min'), 0) AS low,
      coalesce(lms.to_number(p_cmi ->> 'cmi.core.score.max'), 100) AS high
  ) AS given
$$;
COMMENT ON FUNCTION lms.scorm_item(boolean, jsonb) IS 'What the content of one part says of itself: a status, and a score on a scale of 0 to 100 that may lie outside of it';

CREATE OR REPLACE FUNCTION lms.scorm_summary(p_document jsonb, OUT done boolean, OUT status text, OUT score numeric) RETURNS record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
DECLARE
  v_2004 boolean := coalesce(p_document ->> 'standard' = '2004', false);
  v_root jsonb := CASE WHEN v_2004 THEN p_document -> 'summary' END; -- what sequencing has rolled up
  v_root_status text := CASE WHEN v_root ->> 'success' IN ('passed', 'failed') THEN v_root ->> 'success' ELSE v_root ->> 'completion' END;
BEGIN
  WITH word AS (
    SELECT opened.key AS id, said.status, said.score
    FROM jsonb_each(p_document -> 'items') AS opened, lms.scorm_item(v_2004, opened.value -> 'cmi') AS said
  ), required AS (
    SELECT wanted.id, w.status
    FROM jsonb_array_elements_text(p_document -> 'required') AS wanted (id)
    LEFT JOIN word AS w ON w.id = wanted.id
  ), summary AS (
    SELECT count(*) AS items,
      count(*) FILTER (WHERE r.status IN ('completed', 'passed')) AS done,
      count(*) FILTER (WHERE r.status = 'passed') AS passed,
      count(*) FILTER (WHERE r.status = 'failed') AS failed,
      count(*) FILTER (WHERE r.status NOT IN ('not attempted', 'unknown')) AS touched,
      min(r.status) AS only_status
    FROM required AS r
  )
  SELECT
    CASE WHEN s.items = 1 AND s.only_status IN ('completed', 'passed', 'failed') THEN left(s.only_status, 40)
      WHEN s.items > 0 AND v_root_status IN ('completed', 'passed', 'failed') THEN v_root_status
      WHEN s.items = 1 THEN coalesce(left(s.only_status, 40), 'not attempted')
      WHEN v_root IS NOT NULL THEN CASE WHEN s.touched > 0 THEN 'incomplete' ELSE 'not attempted' END
      WHEN s.failed > 0 THEN 'failed'
      WHEN s.items > 0 AND s.passed = s.items THEN 'passed'
      WHEN s.items > 0 AND s.done = s.items THEN 'completed'
      WHEN s.touched > 0 THEN 'incomplete'
      ELSE 'not attempted'
    END,
    coalesce(
      (SELECT least(greatest(round(100 * rolled.up, 2), 0), 100) FROM lms.to_number(v_root ->> 'scaled') AS rolled (up) WHERE rolled.up IS NOT NULL),
      (SELECT round(avg(least(greatest(w.score, 0), 100)), 2) FROM word AS w WHERE w.score IS NOT NULL)
    ) -- greatest() passes over NULL
  INTO status, score
  FROM summary AS s;
  done := status IN ('completed', 'passed');
END
$$;
COMMENT ON FUNCTION lms.scorm_summary(jsonb) IS
  'What a SCORM document comes to: for SCORM 2004 what sequencing rolled up. A failed item is not done, in 2004 either: its completion_status '
  'says only that all was seen';

CREATE OR REPLACE FUNCTION lms.begin_scorm(p_enrollment uuid, p_lesson uuid, p_session uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_open_enrollment(p_enrollment);
  IF EXISTS (
    SELECT FROM lms.scorm_sessions AS s
    WHERE s.id = p_session AND s.enrollment_id = p_enrollment AND s.lesson_id = p_lesson AND s.superseded_at IS NULL
  ) THEN
    RETURN; -- the answer to the first call was lost
  END IF;
  PERFORM lms.open_lesson(p_enrollment, p_lesson);
  IF NOT EXISTS (SELECT FROM public.lessons AS l WHERE l.id = p_lesson AND l.lesson_type = 'scorm') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This lesson is no SCORM package.', HINT = 'not-scorm';
  END IF;
  UPDATE lms.scorm_sessions
  SET superseded_at = clock_timestamp()
  WHERE enrollment_id = p_enrollment AND lesson_id = p_lesson AND superseded_at IS NULL;
  INSERT INTO lms.scorm_sessions (id, enrollment_id, lesson_id, begun_at) VALUES (p_session, p_enrollment, p_lesson, clock_timestamp())
  ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This session cannot be used again.', HINT = 'session-used';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.begin_scorm(uuid, uuid, uuid) IS 'Registers a launch under an id that the client chose; it takes over from earlier ones';

CREATE OR REPLACE FUNCTION lms.lock_scorm_session(p_session uuid) RETURNS lms.scorm_sessions
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.scorm_sessions;
BEGIN
  SELECT s.* INTO v_session
  FROM lms.scorm_sessions AS s
  JOIN public.enrollments AS e ON e.id = s.enrollment_id
  WHERE s.id = p_session AND e.member_id = lms.require_member();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such session.', HINT = 'no-such-session';
  END IF;
  -- Locks come in one order everywhere: the enrolment, then what hangs on it.
  PERFORM lms.lock_open_enrollment(v_session.enrollment_id);
  SELECT * INTO v_session FROM lms.scorm_sessions AS s WHERE s.id = p_session FOR UPDATE;
  RETURN v_session;
END
$$;

CREATE OR REPLACE FUNCTION lms.is_short(p_id text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT octet_length(p_id) <= 1000
$$;
COMMENT ON FUNCTION lms.is_short(text) IS 'Whether an identifier from outside fits into an index; one that does not is kept in the document only';

CREATE OR REPLACE FUNCTION lms.record_scorm_attempts(p_enrollment uuid, p_lesson uuid, p_before jsonb, p_document jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_2004 boolean := coalesce(p_document ->> 'standard' = '2004', false);
BEGIN
  WITH changed AS (
    SELECT i.key AS item_id, i.value -> 'cmi' AS cmi, i.value ->> 'finished' AS finished,
      coalesce(least(greatest(trunc(lms.to_number(i.value ->> 'attempt')), 1), 1000000), 1)::integer AS attempt
    FROM jsonb_each(p_document -> 'items') AS i
    WHERE i.value IS DISTINCT FROM p_before -> 'items' -> i.key AND jsonb_typeof(i.value -> 'cmi') = 'object' AND lms.is_short(i.key)
  ), attempt AS (
    INSERT INTO lms.scorm_attempts AS a
      (enrollment_id, lesson_id, item_id, attempt, status, score, score_raw, score_min, score_max, progress, total_seconds, finished)
    SELECT p_enrollment, p_lesson, c.item_id, c.attempt, coalesce(left(said.status, 40), 'not attempted'),
      CASE WHEN said.score IS NOT NULL THEN least(greatest(round(said.score, 2), 0), 100) END,
      lms.to_number(c.cmi ->> (names.score || 'raw')), lms.to_number(c.cmi ->> (names.score || 'min')),
      lms.to_number(c.cmi ->> (names.score || 'max')), lms.to_number(c.cmi ->> 'cmi.progress_measure'),
      coalesce(lms.scorm_seconds(c.cmi ->> (names.core || 'total_time')), 0)
        + coalesce(lms.scorm_seconds(c.cmi ->> (names.core || 'session_time')), 0),
      coalesce(c.finished = 'true', false)
    FROM changed AS c, lms.scorm_item(v_2004, c.cmi) AS said,
      (SELECT CASE WHEN v_2004 THEN 'cmi.' ELSE 'cmi.core.' END AS core, CASE WHEN v_2004 THEN 'cmi.score.' ELSE 'cmi.core.score.' END AS score) AS names
    ON CONFLICT (enrollment_id, lesson_id, item_id, attempt) DO UPDATE
      SET status = excluded.status, score = excluded.score, score_raw = excluded.score_raw, score_min = excluded.score_min,
        score_max = excluded.score_max, progress = excluded.progress, total_seconds = excluded.total_seconds, finished = excluded.finished,
        saved_at = clock_timestamp()
  ), said AS (
    SELECT c.item_id, c.attempt, split_part(e.key, '.', 3)::integer AS n, split_part(e.key, '.', 4) AS field, nullif(split_part(e.key, '.', 5), '')::integer AS m, e.value
    FROM changed AS c, jsonb_each_text(c.cmi) AS e
    WHERE e.key ~ '^cmi\.interactions\.[0-9]{1,9}\.(id|type|description|time|timestamp|student_response|learner_response|result|weighting|latency|(correct_responses|objectives)\.[0-9]{1,9}\.(id|pattern))$'
  )
  INSERT INTO lms.scorm_interactions AS i
    (enrollment_id, lesson_id, item_id, attempt, n, interaction_id, interaction_type, description, answered_at, response, correct_responses,
      objectives, result, weighting, latency_seconds)
  SELECT p_enrollment, p_lesson, s.item_id, s.attempt, s.n,
    max(s.value) FILTER (WHERE s.field = 'id'),
    max(s.value) FILTER (WHERE s.field = 'type'),
    max(s.value) FILTER (WHERE s.field = 'description'),
    max(s.value) FILTER (WHERE s.field IN ('time', 'timestamp')),
    max(s.value) FILTER (WHERE s.field IN ('student_response', 'learner_response')),
    coalesce(array_agg(s.value ORDER BY s.m) FILTER (WHERE s.field = 'correct_responses'), '{}'),
    coalesce(array_agg(s.value ORDER BY s.m) FILTER (WHERE s.field = 'objectives'), '{}'),
    max(s.value) FILTER (WHERE s.field = 'result'),
    lms.to_number(max(s.value) FILTER (WHERE s.field = 'weighting')),
    lms.scorm_seconds(max(s.value) FILTER (WHERE s.field = 'latency'))
  FROM said AS s
  GROUP BY s.item_id, s.attempt, s.n
  ON CONFLICT (enrollment_id, lesson_id, item_id, attempt, n) DO UPDATE
    SET interaction_id = excluded.interaction_id, interaction_type = excluded.interaction_type, description = excluded.description,
      answered_at = excluded.answered_at, response = excluded.response, correct_responses = excluded.correct_responses,
      objectives = excluded.objectives, result = excluded.result, weighting = excluded.weighting, latency_seconds = excluded.latency_seconds
    WHERE (i.interaction_id, i.interaction_type, i.description, i.answered_at, i.response, i.correct_responses, i.objectives, i.result, i.weighting,
      i.latency_seconds) IS DISTINCT FROM (excluded.interaction_id, excluded.interaction_type, excluded.description, excluded.answered_at,
      excluded.response, excluded.correct_responses, excluded.objectives, excluded.result, excluded.weighting, excluded.latency_seconds);
END
$$;
COMMENT ON FUNCTION lms.record_scorm_attempts(uuid, uuid, jsonb, jsonb) IS
  'Attempts and interactions as rows, from the items of a document that are not as they were before; the same document again changes nothing';

CREATE OR REPLACE FUNCTION lms.share_scorm(p_member uuid, p_before jsonb, p_shared jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  INSERT INTO lms.scorm_objectives AS o (member_id, objective_id, known)
  SELECT p_member, s.key, s.value
  FROM jsonb_each(CASE jsonb_typeof(p_shared -> 'objectives') WHEN 'object' THEN p_shared -> 'objectives' END) AS s
  WHERE s.value IS DISTINCT FROM p_before -> 'objectives' -> s.key AND jsonb_typeof(s.value) = 'object' AND lms.is_short(s.key)
  ON CONFLICT (member_id, objective_id) DO UPDATE SET known = excluded.known, updated_at = clock_timestamp();

  INSERT INTO lms.scorm_data AS d (member_id, target_id, store)
  SELECT p_member, s.key, s.value #>> '{}'
  FROM jsonb_each(CASE jsonb_typeof(p_shared -> 'data') WHEN 'object' THEN p_shared -> 'data' END) AS s
  WHERE s.value IS DISTINCT FROM p_before -> 'data' -> s.key AND jsonb_typeof(s.value) = 'string' AND lms.is_short(s.key)
  ON CONFLICT (member_id, target_id) DO UPDATE SET store = excluded.store, updated_at = clock_timestamp();
END
$$;
COMMENT ON FUNCTION lms.share_scorm(uuid, jsonb, jsonb) IS
  'What a session wrote of what the learner''s courses share. What the session had said before is not said again: another course may have written since';

CREATE OR REPLACE FUNCTION lms.save_scorm(p_session uuid, p_sequence bigint, p_cmi jsonb, p_seconds integer) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_largest CONSTANT integer := 8 * 1024 * 1024; -- bytes; suspend data is at most 64,000 characters an item
  v_session lms.scorm_sessions := lms.lock_scorm_session(p_session);
  v_now timestamptz := clock_timestamp();
  v_seconds integer;
  v_summary record;
  v_before jsonb;
  v_best numeric;
BEGIN
  IF v_session.superseded_at IS NOT NULL THEN
    RETURN 'superseded';
  END IF;
  IF p_sequence <= v_session.last_sequence THEN
    RETURN 'stale';
  END IF;
  IF p_sequence IS NULL OR p_seconds IS NULL OR octet_length(p_cmi::text) > c_largest
    OR jsonb_typeof(p_cmi) IS DISTINCT FROM 'object'
    OR jsonb_typeof(p_cmi -> 'items') IS DISTINCT FROM 'object'
    OR jsonb_typeof(p_cmi -> 'required') IS DISTINCT FROM 'array'
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no record of a SCORM session.', HINT = 'invalid-cmi';
  END IF;
  v_seconds := greatest(v_session.seconds, least(p_seconds, ceil(extract(epoch FROM v_now - v_session.begun_at))::integer));
  SELECT * INTO v_summary FROM lms.scorm_summary(p_cmi);
  SELECT p.scorm_cmi_data, p.scorm_score INTO v_before, v_best
  FROM public.lesson_progress AS p
  WHERE p.enrollment_id = v_session.enrollment_id AND p.lesson_id = v_session.lesson_id;

  UPDATE public.lesson_progress
  SET scorm_cmi_data = p_cmi,
    -- What was once completed stays so, and the best score counts: a lesson is often opened again to look something up.
    scorm_completion_status = CASE WHEN status = 'completed' AND NOT v_summary.done THEN scorm_completion_status ELSE v_summary.status END,
    scorm_score = greatest(scorm_score, v_summary.score),
    time_spent_seconds = time_spent_seconds + v_seconds - v_session.seconds,
    last_accessed_at = v_now
  WHERE enrollment_id = v_session.enrollment_id AND lesson_id = v_session.lesson_id;
  PERFORM lms.record_scorm_attempts(v_session.enrollment_id, v_session.lesson_id, v_before, p_cmi);
  -- The document is this session's own once it has saved.
  PERFORM lms.share_scorm(lms.require_member(), CASE WHEN v_session.last_sequence > 0 THEN v_before -> 'shared' END, p_cmi -> 'shared');
  UPDATE lms.scorm_sessions SET last_sequence = p_sequence, saved_at = v_now, seconds = v_seconds WHERE id = p_session;
  UPDATE public.enrollments SET last_accessed_at = v_now WHERE id = v_session.enrollment_id;
  IF v_summary.done THEN
    PERFORM lms.finish_lesson(v_session.enrollment_id, v_session.lesson_id);
  END IF;
  IF v_summary.score > v_best OR v_best IS NULL AND v_summary.score IS NOT NULL THEN
    PERFORM lms.refresh_final_grades(ARRAY[v_session.enrollment_id]);
  END IF;
  RETURN 'saved';
END
$$;
COMMENT ON FUNCTION lms.save_scorm(uuid, bigint, jsonb, integer) IS
  'Stores the whole record of a lesson with its attempts and interactions, and computes completion, score and time from it; answers saved, '
  'stale or superseded';

CREATE OR REPLACE FUNCTION lms.end_scorm(p_session uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_scorm_session(p_session);
  UPDATE lms.scorm_sessions SET ended_at = clock_timestamp() WHERE id = p_session AND ended_at IS NULL;
END
$$;

GRANT EXECUTE ON FUNCTION lms.begin_scorm(uuid, uuid, uuid), lms.save_scorm(uuid, bigint, jsonb, integer), lms.end_scorm(uuid)
TO lms_member, lms_staff;
