-- People as records: cohorts, duplicates that become one, what is kept about somebody, and what is erased. docs/people.md.

CREATE OR REPLACE FUNCTION lms.transfer_enrollment(p_enrollment uuid, p_cohort text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
BEGIN
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment FOR NO KEY UPDATE;
  PERFORM lms.require_teacher(v_enrollment.course_id);
  IF EXISTS (
    SELECT FROM public.enrollments AS e
    WHERE e.course_id = v_enrollment.course_id AND e.member_id = v_enrollment.member_id AND e.id <> p_enrollment
      AND e.cohort_name IS NOT DISTINCT FROM nullif(btrim(p_cohort), '')
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This member is in that cohort already.', HINT = 'already-enrolled';
  END IF;
  UPDATE public.enrollments SET cohort_name = nullif(btrim(p_cohort), '') WHERE id = p_enrollment;
END
$$;
COMMENT ON FUNCTION lms.transfer_enrollment(uuid, text) IS 'Moves an enrolment, with all that was done in it, to another cohort of its course (NULL: to none)';

CREATE OR REPLACE FUNCTION lms.expire_enrollments() RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM lms.require_administrator();
  UPDATE public.enrollments SET status = 'expired'
  WHERE id IN (
    SELECT e.id
    FROM public.enrollments AS e
    WHERE e.expires_at <= now() AND e.status IN ('enrolled', 'in_progress', 'suspended')
    ORDER BY e.id
    FOR NO KEY UPDATE
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION lms.expire_enrollments() IS 'Ends enrolments whose time is over; answers how many. What was done in them stays';

-- Duplicates --------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.member_references() RETURNS TABLE (source regclass, column_name name)
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT c.conrelid::regclass, a.attname
  FROM pg_catalog.pg_constraint AS c
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
  WHERE c.contype = 'f' AND c.confrelid = 'public.members'::regclass
  ORDER BY c.conrelid::regclass::text, a.attname
$$;
COMMENT ON FUNCTION lms.member_references() IS 'Every column that refers to a member, as the catalogue has it: a table that is added later is among them';

CREATE OR REPLACE FUNCTION lms.count_member_rows(p_member uuid) RETURNS TABLE (source text, column_name text, amount bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_reference record;
BEGIN
  PERFORM lms.require_administrator();
  FOR v_reference IN SELECT * FROM lms.member_references() LOOP
    RETURN QUERY EXECUTE format('SELECT %L::text, %L::text, count(*) FROM %s WHERE %I = $1 HAVING count(*) > 0',
      v_reference.source, v_reference.column_name, v_reference.source, v_reference.column_name) USING p_member;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.count_member_rows(uuid) IS 'How many rows of each table are about a member, or by them';

CREATE OR REPLACE FUNCTION lms.merge_members(p_kept uuid, p_duplicate uuid) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_reference record;
  v_row record;
  v_rows integer;
  v_moved integer := 0;
BEGIN
  PERFORM lms.require_administrator();
  IF p_kept = p_duplicate OR (
    SELECT count(*) FILTER (WHERE m.merged_into IS NULL AND m.erased_at IS NULL)
    FROM (SELECT * FROM public.members AS pair WHERE pair.id IN (p_kept, p_duplicate) ORDER BY pair.id FOR UPDATE) AS m
  ) <> 2 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'These are not two members that can become one.', HINT = 'not-two-members';
  END IF;
  IF lms.current_member_id() = p_duplicate THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Keep the member that you are signed in as.', HINT = 'merge-self';
  END IF;
  IF (SELECT count(*) FROM lms.member_logins AS l WHERE l.member_id IN (p_kept, p_duplicate) AND l.disabled_at IS NULL) = 2 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Both can sign in. Disable the login of the duplicate first.', HINT = 'two-logins';
  END IF;

  -- From now on the certificates of one may follow to the other (lms.keep_certificate).
  UPDATE public.members SET merged_into = p_kept, status = 'inactive' WHERE id = p_duplicate;

  -- Two enrolments in one course stay two, with all that was done in each: the second becomes a cohort of its own.
  UPDATE public.enrollments AS e
  SET cohort_name = concat_ws(' ', e.cohort_name, '[' || left(e.id::text, 8) || ']')
  WHERE e.member_id = p_duplicate AND EXISTS (
    SELECT FROM public.enrollments AS k
    WHERE k.member_id = p_kept AND k.course_id = e.course_id AND k.cohort_name IS NOT DISTINCT FROM e.cohort_name
  );

  FOR v_reference IN
    SELECT r.* FROM lms.member_references() AS r WHERE (r.source, r.column_name) <> ('public.members'::regclass, 'merged_into')
  LOOP
    BEGIN
      EXECUTE format('UPDATE %s SET %I = $1 WHERE %I = $2', v_reference.source, v_reference.column_name, v_reference.column_name)
        USING p_kept, p_duplicate;
      GET DIAGNOSTICS v_rows = ROW_COUNT;
      v_moved := v_moved + v_rows;
    EXCEPTION WHEN unique_violation THEN
      -- Some of it there can be only one of (a role, a review): what the kept member has counts, the rest stays where it is.
      FOR v_row IN EXECUTE format('SELECT ctid AS place FROM %s WHERE %I = $1', v_reference.source, v_reference.column_name) USING p_duplicate LOOP
        BEGIN
          EXECUTE format('UPDATE %s SET %I = $1 WHERE ctid = $2', v_reference.source, v_reference.column_name) USING p_kept, v_row.place;
          v_moved := v_moved + 1;
        EXCEPTION WHEN unique_violation THEN
          CONTINUE;
        END;
      END LOOP;
    END;
  END LOOP;
  UPDATE public.members SET merged_into = p_kept WHERE merged_into = p_duplicate;
  DELETE FROM lms.member_roles WHERE member_id = p_duplicate;

  -- Lists of ids have no foreign keys. An id is nobody else's in any of them.
  FOR v_reference IN
    SELECT a.attrelid::regclass AS source, a.attname AS column_name
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND a.atttypid = 'uuid[]'::regtype AND a.attnum > 0
  LOOP
    EXECUTE format('UPDATE %s SET %I = array_replace(%I, $2, $1) WHERE $2 = ANY (%I)',
      v_reference.source, v_reference.column_name, v_reference.column_name, v_reference.column_name) USING p_kept, p_duplicate;
  END LOOP;

  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, new_values)
  VALUES (lms.current_member_id(), 'member.merge', 'members', p_duplicate, jsonb_build_object('merged_into', p_kept, 'rows', v_moved));
  RETURN v_moved;
END
$$;
COMMENT ON FUNCTION lms.merge_members(uuid, uuid) IS
  'Gives a member everything that a duplicate has, in every table that refers to members; answers how many rows. The duplicate stays as a mark of where it went';

-- What is kept about somebody ---------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.member_record(p_member uuid) RETURNS TABLE (source text, rows jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  -- Secrets of the machinery; what a marker wrote for their own memory is no education record (34 CFR 99.3).
  c_never CONSTANT text[] := ARRAY['lms.member_logins', 'lms.chunk_uploads', 'lms.push_outcomes', 'lms.start_codes', 'lms.seat_sessions',
    'lms.attempt_questions', 'lms.attempt_delivery', 'lms.certificate_log'];
  c_private CONSTANT text[] := ARRAY['private_note', 'token_hash', 'code_hash'];
  v_table record;
BEGIN
  PERFORM lms.require_administrator();
  RETURN QUERY SELECT 'public.members'::text, jsonb_agg(to_jsonb(m)) FROM public.members AS m WHERE m.id = p_member OR m.merged_into = p_member;
  FOR v_table IN
    -- By the member, and by what is theirs: a table counts by the first of these that it has.
    SELECT DISTINCT ON (t.relid) t.relid::regclass AS source, t.attname AS column_name, t.parent
    FROM (
      SELECT c.conrelid AS relid, a.attname, c.confrelid::regclass AS parent, array_position(ARRAY[
        'public.members', 'public.enrollments', 'public.quiz_attempts', 'public.assignment_submissions', 'lms.certificates'
      ]::regclass[], c.confrelid::regclass) AS place
      FROM pg_catalog.pg_constraint AS c
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND (c.confrelid <> 'public.members'::regclass OR a.attname = 'member_id')
    ) AS t
    WHERE t.place IS NOT NULL AND t.relid <> 'public.members'::regclass AND t.relid::regclass::text <> ALL (c_never)
    ORDER BY t.relid, t.place, t.attname
  LOOP
    RETURN QUERY EXECUTE format(
      'SELECT %L::text, jsonb_agg(to_jsonb(t) - $2) FROM %s AS t WHERE t.%I IN (%s) HAVING count(*) > 0',
      v_table.source, v_table.source, v_table.column_name,
      CASE WHEN v_table.parent = 'public.members'::regclass THEN 'SELECT $1'
        ELSE format('SELECT p.id FROM %s AS p WHERE p.member_id = $1', v_table.parent) END
    ) USING p_member, c_private;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.member_record(uuid) IS 'All rows about a member, table by table, for an inspection (34 CFR 99.10); keys of quizzes and private notes are not among them';

CREATE OR REPLACE FUNCTION lms.record_privacy_request(p_member uuid, p_kind text, p_note text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_request uuid;
BEGIN
  PERFORM lms.require_administrator();
  INSERT INTO lms.privacy_requests (member_id, kind, note, recorded_by)
  VALUES (p_member, p_kind, nullif(btrim(p_note), ''), lms.current_member_id())
  RETURNING id INTO v_request;
  RETURN v_request;
END
$$;
COMMENT ON FUNCTION lms.record_privacy_request(uuid, text, text) IS 'Notes what somebody asks about their record; an inspection is due within 45 days (34 CFR 99.10)';

CREATE OR REPLACE FUNCTION lms.answer_privacy_request(p_request uuid, p_answer text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  UPDATE lms.privacy_requests SET answered_at = now(), answered_by = lms.current_member_id(), answer = nullif(btrim(p_answer), '')
  WHERE id = p_request AND answered_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such open request.', HINT = 'no-such-request';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.answer_privacy_request(uuid, text) IS 'Notes what was done about a request, by whom and when; it stays on record (34 CFR 99.32)';

CREATE OR REPLACE FUNCTION lms.erase_member(p_member uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_private CONSTANT text[] := ARRAY['first_name', 'last_name', 'email', 'phone', 'organization', 'job_title', 'credentials', 'time_zone',
    'npn', 'license_state', 'license_number'];
  v_problem text[];
BEGIN
  PERFORM lms.require_administrator();
  PERFORM FROM public.members AS m WHERE m.id = p_member AND m.erased_at IS NULL FOR UPDATE;
  v_problem := CASE
    WHEN NOT FOUND THEN ARRAY['no-such-member', 'There is no such member.']
    WHEN EXISTS (SELECT FROM lms.privacy_requests AS r WHERE r.member_id = p_member AND r.kind <> 'erasure' AND r.answered_at IS NULL)
      THEN ARRAY['inspection-open', 'A request to see or correct the record is open: until it is answered nothing may be destroyed (34 CFR 99.10).']
    WHEN EXISTS (SELECT FROM public.transactions AS t WHERE t.member_id = p_member AND t.status = 'pending')
      THEN ARRAY['payment-pending', 'A payment is pending.']
    WHEN EXISTS (SELECT FROM lms.member_roles AS r WHERE r.member_id = p_member AND r.role <> 'learner')
      THEN ARRAY['has-roles', 'Take the roles of this member away first.']
    WHEN EXISTS (SELECT FROM lms.member_logins AS l WHERE l.member_id = p_member AND l.disabled_at IS NULL)
      THEN ARRAY['has-login', 'Disable the login of this member first.']
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem[2], HINT = v_problem[1];
  END IF;
  UPDATE public.members
  SET first_name = 'Erased', last_name = 'member', email = id || '@erased.invalid', phone = NULL, organization = NULL, job_title = NULL,
    credentials = '{}', time_zone = NULL, npn = NULL, license_state = NULL, license_number = NULL, lists_certificates = false,
    status = 'inactive', erased_at = now()
  WHERE id = p_member OR merged_into = p_member;
  DELETE FROM lms.meeting_accounts WHERE member_id = p_member;
  DELETE FROM lms.lesson_notes WHERE member_id = p_member;
  UPDATE lms.certificate_deliveries AS d SET address = 'erased'
  FROM lms.certificates AS c
  WHERE c.id = d.certificate_id AND c.member_id = p_member;
  UPDATE public.course_reviews SET review_text = NULL WHERE member_id = p_member;
  UPDATE public.enrollments SET status = 'dropped' WHERE member_id = p_member AND status IN ('enrolled', 'in_progress', 'suspended');
  -- The log says that something was changed, and no longer what it was.
  UPDATE public.audit_logs SET old_values = old_values - c_private, new_values = new_values - c_private
  WHERE table_name = 'members' AND row_id IN (SELECT m.id FROM public.members AS m WHERE m.id = p_member OR m.merged_into = p_member);
  UPDATE lms.privacy_requests SET answered_at = now(), answered_by = lms.current_member_id(), note = NULL
  WHERE member_id = p_member AND kind = 'erasure' AND answered_at IS NULL;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id) VALUES (lms.current_member_id(), 'member.erase', 'members', p_member);
END
$$;
COMMENT ON FUNCTION lms.erase_member(uuid) IS
  'Takes away who a member was and how to reach them. Enrolments, grades, certificates with the name that is printed on them, CE filings, payments and the log stay, as the law has them kept';

GRANT EXECUTE ON FUNCTION lms.transfer_enrollment(uuid, text), lms.expire_enrollments(), lms.count_member_rows(uuid), lms.merge_members(uuid, uuid),
  lms.member_record(uuid), lms.record_privacy_request(uuid, text, text), lms.answer_privacy_request(uuid, text), lms.erase_member(uuid)
TO lms_staff;
