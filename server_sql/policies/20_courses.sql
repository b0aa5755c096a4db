-- Courses and what authors write in them. Status, instructors, counts and versions are set by functions and triggers, so no grant names them.

SELECT lms.protect(
  'public.courses', 'public.course_modules', 'public.lessons', 'public.lesson_attachments', 'public.live_sessions', 'public.course_reviews',
  'lms.review_votes',
  'lms.certificate_templates', 'lms.certificate_template_versions', 'lms.row_clocks', 'lms.tombstones', 'lms.push_outcomes', 'lms.lesson_imports', 'lms.lesson_media'
);

GRANT SELECT ON public.courses TO anon, lms_member;
GRANT
  INSERT (id, title, slug, description, short_description, learning_objectives, prerequisites, target_audience, category, difficulty_level,
    ce_credits, designation_id, certificate_template_id, pricing_type, price, member_price, delivery_format, estimated_duration_minutes,
    instructor_id, author_bio, thumbnail_url, promo_video_url, syllabus_url, allow_enrollment, max_enrollments, enrollment_start_date,
    enrollment_end_date, course_start_date, course_end_date, enable_discussion_forum, enable_peer_review, completion_certificate,
    scorm_package_url, scorm_version, created_by),
  UPDATE (title, slug, description, short_description, learning_objectives, prerequisites, target_audience, category, difficulty_level,
    ce_credits, designation_id, certificate_template_id, pricing_type, price, member_price, delivery_format, estimated_duration_minutes,
    author_bio, thumbnail_url, promo_video_url, syllabus_url, allow_enrollment, max_enrollments, enrollment_start_date,
    enrollment_end_date, course_start_date, course_end_date, enable_discussion_forum, enable_peer_review, completion_certificate,
    scorm_package_url, scorm_version),
  DELETE
ON public.courses TO lms_staff;
CREATE POLICY published ON public.courses FOR SELECT TO anon, lms_member USING (status = 'published');
CREATE POLICY taken ON public.courses FOR SELECT TO lms_member USING (id = ANY (ARRAY(SELECT lms.taken_courses())));
-- On columns rather than on lms.my_courses(), which does not see the row that is being written.
CREATE POLICY taught ON public.courses FOR SELECT TO lms_staff USING (
  (SELECT lms.has_role('instructor'))
  AND (instructor_id = (SELECT lms.current_member_id()) OR (SELECT lms.current_member_id()) = ANY (co_instructors))
);
CREATE POLICY begin ON public.courses FOR INSERT TO lms_staff WITH CHECK (
  (SELECT lms.has_role('instructor'))
  AND instructor_id = (SELECT lms.current_member_id())
  AND (created_by IS NULL OR created_by = (SELECT lms.current_member_id()))
);
CREATE POLICY author ON public.courses FOR UPDATE TO lms_staff
  USING (id = ANY (ARRAY(SELECT lms.my_courses()))) WITH CHECK (id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY discard ON public.courses FOR DELETE TO lms_staff USING (
  status = 'draft' AND instructor_id = (SELECT lms.current_member_id()) AND (SELECT lms.has_role('instructor'))
);
CREATE POLICY whole ON public.courses TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.course_modules TO anon, lms_member;
GRANT
  INSERT (id, course_id, title, description, module_order, position, learning_objectives, is_preview, unlock_after_module_id, unlock_date,
    estimated_duration_minutes),
  UPDATE (title, description, module_order, position, learning_objectives, is_preview, unlock_after_module_id, unlock_date,
    estimated_duration_minutes),
  DELETE
ON public.course_modules TO lms_staff;
CREATE POLICY visible ON public.course_modules FOR SELECT TO anon, lms_member USING (course_id = ANY (ARRAY(SELECT lms.visible_courses())));
CREATE POLICY taught ON public.course_modules TO lms_staff
  USING (course_id = ANY (ARRAY(SELECT lms.my_courses()))) WITH CHECK (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON public.course_modules TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

-- Content is for the enrolled, and previews for everybody; the catalogue's outline is lms.course_outline().
GRANT SELECT ON public.lessons TO anon, lms_member;
GRANT
  INSERT (id, module_id, title, description, lesson_type, lesson_order, position, content_url, content_html, video_duration_seconds,
    transcript_url, video_provider, video_thumbnail_url, enable_video_controls, allow_download, scorm_package_url, scorm_manifest_url,
    scorm_version, is_preview, unlock_after_lesson_id, require_completion, completion_criteria, min_time_seconds,
    estimated_duration_minutes),
  UPDATE (module_id, title, description, lesson_type, lesson_order, position, content_url, content_html, video_duration_seconds,
    transcript_url, video_provider, video_thumbnail_url, enable_video_controls, allow_download, scorm_package_url, scorm_manifest_url,
    scorm_version, is_preview, unlock_after_lesson_id, require_completion, completion_criteria, min_time_seconds,
    estimated_duration_minutes),
  DELETE
ON public.lessons TO lms_staff;
CREATE POLICY open ON public.lessons FOR SELECT TO anon, lms_member
  USING (module_id = ANY (ARRAY(SELECT lms.open_modules())) OR id = ANY (ARRAY(SELECT lms.preview_lessons())));
CREATE POLICY taught ON public.lessons TO lms_staff
  USING (module_id = ANY (ARRAY(SELECT lms.taught_modules()))) WITH CHECK (module_id = ANY (ARRAY(SELECT lms.taught_modules())));
CREATE POLICY whole ON public.lessons TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.lesson_attachments TO anon, lms_member;
GRANT
  INSERT (id, lesson_id, file_name, file_url, file_type, file_size_bytes, description, attachment_order, position, requires_enrollment),
  UPDATE (lesson_id, file_name, file_url, file_type, file_size_bytes, description, attachment_order, position, requires_enrollment),
  DELETE
ON public.lesson_attachments TO lms_staff;
CREATE POLICY public ON public.lesson_attachments FOR SELECT TO anon, lms_member USING (id = ANY (ARRAY(SELECT lms.public_attachments())));
CREATE POLICY open ON public.lesson_attachments FOR SELECT TO lms_member USING (lesson_id = ANY (ARRAY(SELECT lms.open_lessons())));
CREATE POLICY taught ON public.lesson_attachments TO lms_staff
  USING (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons()))) WITH CHECK (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())));
CREATE POLICY whole ON public.lesson_attachments TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

-- What was imported is told once and never changed.
GRANT SELECT, INSERT (lesson_id, version, package_url, file_name, standard, report, imported_by) ON lms.lesson_imports TO lms_staff;
CREATE POLICY taught ON lms.lesson_imports TO lms_staff
  USING (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())))
  WITH CHECK (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())) AND imported_by = (SELECT lms.current_member_id()));
CREATE POLICY whole ON lms.lesson_imports TO lms_administrator
  USING ((SELECT lms.has_role('administrator')))
  WITH CHECK ((SELECT lms.has_role('administrator')) AND imported_by = (SELECT lms.current_member_id()));

GRANT SELECT ON lms.lesson_media TO lms_member;
GRANT INSERT (lesson_id, package_url, path), UPDATE (converted_url, failure) ON lms.lesson_media TO lms_staff;
CREATE POLICY open ON lms.lesson_media FOR SELECT TO lms_member USING (lesson_id = ANY (ARRAY(SELECT lms.open_lessons())));
CREATE POLICY taught ON lms.lesson_media TO lms_staff
  USING (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons()))) WITH CHECK (lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())));
CREATE POLICY whole ON lms.lesson_media TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

-- Not in the catalogue: the row holds the meeting's address and password.
GRANT SELECT ON public.live_sessions TO lms_member;
GRANT
  INSERT (id, course_id, title, description, session_date, duration_minutes, timezone, meeting_platform, meeting_url, meeting_id,
    meeting_password, instructor_id, co_hosts, max_attendees, recording_enabled, recording_url, recording_available, agenda_html,
    pre_session_materials, post_session_materials, status, credit_percentage),
  UPDATE (title, description, session_date, duration_minutes, timezone, meeting_platform, meeting_url, meeting_id, meeting_password,
    instructor_id, co_hosts, max_attendees, recording_enabled, recording_url, recording_available, agenda_html, pre_session_materials,
    post_session_materials, status, credit_percentage),
  DELETE
ON public.live_sessions TO lms_staff;
CREATE POLICY open ON public.live_sessions FOR SELECT TO lms_member USING (course_id = ANY (ARRAY(SELECT lms.open_courses())));
CREATE POLICY taught ON public.live_sessions TO lms_staff
  USING (course_id = ANY (ARRAY(SELECT lms.my_courses()))) WITH CHECK (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON public.live_sessions TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.course_reviews TO lms_member;
GRANT UPDATE (is_approved, is_featured, moderated_by, moderated_at) ON public.course_reviews TO lms_administrator;
CREATE POLICY approved ON public.course_reviews FOR SELECT TO lms_member
  USING (is_approved AND course_id = ANY (ARRAY(SELECT lms.visible_courses())));
CREATE POLICY own ON public.course_reviews FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON public.course_reviews FOR SELECT TO lms_staff USING (course_id = ANY (ARRAY(SELECT lms.my_courses())));
CREATE POLICY whole ON public.course_reviews TO lms_administrator
  USING ((SELECT lms.has_role('administrator')))
  WITH CHECK ((SELECT lms.has_role('administrator')) AND (moderated_by IS NULL OR moderated_by = (SELECT lms.current_member_id())));

GRANT SELECT ON lms.review_votes TO lms_member;
CREATE POLICY own ON lms.review_votes FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));

GRANT SELECT ON lms.certificate_templates TO lms_member;
GRANT INSERT (id, name, definition, is_default, designation_id, created_by), UPDATE (name, definition, is_default, designation_id), DELETE
  ON lms.certificate_templates TO lms_administrator;
CREATE POLICY everybody ON lms.certificate_templates FOR SELECT TO lms_member USING ((SELECT lms.current_member_id()) IS NOT NULL);
CREATE POLICY whole ON lms.certificate_templates TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.certificate_template_versions TO lms_member;
CREATE POLICY everybody ON lms.certificate_template_versions FOR SELECT TO lms_member USING ((SELECT lms.current_member_id()) IS NOT NULL);
