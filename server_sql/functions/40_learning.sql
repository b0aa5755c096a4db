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
    )
  )
$$;

CREATE OR REPLACE FUNCTION lms.final_grade(p_enrollment uuid, p_course uuid) RETURNS numeric
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  WITH scores AS (
    SELECT p.scorm_score AS score
    FROM public.lesson_progress AS p
    WHERE p.enrollment_id = p_enrollment AND p.scorm_score IS NOT NULL
    UNION ALL
    SELECT max(a.score)
    FROM public.quiz_attempts AS a
    JOIN public.quizzes AS q ON q.id = a.quiz_id
    WHERE a.enrollment_id = p_enrollment AND a.status IN ('graded', 'archived') AND q.quiz_type NOT IN ('pre_assessment', 'practice')
    GROUP BY a.quiz_id
  )
  SELECT round(least(avg(score), 100), 2) FROM scores
$$;
COMMENT ON FUNCTION lms.final_grade(uuid, uuid) IS 'The mean, 0-100, of SCORM scores and of the best attempt at each quiz that counts; NULL without any';

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
  'Completes an enrolment once every lesson that must be completed is, and every quiz that must be passed';

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
    WHEN clock_timestamp() < v_progress.started_at + make_interval(secs => coalesce(v_lesson.min_time_seconds, 0))
      THEN 'Spend more time on this lesson first.'
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'criteria-not-met';
  END IF;
  PERFORM lms.finish_lesson(p_enrollment, p_lesson);
END
$$;
COMMENT ON FUNCTION lms.complete_lesson(uuid, uuid) IS 'Completes a lesson where its criteria allow it; the minimum time counts from its first opening';

CREATE OR REPLACE FUNCTION lms.record_video(p_enrollment uuid, p_lesson uuid, p_position integer, p_watched integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_top_speed CONSTANT numeric := 2.0; -- the fastest that players offer
  c_longest_report CONSTANT integer := 60; -- reports come every 10 s; a longer silence is no time on task
  v_progress public.lesson_progress := lms.lock_progress(p_enrollment, p_lesson);
  v_lesson public.lessons;
  v_now timestamptz := clock_timestamp();
  v_elapsed numeric := extract(epoch FROM v_now - v_progress.last_accessed_at);
  v_watched integer;
  v_percentage numeric;
BEGIN
  SELECT * INTO v_lesson FROM public.lessons AS l WHERE l.id = p_lesson;
  IF v_lesson.lesson_type <> 'video' OR p_position IS NULL OR p_position < 0 OR p_watched IS NULL OR p_watched < 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no progress in a video.', HINT = 'not-a-video-position';
  END IF;
  -- What was watched only grows, by no more than could have been played since the last report.
  v_watched := greatest(
    v_progress.video_watched_seconds,
    least(p_watched, v_progress.video_watched_seconds + ceil(v_elapsed * c_top_speed), v_lesson.video_duration_seconds)
  );
  v_percentage := CASE WHEN v_lesson.video_duration_seconds > 0 THEN least(round(100.0 * v_watched / v_lesson.video_duration_seconds, 2), 100) ELSE 0 END;

  UPDATE public.lesson_progress
  SET video_position_seconds = least(p_position, v_lesson.video_duration_seconds),
    video_watched_seconds = v_watched,
    video_completion_percentage = v_percentage,
    time_spent_seconds = time_spent_seconds + least(v_elapsed, c_longest_report)::integer,
    last_accessed_at = v_now
  WHERE id = v_progress.id;
  UPDATE public.enrollments SET last_accessed_at = v_now WHERE id = p_enrollment;

  IF v_percentage >= 90 AND v_lesson.completion_criteria = 'video_watched' THEN
    PERFORM lms.finish_lesson(p_enrollment, p_lesson);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.record_video(uuid, uuid, integer, integer) IS
  'Where the player is and how many seconds of the video have been watched in all; at most twice the time since the last report is believed';

-- SCORM: docs/design.md, "What is recorded"

CREATE OR REPLACE FUNCTION lms.to_number(p_text text) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_text ~ '^\s*[-+]?[0-9]{1,12}(\.[0-9]{0,12})?\s*$' THEN trim(p_text)::numeric END
$$;

CREATE OR REPLACE FUNCTION lms.scorm_summary(p_document jsonb, OUT done boolean, OUT status text, OUT score numeric) RETURNS record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
DECLARE
  v_2004 boolean := p_document ->> 'standard' = '2004';
BEGIN
  WITH item AS (
    SELECT opened.key AS id, opened.value -> 'cmi' AS cmi
    FROM jsonb_each(p_document -> 'items') AS opened
  ), word AS (
    SELECT i.id,
      CASE WHEN NOT v_2004 THEN i.cmi ->> 'cmi.core.lesson_status'
        WHEN i.cmi ->> 'cmi.success_status' IN ('passed', 'failed') THEN i.cmi ->> 'cmi.success_status'
        ELSE i.cmi ->> 'cmi.completion_status'
      END AS status,
      CASE WHEN v_2004 THEN 100 * lms.to_number(i.cmi ->> 'cmi.score.scaled')
        ELSE (
          SELECT CASE WHEN s.high > s.low THEN 100 * (s.raw - s.low) / (s.high - s.low) END
          FROM (
            SELECT lms.to_number(i.cmi ->> 'cmi.core.score.raw') AS raw,
              coalesce(lms.to_number(i.cmi ->> 'cmi.core.score.min'), 0) AS low,
              coalesce(lms.to_number(i.cmi ->> 'cmi.core.score.max'), 100) AS high
          ) AS s
        )
      END AS score
    FROM item AS i
  ), required AS (
    SELECT wanted.id, w.status
    FROM jsonb_array_elements_text(p_document -> 'required') AS wanted (id)
    LEFT JOIN word AS w ON w.id = wanted.id
  ), summary AS (
    SELECT count(*) AS items,
      count(*) FILTER (WHERE r.status IN ('completed', 'passed')) AS done,
      count(*) FILTER (WHERE r.status = 'passed') AS passed,
      count(*) FILTER (WHERE r.status = 'failed') AS failed,
      count(*) FILTER (WHERE r.status NOT IN ('not attempted', 'unknown')) AS touched,
      min(r.status) AS only_status
    FROM required AS r
  )
  SELECT s.items > 0 AND s.done = s.items,
    CASE WHEN s.items = 1 THEN coalesce(left(s.only_status, 40), 'not attempted')
      WHEN s.failed > 0 THEN 'failed'
      WHEN s.items > 0 AND s.passed = s.items THEN 'passed'
      WHEN s.items > 0 AND s.done = s.items THEN 'completed'
      WHEN s.touched > 0 THEN 'incomplete'
      ELSE 'not attempted'
    END,
    (SELECT round(avg(least(greatest(w.score, 0), 100)), 2) FROM word AS w WHERE w.score IS NOT NULL) -- greatest() passes over NULL
  INTO done, status, score
  FROM summary AS s;
END
$$;
COMMENT ON FUNCTION lms.scorm_summary(jsonb) IS
  'What a SCORM document comes to. A failed item is not done, in 2004 either: its completion_status says only that all was seen';

CREATE OR REPLACE FUNCTION lms.begin_scorm(p_enrollment uuid, p_lesson uuid, p_session uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_open_enrollment(p_enrollment);
  IF EXISTS (
    SELECT FROM lms.scorm_sessions AS s
    WHERE s.id = p_session AND s.enrollment_id = p_enrollment AND s.lesson_id = p_lesson AND s.superseded_at IS NULL
  ) THEN
    RETURN; -- the answer to the first call was lost
  END IF;
  PERFORM lms.open_lesson(p_enrollment, p_lesson);
  IF NOT EXISTS (SELECT FROM public.lessons AS l WHERE l.id = p_lesson AND l.lesson_type = 'scorm') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This lesson is no SCORM package.', HINT = 'not-scorm';
  END IF;
  UPDATE lms.scorm_sessions
  SET superseded_at = clock_timestamp()
  WHERE enrollment_id = p_enrollment AND lesson_id = p_lesson AND superseded_at IS NULL;
  INSERT INTO lms.scorm_sessions (id, enrollment_id, lesson_id, begun_at) VALUES (p_session, p_enrollment, p_lesson, clock_timestamp())
  ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This session cannot be used again.', HINT = 'session-used';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.begin_scorm(uuid, uuid, uuid) IS 'Registers a launch under an id that the client chose; it takes over from earlier ones';

CREATE OR REPLACE FUNCTION lms.lock_scorm_session(p_session uuid) RETURNS lms.scorm_sessions
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_session lms.scorm_sessions;
BEGIN
  SELECT s.* INTO v_session
  FROM lms.scorm_sessions AS s
  JOIN public.enrollments AS e ON e.id = s.enrollment_id
  WHERE s.id = p_session AND e.member_id = lms.require_member();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such session.', HINT = 'no-such-session';
  END IF;
  -- Locks come in one order everywhere: the enrolment, then what hangs on it.
  PERFORM lms.lock_open_enrollment(v_session.enrollment_id);
  SELECT * INTO v_session FROM lms.scorm_sessions AS s WHERE s.id = p_session FOR UPDATE;
  RETURN v_session;
END
$$;

CREATE OR REPLACE FUNCTION lms.save_scorm(p_session uuid, p_sequence bigint, p_cmi jsonb, p_seconds integer) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_largest CONSTANT integer := 8 * 1024 * 1024; -- bytes; suspend data is at most 64,000 characters an item
  v_session lms.scorm_sessions := lms.lock_scorm_session(p_session);
  v_now timestamptz := clock_timestamp();
  v_seconds integer;
  v_summary record;
BEGIN
  IF v_session.superseded_at IS NOT NULL THEN
    RETURN 'superseded';
  END IF;
  IF p_sequence <= v_session.last_sequence THEN
    RETURN 'stale';
  END IF;
  IF p_sequence IS NULL OR p_seconds IS NULL OR octet_length(p_cmi::text) > c_largest
    OR jsonb_typeof(p_cmi) IS DISTINCT FROM 'object'
    OR jsonb_typeof(p_cmi -> 'items') IS DISTINCT FROM 'object'
    OR jsonb_typeof(p_cmi -> 'required') IS DISTINCT FROM 'array'
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no record of a SCORM session.', HINT = 'invalid-cmi';
  END IF;
  v_seconds := greatest(v_session.seconds, least(p_seconds, ceil(extract(epoch FROM v_now - v_session.begun_at))::integer));
  SELECT * INTO v_summary FROM lms.scorm_summary(p_cmi);

  UPDATE public.lesson_progress
  SET scorm_cmi_data = p_cmi,
    -- What was once completed stays so, and the best score counts: a lesson is often opened again to look something up.
    scorm_completion_status = CASE WHEN status = 'completed' AND NOT v_summary.done THEN scorm_completion_status ELSE v_summary.status END,
    scorm_score = greatest(scorm_score, v_summary.score),
    time_spent_seconds = time_spent_seconds + v_seconds - v_session.seconds,
    last_accessed_at = v_now
  WHERE enrollment_id = v_session.enrollment_id AND lesson_id = v_session.lesson_id;
  UPDATE lms.scorm_sessions SET last_sequence = p_sequence, saved_at = v_now, seconds = v_seconds WHERE id = p_session;
  UPDATE public.enrollments SET last_accessed_at = v_now WHERE id = v_session.enrollment_id;
  IF v_summary.done THEN
    PERFORM lms.finish_lesson(v_session.enrollment_id, v_session.lesson_id);
  END IF;
  RETURN 'saved';
END
$$;
COMMENT ON FUNCTION lms.save_scorm(uuid, bigint, jsonb, integer) IS
  'Stores the whole record of a lesson and computes completion, score and time from it; answers saved, stale or superseded';

CREATE OR REPLACE FUNCTION lms.end_scorm(p_session uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.lock_scorm_session(p_session);
  UPDATE lms.scorm_sessions SET ended_at = clock_timestamp() WHERE id = p_session AND ended_at IS NULL;
END
$$;

GRANT EXECUTE ON FUNCTION
  lms.locked_lessons(uuid), lms.open_lesson(uuid, uuid), lms.complete_lesson(uuid, uuid), lms.record_video(uuid, uuid, integer, integer),
  lms.begin_scorm(uuid, uuid, uuid), lms.save_scorm(uuid, bigint, jsonb, integer), lms.end_scorm(uuid)
TO lms_member, lms_staff;
