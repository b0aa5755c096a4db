-- Time in lessons and seconds of videos. The client says what was played; the server's clock says how much of that is possible.

CREATE OR REPLACE FUNCTION lms.seconds_in(p_ranges int4multirange) RETURNS integer
  LANGUAGE sql IMMUTABLE SET search_path = ''
AS $$
  SELECT coalesce(sum(upper(r) - lower(r)), 0)::integer FROM unnest(p_ranges) AS r
$$;
COMMENT ON FUNCTION lms.seconds_in(int4multirange) IS 'How many seconds the intervals hold, each once; they must be bounded';

CREATE OR REPLACE FUNCTION lms.start_watching(p_member uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
  INSERT INTO lms.watching_clocks AS w (member_id, reported_at) VALUES (p_member, clock_timestamp())
  ON CONFLICT (member_id) DO UPDATE SET reported_at = EXCLUDED.reported_at, allowance = 0
$$;
COMMENT ON FUNCTION lms.start_watching(uuid) IS 'From now on time counts for videos: called when a lesson is opened';

CREATE OR REPLACE FUNCTION lms.believe_watched(p_member uuid, p_seconds integer) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_top_speed CONSTANT numeric := 2.0; -- the fastest that players offer
  v_now timestamptz := clock_timestamp();
  v_allowance numeric;
BEGIN
  UPDATE lms.watching_clocks AS w
  SET allowance = w.allowance + greatest(extract(epoch FROM v_now - w.reported_at), 0) * c_top_speed, reported_at = v_now
  WHERE w.member_id = p_member
  RETURNING w.allowance INTO v_allowance;
  IF v_allowance IS NULL OR p_seconds > v_allowance THEN
    RETURN false;
  END IF;
  UPDATE lms.watching_clocks AS w SET allowance = w.allowance - p_seconds WHERE w.member_id = p_member;
  RETURN true;
END
$$;
COMMENT ON FUNCTION lms.believe_watched(uuid, integer) IS
  'Whether the member can have played so many seconds since a lesson was opened, all videos together; what is believed is used up';

CREATE OR REPLACE FUNCTION lms.record_watching(p_enrollment uuid, p_lesson uuid, p_position integer, p_played int4multirange) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_progress public.lesson_progress := lms.lock_progress(p_enrollment, p_lesson);
  v_lesson public.lessons;
  v_claimed int4multirange := p_played;
  v_watching lms.video_watching;
  v_percentage numeric;
BEGIN
  SELECT * INTO v_lesson FROM public.lessons AS l WHERE l.id = p_lesson;
  IF v_lesson.lesson_type <> 'video' OR p_position IS NULL OR p_position < 0 OR p_played IS NULL
    OR lower_inf(p_played) OR upper_inf(p_played) OR lower(p_played) < 0
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no progress in a video.', HINT = 'not-a-video-position';
  END IF;
  IF v_lesson.video_duration_seconds > 0 THEN
    v_claimed := v_claimed * int4multirange(int4range(0, v_lesson.video_duration_seconds));
  END IF;
  IF NOT lms.believe_watched(lms.require_member(), lms.seconds_in(p_played)) THEN
    v_claimed := '{}'; -- who claims more than time allows gains nothing
  END IF;

  INSERT INTO lms.video_watching AS w (progress_id, played) VALUES (v_progress.id, v_claimed)
  ON CONFLICT (progress_id) DO UPDATE
    SET played = w.played + EXCLUDED.played, replayed = w.replayed + w.played * EXCLUDED.played
  RETURNING * INTO v_watching;

  -- A video that was replaced by another one takes nobody's progress away.
  v_percentage := CASE WHEN v_lesson.video_duration_seconds > 0
    THEN least(round(100.0 * lms.seconds_in(v_watching.played) / v_lesson.video_duration_seconds, 2), 100) ELSE 0 END;
  UPDATE public.lesson_progress
  SET video_position_seconds = least(p_position, v_lesson.video_duration_seconds),
    video_watched_seconds = greatest(video_watched_seconds, lms.seconds_in(v_watching.played)),
    video_completion_percentage = greatest(video_completion_percentage, v_percentage)
  WHERE id = v_progress.id
  RETURNING video_completion_percentage INTO v_percentage;

  IF v_percentage >= 90 AND v_lesson.completion_criteria = 'video_watched' THEN
    PERFORM lms.finish_lesson(p_enrollment, p_lesson);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.record_watching(uuid, uuid, integer, int4multirange) IS
  'Where the player is, and which seconds it played since the last report; a report that time does not allow counts for nothing';

CREATE OR REPLACE FUNCTION lms.record_time(p_enrollment uuid, p_lesson uuid, p_seconds integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_longest_report CONSTANT integer := 60; -- reports come twice a minute; a longer silence is no time on task
  v_progress public.lesson_progress := lms.lock_progress(p_enrollment, p_lesson);
  v_now timestamptz := clock_timestamp();
  v_lesson public.lessons;
BEGIN
  SELECT * INTO v_lesson FROM public.lessons AS l WHERE l.id = p_lesson;
  IF p_seconds IS NULL OR p_seconds < 0 OR v_lesson.lesson_type = 'scorm' THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no time in a lesson.', HINT = 'not-a-time';
  END IF;
  UPDATE public.lesson_progress AS p
  SET time_spent_seconds = p.time_spent_seconds
      + least(p_seconds, extract(epoch FROM v_now - p.last_accessed_at)::integer, c_longest_report),
    last_accessed_at = v_now
  WHERE p.id = v_progress.id
  RETURNING * INTO v_progress;
  UPDATE public.enrollments SET last_accessed_at = v_now WHERE id = p_enrollment;
  IF v_lesson.completion_criteria = 'time_spent' AND v_progress.time_spent_seconds >= coalesce(v_lesson.min_time_seconds, 0) THEN
    PERFORM lms.finish_lesson(p_enrollment, p_lesson);
  END IF;
END
$$;
COMMENT ON FUNCTION lms.record_time(uuid, uuid, integer) IS
  'Seconds for which a lesson was in front of somebody since the last report; packages count their own';

CREATE OR REPLACE FUNCTION lms.watching(p_enrollment uuid, p_lesson uuid) RETURNS int4multirange
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT w.played
  FROM lms.video_watching AS w
  JOIN public.lesson_progress AS p ON p.id = w.progress_id
  JOIN public.enrollments AS e ON e.id = p.enrollment_id
  WHERE p.enrollment_id = p_enrollment AND p.lesson_id = p_lesson
    AND (e.member_id = (SELECT lms.current_member_id()) OR lms.teaches(e.course_id))
$$;
COMMENT ON FUNCTION lms.watching(uuid, uuid) IS 'The seconds of a video that were played in an enrolment, for the learner and those who teach';

CREATE OR REPLACE FUNCTION lms.video_heat(p_lesson uuid, p_bins integer)
  RETURNS TABLE (bin integer, viewers integer, again integer)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_length integer;
BEGIN
  SELECT l.video_duration_seconds INTO v_length
  FROM public.lessons AS l
  JOIN public.course_modules AS m ON m.id = l.module_id
  WHERE l.id = p_lesson AND l.lesson_type = 'video' AND lms.teaches(m.course_id);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You teach no such video.', HINT = 'no-such-lesson';
  END IF;
  IF v_length IS NULL OR v_length = 0 OR p_bins IS NULL OR p_bins NOT BETWEEN 1 AND 1000 THEN
    RETURN;
  END IF;
  -- The middle of each bin, looked up in everybody's intervals: what is narrower than a bin may be missed, what is wider never is.
  RETURN QUERY
  SELECT b.number, count(w.progress_id)::integer, count(w.progress_id) FILTER (WHERE w.replayed @> b.middle)::integer
  FROM (SELECT n, floor((n + 0.5) * v_length / p_bins)::integer FROM generate_series(0, p_bins - 1) AS n) AS b (number, middle)
  LEFT JOIN (
    SELECT k.* FROM lms.video_watching AS k JOIN public.lesson_progress AS p ON p.id = k.progress_id WHERE p.lesson_id = p_lesson
  ) AS w ON w.played @> b.middle
  GROUP BY b.number
  ORDER BY b.number;
END
$$;
COMMENT ON FUNCTION lms.video_heat(uuid, integer) IS 'For each part of a video how many learners played it, and how many of them again';

GRANT EXECUTE ON FUNCTION
  lms.record_watching(uuid, uuid, integer, int4multirange), lms.record_time(uuid, uuid, integer), lms.watching(uuid, uuid),
  lms.video_heat(uuid, integer)
TO lms_member, lms_staff;
