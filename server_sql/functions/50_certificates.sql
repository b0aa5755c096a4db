-- Certificates: an immutable snapshot, written here and nowhere else.

CREATE SEQUENCE IF NOT EXISTS lms.certificate_guesses;
COMMENT ON SEQUENCE lms.certificate_guesses IS 'Numbers asked for that no certificate has; a sequence, as it counts through a rollback';

CREATE OR REPLACE FUNCTION lms.write_certificate(p_enrollment public.enrollments, p_supersedes uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_tries CONSTANT integer := 20;
  v_id uuid;
  v_number text;
BEGIN
  FOR i IN 1 .. c_tries LOOP
    INSERT INTO lms.certificates (
      certificate_number, enrollment_id, member_id, course_id, template_id, template_version_id, member_name, credentials, course_title, designation, ce_credits,
      instructor_name, issuer_name, npn, license_state, license_number, completed_at, expires_at, issued_by, supersedes
    )
    SELECT public.generate_certificate_number(), p_enrollment.id, m.id, c.id,
      v.template_id, v.id,
      concat_ws(' ', m.first_name, m.last_name), m.credentials, c.title, d.name,
      coalesce((SELECT done.ce_credits FROM public.course_completions AS done WHERE done.enrollment_id = p_enrollment.id), c.ce_credits),
      nullif(concat_ws(' ', teacher.first_name, teacher.last_name), ''),
      coalesce((SELECT w.name FROM lms.workspace AS w), current_database()),
      m.npn, m.license_state, m.license_number, p_enrollment.completed_at, p_enrollment.expires_at, lms.current_member_id(), p_supersedes
    FROM public.members AS m
    JOIN public.courses AS c ON c.id = p_enrollment.course_id
    LEFT JOIN public.members AS teacher ON teacher.id = c.instructor_id
    LEFT JOIN public.member_designations AS d ON d.id = c.designation_id
    LEFT JOIN lms.certificate_templates AS t ON t.id = coalesce(
      c.certificate_template_id,
      (SELECT own.id FROM lms.certificate_templates AS own WHERE own.designation_id = c.designation_id),
      (SELECT usual.id FROM lms.certificate_templates AS usual WHERE usual.is_default)
    )
    LEFT JOIN lms.certificate_template_versions AS v ON v.template_id = t.id AND v.number = t.version
    WHERE m.id = p_enrollment.member_id
    ON CONFLICT (certificate_number) DO NOTHING
    RETURNING id, certificate_number INTO v_id, v_number;
    EXIT WHEN v_id IS NOT NULL;
  END LOOP;
  IF v_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'No free certificate number was found; try again.', HINT = 'no-free-number';
  END IF;
  UPDATE public.enrollments
  SET certificate_issued = true, certificate_number = v_number, certificate_issued_at = now(), certificate_url = NULL
  WHERE id = p_enrollment.id;
  RETURN v_id;
END
$$;

CREATE OR REPLACE FUNCTION lms.enrollments_under_review() RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT s.enrollment_id
  FROM lms.seats AS s
  JOIN public.enrollments AS e ON e.id = s.enrollment_id
  WHERE s.review IN ('pending', 'violation', 'voided')
    AND ((SELECT lms.may_administer()) OR e.member_id = (SELECT lms.current_member_id()) OR e.course_id = ANY (ARRAY(SELECT lms.my_courses())))
$$;
COMMENT ON FUNCTION lms.enrollments_under_review() IS
  'Of the enrolments that concern the caller, those whose supervised exam waits for its review or did not pass it';

-- One definition of who gets a certificate, for the function that issues and for the lists of what is due and of what is held back.
CREATE OR REPLACE VIEW lms.certificate_candidates WITH (security_invoker = true) AS
SELECT e.id AS enrollment_id, e.member_id, e.course_id, e.status, e.enrolled_at, e.completed_at, e.progress_percentage,
  CASE
    WHEN NOT c.completion_certificate THEN 'no-certificate'
    WHEN e.status IN ('dropped', 'suspended', 'expired') THEN 'enrollment-' || e.status
    WHEN e.status <> 'completed' OR e.completed_at IS NULL THEN 'not-completed'
    WHEN e.expires_at <= now() THEN 'completion-expired'
    WHEN EXISTS (SELECT FROM lms.certificates AS r WHERE r.enrollment_id = e.id AND r.status = 'revoked') THEN 'certificate-revoked'
    WHEN c.delivery_format <> 'self_paced'
      AND EXISTS (SELECT FROM public.live_sessions AS s WHERE s.course_id = c.id AND s.status = 'completed')
      AND NOT EXISTS (SELECT FROM public.session_attendance AS a WHERE a.enrollment_id = e.id AND a.eligible_for_credit)
      THEN 'attendance-missing'
    WHEN e.id = ANY (ARRAY(SELECT lms.enrollments_under_review())) THEN 'exam-under-review'
  END AS hindrance
FROM public.enrollments AS e
JOIN public.courses AS c ON c.id = e.course_id
WHERE NOT EXISTS (SELECT FROM lms.certificates AS valid WHERE valid.enrollment_id = e.id AND valid.status = 'valid');
COMMENT ON VIEW lms.certificate_candidates IS
  'Enrolments without a valid certificate, and what keeps each from one; NULL where it is due. Everybody sees their own part of it';

CREATE OR REPLACE FUNCTION lms.issue_certificate(p_enrollment uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
  v_id uuid;
  v_hindrance text;
BEGIN
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment FOR NO KEY UPDATE;
  IF v_enrollment.id IS NULL OR NOT (lms.may_administer() OR coalesce(v_enrollment.member_id = lms.current_member_id(), false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  SELECT c.id INTO v_id FROM lms.certificates AS c WHERE c.enrollment_id = p_enrollment AND c.status = 'valid';
  IF FOUND THEN
    RETURN v_id;
  END IF;
  SELECT k.hindrance INTO v_hindrance FROM lms.certificate_candidates AS k WHERE k.enrollment_id = p_enrollment;
  IF v_hindrance = 'certificate-revoked' AND lms.may_administer() THEN
    v_hindrance := NULL; -- to issue another is a decision of theirs
  END IF;
  IF v_hindrance IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = v_hindrance, MESSAGE = CASE v_hindrance
      WHEN 'no-certificate' THEN 'This course issues no certificates.'
      WHEN 'enrollment-dropped' THEN 'The course was dropped.'
      WHEN 'enrollment-suspended' THEN 'The enrolment is suspended.'
      WHEN 'enrollment-expired' THEN 'The time to complete the course has passed.'
      WHEN 'not-completed' THEN 'The course has not been completed.'
      WHEN 'completion-expired' THEN 'What was completed has expired.'
      WHEN 'certificate-revoked' THEN 'The certificate was revoked; only an administrator can issue another.'
      WHEN 'attendance-missing' THEN 'No live session of the course was attended for credit.'
      WHEN 'exam-under-review' THEN 'The review of a supervised exam has not cleared it.'
    END;
  END IF;
  RETURN lms.write_certificate(v_enrollment, NULL);
END
$$;
COMMENT ON FUNCTION lms.issue_certificate(uuid) IS
  'The certificate of a completed enrolment: the current one, or a new one. Its own member or an administrator';

CREATE OR REPLACE FUNCTION lms.reissue_certificate(p_certificate uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
BEGIN
  PERFORM lms.require_administrator();
  SELECT e.* INTO v_enrollment
  FROM public.enrollments AS e
  WHERE e.id = (SELECT c.enrollment_id FROM lms.certificates AS c WHERE c.id = p_certificate)
  FOR NO KEY UPDATE;
  UPDATE lms.certificates SET status = 'superseded' WHERE id = p_certificate AND status = 'valid';
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Only a valid certificate can be replaced.', HINT = 'certificate-not-valid';
  END IF;
  RETURN lms.write_certificate(v_enrollment, p_certificate);
END
$$;
COMMENT ON FUNCTION lms.reissue_certificate(uuid) IS 'A new certificate, with a new number and today''s name and title, in place of a valid one';

CREATE OR REPLACE FUNCTION lms.revoke_certificate(p_certificate uuid, p_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment uuid;
BEGIN
  PERFORM lms.require_administrator();
  IF coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say why the certificate is revoked.', HINT = 'reason-missing';
  END IF;
  UPDATE lms.certificates
  SET status = 'revoked', revoked_at = now(), revoked_by = lms.current_member_id(), revocation_reason = btrim(p_reason)
  WHERE id = p_certificate AND status = 'valid'
  RETURNING enrollment_id INTO v_enrollment;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Only a valid certificate can be revoked.', HINT = 'certificate-not-valid';
  END IF;
  UPDATE public.enrollments
  SET certificate_issued = false, certificate_number = NULL, certificate_issued_at = NULL, certificate_url = NULL
  WHERE id = v_enrollment;
END
$$;

CREATE OR REPLACE FUNCTION lms.file_certificate(p_certificate uuid, p_asset text, p_key text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_certificate lms.certificates;
BEGIN
  PERFORM lms.require_administrator();
  SELECT * INTO v_certificate FROM lms.certificates AS c WHERE c.id = p_certificate FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such certificate.', HINT = 'no-such-certificate';
  END IF;
  IF v_certificate.asset_id IS NOT NULL THEN
    RETURN v_certificate.asset_id;
  END IF;
  IF NOT EXISTS (SELECT FROM lms.signing_keys AS k WHERE k.id = p_key AND k.retired_at IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The certificate was signed with a key that is not in use.', HINT = 'signing-key-retired';
  END IF;
  UPDATE lms.certificates SET asset_id = p_asset, signing_key_id = p_key WHERE id = p_certificate;
  IF v_certificate.status = 'valid' THEN
    UPDATE public.enrollments SET certificate_url = 'asset:' || p_asset WHERE id = v_certificate.enrollment_id;
  END IF;
  RETURN p_asset;
END
$$;
COMMENT ON FUNCTION lms.file_certificate(uuid, text, text) IS
  'Files the signed PDF of a certificate, once: the answer is the file that is on record, this one or the one filed before';

CREATE OR REPLACE FUNCTION lms.record_delivery(p_certificate uuid, p_kind text, p_address text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  INSERT INTO lms.certificate_deliveries (certificate_id, kind, address, sent_by)
  VALUES (p_certificate, p_kind, p_address, lms.current_member_id());
END
$$;
COMMENT ON FUNCTION lms.record_delivery(uuid, text, text) IS 'A mail server took the certificate, or a reminder of its expiry, for this address';

CREATE OR REPLACE FUNCTION lms.add_signing_key(p_id text, p_name text, p_public_keys text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  UPDATE lms.signing_keys SET retired_at = now(), retired_by = lms.current_member_id() WHERE retired_at IS NULL AND id <> p_id;
  INSERT INTO lms.signing_keys (id, name, public_keys, added_by)
  VALUES (p_id, p_name, p_public_keys, lms.current_member_id())
  ON CONFLICT (id) DO NOTHING;
  IF EXISTS (SELECT FROM lms.signing_keys AS k WHERE k.id = p_id AND (k.public_keys <> p_public_keys OR k.retired_at IS NOT NULL)) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This key was retired, or is on record with another certificate.', HINT = 'signing-key-known';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.add_signing_key(text, text, text) IS 'The key that certificates are signed with from now on; the one before is retired, and still verifies what it signed';

CREATE OR REPLACE FUNCTION lms.distrust_signing_key(p_id text, p_since timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  UPDATE lms.signing_keys
  SET compromised_at = p_since, retired_at = coalesce(retired_at, now()), retired_by = coalesce(retired_by, lms.current_member_id())
  WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such signing key.', HINT = 'no-such-signing-key';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.distrust_signing_key(text, timestamptz) IS
  'Somebody else may have signed with this key since then: a signature later than that proves nothing without the record';

CREATE OR REPLACE FUNCTION public.verify_certificate(p_certificate_number text) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  -- Read as Crockford's base32 asks: whatever the case, O for zero, I and L for one.
  v_number text := translate(upper(btrim(p_certificate_number)), 'OIL', '011');
  v_result jsonb;
BEGIN
  SELECT jsonb_build_object(
    'valid', status.now = 'valid',
    'status', status.now,
    'certificate_number', c.certificate_number,
    'member_name', c.member_name,
    'course_title', c.course_title,
    'completion_date', c.completed_at,
    'issued_at', c.issued_at,
    'expires_at', c.expires_at,
    'revoked_at', c.revoked_at,
    'issuer_name', c.issuer_name,
    'ce_credits', c.ce_credits
  )
  INTO v_result
  FROM lms.certificates AS c,
    LATERAL (SELECT CASE WHEN c.status = 'valid' AND c.expires_at <= now() THEN 'expired' ELSE c.status END AS now) AS status
  WHERE c.certificate_number = v_number;
  IF NOT FOUND THEN
    -- The log and the sequence remember a guess even where the caller rolls back; a read-only transaction has the log alone.
    RAISE LOG 'certificate number not found, asked for by %', session_user;
    IF current_setting('transaction_read_only') = 'off' THEN
      PERFORM nextval('lms.certificate_guesses');
    END IF;
    v_result := jsonb_build_object('valid', false, 'status', 'not_found', 'message', 'Certificate not found');
  END IF;
  RETURN v_result;
END
$$;
COMMENT ON FUNCTION public.verify_certificate(text) IS 'What one number stands for: status valid, revoked, expired, superseded or not_found';

-- Lists only the holders who agreed to it, so it reads with its owner's rights; the PDF's address is not in it.
CREATE OR REPLACE VIEW public.public_certificate_verification WITH (security_barrier = true) AS
SELECT c.certificate_number, c.member_name, c.course_title, c.completed_at, c.ce_credits
FROM lms.certificates AS c
JOIN public.members AS m ON m.id = c.member_id
WHERE m.lists_certificates AND c.status = 'valid' AND (c.expires_at IS NULL OR c.expires_at > now());
COMMENT ON VIEW public.public_certificate_verification IS 'Valid certificates of the members who agreed to be listed';

GRANT SELECT ON lms.certificate_candidates TO lms_member;
GRANT EXECUTE ON FUNCTION lms.issue_certificate(uuid), lms.enrollments_under_review() TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION lms.reissue_certificate(uuid), lms.revoke_certificate(uuid, text), lms.file_certificate(uuid, text, text),
  lms.record_delivery(uuid, text, text) TO lms_staff;
GRANT EXECUTE ON FUNCTION lms.add_signing_key(text, text, text), lms.distrust_signing_key(text, timestamptz) TO lms_staff;
GRANT EXECUTE ON FUNCTION public.verify_certificate(text) TO anon, lms_member, lms_staff, lms_station;
GRANT SELECT ON public.public_certificate_verification TO anon, lms_member, lms_staff;
