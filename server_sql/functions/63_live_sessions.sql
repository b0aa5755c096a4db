-- Live sessions: who has a seat, who was there for how long, and what follows from it. docs/live-sessions.md.
-- Lock order: the session, then enrolments in the order of their ids.

CREATE OR REPLACE FUNCTION lms.lock_session(p_session uuid) RETURNS public.live_sessions
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions;
BEGIN
  SELECT * INTO v_session FROM public.live_sessions AS s WHERE s.id = p_session FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such live session.', HINT = 'no-such-session';
  END IF;
  RETURN v_session;
END
$$;

CREATE OR REPLACE FUNCTION lms.lock_taught_session(p_session uuid) RETURNS public.live_sessions
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- A session that is not there has no course, and nobody but administrators teaches that: the same answer for both.
  PERFORM lms.require_teacher((SELECT s.course_id FROM public.live_sessions AS s WHERE s.id = p_session));
  RETURN lms.lock_session(p_session);
END
$$;
COMMENT ON FUNCTION lms.lock_taught_session(uuid) IS 'A live session of a course that the caller teaches; its row lock orders all that happens to its seats';

-- What is scheduled -------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.check_live_session() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- Postgres takes anything for a time zone that looks like a rule of POSIX, "Bogus+3" too.
  IF NEW.timezone NOT IN ('UTC', 'GMT') AND NOT (
    NEW.timezone ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+$'
    AND EXISTS (SELECT FROM pg_catalog.pg_timezone_names AS z WHERE z.name = NEW.timezone)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = format('“%s” is no time zone.', NEW.timezone), HINT = 'no-such-time-zone';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lms.check_live_session() IS 'Takes only time zones of the IANA database';

CREATE OR REPLACE TRIGGER check_live_session
  BEFORE INSERT OR UPDATE OF timezone ON public.live_sessions
  FOR EACH ROW EXECUTE FUNCTION lms.check_live_session();

-- Seats -------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.fill_session(p_session uuid) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions := lms.lock_session(p_session);
  v_count integer;
BEGIN
  WITH next AS (
    DELETE FROM lms.session_waiting AS w
    WHERE w.id IN (
      SELECT first.id
      FROM lms.session_waiting AS first
      WHERE first.session_id = p_session
      ORDER BY first.created_at, first.id
      LIMIT CASE WHEN v_session.max_attendees IS NULL THEN NULL ELSE greatest(v_session.max_attendees - v_session.registered_count, 0) END
    )
    RETURNING w.enrollment_id
  )
  INSERT INTO public.session_attendance (session_id, enrollment_id, member_id)
  SELECT p_session, e.id, e.member_id
  FROM next
  JOIN public.enrollments AS e ON e.id = next.enrollment_id
  WHERE e.status IN ('enrolled', 'in_progress', 'completed') -- who left meanwhile waits no longer
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION lms.fill_session(uuid) IS 'Gives free seats to those who wait, the first come first; answers how many';

CREATE OR REPLACE FUNCTION lms.session_capacity_changed() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.fill_session(NEW.id);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER live_sessions_fill
  AFTER UPDATE OF max_attendees ON public.live_sessions
  FOR EACH ROW WHEN (NEW.max_attendees IS DISTINCT FROM OLD.max_attendees AND NEW.status = 'scheduled')
  EXECUTE FUNCTION lms.session_capacity_changed();

CREATE OR REPLACE FUNCTION lms.register_for_session(p_session uuid, p_enrollment uuid) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions;
  v_enrollment public.enrollments;
BEGIN
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment;
  IF v_enrollment.id IS NULL OR NOT (
    coalesce(v_enrollment.member_id = lms.current_member_id(), false) OR lms.teaches(v_enrollment.course_id)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  v_session := lms.lock_session(p_session);
  IF v_session.course_id <> v_enrollment.course_id THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such live session.', HINT = 'no-such-session';
  END IF;
  IF v_enrollment.status NOT IN ('enrolled', 'in_progress', 'completed') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This enrolment is not open.', HINT = 'enrollment-closed';
  END IF;
  IF v_session.status <> 'scheduled' OR v_session.session_date + make_interval(mins => v_session.duration_minutes) <= now() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This live session takes no registrations any more.', HINT = 'session-over';
  END IF;
  IF EXISTS (SELECT FROM public.session_attendance AS a WHERE a.session_id = p_session AND a.member_id = v_enrollment.member_id) THEN
    RETURN 'registered';
  END IF;
  IF v_session.registered_count >= v_session.max_attendees THEN
    INSERT INTO lms.session_waiting (session_id, enrollment_id) VALUES (p_session, p_enrollment) ON CONFLICT DO NOTHING;
    RETURN 'waiting';
  END IF;
  INSERT INTO public.session_attendance (session_id, enrollment_id, member_id) VALUES (p_session, p_enrollment, v_enrollment.member_id);
  RETURN 'registered';
END
$$;
COMMENT ON FUNCTION lms.register_for_session(uuid, uuid) IS
  'Takes a seat in a live session, or a place on its waiting list where it is full; for the member and for staff of the course';

CREATE OR REPLACE FUNCTION lms.cancel_registration(p_session uuid, p_enrollment uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions;
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.enrollments AS e
    WHERE e.id = p_enrollment AND (coalesce(e.member_id = lms.current_member_id(), false) OR lms.teaches(e.course_id))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  v_session := lms.lock_session(p_session);
  DELETE FROM lms.session_waiting WHERE session_id = p_session AND enrollment_id = p_enrollment;
  IF EXISTS (
    SELECT FROM public.session_attendance AS a
    WHERE a.session_id = p_session AND a.enrollment_id = p_enrollment AND (a.attended OR a.by_hand OR NOT isempty(a.presences))
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Attendance was recorded already.', HINT = 'attendance-recorded';
  END IF;
  DELETE FROM public.session_attendance WHERE session_id = p_session AND enrollment_id = p_enrollment;
  IF FOUND AND v_session.status = 'scheduled' THEN
    PERFORM lms.fill_session(p_session);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.cancel_registration(uuid, uuid) IS 'Gives a seat or a place on the waiting list up; the first who waits gets the seat';

-- Attendance --------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.presence_minutes(p_presences tstzmultirange, p_start timestamptz, p_minutes integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT coalesce(floor(sum(extract(epoch FROM upper(r) - lower(r))) / 60), 0)::integer
  FROM unnest(p_presences * tstzmultirange(tstzrange(p_start, p_start + make_interval(mins => p_minutes)))) AS r
$$;
COMMENT ON FUNCTION lms.presence_minutes(tstzmultirange, timestamptz, integer) IS 'Whole minutes of a session that somebody was there; what is before and after it does not count';

CREATE OR REPLACE FUNCTION lms.attendance_follows(p_enrollments uuid[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment uuid;
BEGIN
  -- Lessons that are live sessions are completed by attending one of the course for credit, as certificates ask for.
  WITH credited AS (
    SELECT e.id, e.course_id
    FROM public.enrollments AS e
    WHERE e.id = ANY (p_enrollments) AND e.status IN ('enrolled', 'in_progress', 'completed')
      AND EXISTS (SELECT FROM public.session_attendance AS a WHERE a.enrollment_id = e.id AND a.eligible_for_credit)
  )
  INSERT INTO public.lesson_progress AS p (enrollment_id, lesson_id, status, started_at, completed_at)
  SELECT c.id, l.id, 'completed', clock_timestamp(), clock_timestamp()
  FROM credited AS c
  JOIN public.course_modules AS m ON m.course_id = c.course_id
  JOIN public.lessons AS l ON l.module_id = m.id AND l.lesson_type = 'live_session'
  ON CONFLICT (enrollment_id, lesson_id) DO UPDATE SET status = 'completed', completed_at = excluded.completed_at
    WHERE p.status <> 'completed';
  FOR v_enrollment IN SELECT id FROM unnest(p_enrollments) AS u (id) ORDER BY id LOOP
    PERFORM lms.settle_enrollment(v_enrollment); -- completes it, or computes the grade of a completed one anew
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.attendance_follows(uuid[]) IS 'What attendance means for lessons, completion and grades; the caller has locked the enrolments in the order of their ids';

CREATE OR REPLACE FUNCTION lms.weigh_attendance(p_session public.live_sessions, p_enrollments uuid[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  UPDATE public.session_attendance AS a
  SET attended = w.minutes > 0, joined_at = w.joined, left_at = w.gone, duration_minutes = w.minutes,
    eligible_for_credit = 100 * w.minutes >= p_session.credit_percentage * p_session.duration_minutes
  FROM (
    SELECT t.id, t.joined, t.gone,
      CASE WHEN t.by_hand THEN t.duration_minutes ELSE lms.presence_minutes(t.presences, p_session.session_date, p_session.duration_minutes) END AS minutes
    FROM (
      SELECT r.*, lower(r.presences) AS joined, upper(r.presences) AS gone
      FROM public.session_attendance AS r
      WHERE r.session_id = p_session.id AND r.enrollment_id = ANY (p_enrollments) AND (r.by_hand OR NOT isempty(r.presences) OR r.attended)
    ) AS t
  ) AS w
  WHERE a.id = w.id AND (a.attended, a.joined_at, a.left_at, a.duration_minutes, a.eligible_for_credit) IS DISTINCT FROM
    (w.minutes > 0, w.joined, w.gone, w.minutes, 100 * w.minutes >= p_session.credit_percentage * p_session.duration_minutes);
END
$$;
COMMENT ON FUNCTION lms.weigh_attendance(public.live_sessions, uuid[]) IS 'Computes minutes and credit from when somebody was there, or from what was entered by hand';

CREATE OR REPLACE FUNCTION lms.record_attendance(p_session uuid, p_enrollments uuid[], p_presences tstzmultirange[], p_replace boolean DEFAULT false)
  RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions := lms.lock_taught_session(p_session);
  v_touched uuid[];
  v_count integer;
BEGIN
  IF v_session.status = 'cancelled' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This live session was cancelled.', HINT = 'session-cancelled';
  END IF;
  SELECT array_agg(locked.id) INTO v_touched
  FROM (
    SELECT e.id
    FROM public.enrollments AS e
    WHERE e.course_id = v_session.course_id AND (
      e.id = ANY (p_enrollments)
      OR EXISTS (
        SELECT FROM public.session_attendance AS a
        WHERE a.session_id = p_session AND a.enrollment_id = e.id AND (
          p_replace
          -- Who is in two cohorts attends once, by the enrolment that registered
          OR a.member_id = ANY (ARRAY(SELECT g.member_id FROM public.enrollments AS g WHERE g.id = ANY (p_enrollments)))
        )
      )
    )
    ORDER BY e.id
    FOR NO KEY UPDATE
  ) AS locked;
  IF p_replace THEN
    UPDATE public.session_attendance SET presences = '{}', attended = false, joined_at = NULL, left_at = NULL, duration_minutes = NULL,
      eligible_for_credit = false
    WHERE session_id = p_session AND NOT by_hand AND NOT isempty(presences);
  END IF;
  -- A union of times: the same report twice changes nothing, and a meeting that was restarted is two reports of one session.
  INSERT INTO public.session_attendance AS a (session_id, enrollment_id, member_id, presences)
  SELECT p_session, e.id, e.member_id, range_agg(r)
  FROM unnest(p_enrollments, p_presences) AS given (enrollment_id, presences)
  JOIN public.enrollments AS e ON e.id = given.enrollment_id AND e.course_id = v_session.course_id
  CROSS JOIN LATERAL unnest(given.presences) AS r
  GROUP BY e.id, e.member_id
  ON CONFLICT (member_id, session_id) DO UPDATE SET presences = a.presences + excluded.presences WHERE NOT a.by_hand;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  DELETE FROM lms.session_waiting WHERE session_id = p_session AND enrollment_id = ANY (p_enrollments); -- who came waits no longer
  PERFORM lms.weigh_attendance(v_session, v_touched);
  PERFORM lms.attendance_follows(v_touched);
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION lms.record_attendance(uuid, uuid[], tstzmultirange[], boolean) IS
  'Adds times of presence to what is known of a session, or puts them in its place; what was entered by hand stays. Answers how many were there';

CREATE OR REPLACE FUNCTION lms.mark_attendance(p_session uuid, p_enrollment uuid, p_minutes integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions := lms.lock_taught_session(p_session);
  v_member uuid;
  v_touched uuid[];
BEGIN
  SELECT e.member_id INTO v_member FROM public.enrollments AS e WHERE e.id = p_enrollment AND e.course_id = v_session.course_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  PERFORM FROM public.enrollments AS e WHERE e.course_id = v_session.course_id AND e.member_id = v_member ORDER BY e.id FOR NO KEY UPDATE;
  IF p_minutes NOT BETWEEN 0 AND v_session.duration_minutes THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Nobody attends longer than the session lasts.', HINT = 'too-many-minutes';
  END IF;
  INSERT INTO public.session_attendance AS a (session_id, enrollment_id, member_id, by_hand, duration_minutes)
  VALUES (p_session, p_enrollment, v_member, p_minutes IS NOT NULL, p_minutes)
  ON CONFLICT (member_id, session_id) DO UPDATE
    SET by_hand = excluded.by_hand, duration_minutes = excluded.duration_minutes,
      attended = a.attended AND (excluded.by_hand OR NOT isempty(a.presences)),
      eligible_for_credit = a.eligible_for_credit AND (excluded.by_hand OR NOT isempty(a.presences));
  DELETE FROM lms.session_waiting WHERE session_id = p_session AND enrollment_id = p_enrollment;
  v_touched := ARRAY(SELECT a.enrollment_id FROM public.session_attendance AS a WHERE a.session_id = p_session AND a.member_id = v_member);
  PERFORM lms.weigh_attendance(v_session, v_touched);
  PERFORM lms.attendance_follows(v_touched);
END
$$;
COMMENT ON FUNCTION lms.mark_attendance(uuid, uuid, integer) IS
  'Attendance by hand: so many minutes (0: was not there), whatever reports say; NULL takes that back, and the reports count again';

CREATE OR REPLACE FUNCTION lms.live_session_changed() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_touched uuid[];
BEGIN
  SELECT array_agg(locked.id) INTO v_touched
  FROM (SELECT e.id FROM public.enrollments AS e WHERE e.course_id = NEW.course_id ORDER BY e.id FOR NO KEY UPDATE) AS locked;
  PERFORM lms.weigh_attendance(NEW, v_touched);
  PERFORM lms.attendance_follows(ARRAY(SELECT a.enrollment_id FROM public.session_attendance AS a WHERE a.session_id = NEW.id));
  PERFORM lms.refresh_final_grades(v_touched); -- who was not there misses one session more
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.live_session_changed() IS 'Weighs attendance anew when a session''s time or threshold changes, and grades when it is over';

CREATE OR REPLACE TRIGGER live_sessions_weigh
  AFTER UPDATE OF session_date, duration_minutes, credit_percentage, status ON public.live_sessions
  FOR EACH ROW
  WHEN ((NEW.session_date, NEW.duration_minutes, NEW.credit_percentage, NEW.status = 'completed')
    IS DISTINCT FROM (OLD.session_date, OLD.duration_minutes, OLD.credit_percentage, OLD.status = 'completed'))
  EXECUTE FUNCTION lms.live_session_changed();

-- Who is who --------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.match_accounts(p_session uuid, p_accounts text[]) RETURNS TABLE (account text, enrollment_id uuid)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
#variable_conflict use_column
DECLARE
  v_course uuid := (SELECT s.course_id FROM public.live_sessions AS s WHERE s.id = p_session);
BEGIN
  PERFORM lms.require_teacher(v_course);
  RETURN QUERY
  SELECT DISTINCT ON (wanted.account) wanted.account, e.id
  FROM unnest(p_accounts) AS wanted (account)
  JOIN LATERAL (
    SELECT m.id FROM public.members AS m WHERE lower(m.email) = wanted.account
    UNION ALL
    SELECT k.member_id FROM lms.meeting_accounts AS k WHERE k.account = wanted.account
  ) AS who ON true
  JOIN public.enrollments AS e ON e.member_id = who.id AND e.course_id = v_course
  -- A member in two cohorts has two enrolments: the one that is registered, else the one that is open, else the later.
  LEFT JOIN public.session_attendance AS a ON a.session_id = p_session AND a.enrollment_id = e.id
  ORDER BY wanted.account, a.id IS NULL, e.status NOT IN ('enrolled', 'in_progress', 'completed'), e.enrolled_at DESC, e.id;
END
$$;
COMMENT ON FUNCTION lms.match_accounts(uuid, text[]) IS
  'Which enrolment of a session''s course an address or account (in lower case) belongs to. Members who are not enrolled are nobody here';

CREATE OR REPLACE FUNCTION lms.add_meeting_account(p_session uuid, p_enrollment uuid, p_account text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session public.live_sessions := lms.lock_taught_session(p_session);
  v_account text := lower(btrim(p_account));
  v_member uuid;
  v_holder uuid;
BEGIN
  SELECT e.member_id INTO v_member FROM public.enrollments AS e WHERE e.id = p_enrollment AND e.course_id = v_session.course_id;
  IF v_member IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  SELECT m.id INTO v_holder FROM public.members AS m WHERE lower(m.email) = v_account;
  IF v_holder IS NULL THEN
    INSERT INTO lms.meeting_accounts (member_id, account, added_by) VALUES (v_member, v_account, lms.current_member_id())
    ON CONFLICT (account) DO NOTHING;
    SELECT k.member_id INTO v_holder FROM lms.meeting_accounts AS k WHERE k.account = v_account;
  END IF;
  IF v_holder <> v_member THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This account belongs to somebody else.', HINT = 'account-taken';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.add_meeting_account(uuid, uuid, text) IS 'Notes that a learner comes to live sessions under this account; an account is nobody else''s';

CREATE OR REPLACE FUNCTION lms.session_roster(p_session uuid) RETURNS TABLE (
    enrollment_id uuid, name text, email text, cohort text, status text, registered_at timestamptz, joined_at timestamptz, left_at timestamptz,
    minutes integer, by_hand boolean, credited boolean, place integer
  )
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
#variable_conflict use_column
DECLARE
  v_course uuid := (SELECT s.course_id FROM public.live_sessions AS s WHERE s.id = p_session);
BEGIN
  PERFORM lms.require_teacher(v_course);
  RETURN QUERY
  SELECT e.id, concat_ws(' ', m.first_name, m.last_name), CASE WHEN lms.may_administer() THEN m.email END, e.cohort_name,
    CASE WHEN a.attended THEN 'attended' WHEN a.by_hand OR NOT isempty(a.presences) THEN 'absent' WHEN a.id IS NOT NULL THEN 'registered'
      WHEN w.id IS NOT NULL THEN 'waiting' ELSE 'none' END,
    coalesce(a.registered_at, w.created_at), a.joined_at, a.left_at, a.duration_minutes, coalesce(a.by_hand, false),
    coalesce(a.eligible_for_credit, false),
    CASE WHEN w.id IS NOT NULL THEN (row_number() OVER (PARTITION BY w.id IS NULL ORDER BY w.created_at, w.id))::integer END
  FROM public.enrollments AS e
  JOIN public.members AS m ON m.id = e.member_id
  LEFT JOIN public.session_attendance AS a ON a.session_id = p_session AND a.enrollment_id = e.id
  LEFT JOIN lms.session_waiting AS w ON w.session_id = p_session AND w.enrollment_id = e.id
  WHERE e.course_id = v_course AND (a.id IS NOT NULL OR w.id IS NOT NULL OR e.status IN ('enrolled', 'in_progress', 'completed'))
  ORDER BY m.last_name, m.first_name, e.id;
END
$$;
COMMENT ON FUNCTION lms.session_roster(uuid) IS
  'Everybody who takes the course of a session, and where they stand with it; `place` is the one on the waiting list. Addresses for administrators';

GRANT EXECUTE ON FUNCTION lms.register_for_session(uuid, uuid), lms.cancel_registration(uuid, uuid) TO lms_member;
GRANT EXECUTE ON FUNCTION
  lms.record_attendance(uuid, uuid[], tstzmultirange[], boolean), lms.mark_attendance(uuid, uuid, integer), lms.match_accounts(uuid, text[]),
  lms.add_meeting_account(uuid, uuid, text), lms.session_roster(uuid)
TO lms_staff;
