-- The audit trail: one row for each row that was changed, written by the statement that changed it.

CREATE OR REPLACE FUNCTION public.log_audit_trail() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_table text := TG_ARGV[0];
  v_unlogged text[] := TG_ARGV[1:]; -- what triggers count, or what says nothing about a decision
  v_member uuid := lms.current_member_id();
BEGIN
  IF TG_OP = 'INSERT' AND TG_TABLE_NAME IN ('member_roles', 'member_logins') THEN
    INSERT INTO public.audit_logs (member_id, action, table_name, row_id, new_values)
    SELECT v_member, 'insert', v_table, a.member_id, to_jsonb(a) FROM added AS a;
  ELSIF TG_OP = 'INSERT' THEN
    -- The row itself says what was inserted; once it changes, the log has its old values.
    INSERT INTO public.audit_logs (member_id, action, table_name, row_id)
    SELECT v_member, 'insert', v_table, a.id FROM added AS a;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO public.audit_logs (member_id, action, table_name, row_id, old_values)
    SELECT v_member, 'delete', v_table, coalesce(r.value ->> 'id', r.value ->> 'member_id')::uuid, r.value
    FROM (SELECT to_jsonb(removed) AS value FROM removed) AS r;
  ELSE
    -- MATERIALIZED: written out in full, the rows would be turned into JSON again for each use.
    WITH old_row AS MATERIALIZED (SELECT to_jsonb(r) AS value FROM removed AS r),
    new_row AS MATERIALIZED (SELECT to_jsonb(a) AS value FROM added AS a),
    pair AS MATERIALIZED (
      -- Roles have no id. One that is changed into another is logged as what went, and what came.
      SELECT key, old_key.value - v_unlogged AS old_value, new_key.value - v_unlogged AS new_value
      FROM (
        SELECT coalesce(value ->> 'id', concat_ws(' ', value ->> 'member_id', value ->> 'role')) AS key, value FROM old_row
      ) AS old_key
      FULL JOIN (
        SELECT coalesce(value ->> 'id', concat_ws(' ', value ->> 'member_id', value ->> 'role')) AS key, value FROM new_row
      ) AS new_key USING (key)
    )
    INSERT INTO public.audit_logs (member_id, action, table_name, row_id, old_values, new_values)
    SELECT v_member, 'update', v_table, split_part(pair.key, ' ', 1)::uuid,
      CASE WHEN pair.new_value IS NULL THEN pair.old_value ELSE diff.old_values END,
      CASE WHEN pair.old_value IS NULL THEN pair.new_value ELSE diff.new_values END
    FROM pair
    CROSS JOIN LATERAL (
      SELECT jsonb_object_agg(o.key, o.value) AS old_values, jsonb_object_agg(o.key, pair.new_value -> o.key) AS new_values
      FROM jsonb_each(pair.old_value) AS o
      WHERE o.value <> pair.new_value -> o.key
    ) AS diff
    WHERE pair.old_value IS DISTINCT FROM pair.new_value;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.log_audit_trail() IS
  'Writes what a statement changed to audit_logs. Arguments: the table''s name for the log, then columns that are not logged';

SELECT lms.on_every_change('public.enrollments', 'log_enrollment_changes', 'public.log_audit_trail',
  'enrollments', 'updated_at', 'progress_percentage', 'lessons_completed', 'total_lessons', 'current_lesson_id', 'last_accessed_at',
  'total_time_spent_minutes');
SELECT lms.on_every_change('public.quiz_attempts', 'log_quiz_attempt_changes', 'public.log_audit_trail', 'quiz_attempts', 'updated_at');
SELECT lms.on_every_change('public.assignment_submissions', 'log_assignment_submission_changes', 'public.log_audit_trail',
  'assignment_submissions', 'updated_at');
SELECT lms.on_every_change('lms.grading_schemes', 'log_grading_scheme_changes', 'public.log_audit_trail', 'lms.grading_schemes', 'updated_at');
SELECT lms.on_every_change('public.session_attendance', 'log_session_attendance_changes', 'public.log_audit_trail',
  'session_attendance', 'updated_at');
SELECT lms.on_every_change('public.course_reviews', 'log_course_review_changes', 'public.log_audit_trail',
  'course_reviews', 'updated_at', 'helpful_count', 'not_helpful_count');
SELECT lms.on_every_change('public.courses', 'log_course_changes', 'public.log_audit_trail',
  'courses', 'updated_at', 'row_version', 'total_enrollments', 'active_enrollments', 'completion_count', 'completion_rate',
  'avg_rating', 'total_reviews', 'rating_sum', 'lessons_count');
SELECT lms.on_every_change('public.quizzes', 'log_quiz_changes', 'public.log_audit_trail',
  'quizzes', 'updated_at', 'row_version', 'attempts_count', 'avg_score', 'pass_rate', 'graded_count', 'passed_count', 'score_sum');
SELECT lms.on_every_change('public.quiz_questions', 'log_quiz_question_changes', 'public.log_audit_trail',
  'quiz_questions', 'updated_at', 'row_version');
SELECT lms.on_every_change('public.members', 'log_member_changes', 'public.log_audit_trail', 'members', 'updated_at', 'engagement_score');
SELECT lms.on_every_change('public.transactions', 'log_transaction_changes', 'public.log_audit_trail', 'transactions', 'updated_at');
SELECT lms.on_every_change('lms.member_roles', 'log_member_role_changes', 'public.log_audit_trail', 'lms.member_roles');
SELECT lms.on_every_change('lms.member_logins', 'log_member_login_changes', 'public.log_audit_trail', 'lms.member_logins');
SELECT lms.on_every_change('lms.certificates', 'log_certificate_changes', 'public.log_audit_trail', 'lms.certificates');
SELECT lms.on_every_change('lms.certificate_templates', 'log_certificate_template_changes', 'public.log_audit_trail',
  'lms.certificate_templates', 'updated_at');
SELECT lms.on_every_change('lms.ce_providers', 'log_ce_provider_changes', 'public.log_audit_trail', 'lms.ce_providers');
SELECT lms.on_every_change('lms.ce_approvals', 'log_ce_approval_changes', 'public.log_audit_trail', 'lms.ce_approvals', 'updated_at');
