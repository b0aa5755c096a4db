-- What a learner does in a course. Nothing of it is believed because a client says so: access, time and completion are checked here.

CREATE OR REPLACE FUNCTION lms.lock_open_enrollment(p_enrollment uuid) RETURNS public.enrollments
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
BEGIN
  SELECT * INTO v_enrollment
  FROM public.enrollments AS e
  WHERE e.id = p_enrollment AND e.member_id = lms.require_member()
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such enrolment.', HINT = 'no-such-enrollment';
  END IF;
  IF v_enrollment.course_id <> ALL (ARRAY(SELECT lms.open_courses())) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'This course is not open to you now.', HINT = 'enrollment-closed';
  END IF;
  RETURN v_enrollment;
END
$$;
COMMENT ON FUNCTION lms.lock_open_enrollment(uuid) IS 'The caller''s own enrolment, open for learning; its row lock orders all that happens in it';

CREATE OR REPLACE FUNCTION lms.lesson_completed(p_enrollment uuid, p_lesson uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT FROM public.lesson_progress AS p
    WHERE p.enrollment_id = p_enrollment AND p.lesson_id = p_lesson AND p.status = 'completed'
  )
$$;

CREATE OR REPLACE FUNCTION lms.module_completed(p_enrollment uuid, p_module uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT NOT EXISTS (
    SELECT FROM public.lessons AS l
    WHERE l.module_id = p_module AND l.require_completion AND NOT lms.lesson_completed(p_enrollment, l.id)
  )
$$;
COMMENT ON FUNCTION lms.module_completed(uuid, uuid) IS 'True once every lesson of the module that must be completed is';

CREATE OR REPLACE FUNCTION lms.locked_lessons(p_enrollment uuid) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT l.id
  FROM public.enrollments AS e
  JOIN public.course_modules AS m ON m.course_id = e.course_id
  JOIN public.lessons AS l ON l.module_id = m.id
  WHERE e.id = p_enrollment
    AND (e.member_id = (SELECT lms.current_member_id()) OR lms.teaches(e.course_id))
    AND (
      m.unlock_date > now()
      OR (m.unlock_after_module_id IS NOT NULL AND NOT lms.module_completed(e.id, m.unlock_after_module_id))
      OR (l.unlock_after_lesson_id IS NOT NULL AND NOT lms.lesson_completed(e.id, l.unlock_after_lesson_id))
    )
$$;
COMMENT ON FUNCTION lms.locked_lessons(uuid) IS
  'The lessons of an enrolment that cannot be opened yet: by date, or until another module or lesson is completed';

CREATE OR REPLACE FUNCTION lms.open_lesson(p_enrollment uuid, p_lesson uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments := lms.lock_open_enrollment(p_enrollment);
  v_now timestamptz := clock_timestamp();
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.lessons AS l
    JOIN public.course_modules AS m ON m.id = l.module_id
    WHERE l.id = p_lesson AND m.course_id = v_enrollment.course_id
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'The course has no such lesson.', HINT = 'no-such-lesson';
  END IF;
  IF p_lesson = ANY (ARRAY(SELECT lms.locked_lessons(p_enrollment))) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This lesson is still locked.', HINT = 'lesson-locked';
  END IF;

  INSERT INTO public.lesson_progress AS p (enrollment_id, lesson_id, status, started_at, last_accessed_at, access_count)
  VALUES (p_enrollment, p_lesson, 'in_progress', v_now, v_now, 1)
  ON CONFLICT (enrollment_id, lesson_id) DO UPDATE
    SET status = CASE p.status WHEN 'not_started' THEN 'in_progress' ELSE p.status END,
      started_at = coalesce(p.started_at, v_now),
      last_accessed_at = v_now,
      access_count = p.access_count + 1;

  UPDATE public.enrollments
  SET status = CASE status WHEN 'enrolled' THEN 'in_progress' ELSE status END,
    started_at = coalesce(started_at, v_now),
    last_accessed_at = v_now,
    current_lesson_id = p_lesson
  WHERE id = p_enrollment;
  PERFORM lms.start_watching(v_enrollment.member_id);
END
$$;
COMMENT ON FUNCTION lms.open_lesson(uuid, uuid) IS 'Starts or resumes a lesson: counts the access and moves the resume point';

CREATE OR REPLACE FUNCTION lms.lock_progress(p_enrollment uuid, p_lesson uuid) RETURNS public.lesson_progress
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_progress public.lesson_progress;
BEGIN
  PERFORM lms.lock_open_enrollment(p_enrollment);
  SELECT * INTO v_progress FROM public.lesson_progress AS p WHERE p.enrollment_id = p_enrollment AND p.lesson_id = p_lesson;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Open the lesson first.', HINT = 'lesson-not-opened';
  END IF;
  RETURN v_progress;
END
$$;

CREATE OR REPLACE FUNCTION lms.quizzes_passed(p_enrollment uuid, p_quizzes uuid[]) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT NOT EXISTS (
    SELECT FROM unnest(p_quizzes) AS quiz (id)
    WHERE NOT EXISTS (
      SELECT FROM public.quiz_attempts AS a
      WHERE a.enrollment_id = p_enrollment AND a.quiz_id = quiz.id AND a.passed AND a.status IN ('graded', 'archived')
        AND NOT lms.attempt_changed_here(a.id)
    )
  )
$$;

CREATE OR REPLACE FUNCTION lms.settle_enrollment(p_enrollment uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments;
  v_lessons bigint;
  v_open bigint;
BEGIN
  SELECT * INTO v_enrollment FROM public.enrollments AS e WHERE e.id = p_enrollment FOR NO KEY UPDATE;
  IF v_enrollment.status NOT IN ('enrolled', 'in_progress') THEN
    PERFORM lms.refresh_final_grades(ARRAY[p_enrollment]);
    RETURN;
  END IF;
  -- Where no lesson must be completed, all of them must: a course is never completed by doing nothing.
  SELECT count(*), count(*) FILTER (WHERE (l.require_completion OR NOT required.some) AND NOT lms.lesson_completed(p_enrollment, l.id))
  INTO v_lessons, v_open
  FROM public.course_modules AS m
  JOIN public.lessons AS l ON l.module_id = m.id,
    (
      SELECT EXISTS (
        SELECT FROM public.course_modules AS rm JOIN public.lessons AS rl ON rl.module_id = rm.id
        WHERE rm.course_id = v_enrollment.course_id AND rl.require_completion
      ) AS some
    ) AS required
  WHERE m.course_id = v_enrollment.course_id;
  IF v_lessons = 0 OR v_open > 0 OR NOT lms.quizzes_passed(p_enrollment, ARRAY(
    SELECT q.id
    FROM public.quizzes AS q
    LEFT JOIN public.lessons AS l ON l.id = q.lesson_id
    LEFT JOIN public.course_modules AS m ON m.id = l.module_id
    WHERE q.require_passing AND v_enrollment.course_id IN (q.course_id, m.course_id)
  )) THEN
    RETURN;
  END IF;
  UPDATE public.enrollments
  SET status = 'completed',
    completed_at = clock_timestamp(),
    final_grade = coalesce(lms.final_grade(p_enrollment, v_enrollment.course_id), final_grade)
  WHERE id = p_enrollment;
END
$$;
COMMENT ON FUNCTION lms.settle_enrollment(uuid) IS
  'Completes an enrolment once every lesson that must be completed is, and every quiz that must be passed; the grade of a completed one follows its scores';

CREATE OR REPLACE FUNCTION lms.finish_lesson(p_enrollment uuid, p_lesson uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  UPDATE public.lesson_progress
  SET status = 'completed', completed_at = clock_timestamp()
  WHERE enrollment_id = p_enrollment AND lesson_id = p_lesson AND status <> 'completed';
  IF FOUND THEN
    PERFORM lms.settle_enrollment(p_enrollment);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.complete_lesson(p_enrollment uuid, p_lesson uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_progress public.lesson_progress := lms.lock_progress(p_enrollment, p_lesson);
  v_lesson public.lessons;
  v_problem text;
BEGIN
  SELECT * INTO v_lesson FROM public.lessons AS l WHERE l.id = p_lesson;
  v_problem := CASE
    WHEN v_progress.status = 'completed' THEN NULL
    WHEN p_lesson = ANY (ARRAY(SELECT lms.locked_lessons(p_enrollment))) THEN 'This lesson is still locked.'
    WHEN v_lesson.completion_criteria = 'scorm_completed' THEN 'This lesson is completed by its content.'
    WHEN v_lesson.completion_criteria = 'video_watched' AND v_progress.video_completion_percentage < 90
      THEN 'Watch at least 90 % of the video first.'
    WHEN v_lesson.completion_criteria = 'quiz_passed' AND NOT (
      EXISTS (SELECT FROM public.quizzes AS q WHERE q.lesson_id = p_lesson)
      AND lms.quizzes_passed(p_enrollment, ARRAY(SELECT q.id FROM public.quizzes AS q WHERE q.lesson_id = p_lesson))
    ) THEN 'Pass its quiz first.'
    WHEN v_lesson.lesson_type = 'assignment' AND EXISTS (
      SELECT FROM public.assignments AS a
      WHERE a.lesson_id = p_lesson AND NOT EXISTS (
        SELECT FROM public.assignment_submissions AS s WHERE s.assignment_id = a.id AND s.enrollment_id = p_enrollment
      )
    ) THEN 'Hand in its assignment first.'
    WHEN v_lesson.lesson_type = 'live_session'
      AND EXISTS (
        SELECT FROM public.live_sessions AS s
        JOIN public.enrollments AS e ON e.course_id = s.course_id
        WHERE e.id = p_enrollment AND s.status <> 'cancelled'
      )
      AND NOT EXISTS (SELECT FROM public.session_attendance AS a WHERE a.enrollment_id = p_enrollment AND a.eligible_for_credit)
      THEN 'Attend a live session of the course first.'
    WHEN v_lesson.completion_criteria = 'time_spent' AND v_progress.time_spent_seconds < v_lesson.min_time_seconds
      THEN 'Spend more time on this lesson first.'
    WHEN clock_timestamp() < v_progress.started_at + make_interval(secs => coalesce(v_lesson.min_time_seconds, 0))
      THEN 'Spend more time on this lesson first.'
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'criteria-not-met';
  END IF;
  PERFORM lms.finish_lesson(p_enrollment, p_lesson);
END
$$;
COMMENT ON FUNCTION lms.complete_lesson(uuid, uuid) IS 'Completes a lesson where its criteria allow it; a minimum time counts from its first opening, unless time spent is the criterion';

GRANT EXECUTE ON FUNCTION
  lms.locked_lessons(uuid), lms.open_lesson(uuid, uuid), lms.complete_lesson(uuid, uuid)
TO lms_member, lms_staff;
