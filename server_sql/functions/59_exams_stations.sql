-- What a station may do: these functions, and nothing else. The token is its own 256 random bits; only the hash is kept, and it counts only
-- once the transaction that brought it is committed (docs/exams.md, "Stations").

CREATE OR REPLACE FUNCTION lms.enter_exam(p_code text, p_token bytea) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_station lms.stations;
  v_tried bigint;
  v_hash bytea := sha256(convert_to(coalesce(p_code, ''), 'UTF8'));
  v_seat lms.seats;
BEGIN
  SELECT * INTO v_station FROM lms.stations AS s WHERE s.id = lms.current_station();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only stations may do that.', HINT = 'stations-only';
  END IF;
  IF p_token IS NULL OR octet_length(p_token) <> 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A token has 256 bits.', HINT = 'not-a-token';
  END IF;
  -- Counted before the code is looked at, and not given back by a rollback
  v_tried := nextval(format('lms.%I', 'guesses_' || v_station.id)::regclass) - v_station.guesses_forgiven;
  IF v_tried > 10 THEN
    RAISE LOG 'station % is locked after 10 wrong start codes', v_station.role_name;
    RETURN 'locked';
  END IF;
  SELECT s.* INTO v_seat
  FROM lms.start_codes AS c
  JOIN lms.seats AS s ON s.id = c.seat_id
  WHERE c.code_hash = v_hash AND c.spent_at IS NULL
  FOR UPDATE OF s;
  IF NOT FOUND THEN
    RAISE LOG 'wrong start code, try % of station %', v_tried, v_station.role_name;
    INSERT INTO public.audit_logs (action, table_name, row_id, new_values)
    VALUES ('station.wrong_code', 'lms.stations', v_station.id, jsonb_build_object('try', v_tried, 'address', inet_client_addr()));
    RETURN 'wrong';
  END IF;
  UPDATE lms.start_codes SET spent_at = clock_timestamp() WHERE code_hash = v_hash AND spent_at IS NULL;
  IF NOT FOUND THEN
    RETURN 'wrong'; -- spent while we waited for the seat
  END IF;
  UPDATE lms.stations SET guesses_forgiven = guesses_forgiven + v_tried WHERE id = v_station.id;
  UPDATE lms.seat_sessions SET revoked_at = clock_timestamp() WHERE seat_id = v_seat.id AND revoked_at IS NULL;
  PERFORM lms.move_seat(v_seat, 'enter', 'station', NULL, v_station.id);
  UPDATE lms.seats SET epoch = epoch + 1 WHERE id = v_seat.id RETURNING * INTO v_seat;
  INSERT INTO lms.seat_sessions (token_hash, seat_id, station_id, epoch, address)
  VALUES (sha256(p_token), v_seat.id, v_station.id, v_seat.epoch, inet_client_addr());
  RETURN 'entered';
END
$$;
COMMENT ON FUNCTION lms.enter_exam(text, bytea) IS
  'Exchanges a start code for a session: "entered", "wrong", or "locked" after ten tries. The session of before, wherever it was, ends';

CREATE OR REPLACE FUNCTION lms.exam_state(p_token bytea) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.station_session(p_token);
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'seat', s.id, 'label', s.label, 'title', t.title, 'instructions', q.instructions, 'minutes', t.duration_minutes,
      'candidate', concat_ws(' ', m.first_name, m.last_name),
      'delivery', s.delivery, 'version', s.version, 'epoch', v_session.epoch, 'ended', v_session.revoked_at IS NOT NULL,
      'deadline', lms.seat_deadline(s), 'now', clock_timestamp(), 'submitted_at', a.submitted_at
    )
    FROM lms.seats AS s
    JOIN lms.sittings AS t ON t.id = s.sitting_id
    JOIN public.quizzes AS q ON q.id = t.quiz_id
    JOIN public.quiz_attempts AS a ON a.id = s.attempt_id
    JOIN public.members AS m ON m.id = a.member_id
    WHERE s.id = v_session.seat_id
  );
END
$$;
COMMENT ON FUNCTION lms.exam_state(bytea) IS 'How the seat of a session stands, with the server''s clock; no question and no score';

CREATE OR REPLACE FUNCTION lms.own_seat(p_token bytea, p_version integer) RETURNS lms.seats
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.open_session(p_token);
  v_seat lms.seats;
BEGIN
  SELECT * INTO v_seat FROM lms.seats AS s WHERE s.id = v_session.seat_id FOR UPDATE;
  PERFORM lms.open_session(p_token); -- it may have ended while we waited
  IF v_seat.version IS DISTINCT FROM p_version THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'The seat has changed meanwhile.', HINT = 'seat-changed';
  END IF;
  RETURN v_seat;
END
$$;

CREATE OR REPLACE FUNCTION lms.begin_exam(p_token bytea, p_version integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_seat lms.seats := lms.own_seat(p_token, p_version);
BEGIN
  IF NOT EXISTS (SELECT FROM lms.sittings AS s WHERE s.id = v_seat.sitting_id AND clock_timestamp() BETWEEN s.opens_at AND s.closes_at) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The exam is not open now.', HINT = 'sitting-closed';
  END IF;
  PERFORM lms.move_seat(v_seat, 'begin', 'station', NULL, lms.current_station());
END
$$;
COMMENT ON FUNCTION lms.begin_exam(bytea, integer) IS 'The candidate agreed and begins; from here the time runs';

CREATE OR REPLACE FUNCTION lms.submit_exam(p_token bytea, p_version integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.station_session(p_token);
BEGIN
  -- Its answer may have been lost on the way: to ask again is no error.
  IF v_session.revoked_at IS NOT NULL AND EXISTS (
    SELECT FROM lms.seats AS s WHERE s.id = v_session.seat_id AND s.delivery = 'submitted' AND s.epoch = v_session.epoch
  ) THEN
    RETURN;
  END IF;
  PERFORM lms.move_seat(lms.own_seat(p_token, p_version), 'submit', 'station', NULL, lms.current_station());
END
$$;
COMMENT ON FUNCTION lms.submit_exam(bytea, integer) IS 'Submits, once, and ends the session; after the deadline as of the deadline, with what was saved until then';

CREATE OR REPLACE FUNCTION lms.exam_receipt(p_token bytea) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.station_session(p_token);
  v_seat lms.seats;
BEGIN
  SELECT * INTO v_seat FROM lms.seats AS s WHERE s.id = v_session.seat_id;
  IF v_seat.delivery <> 'submitted' OR v_seat.changed_in = pg_current_xact_id_if_assigned() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'The exam has not been submitted.', HINT = 'not-committed';
  END IF;
  RETURN (
    SELECT jsonb_build_object(
      'seat', v_seat.id, 'submitted_at', a.submitted_at,
      'questions', (SELECT count(*) FROM lms.attempt_questions AS aq WHERE aq.attempt_id = a.id),
      'answers', count(qa.id), 'quarantined', (SELECT count(*) FROM lms.late_answers AS l WHERE l.seat_id = v_seat.id),
      'fingerprint', encode(sha256(convert_to(coalesce(string_agg(qa.question_id || ' ' || qa.answer_data::text, E'\n' ORDER BY qa.question_id), ''), 'UTF8')), 'hex')
    )
    FROM public.quiz_attempts AS a
    LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = a.id
    WHERE a.id = v_seat.attempt_id
    GROUP BY a.id
  );
END
$$;
COMMENT ON FUNCTION lms.exam_receipt(bytea) IS 'What was handed in: how many answers, and SHA-256 over them; no score';

CREATE OR REPLACE FUNCTION lms.get_exam_questions(p_token bytea)
  RETURNS TABLE (number integer, question_id uuid, points numeric, question jsonb, answer jsonb, sequence bigint, flagged boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.open_session(p_token);
  v_seat lms.seats;
BEGIN
  SELECT * INTO v_seat FROM lms.seats AS s WHERE s.id = v_session.seat_id;
  IF v_seat.changed_in = pg_current_xact_id_if_assigned() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Commit first, then ask.', HINT = 'not-committed';
  END IF;
  IF v_seat.delivery <> 'active' OR lms.seat_deadline(v_seat) <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The questions are given while the exam runs.', HINT = 'not-active';
  END IF;
  RETURN QUERY
  SELECT aq.number, aq.question_id, v.points, lms.shown_question(v.content, d.seed, q.shuffle_answers),
    lms.translated(v.content, d.seed, qa.answer_data, true), aq.sequence, aq.flagged
  FROM lms.attempt_questions AS aq
  JOIN lms.attempt_delivery AS d ON d.attempt_id = aq.attempt_id
  JOIN lms.question_versions AS v ON v.id = aq.shown_version
  JOIN public.quiz_attempts AS a ON a.id = aq.attempt_id
  JOIN public.quizzes AS q ON q.id = a.quiz_id
  LEFT JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = aq.attempt_id AND qa.question_id = aq.question_id
  WHERE aq.attempt_id = v_seat.attempt_id
  ORDER BY aq.number;
END
$$;
COMMENT ON FUNCTION lms.get_exam_questions(bytea) IS 'The questions of a running exam, without keys, with what was answered; refuses the transaction that started it';

CREATE OR REPLACE FUNCTION lms.get_exam_picture(p_token bytea, p_asset text, p_first integer, p_count integer)
  RETURNS TABLE (ordinal integer, data bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' ROWS 4
AS $$
DECLARE
  v_session lms.seat_sessions := lms.open_session(p_token);
BEGIN
  -- What is shown, as in get_exam_questions: an explanation may have pictures, too, and they would tell
  IF coalesce(p_asset, '') !~ '^[0-9a-f]{64}$' OR NOT EXISTS (
    SELECT FROM lms.seats AS s
    JOIN lms.attempt_questions AS aq ON aq.attempt_id = s.attempt_id
    JOIN lms.attempt_delivery AS d ON d.attempt_id = aq.attempt_id
    JOIN lms.question_versions AS v ON v.id = aq.shown_version
    WHERE s.id = v_session.seat_id AND s.delivery = 'active' AND lms.seat_deadline(s) > clock_timestamp()
      AND s.changed_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
      AND lms.shown_question(v.content, d.seed, false)::text LIKE '%asset:' || p_asset || '%'
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This exam has no such picture.', HINT = 'no-such-asset';
  END IF;
  RETURN QUERY
  SELECT c.ordinal, k.data
  FROM lms.asset_chunks AS c
  JOIN lms.chunks AS k ON k.hash = c.chunk_hash
  WHERE c.asset_id = p_asset AND c.ordinal >= p_first AND c.ordinal < p_first + least(p_count, 64)
  ORDER BY c.ordinal;
END
$$;
COMMENT ON FUNCTION lms.get_exam_picture(bytea, text, integer, integer) IS
  'The bytes of a picture that a question of a running exam shows, chunk by chunk; of no other file';

CREATE OR REPLACE FUNCTION lms.save_exam_answer(p_token bytea, p_epoch integer, p_sequence bigint, p_question uuid, p_answer jsonb) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record;
  v_order bigint := (p_epoch::bigint << 32) + p_sequence; -- a later entry comes after everything of an earlier one
  v_stored bigint;
  v_reason text;
BEGIN
  -- A thousand seats do this every few seconds: one statement to know the caller, one to write (docs/performance.md).
  -- The lock makes transitions wait, and gives the seat as it is now; its session may have ended while we waited.
  SELECT o.seat_id, o.station_id, o.epoch, s.attempt_id, s.delivery, s.paused_at,
    o.revoked_at IS NOT NULL OR s.epoch <> o.epoch OR s.ended_at IS NOT NULL AS ended, lms.deadline_of(s, t.duration_minutes) AS deadline
  INTO v_own
  FROM lms.seat_sessions AS o
  JOIN lms.stations AS m ON m.id = o.station_id AND m.role_name = session_user AND m.revoked_at IS NULL
  JOIN lms.seats AS s ON s.id = o.seat_id
  JOIN lms.sittings AS t ON t.id = s.sitting_id
  WHERE o.token_hash = sha256(p_token)
  FOR NO KEY UPDATE OF s;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This station has no such session.', HINT = 'no-such-session';
  END IF;
  IF p_sequence IS NULL OR p_sequence NOT BETWEEN 1 AND 4294967295 OR p_epoch IS DISTINCT FROM v_own.epoch AND NOT EXISTS (
    SELECT FROM lms.seat_sessions AS s
    WHERE s.seat_id = v_own.seat_id AND s.epoch = p_epoch AND s.epoch < v_own.epoch AND s.station_id = v_own.station_id
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'That was not typed at this station.', HINT = 'no-such-session';
  END IF;
  IF p_answer IS NOT NULL AND (jsonb_typeof(p_answer) <> 'object' OR octet_length(p_answer::text) > 200000) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no answer to this question.', HINT = 'not-an-answer';
  END IF;
  v_reason := CASE
    WHEN v_own.ended THEN 'session_ended'
    WHEN v_own.deadline <= clock_timestamp() THEN 'after_deadline'
    -- What was on its way when the pause was called is taken.
    WHEN v_own.delivery <> 'active' AND NOT coalesce(v_own.paused_at > clock_timestamp() - interval '15 seconds', false) THEN 'not_active'
  END;
  IF v_reason IS NULL AND p_answer IS NULL THEN
    UPDATE lms.attempt_questions AS aq SET sequence = v_order
    WHERE aq.attempt_id = v_own.attempt_id AND aq.question_id = p_question AND aq.sequence < v_order;
    IF FOUND THEN
      DELETE FROM public.quiz_answers AS qa WHERE qa.quiz_attempt_id = v_own.attempt_id AND qa.question_id = p_question;
      RETURN 'saved';
    END IF;
  ELSIF v_reason IS NULL THEN
    WITH newer AS (
      UPDATE lms.attempt_questions AS aq SET sequence = v_order
      WHERE aq.attempt_id = v_own.attempt_id AND aq.question_id = p_question AND aq.sequence < v_order
      RETURNING aq.attempt_id, aq.shown_version
    )
    INSERT INTO public.quiz_answers (quiz_attempt_id, question_id, answered_at, answer_data)
    SELECT n.attempt_id, p_question, clock_timestamp(), CASE WHEN p_answer ?| '{selected,order,pairs}' THEN ( -- else it names nothing
      SELECT lms.translated(v.content, d.seed, p_answer, false)
      FROM lms.question_versions AS v, lms.attempt_delivery AS d
      WHERE v.id = n.shown_version AND d.attempt_id = n.attempt_id
    ) ELSE p_answer END
    FROM newer AS n
    ON CONFLICT (quiz_attempt_id, question_id) DO UPDATE SET answer_data = excluded.answer_data, answered_at = excluded.answered_at;
    IF FOUND THEN
      RETURN 'saved';
    END IF;
  END IF;
  SELECT aq.sequence INTO v_stored FROM lms.attempt_questions AS aq WHERE aq.attempt_id = v_own.attempt_id AND aq.question_id = p_question;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This exam has no such question.', HINT = 'no-such-question';
  END IF;
  -- The server has it, or a newer one of the same candidate at the same desk.
  IF v_order <= v_stored AND EXISTS (
    SELECT FROM lms.seat_sessions AS s
    WHERE s.seat_id = v_own.seat_id AND s.epoch = v_stored >> 32 AND s.station_id = v_own.station_id
  ) THEN
    RETURN 'stale';
  END IF;
  -- A station sends an answer once for each question and desk; this many come from nobody who types.
  IF (SELECT count(*) FROM lms.late_answers AS l WHERE l.seat_id = v_own.seat_id) >= 5000 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'There are too many answers in quarantine.', HINT = 'too-many-late';
  END IF;
  INSERT INTO lms.late_answers (seat_id, epoch, sequence, question_id, answer, reason)
  VALUES (v_own.seat_id, p_epoch, p_sequence, p_question, p_answer, coalesce(v_reason, 'superseded'))
  ON CONFLICT DO NOTHING;
  RETURN 'quarantined';
END
$$;
COMMENT ON FUNCTION lms.save_exam_answer(bytea, integer, bigint, uuid, jsonb) IS
  'Keeps an answer, NULL for none: "saved"; "stale" where this desk sent it or a newer one before; "quarantined" where it came too late';

CREATE OR REPLACE FUNCTION lms.flag_exam_question(p_token bytea, p_question uuid, p_flagged boolean) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
  UPDATE lms.attempt_questions AS aq SET flagged = p_flagged
  FROM lms.seats AS s
  WHERE s.id = (lms.open_session(p_token)).seat_id AND s.delivery = 'active' AND aq.attempt_id = s.attempt_id AND aq.question_id = p_question
    AND aq.flagged <> p_flagged
$$;

CREATE OR REPLACE FUNCTION lms.heartbeat(p_token bytea, p_unsaved integer, p_unsaved_seconds integer, p_question integer, p_answered integer, p_after bigint)
  RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_own record;
BEGIN
  SELECT o.seat_id, o.revoked_at IS NOT NULL AS ended, s.delivery, s.version, lms.deadline_of(s, t.duration_minutes) AS deadline, (
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'command', c.command, 'body', c.body) ORDER BY c.id), '[]')
    FROM lms.seat_commands AS c WHERE c.seat_id = s.id AND c.id > p_after
  ) AS commands
  INTO v_own
  FROM lms.seat_sessions AS o
  JOIN lms.stations AS m ON m.id = o.station_id AND m.role_name = session_user AND m.revoked_at IS NULL
  JOIN lms.seats AS s ON s.id = o.seat_id
  JOIN lms.sittings AS t ON t.id = s.sitting_id
  WHERE o.token_hash = sha256(p_token);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This station has no such session.', HINT = 'no-such-session';
  END IF;
  -- NULL where the candidate looks at no question
  IF p_unsaved IS NULL OR p_answered IS NULL OR least(p_unsaved, p_question, p_answered) < 0
    OR greatest(p_unsaved, p_question, p_answered) > 10000 OR p_unsaved_seconds IS NULL OR p_unsaved_seconds NOT BETWEEN 0 AND 86400 * 366 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no heartbeat.', HINT = 'not-a-heartbeat';
  END IF;
  IF NOT v_own.ended THEN
    INSERT INTO lms.heartbeats (seat_id, at, unsaved, unsaved_seconds, question, answered)
    VALUES (v_own.seat_id, clock_timestamp(), p_unsaved, p_unsaved_seconds, p_question, p_answered)
    ON CONFLICT (seat_id) DO UPDATE SET at = excluded.at, unsaved = excluded.unsaved, unsaved_seconds = excluded.unsaved_seconds,
      question = excluded.question, answered = excluded.answered;
  END IF;
  RETURN jsonb_build_object(
    'now', clock_timestamp(), 'delivery', v_own.delivery, 'version', v_own.version, 'deadline', v_own.deadline, 'ended', v_own.ended,
    'commands', v_own.commands
  );
END
$$;
COMMENT ON FUNCTION lms.heartbeat(bytea, integer, integer, integer, integer, bigint) IS
  'Says that the station is there and what waits on it; brings back the state, the deadline and the commands after the last one that was carried out';

CREATE OR REPLACE FUNCTION lms.report_incident(p_token bytea, p_kind text, p_severity text, p_evidence jsonb, p_said_at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.station_session(p_token);
  v_sitting uuid := (SELECT s.sitting_id FROM lms.seats AS s WHERE s.id = v_session.seat_id);
  v_all bigint;
  v_now bigint;
BEGIN
  IF p_kind IS NULL OR p_kind !~ '^[a-z_]{1,40}$' OR p_severity IS NULL OR p_severity NOT IN ('info', 'low', 'medium', 'high')
    OR p_evidence IS NULL OR jsonb_typeof(p_evidence) <> 'object' OR octet_length(p_evidence::text) > 10000
    OR p_said_at IS NULL OR NOT isfinite(p_said_at) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no incident.', HINT = 'not-an-incident';
  END IF;
  -- The log is only ever added to, and a room shares it: no station may fill it. What it must keep for a minute it sends later.
  PERFORM FROM lms.incident_heads AS h WHERE h.sitting_id = v_sitting FOR UPDATE;
  SELECT count(*), count(*) FILTER (WHERE i.at > clock_timestamp() - interval '1 minute') INTO v_all, v_now
  FROM lms.incidents AS i WHERE i.seat_id = v_session.seat_id;
  IF v_now >= 60 OR v_all >= 5000 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This station reports too many incidents.', HINT = 'too-many-incidents';
  END IF;
  PERFORM lms.append_incident(v_sitting, v_session.seat_id, p_kind, p_severity, p_evidence, p_said_at);
  IF v_now = 58 THEN -- the last of this minute says so
    PERFORM lms.append_incident(v_sitting, v_session.seat_id, 'flooding', 'medium', '{}', p_said_at);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.report_incident(bytea, text, text, jsonb, timestamptz) IS
  'What a station noticed, at most 60 entries a minute and 5,000 in all; it changes nothing but the log';

-- Everything that people and stations call -----------------------------------------------------------------------------------------------

GRANT EXECUTE ON FUNCTION
  lms.enter_exam(text, bytea), lms.exam_state(bytea), lms.begin_exam(bytea, integer), lms.submit_exam(bytea, integer), lms.exam_receipt(bytea),
  lms.get_exam_questions(bytea), lms.get_exam_picture(bytea, text, integer, integer), lms.save_exam_answer(bytea, integer, bigint, uuid, jsonb),
  lms.flag_exam_question(bytea, uuid, boolean), lms.heartbeat(bytea, integer, integer, integer, integer, bigint), lms.report_incident(bytea, text, text, jsonb, timestamptz)
TO lms_station;
GRANT EXECUTE ON FUNCTION
  lms.seat_transitions(), lms.my_sittings(), lms.supervised_seats(), lms.check_in_seat(uuid, integer, text), lms.mark_seat_absent(uuid, integer, text),
  lms.cancel_seat(uuid, integer, text), lms.authorize_seat(uuid, integer, text), lms.pause_seat(uuid, integer, text),
  lms.resume_seat(uuid, integer, text), lms.force_submit_seat(uuid, integer, text), lms.terminate_seat(uuid, integer, text),
  lms.reinstate_seat(uuid, integer, text), lms.add_seat_time(uuid, integer, integer, text), lms.message_seat(uuid, text),
  lms.issue_start_code(uuid, bytea), lms.note_incident(uuid, uuid, text, text, jsonb), lms.review_seat(uuid, integer, text, text),
  lms.plan_sitting(uuid, text, timestamptz, timestamptz, integer, uuid[]), lms.add_sitting_room(uuid, text),
  lms.roster_seat(uuid, uuid, uuid, text, numeric, integer), lms.sitting_roster(uuid), lms.forgive_guesses(uuid)
TO lms_staff;
