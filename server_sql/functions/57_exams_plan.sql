-- Planning a sitting.

CREATE OR REPLACE FUNCTION lms.plan_sitting(p_quiz uuid, p_title text, p_opens timestamptz, p_closes timestamptz, p_minutes integer, p_proctors uuid[])
  RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_id uuid;
BEGIN
  PERFORM lms.require_administrator();
  IF NOT EXISTS (SELECT FROM public.quizzes AS q WHERE q.id = p_quiz AND NOT q.is_bank) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such quiz.', HINT = 'no-such-quiz';
  END IF;
  IF EXISTS (
    SELECT FROM unnest(p_proctors) AS p (id)
    WHERE NOT EXISTS (SELECT FROM lms.member_roles AS r WHERE r.member_id = p.id AND r.role = 'proctor')
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Only proctors can supervise a sitting.', HINT = 'not-a-proctor';
  END IF;
  INSERT INTO lms.sittings (quiz_id, title, opens_at, closes_at, duration_minutes, created_by)
  VALUES (p_quiz, p_title, p_opens, p_closes, p_minutes, lms.current_member_id())
  RETURNING id INTO v_id;
  INSERT INTO lms.incident_heads (sitting_id, number, hash) VALUES (v_id, 0, decode(repeat('00', 32), 'hex'));
  INSERT INTO lms.sitting_proctors (sitting_id, member_id) SELECT v_id, p.id FROM unnest(p_proctors) AS p (id) ON CONFLICT DO NOTHING;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'sitting.plan', 'lms.sittings', v_id);
  RETURN v_id;
END
$$;

CREATE OR REPLACE FUNCTION lms.add_sitting_room(p_sitting uuid, p_name text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_id uuid;
BEGIN
  PERFORM lms.supervisor_role(p_sitting);
  INSERT INTO lms.sitting_rooms (sitting_id, name) VALUES (p_sitting, p_name) RETURNING id INTO v_id;
  RETURN v_id;
END
$$;

CREATE OR REPLACE FUNCTION lms.roster_seat(p_sitting uuid, p_enrollment uuid, p_room uuid, p_label text, p_time_factor numeric, p_extra_minutes integer)
  RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_sitting lms.sittings;
  v_enrollment public.enrollments;
  v_quiz public.quizzes;
  v_attempt uuid;
  v_id uuid;
BEGIN
  PERFORM lms.supervisor_role(p_sitting);
  SELECT * INTO STRICT v_sitting FROM lms.sittings AS s WHERE s.id = p_sitting;
  SELECT * INTO STRICT v_quiz FROM public.quizzes AS q WHERE q.id = v_sitting.quiz_id;
  SELECT * INTO v_enrollment FROM public.enrollments AS e
  WHERE e.id = p_enrollment AND e.status IN ('enrolled', 'in_progress') AND e.course_id = coalesce(v_quiz.course_id, lms.course_of_lesson(v_quiz.lesson_id))
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'The course of this exam has no such open enrolment.', HINT = 'no-such-enrollment';
  END IF;
  IF p_room IS NOT NULL AND NOT EXISTS (SELECT FROM lms.sitting_rooms AS r WHERE r.id = p_room AND r.sitting_id = p_sitting) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This sitting has no such room.', HINT = 'no-such-room';
  END IF;
  SELECT s.id INTO v_id FROM lms.seats AS s WHERE s.sitting_id = p_sitting AND s.enrollment_id = p_enrollment;
  IF FOUND THEN
    RETURN v_id;
  END IF;
  IF (SELECT count(*) FROM public.quiz_attempts AS a WHERE a.enrollment_id = p_enrollment AND a.quiz_id = v_quiz.id) >= v_quiz.max_attempts THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This candidate has used all attempts.', HINT = 'no-attempts-left';
  END IF;
  v_attempt := lms.deliver_attempt(v_enrollment, v_quiz, NULL);
  INSERT INTO lms.seats (sitting_id, enrollment_id, room_id, label, attempt_id, time_factor, extra_minutes)
  VALUES (p_sitting, p_enrollment, p_room, p_label, v_attempt, coalesce(p_time_factor, 1), coalesce(p_extra_minutes, 0))
  RETURNING id INTO v_id;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'seat.roster', 'lms.seats', v_id);
  RETURN v_id;
END
$$;
COMMENT ON FUNCTION lms.roster_seat(uuid, uuid, uuid, text, numeric, integer) IS
  'Gives an enrolment a seat, once, and prepares its attempt, so that nothing is drawn or copied when all begin together';

CREATE OR REPLACE FUNCTION lms.sitting_roster(p_sitting uuid)
  RETURNS TABLE (seat_id uuid, enrollment_id uuid, member_id uuid, first_name text, last_name text, email text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.supervisor_role(p_sitting);
  RETURN QUERY
  SELECT s.id, e.id, m.id, m.first_name, m.last_name, m.email::text
  FROM lms.seats AS s
  JOIN public.enrollments AS e ON e.id = s.enrollment_id
  JOIN public.members AS m ON m.id = e.member_id
  WHERE s.sitting_id = p_sitting
  ORDER BY m.last_name, m.first_name, s.id;
END
$$;
COMMENT ON FUNCTION lms.sitting_roster(uuid) IS 'Whom to expect, for those who supervise: they may know no more of members than this';

-- Stations -------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.register_station(p_name text, p_verifier text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text;
  v_id uuid := gen_random_uuid();
BEGIN
  PERFORM lms.require_administrator();
  PERFORM lms.check_verifier(p_verifier);
  v_role := format('lms_%s_s_%s', left(md5(current_database()), 6), lower(lms.random_code(10)));
  INSERT INTO lms.stations (id, name, role_name, created_by) VALUES (v_id, p_name, v_role, lms.current_member_id());
  -- What is taken from a sequence stays taken when its transaction is rolled back, so a guess that is rolled back is a guess.
  EXECUTE format('CREATE SEQUENCE lms.%I', 'guesses_' || v_id);
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'station.enrol', 'lms.stations', v_id);
  RETURN v_role;
END
$$;

CREATE OR REPLACE FUNCTION lms.mark_station_revoked(p_station uuid) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text;
BEGIN
  PERFORM lms.require_administrator();
  UPDATE lms.stations SET revoked_at = coalesce(revoked_at, now()) WHERE id = p_station RETURNING role_name INTO v_role;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such station.', HINT = 'no-such-station';
  END IF;
  UPDATE lms.seat_sessions SET revoked_at = clock_timestamp() WHERE station_id = p_station AND revoked_at IS NULL;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'station.revoke', 'lms.stations', p_station);
  RETURN v_role;
END
$$;

CREATE OR REPLACE FUNCTION lms.forgive_guesses(p_station uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT (lms.may_administer() OR lms.has_role('proctor')) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only proctors may do that.', HINT = 'proctors-only';
  END IF;
  IF NOT EXISTS (SELECT FROM lms.stations AS s WHERE s.id = p_station) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such station.', HINT = 'no-such-station';
  END IF;
  UPDATE lms.stations SET guesses_forgiven = nextval(format('lms.%I', 'guesses_' || p_station)::regclass) WHERE id = p_station;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id)
  VALUES (lms.current_member_id(), 'station.forgive_guesses', 'lms.stations', p_station);
END
$$;
COMMENT ON FUNCTION lms.forgive_guesses(uuid) IS 'Lets a station try codes again that was locked after ten wrong ones';

GRANT EXECUTE ON FUNCTION lms.register_station(text, text), lms.mark_station_revoked(uuid) TO SESSION_USER;
