-- What people have done. Nobody writes here directly, not even staff: enrolment, progress, completion and certificates are computed.

SELECT lms.protect(
  'public.enrollments', 'public.lesson_progress', 'public.course_completions', 'public.session_attendance', 'lms.session_waiting',
  'lms.module_completions', 'lms.scorm_sessions', 'lms.scorm_objectives', 'lms.scorm_data', 'lms.scorm_attempts', 'lms.scorm_interactions',
  'lms.certificates', 'lms.signing_keys', 'lms.certificate_log', 'lms.certificate_log_head', 'lms.certificate_deliveries',
  'lms.video_watching', 'lms.watching_clocks', 'lms.lesson_notes'
);

GRANT SELECT ON
  public.enrollments, public.lesson_progress, public.course_completions, public.session_attendance, lms.scorm_sessions,
  lms.scorm_objectives, lms.scorm_data, lms.scorm_attempts, lms.scorm_interactions, lms.certificates
TO lms_member;

CREATE POLICY own ON public.enrollments FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON public.enrollments FOR SELECT TO lms_staff USING (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON public.enrollments FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

CREATE POLICY own ON public.lesson_progress FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));
CREATE POLICY taught ON public.lesson_progress FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON public.lesson_progress FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

CREATE POLICY own ON public.course_completions FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON public.course_completions FOR SELECT TO lms_staff USING (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON public.course_completions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

CREATE POLICY own ON public.session_attendance FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON public.session_attendance FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON public.session_attendance FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

-- The place on a waiting list is one's own affair; staff read lms.session_roster().
GRANT SELECT ON lms.session_waiting TO lms_member;
CREATE POLICY own ON lms.session_waiting FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));

-- Notes are their writer's alone: nobody who teaches or administers reads them.
GRANT SELECT, DELETE, INSERT (id, member_id, lesson_id, at_seconds, body), UPDATE (body) ON lms.lesson_notes TO lms_member;
CREATE POLICY own ON lms.lesson_notes FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY own_delete ON lms.lesson_notes FOR DELETE TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY own_insert ON lms.lesson_notes FOR INSERT TO lms_member WITH CHECK (
  member_id = (SELECT lms.current_member_id()) AND lesson_id = ANY (ARRAY(SELECT lms.open_lessons() UNION SELECT lms.taught_lessons()))
);
CREATE POLICY own_update ON lms.lesson_notes FOR UPDATE TO lms_member
  USING (member_id = (SELECT lms.current_member_id())) WITH CHECK (member_id = (SELECT lms.current_member_id()));

CREATE POLICY own ON lms.scorm_sessions FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));
CREATE POLICY taught ON lms.scorm_sessions FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON lms.scorm_sessions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

-- Public keys, for whoever verifies a certificate.
GRANT SELECT ON lms.signing_keys TO lms_member;
CREATE POLICY everybody ON lms.signing_keys FOR SELECT TO lms_member USING (true);

-- What courses share is between the learner and the content.
CREATE POLICY own ON lms.scorm_objectives FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY own ON lms.scorm_data FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));

CREATE POLICY own ON lms.scorm_attempts FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));
CREATE POLICY taught ON lms.scorm_attempts FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON lms.scorm_attempts FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

CREATE POLICY own ON lms.scorm_interactions FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));
CREATE POLICY taught ON lms.scorm_interactions FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON lms.scorm_interactions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

CREATE POLICY own ON lms.certificates FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON lms.certificates FOR SELECT TO lms_staff USING (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON lms.certificates FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.certificate_log, lms.certificate_deliveries TO lms_administrator;
CREATE POLICY whole ON lms.certificate_deliveries FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));
CREATE POLICY whole ON lms.certificate_log FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));
