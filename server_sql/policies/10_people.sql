-- People and money. Learners write nothing directly, here or anywhere: what they may do, functions do for them.

SELECT lms.protect(
  'public.members', 'public.member_designations', 'public.transactions', 'public.audit_logs',
  'lms.member_roles', 'lms.member_logins', 'lms.workspace', 'lms.applied_files', 'lms.meeting_accounts', 'lms.privacy_requests'
);

-- Of other people one sees the names of those one knows, never how to reach them. One's own record: lms.my_profile().
GRANT SELECT (id, first_name, last_name, organization, job_title, credentials, designations) ON public.members TO lms_member;
GRANT SELECT,
  INSERT (id, first_name, last_name, email, phone, organization, job_title, credentials, designations, status, member_since, npn,
    license_state, license_number, lists_certificates, time_zone),
  UPDATE (first_name, last_name, email, phone, organization, job_title, credentials, designations, status, member_since, npn,
    license_state, license_number, lists_certificates, time_zone)
ON public.members TO lms_administrator;
CREATE POLICY known ON public.members FOR SELECT TO lms_member USING (id = ANY (ARRAY(SELECT lms.known_members())));
CREATE POLICY whole ON public.members TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.member_designations TO anon, lms_member;
GRANT INSERT (id, code, name, description, is_active), UPDATE (code, name, description, is_active), DELETE
  ON public.member_designations TO lms_administrator;
CREATE POLICY everybody ON public.member_designations FOR SELECT TO anon, lms_member USING (true);
CREATE POLICY whole ON public.member_designations TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.transactions TO lms_member;
CREATE POLICY own ON public.transactions FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY whole ON public.transactions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.audit_logs TO lms_administrator;
CREATE POLICY whole ON public.audit_logs FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.member_roles, lms.member_logins TO lms_member;
CREATE POLICY own ON lms.member_roles FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY whole ON lms.member_roles FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));
CREATE POLICY own ON lms.member_logins FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY whole ON lms.member_logins FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

-- Written by functions alone, which check whose account it is.
GRANT SELECT ON lms.meeting_accounts TO lms_administrator;
CREATE POLICY whole ON lms.meeting_accounts FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.privacy_requests TO lms_member;
CREATE POLICY own ON lms.privacy_requests FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY whole ON lms.privacy_requests FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.workspace TO anon, lms_member, lms_station;
GRANT UPDATE (name) ON lms.workspace TO lms_administrator;
CREATE POLICY everybody ON lms.workspace FOR SELECT TO anon, lms_member, lms_station USING (true);
CREATE POLICY whole ON lms.workspace FOR UPDATE TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));
