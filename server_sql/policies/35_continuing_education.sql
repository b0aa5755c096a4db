-- Continuing education is the administrators' work; staff may see what states approved.

SELECT lms.protect('lms.ce_providers', 'lms.ce_approvals', 'lms.ce_filings');

GRANT SELECT ON lms.ce_providers, lms.ce_approvals TO lms_staff;
GRANT INSERT (state, provider_number), UPDATE (provider_number), DELETE ON lms.ce_providers TO lms_administrator;
GRANT INSERT (id, course_id, state, course_number, credits, method, approved_on, expires_on),
  UPDATE (course_number, credits, method, approved_on, expires_on), DELETE
  ON lms.ce_approvals TO lms_administrator;
GRANT SELECT ON lms.ce_filings, lms.ce_roster TO lms_administrator;

CREATE POLICY staff ON lms.ce_providers FOR SELECT TO lms_staff USING (true);
CREATE POLICY whole ON lms.ce_providers TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));
CREATE POLICY staff ON lms.ce_approvals FOR SELECT TO lms_staff USING (true);
CREATE POLICY whole ON lms.ce_approvals TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));
CREATE POLICY whole ON lms.ce_filings FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));
