-- Quizzes and assignments. Questions hold their answers, so learners have no policy on them; and a learner reads no score here either: in a
-- transaction of their own they could submit, read it, and roll back.

SELECT lms.protect(
  'public.quizzes', 'public.quiz_questions', 'lms.quiz_draws', 'public.quiz_attempts', 'public.quiz_answers',
  'public.assignments', 'public.assignment_submissions', 'public.assignment_reviews', 'lms.assignment_extensions', 'lms.grades',
  'lms.grading_claims', 'lms.grading_comments', 'lms.regrade_requests',
  -- Reached through functions alone
  'lms.question_versions', 'lms.attempt_delivery', 'lms.attempt_questions', 'lms.regrades', 'lms.annotations', 'lms.grading_schemes'
);

-- Without the counters: in a transaction of their own a learner could submit, see whether one more has passed, and roll back.
GRANT SELECT (id, course_id, lesson_id, title, description, instructions, quiz_type, passing_score, max_attempts, require_passing,
  time_limit_minutes, shuffle_questions, shuffle_answers, show_correct_answers, total_points, available_from, available_until, row_version,
  created_at, updated_at, is_bank)
ON public.quizzes TO lms_member;
GRANT
  INSERT (id, course_id, lesson_id, title, description, instructions, quiz_type, passing_score, max_attempts, require_passing,
    time_limit_minutes, shuffle_questions, shuffle_answers, show_correct_answers, available_from, available_until,
    is_bank),
  UPDATE (course_id, lesson_id, title, description, instructions, quiz_type, passing_score, max_attempts, require_passing,
    time_limit_minutes, shuffle_questions, shuffle_answers, show_correct_answers, available_from, available_until, is_bank),
  DELETE
ON public.quizzes TO lms_staff;
CREATE POLICY open ON public.quizzes FOR SELECT TO lms_member
  USING (NOT is_bank AND (course_id = ANY (ARRAY(SELECT lms.open_courses())) OR lesson_id = ANY (ARRAY(SELECT lms.open_lessons()))));
-- A quiz of neither course nor lesson is a question bank, the administrators' own.
CREATE POLICY taught ON public.quizzes TO lms_staff
  USING (
    coalesce(course_id, lesson_id) IS NOT NULL
    AND (course_id IS NULL OR course_id = ANY (ARRAY(SELECT lms.my_courses())))
    AND (lesson_id IS NULL OR lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())))
  )
  WITH CHECK (
    coalesce(course_id, lesson_id) IS NOT NULL
    AND (course_id IS NULL OR course_id = ANY (ARRAY(SELECT lms.my_courses())))
    AND (lesson_id IS NULL OR lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())))
  );
CREATE POLICY whole ON public.quizzes TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT,
  INSERT (id, quiz_id, question_text, question_html, question_type, question_order, position, answer_options, correct_answer, points,
    explanation, hint, image_url, video_url, title, tags, grading, retired),
  UPDATE (question_text, question_html, question_type, question_order, position, answer_options, correct_answer, points, explanation,
    hint, image_url, video_url, title, tags, grading, retired),
  DELETE
ON public.quiz_questions TO lms_staff;
CREATE POLICY taught ON public.quiz_questions TO lms_staff
  USING (quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes()))) WITH CHECK (quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes())));
CREATE POLICY whole ON public.quiz_questions TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

-- What a bank may be: lms.check_draw.
GRANT SELECT, INSERT (id, quiz_id, bank_id, question_id, tags, count, position), UPDATE (question_id, tags, count, position), DELETE
ON lms.quiz_draws TO lms_staff;
CREATE POLICY taught ON lms.quiz_draws TO lms_staff
  USING (quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes()))) WITH CHECK (quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes())));
CREATE POLICY whole ON lms.quiz_draws TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT (id, quiz_id, enrollment_id, member_id, attempt_number, started_at, submitted_at, time_spent_seconds, status, created_at)
  ON public.quiz_attempts TO lms_member;
GRANT SELECT ON public.quiz_attempts TO lms_staff;
CREATE POLICY own ON public.quiz_attempts FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
CREATE POLICY taught ON public.quiz_attempts FOR SELECT TO lms_staff USING (enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments())));
CREATE POLICY whole ON public.quiz_attempts FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.quiz_answers TO lms_staff;
CREATE POLICY taught ON public.quiz_answers FOR SELECT TO lms_staff USING (
  EXISTS (
    SELECT FROM public.quiz_attempts AS a
    WHERE a.id = quiz_answers.quiz_attempt_id AND a.enrollment_id = ANY (ARRAY(SELECT lms.taught_enrollments()))
  )
);
CREATE POLICY whole ON public.quiz_answers FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.regrades TO lms_staff;
CREATE POLICY taught ON lms.regrades FOR SELECT TO lms_staff USING (quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes())));
CREATE POLICY whole ON lms.regrades FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.assignments TO lms_member;
GRANT
  INSERT (id, course_id, lesson_id, title, description, instructions_html, total_points, rubric, submission_type, allowed_file_types,
    max_file_size_mb, max_submissions, available_from, due_date, late_submission_allowed, late_penalty_percentage, enable_peer_review,
    peer_reviews_required, late_until, late_grace_minutes, late_penalty_interval, late_penalty_floor, anonymous_grading,
    second_marking_percentage, peer_reviews_due, peer_reviews_anonymous),
  UPDATE (lesson_id, title, description, instructions_html, total_points, rubric, submission_type, allowed_file_types, max_file_size_mb,
    max_submissions, available_from, due_date, late_submission_allowed, late_penalty_percentage, enable_peer_review,
    peer_reviews_required, late_until, late_grace_minutes, late_penalty_interval, late_penalty_floor, anonymous_grading,
    second_marking_percentage, peer_reviews_due, peer_reviews_anonymous),
  DELETE
ON public.assignments TO lms_staff;
CREATE POLICY open ON public.assignments FOR SELECT TO lms_member USING (course_id = ANY (ARRAY(SELECT lms.open_courses())));
CREATE POLICY taught ON public.assignments TO lms_staff
  USING (course_id = ANY (ARRAY(SELECT lms.my_courses())))
  WITH CHECK (
    course_id = ANY (ARRAY(SELECT lms.my_courses())) AND (lesson_id IS NULL OR lesson_id = ANY (ARRAY(SELECT lms.taught_lessons())))
  );
CREATE POLICY whole ON public.assignments TO lms_administrator
  USING ((SELECT lms.has_role('administrator'))) WITH CHECK ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.assignment_submissions TO lms_member;
CREATE POLICY own ON public.assignment_submissions FOR SELECT TO lms_member USING (member_id = (SELECT lms.current_member_id()));
-- By the assignment: the few that one teaches are compared with each row, and not the thousands of enrolments
CREATE POLICY taught ON public.assignment_submissions FOR SELECT TO lms_staff
  USING (assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())));
CREATE POLICY whole ON public.assignment_submissions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON public.assignment_reviews TO lms_member;
CREATE POLICY own ON public.assignment_reviews FOR SELECT TO lms_member USING (reviewer_id = (SELECT lms.current_member_id()));
CREATE POLICY received ON public.assignment_reviews FOR SELECT TO lms_member USING (
  status = 'submitted' AND review_type = 'instructor' AND EXISTS ( -- those of peers, without their names: lms.list_received_reviews
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = assignment_reviews.submission_id AND s.member_id = (SELECT lms.current_member_id())
  )
);
CREATE POLICY taught ON public.assignment_reviews FOR SELECT TO lms_staff USING (
  EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = assignment_reviews.submission_id AND s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments()))
  )
);
CREATE POLICY whole ON public.assignment_reviews FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT (assignment_id, enrollment_id, due_date, late_until, submissions) ON lms.assignment_extensions TO lms_member;
GRANT SELECT ON lms.assignment_extensions TO lms_staff;
CREATE POLICY own ON lms.assignment_extensions FOR SELECT TO lms_member USING (enrollment_id = ANY (ARRAY(SELECT lms.my_enrollments())));
CREATE POLICY taught ON lms.assignment_extensions FOR SELECT TO lms_staff USING (assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())));
CREATE POLICY whole ON lms.assignment_extensions FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

-- Not even the titles of columns are learners': what is released is in the submission. Nobody who marks sees the other marker's first.
GRANT SELECT ON lms.grades TO lms_staff;
CREATE POLICY taught ON lms.grades FOR SELECT TO lms_staff USING (
  assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())) AND (NOT blind OR grader_id = (SELECT lms.current_member_id()))
);
CREATE POLICY whole ON lms.grades FOR SELECT TO lms_administrator USING (
  (SELECT lms.has_role('administrator')) AND (NOT blind OR grader_id = (SELECT lms.current_member_id()))
);

GRANT SELECT ON lms.grading_claims TO lms_staff;
CREATE POLICY taught ON lms.grading_claims FOR SELECT TO lms_staff USING (
  EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = grading_claims.submission_id AND s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments()))
  )
);
CREATE POLICY whole ON lms.grading_claims FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT, INSERT (member_id, course_id, comment), UPDATE (course_id, comment), DELETE ON lms.grading_comments TO lms_staff;
CREATE POLICY own ON lms.grading_comments TO lms_staff
  USING (member_id = (SELECT lms.current_member_id()))
  WITH CHECK (member_id = (SELECT lms.current_member_id()) AND (course_id IS NULL OR course_id = ANY (ARRAY(SELECT lms.my_courses()))));
CREATE POLICY shared ON lms.grading_comments FOR SELECT TO lms_staff USING (course_id = ANY (ARRAY(SELECT lms.my_courses())));

GRANT SELECT ON lms.regrade_requests TO lms_member;
CREATE POLICY own ON lms.regrade_requests FOR SELECT TO lms_member USING (
  EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = regrade_requests.submission_id AND s.member_id = (SELECT lms.current_member_id())
  )
);
CREATE POLICY taught ON lms.regrade_requests FOR SELECT TO lms_staff USING (
  EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = regrade_requests.submission_id AND s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments()))
  )
);
CREATE POLICY whole ON lms.regrade_requests FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));
