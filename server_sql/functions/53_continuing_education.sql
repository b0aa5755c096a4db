-- Rosters: whose completion has to be reported to which state.

CREATE OR REPLACE VIEW lms.ce_roster WITH (security_invoker = true) AS
SELECT c.id AS certificate_id, c.certificate_number, c.member_id, c.member_name, c.npn, c.license_number, c.course_id, c.course_title,
  c.license_state AS state, p.provider_number, a.course_number, a.credits, a.method,
  (c.completed_at AT TIME ZONE 'UTC')::date AS completed_on, f.filed_at,
  CASE
    WHEN a.id IS NULL THEN 'not-approved'
    WHEN p.state IS NULL THEN 'no-provider-number'
    WHEN c.npn IS NULL AND c.license_number IS NULL THEN 'no-license'
  END AS hindrance
FROM lms.certificates AS c
LEFT JOIN LATERAL (
  SELECT approval.*
  FROM lms.ce_approvals AS approval
  WHERE approval.course_id = c.course_id AND approval.state = c.license_state
    AND (c.completed_at AT TIME ZONE 'UTC')::date BETWEEN approval.approved_on AND coalesce(approval.expires_on, 'infinity'::date)
  ORDER BY approval.approved_on DESC
  LIMIT 1
) AS a ON true
LEFT JOIN lms.ce_providers AS p ON p.state = c.license_state
LEFT JOIN lms.ce_filings AS f ON f.certificate_id = c.id AND f.state = c.license_state
WHERE c.status = 'valid' AND c.ce_credits > 0 AND c.license_state IS NOT NULL;
COMMENT ON VIEW lms.ce_roster IS
  'Completions with credits whose holder is licensed in a state, as that state asks for them; hindrance says what keeps one off its roster';

CREATE OR REPLACE FUNCTION lms.file_ce_roster(p_state text, p_certificates uuid[]) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_filed integer;
BEGIN
  PERFORM lms.require_administrator();
  INSERT INTO lms.ce_filings (certificate_id, state, filed_by)
  SELECT r.certificate_id, r.state, lms.current_member_id()
  FROM lms.ce_roster AS r
  WHERE r.state = p_state AND r.certificate_id = ANY (p_certificates) AND r.hindrance IS NULL
  ON CONFLICT ON CONSTRAINT ce_filings_pkey DO NOTHING;
  GET DIAGNOSTICS v_filed = ROW_COUNT;
  RETURN v_filed;
END
$$;
COMMENT ON FUNCTION lms.file_ce_roster(text, uuid[]) IS 'Notes that these completions were reported to the state; the answer is how many are new';

GRANT EXECUTE ON FUNCTION lms.file_ce_roster(text, uuid[]) TO lms_staff;
