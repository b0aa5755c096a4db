-- Enrolment: who gets into a course, at what price, and out of it again.

CREATE OR REPLACE FUNCTION lms.teaches(p_course uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT lms.may_administer() OR p_course = ANY (ARRAY(SELECT lms.my_courses()))
$$;

CREATE OR REPLACE FUNCTION lms.require_teacher(p_course uuid) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- The same answer whether the course exists or not.
  IF NOT lms.teaches(p_course) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only the instructors of a course and administrators may do that.', HINT = 'course-staff-only';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.price_for(p_course public.courses, p_member uuid) RETURNS numeric
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE p_course.pricing_type
    WHEN 'free' THEN 0
    WHEN 'member_only' THEN coalesce(p_course.member_price, 0)
    ELSE CASE WHEN m.status = 'active' THEN coalesce(p_course.member_price, p_course.price) ELSE p_course.price END
  END
  FROM public.members AS m WHERE m.id = p_member
$$;
COMMENT ON FUNCTION lms.price_for(public.courses, uuid) IS 'What a member pays for a course; the member price is for active members';

CREATE OR REPLACE FUNCTION lms.missing_prerequisites(p_course public.courses, p_member uuid) RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  -- Only course ids can be checked; prerequisites in words are for the reader.
  SELECT ARRAY(
    SELECT c.title
    FROM jsonb_array_elements_text(p_course.prerequisites) AS wanted (id)
    JOIN public.courses AS c ON c.id::text = lower(wanted.id)
    WHERE NOT EXISTS (
      SELECT FROM public.enrollments AS e WHERE e.member_id = p_member AND e.course_id = c.id AND e.status = 'completed'
    )
    ORDER BY c.title
  )
$$;

CREATE OR REPLACE FUNCTION lms.seats_left(p_course public.courses) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT p_course.max_enrollments - count(*)
  FROM public.enrollments AS e
  WHERE e.course_id = p_course.id AND e.status NOT IN ('dropped', 'expired')
$$;
COMMENT ON FUNCTION lms.seats_left(public.courses) IS 'NULL where the course has no limit; exact only while its row is locked';

CREATE OR REPLACE FUNCTION lms.enrollment_problem(p_course public.courses, p_member uuid) RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE
    WHEN NOT p_course.allow_enrollment
      THEN ARRAY['enrollment-closed', 'This course does not accept enrolments.']
    WHEN p_course.enrollment_start_date > now()
      THEN ARRAY['enrollment-not-open', 'Enrolment in this course has not opened yet.']
    WHEN p_course.enrollment_end_date < now() OR p_course.course_end_date < now()
      THEN ARRAY['enrollment-over', 'Enrolment in this course has ended.']
    WHEN m.status IN ('suspended', 'inactive')
      THEN ARRAY['membership-suspended', 'Your membership is suspended.']
    WHEN p_course.pricing_type = 'member_only' AND m.status <> 'active'
      THEN ARRAY['members-in-good-standing', 'This course is for active members.']
    WHEN cardinality(missing.titles) > 0
      THEN ARRAY['prerequisites', format('Complete these courses first: %s.', array_to_string(missing.titles, ', '))]
    WHEN lms.seats_left(p_course) <= 0
      THEN ARRAY['course-full', 'This course is full.']
  END
  FROM public.members AS m, LATERAL (SELECT lms.missing_prerequisites(p_course, p_member) AS titles) AS missing
  WHERE m.id = p_member
$$;
COMMENT ON FUNCTION lms.enrollment_problem(public.courses, uuid) IS 'The first rule that keeps a member out of a course, as code and sentence; NULL where none does';

CREATE OR REPLACE FUNCTION lms.enroll(p_course uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_member();
  v_course public.courses;
  v_enrollment public.enrollments;
  v_due numeric;
  v_problem text[]; -- code, sentence
BEGIN
  -- The lock makes those who want the last seat take turns.
  SELECT * INTO v_course FROM public.courses AS c WHERE c.id = p_course AND c.status = 'published' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such course in the catalogue.', HINT = 'no-such-course';
  END IF;

  IF EXISTS (SELECT FROM public.enrollments AS e WHERE e.course_id = p_course AND e.member_id = v_member AND e.status <> 'dropped') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'You are enrolled in this course already.', HINT = 'already-enrolled';
  END IF;

  v_problem := lms.enrollment_problem(v_course, v_member);
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem[2], HINT = v_problem[1];
  END IF;

  -- Who dropped out comes back to the same row, with what was paid and done.
  SELECT * INTO v_enrollment
  FROM public.enrollments AS e
  WHERE e.course_id = p_course AND e.member_id = v_member AND e.cohort_name IS NULL
  FOR NO KEY UPDATE;
  v_due := lms.price_for(v_course, v_member) - coalesce(v_enrollment.amount_paid, 0);
  IF v_due > 0 AND NOT EXISTS (SELECT FROM public.transactions AS t WHERE t.id = v_enrollment.transaction_id AND t.status = 'pending') THEN
    INSERT INTO public.transactions (member_id, transaction_type, amount, description, status)
    VALUES (v_member, 'course_purchase', v_due, v_course.title, 'pending')
    RETURNING id INTO v_enrollment.transaction_id;
  END IF;
  v_enrollment.status := CASE WHEN v_due > 0 THEN 'suspended' WHEN v_enrollment.started_at IS NULL THEN 'enrolled' ELSE 'in_progress' END;

  INSERT INTO public.enrollments AS e (course_id, member_id, enrollment_source, status, transaction_id, total_lessons)
  VALUES (p_course, v_member, 'self_enrollment', v_enrollment.status, v_enrollment.transaction_id, v_course.lessons_count)
  ON CONFLICT (member_id, course_id, cohort_name) DO UPDATE SET status = excluded.status, transaction_id = excluded.transaction_id
  RETURNING e.id INTO v_enrollment.id;
  RETURN v_enrollment.id;
END
$$;
COMMENT ON FUNCTION lms.enroll(uuid) IS
  'Enrols the caller by every rule of the course. A paid one stays suspended, with a pending transaction, until an administrator confirms it';

CREATE OR REPLACE FUNCTION lms.enrollment_terms(p_course uuid)
  RETURNS TABLE (problem text, missing text[], price numeric, paid numeric, seats_left bigint, pending numeric)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT
    (lms.enrollment_problem(c, me.id))[1], lms.missing_prerequisites(c, me.id), lms.price_for(c, me.id), coalesce(e.amount_paid, 0),
    lms.seats_left(c), t.amount
  FROM public.courses AS c
  CROSS JOIN (SELECT lms.current_member_id() AS id) AS me
  LEFT JOIN public.enrollments AS e ON e.course_id = c.id AND e.member_id = me.id AND e.cohort_name IS NULL
  LEFT JOIN public.transactions AS t ON t.id = e.transaction_id AND t.status = 'pending'
  WHERE c.id = p_course AND c.status = 'published' AND me.id IS NOT NULL
$$;
COMMENT ON FUNCTION lms.enrollment_terms(uuid) IS
  'What enrolling means for the caller, before they do: the code of what keeps them out, the price for them, seats left, what is yet to be confirmed';

CREATE OR REPLACE FUNCTION lms.enroll_members(p_course uuid, p_members uuid[], p_source text, p_cohort text DEFAULT NULL) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_course public.courses;
  v_seats bigint;
  v_count integer;
BEGIN
  PERFORM lms.require_teacher(p_course);
  SELECT * INTO v_course FROM public.courses AS c WHERE c.id = p_course FOR NO KEY UPDATE;
  IF v_course.status IS DISTINCT FROM 'published' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Members can be enrolled once the course is published.', HINT = 'not-published';
  END IF;
  IF p_source IS NULL OR p_source NOT IN ('admin_assignment', 'bulk_import', 'event_registration', 'membership_benefit') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'There is no such source of enrolments.', HINT = 'no-such-source';
  END IF;
  v_seats := lms.seats_left(v_course);

  INSERT INTO public.enrollments AS e (course_id, member_id, enrollment_source, cohort_name, total_lessons)
  SELECT p_course, m.id, p_source, p_cohort, v_course.lessons_count
  FROM public.members AS m
  WHERE m.id = ANY (p_members)
  ON CONFLICT (member_id, course_id, cohort_name) DO UPDATE
    SET status = CASE WHEN e.started_at IS NULL THEN 'enrolled' ELSE 'in_progress' END, enrollment_source = excluded.enrollment_source
    WHERE e.status IN ('dropped', 'expired');
  GET DIAGNOSTICS v_count = ROW_COUNT;

  IF v_count > v_seats THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = format('The course has %s seats left, not %s.', greatest(v_seats, 0), v_count),
      HINT = 'course-full';
  END IF;
  RETURN v_count;
END
$$;
COMMENT ON FUNCTION lms.enroll_members(uuid, uuid[], text, text) IS
  'Enrols members without payment, in one statement; answers how many were not enrolled before. Ids of nobody are passed over';

CREATE OR REPLACE FUNCTION lms.enroll_member(p_course uuid, p_member uuid, p_source text, p_cohort text DEFAULT NULL) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF lms.enroll_members(p_course, ARRAY[p_member], p_source, p_cohort) = 0 THEN
    IF EXISTS (SELECT FROM public.members AS m WHERE m.id = p_member) THEN
      RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This member is enrolled already.', HINT = 'already-enrolled';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such member.', HINT = 'no-such-member';
  END IF;
  RETURN (
    SELECT e.id FROM public.enrollments AS e
    WHERE e.course_id = p_course AND e.member_id = p_member AND e.cohort_name IS NOT DISTINCT FROM p_cohort
  );
END
$$;

CREATE OR REPLACE FUNCTION lms.confirm_payment(p_enrollment uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
  v_amount numeric;
BEGIN
  PERFORM lms.require_administrator();
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment FOR UPDATE;
  UPDATE public.transactions
  SET status = 'completed', confirmed_by = lms.current_member_id(), confirmed_at = now()
  WHERE id = v_enrollment.transaction_id AND status = 'pending'
  RETURNING amount INTO v_amount;
  IF v_amount IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'No payment is pending for this enrolment.', HINT = 'no-pending-payment';
  END IF;
  UPDATE public.enrollments
  SET amount_paid = amount_paid + v_amount,
    status = CASE WHEN status <> 'suspended' THEN status WHEN started_at IS NULL THEN 'enrolled' ELSE 'in_progress' END
  WHERE id = p_enrollment;
END
$$;

CREATE OR REPLACE FUNCTION lms.set_enrollment_status(p_enrollment uuid, p_status text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
BEGIN
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment FOR UPDATE;
  IF v_enrollment.id IS NULL OR NOT (
    lms.teaches(v_enrollment.course_id) OR coalesce(v_enrollment.member_id = lms.current_member_id() AND p_status = 'dropped', false)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'You may not change this enrolment that way.', HINT = 'enrollment-status';
  END IF;
  IF p_status IS NULL OR p_status NOT IN ('enrolled', 'in_progress', 'dropped', 'expired', 'suspended') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'An enrolment cannot be given that status; completion is computed.', HINT = 'no-such-status';
  END IF;
  IF v_enrollment.status = 'completed' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A completed enrolment stays completed.', HINT = 'enrollment-completed';
  END IF;
  IF p_status IN ('enrolled', 'in_progress')
    AND EXISTS (SELECT FROM public.transactions AS t WHERE t.id = v_enrollment.transaction_id AND t.status = 'pending')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Its payment has not been confirmed yet.', HINT = 'payment-pending';
  END IF;
  UPDATE public.enrollments SET status = p_status WHERE id = p_enrollment AND status <> p_status;
  IF p_status = 'dropped' THEN -- who comes back begins a payment of its own
    UPDATE public.transactions SET status = 'failed'
    WHERE id = v_enrollment.transaction_id AND status = 'pending';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.set_enrollment_status(uuid, text) IS 'Staff of the course set any status but completed; the member may only drop out';

GRANT EXECUTE ON FUNCTION lms.enroll(uuid), lms.enrollment_terms(uuid), lms.set_enrollment_status(uuid, text) TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION
  lms.enroll_member(uuid, uuid, text, text), lms.enroll_members(uuid, uuid[], text, text), lms.confirm_payment(uuid)
TO lms_staff;
