-- Supervised exams: who may do what to a seat. One table of transitions, and one function that makes them (docs/exams.md).

CREATE OR REPLACE FUNCTION lms.seat_transitions() RETURNS TABLE (action text, from_state text, to_state text, roles text[])
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  VALUES
    ('check_in', 'rostered', 'checked_in', ARRAY['proctor', 'administrator']),
    ('check_in', 'absent', 'checked_in', ARRAY['proctor', 'administrator']), -- came late after all
    ('mark_absent', 'rostered', 'absent', ARRAY['proctor', 'administrator']),
    ('cancel', 'rostered', 'cancelled', ARRAY['proctor', 'administrator']),
    ('cancel', 'checked_in', 'cancelled', ARRAY['proctor', 'administrator']), -- identity rejected
    ('cancel', 'absent', 'cancelled', ARRAY['proctor', 'administrator']),
    ('enter', 'checked_in', 'awaiting', ARRAY['station']),
    ('enter', 'awaiting', 'awaiting', ARRAY['station']), -- again, at the same desk or another, each with a code of its own
    ('enter', 'authorized', 'authorized', ARRAY['station']),
    ('enter', 'active', 'active', ARRAY['station']),
    ('enter', 'paused', 'paused', ARRAY['station']),
    ('authorize', 'awaiting', 'authorized', ARRAY['proctor', 'administrator']),
    ('begin', 'authorized', 'active', ARRAY['station']),
    ('pause', 'active', 'paused', ARRAY['proctor', 'administrator']),
    ('resume', 'paused', 'active', ARRAY['proctor', 'administrator']),
    ('submit', 'active', 'submitted', ARRAY['station']),
    ('force_submit', 'active', 'submitted', ARRAY['proctor', 'administrator']),
    ('force_submit', 'paused', 'submitted', ARRAY['proctor', 'administrator']),
    ('terminate', 'awaiting', 'terminated', ARRAY['proctor', 'administrator']),
    ('terminate', 'authorized', 'terminated', ARRAY['proctor', 'administrator']),
    ('terminate', 'active', 'terminated', ARRAY['proctor', 'administrator']),
    ('terminate', 'paused', 'terminated', ARRAY['proctor', 'administrator']),
    ('reinstate', 'terminated', 'paused', ARRAY['administrator'])
$$;
COMMENT ON FUNCTION lms.seat_transitions() IS 'Every transition of a seat that there is, and who may make it. What is not here is refused';

-- Who is calling -------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.my_sittings() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT p.sitting_id
  FROM lms.sitting_proctors AS p
  WHERE (SELECT lms.has_role('proctor')) AND p.member_id = (SELECT lms.current_member_id())
$$;
COMMENT ON FUNCTION lms.my_sittings() IS 'The sittings that the caller supervises';

CREATE OR REPLACE FUNCTION lms.supervised_seats() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 1000
AS $$
  SELECT s.id FROM lms.seats AS s WHERE s.sitting_id = ANY (ARRAY(SELECT lms.my_sittings()))
$$;
COMMENT ON FUNCTION lms.supervised_seats() IS 'The seats of the sittings that the caller supervises';

CREATE OR REPLACE FUNCTION lms.supervisor_role(p_sitting uuid) RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF lms.may_administer() THEN
    RETURN 'administrator';
  ELSIF p_sitting IN (SELECT lms.my_sittings()) THEN
    RETURN 'proctor';
  END IF;
  -- The same words whether there is such a sitting or not
  RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You supervise no such sitting.', HINT = 'no-such-sitting';
END
$$;
COMMENT ON FUNCTION lms.supervisor_role(uuid) IS 'As what the caller may act on a sitting: administrator or proctor; refuses everybody else';

CREATE OR REPLACE FUNCTION lms.current_station() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT s.id FROM lms.stations AS s WHERE s.role_name = session_user AND s.revoked_at IS NULL
$$;
COMMENT ON FUNCTION lms.current_station() IS 'The machine that is calling; NULL for people, strangers and revoked stations';

CREATE OR REPLACE FUNCTION lms.station_session(p_token bytea) RETURNS lms.seat_sessions
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions;
BEGIN
  -- A token that was stolen is worth nothing under another role.
  SELECT * INTO v_session FROM lms.seat_sessions AS s WHERE s.token_hash = sha256(p_token) AND s.station_id = lms.current_station();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This station has no such session.', HINT = 'no-such-session';
  END IF;
  RETURN v_session;
END
$$;
COMMENT ON FUNCTION lms.station_session(bytea) IS 'The session of a token at the station that is calling, revoked or not';

CREATE OR REPLACE FUNCTION lms.open_session(p_token bytea) RETURNS lms.seat_sessions
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.seat_sessions := lms.station_session(p_token);
BEGIN
  IF v_session.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This session has ended.', HINT = 'session-ended';
  END IF;
  RETURN v_session;
END
$$;

-- Incidents ------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.append_incident(p_sitting uuid, p_seat uuid, p_kind text, p_severity text, p_evidence jsonb, p_said_at timestamptz)
  RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_head lms.incident_heads;
  v_now timestamptz;
  v_entry text;
  v_hash bytea;
BEGIN
  SELECT * INTO STRICT v_head FROM lms.incident_heads AS h WHERE h.sitting_id = p_sitting FOR UPDATE;
  v_now := clock_timestamp();
  v_entry := jsonb_build_object(
    'sitting', p_sitting, 'number', v_head.number + 1,
    'at', to_char(v_now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), -- by the server's clock
    'said_at', to_char(p_said_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), -- by the station's
    'seat', p_seat, 'kind', p_kind, 'severity', p_severity, 'evidence', p_evidence,
    'by', lms.current_member_id(), 'station', lms.current_station()
  )::text;
  v_hash := sha256(v_head.hash || convert_to(v_entry, 'UTF8'));
  INSERT INTO lms.incidents (sitting_id, number, seat_id, kind, severity, at, entry, hash)
  VALUES (p_sitting, v_head.number + 1, p_seat, p_kind, p_severity, v_now, v_entry, v_hash);
  UPDATE lms.incident_heads SET number = v_head.number + 1, hash = v_hash WHERE sitting_id = p_sitting;
END
$$;
COMMENT ON FUNCTION lms.append_incident(uuid, uuid, text, text, jsonb, timestamptz) IS
  'Appends one entry. Its hash is SHA-256 of the 32 bytes of the hash before (zeros before the first) and of the entry''s UTF-8';

CREATE OR REPLACE FUNCTION lms.keep_incidents() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The log of incidents is only ever added to.', HINT = 'incidents-kept';
END
$$;
COMMENT ON FUNCTION lms.keep_incidents() IS 'Refuses every change of an entry';

CREATE OR REPLACE TRIGGER trigger_keep_incidents BEFORE UPDATE OR DELETE OR TRUNCATE ON lms.incidents
  FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_incidents();

-- The one way a seat changes -------------------------------------------------------------------------------------------------------------

-- Without SET search_path, so that it becomes part of the statement that uses it: those are in functions that have set it. Not as RETURN …,
-- or the columns that it reads could not be altered any more.
CREATE OR REPLACE FUNCTION lms.deadline_of(p_seat lms.seats, p_minutes integer) RETURNS timestamptz
  LANGUAGE sql STABLE
AS $$
  -- While it is paused there is no deadline: nobody knows how long the pause will be.
  SELECT CASE WHEN p_seat.paused_at IS NULL THEN
    p_seat.began_at + make_interval(secs => p_minutes * 60 * p_seat.time_factor::double precision)
      + make_interval(mins => p_seat.extra_minutes + p_seat.incident_minutes) + p_seat.paused_for
  END
$$;
COMMENT ON FUNCTION lms.deadline_of(lms.seats, integer) IS 'lms.seat_deadline, where the minutes of the sitting are at hand';

CREATE OR REPLACE FUNCTION lms.seat_deadline(p_seat lms.seats) RETURNS timestamptz
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT lms.deadline_of(p_seat, s.duration_minutes) FROM lms.sittings AS s WHERE s.id = p_seat.sitting_id
$$;
COMMENT ON FUNCTION lms.seat_deadline(lms.seats) IS 'Start + limit × factor + accommodation + incident time + pauses, by the server''s clock; NULL before the start and in a pause';

CREATE OR REPLACE FUNCTION lms.lock_seat(p_seat uuid, p_version integer, OUT seat lms.seats, OUT role text) RETURNS record
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  SELECT s.* INTO seat FROM lms.seats AS s WHERE s.id = p_seat;
  role := lms.supervisor_role(seat.sitting_id); -- before the lock: strangers hold nobody up
  SELECT s.* INTO seat FROM lms.seats AS s WHERE s.id = p_seat FOR UPDATE;
  IF seat.version IS DISTINCT FROM p_version THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'The seat has changed meanwhile.', HINT = 'seat-changed';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.lock_seat(uuid, integer) IS 'A seat for whoever supervises it, locked, as they last saw it';

CREATE OR REPLACE FUNCTION lms.move_seat(p_seat lms.seats, p_action text, p_role text, p_reason text, p_station uuid) RETURNS lms.seats
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_to text := (
    SELECT t.to_state FROM lms.seat_transitions() AS t
    WHERE t.action = p_action AND t.from_state = p_seat.delivery AND p_role = ANY (t.roles)
  );
  v_seat lms.seats;
BEGIN
  IF v_to IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'no-such-transition',
      MESSAGE = format('A seat that is %s cannot be moved by "%s".', p_seat.delivery, p_action);
  END IF;
  UPDATE lms.seats AS s SET
    delivery = v_to,
    version = s.version + 1,
    changed_in = pg_current_xact_id(),
    began_at = CASE WHEN p_action = 'begin' THEN v_now ELSE s.began_at END,
    -- Reinstated without a start there is no time to give back; the candidate begins when the pause is over.
    paused_at = CASE WHEN v_to = 'paused' THEN coalesce(s.paused_at, s.ended_at, v_now) END,
    paused_for = s.paused_for + CASE WHEN s.paused_at IS NOT NULL AND v_to <> 'paused' THEN v_now - s.paused_at ELSE '0' END,
    ended_at = CASE WHEN v_to IN ('submitted', 'terminated') THEN v_now END
  WHERE s.id = p_seat.id
  RETURNING s.* INTO v_seat;
  UPDATE lms.attempt_delivery SET deadline = lms.seat_deadline(v_seat), changed_in = pg_current_xact_id() WHERE attempt_id = v_seat.attempt_id;
  IF p_action = 'begin' THEN
    UPDATE public.quiz_attempts SET started_at = v_now WHERE id = v_seat.attempt_id;
  END IF;
  IF v_to = 'submitted' THEN
    PERFORM lms.finish_attempt(v_seat.attempt_id);
  END IF;
  IF v_to IN ('submitted', 'terminated') THEN
    UPDATE lms.seat_sessions SET revoked_at = v_now WHERE seat_id = v_seat.id AND revoked_at IS NULL;
  END IF;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, old_values, new_values)
  VALUES (
    lms.current_member_id(), 'seat.' || p_action, 'lms.seats', v_seat.id,
    jsonb_build_object('delivery', p_seat.delivery, 'version', p_seat.version),
    jsonb_strip_nulls(jsonb_build_object(
      'delivery', v_to, 'version', v_seat.version, 'as', p_role, 'station', p_station, 'reason', p_reason,
      'seat', CASE WHEN p_role = 'station' THEN v_seat.id END -- the actor, where no person is
    ))
  );
  INSERT INTO lms.seat_commands (seat_id, command, body, given_by)
  SELECT v_seat.id, 'state', jsonb_build_object('delivery', v_to, 'deadline', lms.seat_deadline(v_seat), 'reason', p_reason), lms.current_member_id()
  WHERE p_role <> 'station';
  RETURN v_seat;
END
$$;
COMMENT ON FUNCTION lms.move_seat(lms.seats, text, text, text, uuid) IS 'Makes one transition of a locked seat, with what follows from it and its row in the audit log';

-- What supervisors do --------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.supervise_seat(p_seat uuid, p_version integer, p_action text, p_reason text) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_locked record := lms.lock_seat(p_seat, p_version);
BEGIN
  IF p_action IN ('cancel', 'terminate', 'reinstate', 'force_submit') AND coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say why.', HINT = 'reason-missing';
  END IF;
  IF p_action = 'reinstate' AND (v_locked.seat).began_at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The exam had not begun; there is nothing to go on with.', HINT = 'not-begun';
  END IF;
  PERFORM lms.move_seat(v_locked.seat, p_action, v_locked.role, p_reason, NULL);
END
$$;

CREATE OR REPLACE FUNCTION lms.check_in_seat(p_seat uuid, p_version integer, p_reason text DEFAULT NULL) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'check_in', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.mark_seat_absent(p_seat uuid, p_version integer, p_reason text DEFAULT NULL) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'mark_absent', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.cancel_seat(p_seat uuid, p_version integer, p_reason text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'cancel', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.authorize_seat(p_seat uuid, p_version integer, p_reason text DEFAULT NULL) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'authorize', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.pause_seat(p_seat uuid, p_version integer, p_reason text DEFAULT NULL) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'pause', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.resume_seat(p_seat uuid, p_version integer, p_reason text DEFAULT NULL) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'resume', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.force_submit_seat(p_seat uuid, p_version integer, p_reason text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'force_submit', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.terminate_seat(p_seat uuid, p_version integer, p_reason text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'terminate', p_reason) $$;
CREATE OR REPLACE FUNCTION lms.reinstate_seat(p_seat uuid, p_version integer, p_reason text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT lms.supervise_seat(p_seat, p_version, 'reinstate', p_reason) $$;

CREATE OR REPLACE FUNCTION lms.add_seat_time(p_seat uuid, p_version integer, p_minutes integer, p_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_seat lms.seats := (lms.lock_seat(p_seat, p_version)).seat;
BEGIN
  IF v_seat.delivery IN ('submitted', 'terminated', 'absent', 'cancelled') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This exam is over.', HINT = 'seat-over';
  END IF;
  IF p_minutes IS NULL OR p_minutes < 1 OR coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say how many minutes to add, and why.', HINT = 'reason-missing';
  END IF;
  UPDATE lms.seats AS s SET incident_minutes = s.incident_minutes + p_minutes, version = s.version + 1, changed_in = pg_current_xact_id()
  WHERE s.id = p_seat
  RETURNING s.* INTO v_seat;
  UPDATE lms.attempt_delivery SET deadline = lms.seat_deadline(v_seat) WHERE attempt_id = v_seat.attempt_id;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, new_values)
  VALUES (lms.current_member_id(), 'seat.add_time', 'lms.seats', p_seat,
    jsonb_build_object('minutes', p_minutes, 'incident_minutes', v_seat.incident_minutes, 'version', v_seat.version, 'reason', p_reason));
  INSERT INTO lms.seat_commands (seat_id, command, body, given_by)
  VALUES (p_seat, 'time', jsonb_build_object('minutes', p_minutes, 'deadline', lms.seat_deadline(v_seat)), lms.current_member_id());
END
$$;
COMMENT ON FUNCTION lms.add_seat_time(uuid, integer, integer, text) IS 'Adds incident time to one seat; its next heartbeat brings the new deadline';

CREATE OR REPLACE FUNCTION lms.message_seat(p_seat uuid, p_text text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_sitting uuid := (SELECT s.sitting_id FROM lms.seats AS s WHERE s.id = p_seat);
BEGIN
  PERFORM lms.supervisor_role(v_sitting);
  IF coalesce(btrim(p_text), '') = '' OR length(p_text) > 2000 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A message has 1 to 2,000 characters.', HINT = 'no-message';
  END IF;
  PERFORM FROM lms.seats AS s WHERE s.id = p_seat FOR UPDATE; -- commands of a seat come in the order of their ids
  INSERT INTO lms.seat_commands (seat_id, command, body, given_by)
  VALUES (p_seat, 'message', jsonb_build_object('text', p_text), lms.current_member_id());
END
$$;

CREATE OR REPLACE FUNCTION lms.issue_start_code(p_seat uuid, p_code_hash bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_seat lms.seats;
BEGIN
  SELECT * INTO v_seat FROM lms.seats AS s WHERE s.id = p_seat;
  PERFORM lms.supervisor_role(v_seat.sitting_id);
  SELECT * INTO v_seat FROM lms.seats AS s WHERE s.id = p_seat FOR UPDATE;
  IF v_seat.delivery NOT IN ('checked_in', 'awaiting', 'authorized', 'active', 'paused') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Only a candidate who is checked in gets a start code.', HINT = 'not-checked-in';
  END IF;
  UPDATE lms.start_codes SET spent_at = clock_timestamp() WHERE seat_id = p_seat AND spent_at IS NULL;
  INSERT INTO lms.start_codes (code_hash, seat_id, issued_by) VALUES (p_code_hash, p_seat, lms.current_member_id());
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'seat.issue_code', 'lms.seats', p_seat);
END
$$;
COMMENT ON FUNCTION lms.issue_start_code(uuid, bytea) IS
  'A new start code, which replaces the one before. The console makes 65 random bits and prints them; only their SHA-256 comes here';

CREATE OR REPLACE FUNCTION lms.note_incident(p_sitting uuid, p_seat uuid, p_kind text, p_severity text, p_evidence jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.supervisor_role(p_sitting);
  IF p_seat IS NOT NULL AND NOT EXISTS (SELECT FROM lms.seats AS s WHERE s.id = p_seat AND s.sitting_id = p_sitting) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This sitting has no such seat.', HINT = 'no-such-seat';
  END IF;
  PERFORM lms.append_incident(p_sitting, p_seat, p_kind, p_severity, p_evidence, NULL);
END
$$;

CREATE OR REPLACE FUNCTION lms.review_seat(p_seat uuid, p_version integer, p_review text, p_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_locked record := lms.lock_seat(p_seat, p_version);
  v_from text := (v_locked.seat).review;
BEGIN
  IF NOT EXISTS (
    SELECT FROM (VALUES
      ('none', 'pending', ARRAY['proctor', 'administrator']),
      ('pending', 'cleared', ARRAY['proctor', 'administrator']),
      ('pending', 'violation', ARRAY['proctor', 'administrator']),
      ('cleared', 'pending', ARRAY['proctor', 'administrator']),
      ('violation', 'pending', ARRAY['proctor', 'administrator']),
      ('violation', 'voided', ARRAY['administrator'])
    ) AS t (from_review, to_review, roles)
    WHERE t.from_review = v_from AND t.to_review = p_review AND v_locked.role = ANY (t.roles)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The review cannot go on like that.', HINT = 'no-such-transition';
  END IF;
  IF coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say why.', HINT = 'reason-missing';
  END IF;
  UPDATE lms.seats SET review = p_review, version = version + 1, changed_in = pg_current_xact_id() WHERE id = p_seat;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, old_values, new_values)
  VALUES (lms.current_member_id(), 'seat.review', 'lms.seats', p_seat, jsonb_build_object('review', v_from),
    jsonb_build_object('review', p_review, 'reason', p_reason));
END
$$;
COMMENT ON FUNCTION lms.review_seat(uuid, integer, text, text) IS 'What came of an incident: nothing happens by itself. Until it is settled no certificate is issued';
