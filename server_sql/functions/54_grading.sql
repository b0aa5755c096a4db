-- Assignments: handing in, grading, releasing. docs/grading.md has the rules and their reasons.

CREATE OR REPLACE FUNCTION lms.taught_assignments() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT a.id FROM public.assignments AS a WHERE a.course_id = ANY (ARRAY(SELECT lms.my_courses()))
$$;
COMMENT ON FUNCTION lms.taught_assignments() IS 'The assignments of the courses that the caller teaches';

-- Being late ------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.late_seconds(p_submitted timestamptz, p_due timestamptz, p_grace_minutes integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN late.seconds > p_grace_minutes * 60 THEN least(ceil(late.seconds), 2147483647)::integer ELSE 0 END
  FROM (SELECT extract(epoch FROM p_submitted) - extract(epoch FROM p_due) AS seconds) AS late
$$;
COMMENT ON FUNCTION lms.late_seconds(timestamptz, timestamptz, integer) IS
  'Seconds after the due date, 0 within the grace: a grace forgives a little lateness whole and shortens no other. Elapsed time, so that a day is 24 hours, whatever clocks were changed in it';

CREATE OR REPLACE FUNCTION lms.late_deduction(
  p_possible numeric, p_score numeric, p_late_seconds integer, p_percentage numeric, p_interval text, p_floor numeric
) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_late_seconds > 0 AND p_percentage > 0 AND p_possible > 0 AND p_score IS NOT NULL THEN
    round(greatest(0, least(
      p_possible * p_percentage / 100 * ceil(p_late_seconds::numeric / CASE p_interval WHEN 'hour' THEN 3600 ELSE 86400 END),
      p_score - p_possible * p_floor / 100
    )), 2)
  ELSE 0 END
$$;
COMMENT ON FUNCTION lms.late_deduction(numeric, numeric, integer, numeric, text, numeric) IS
  'What lateness takes: for each hour or day begun a percentage of all points, never below the floor and never below what was earned';

CREATE OR REPLACE FUNCTION lms.submission_terms(
  p_assignment uuid, p_enrollment uuid, OUT due_date timestamptz, OUT late_until timestamptz, OUT submissions integer
)
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT coalesce(x.due_date, a.due_date),
    -- Whoever has longer may also hand in for so long; without an end there is none for anybody
    coalesce(x.late_until, CASE WHEN a.late_until IS NOT NULL THEN greatest(a.late_until, x.due_date) END),
    a.max_submissions + coalesce(x.submissions, 0)
  FROM public.assignments AS a
  LEFT JOIN lms.assignment_extensions AS x ON x.assignment_id = a.id AND x.enrollment_id = p_enrollment
  WHERE a.id = p_assignment
$$;
COMMENT ON FUNCTION lms.submission_terms(uuid, uuid) IS 'When an assignment is due for one learner, and how often it may be handed in';

-- Handing in ------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.checked_files(p_assignment public.assignments, p_files jsonb) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
DECLARE
  v_file jsonb;
  v_asset lms.assets;
  v_files jsonb := '[]';
BEGIN
  IF jsonb_typeof(p_files) <> 'array' OR jsonb_array_length(p_files) > 50 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Hand in up to 50 files.', HINT = 'too-many-files';
  END IF;
  FOR v_file IN SELECT jsonb_array_elements(p_files) LOOP
    SELECT * INTO v_asset FROM lms.assets AS a WHERE a.id = v_file ->> 'asset';
    IF v_asset.id IS NULL OR NOT lms.may_read_asset(v_asset.id) THEN
      RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'A file that is handed in has to be sent first.', HINT = 'no-such-asset';
    END IF;
    v_asset.name := coalesce(nullif(btrim(v_file ->> 'name'), ''), v_asset.name);
    IF v_asset.size > p_assignment.max_file_size_mb::bigint * 1048576 THEN
      RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'file-too-large',
        MESSAGE = format('“%s” is larger than the %s MB that this assignment takes.', left(v_asset.name, 100), p_assignment.max_file_size_mb);
    END IF;
    IF cardinality(p_assignment.allowed_file_types) > 0 AND NOT EXISTS (
      SELECT FROM unnest(p_assignment.allowed_file_types) AS t
      WHERE lower(ltrim(btrim(t), '.')) = lower(substring(v_asset.name FROM '\.([^.]*)$'))
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'file-type',
        MESSAGE = format('“%s” is of no type that this assignment takes: %s.', left(v_asset.name, 100), array_to_string(p_assignment.allowed_file_types, ', '));
    END IF;
    v_files := v_files || jsonb_build_object(
      'file_name', v_asset.name, 'file_url', 'asset:' || v_asset.id, 'file_size', v_asset.size, 'media_type', v_asset.media_type
    );
  END LOOP;
  RETURN v_files;
END
$$;
COMMENT ON FUNCTION lms.checked_files(public.assignments, jsonb) IS
  'Files as a submission keeps them, from [{"asset", "name"}]; refused where the assignment does not take them. Sizes are the server''s own';

CREATE OR REPLACE FUNCTION lms.receipt(p_submission public.assignment_submissions) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT jsonb_build_object(
    'submission', p_submission.id, 'number', p_submission.submission_number, 'submitted_at', p_submission.submitted_at,
    'late_seconds', p_submission.late_seconds, 'late_days', p_submission.late_days, 'files', p_submission.file_attachments,
    -- What the learner can compare with what they meant to hand in, and anybody with what is stored
    'digest', encode(sha256(convert_to(concat_ws(E'\n', p_submission.id, extract(epoch FROM p_submission.submitted_at),
      p_submission.submission_text, p_submission.submission_html, p_submission.submission_url, p_submission.file_attachments), 'UTF8')), 'hex')
  )
$$;

CREATE OR REPLACE FUNCTION lms.submit_assignment(p_enrollment uuid, p_assignment uuid, p_key uuid, p_work jsonb) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_enrollment public.enrollments := lms.lock_open_enrollment(p_enrollment); -- its row lock makes submissions take turns
  v_assignment public.assignments;
  v_terms record;
  v_last public.assignment_submissions;
  v_new public.assignment_submissions;
  v_now timestamptz := clock_timestamp();
  v_text text := nullif(btrim(p_work ->> 'text'), '');
  v_html text := nullif(btrim(p_work ->> 'html'), '');
  v_url text := nullif(btrim(p_work ->> 'url'), '');
  v_files jsonb;
  v_problem text;
BEGIN
  SELECT * INTO v_new FROM public.assignment_submissions AS s WHERE s.enrollment_id = p_enrollment AND s.client_key = p_key;
  IF FOUND THEN
    RETURN lms.receipt(v_new);
  END IF;
  SELECT * INTO v_assignment FROM public.assignments AS a WHERE a.id = p_assignment AND a.course_id = v_enrollment.course_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This course has no such assignment.', HINT = 'no-such-assignment';
  END IF;
  SELECT * INTO v_terms FROM lms.submission_terms(p_assignment, p_enrollment);
  SELECT * INTO v_last
  FROM public.assignment_submissions AS s
  WHERE s.enrollment_id = p_enrollment AND s.assignment_id = p_assignment
  ORDER BY s.submission_number DESC
  LIMIT 1;
  v_new.late_seconds := coalesce(lms.late_seconds(v_now, v_terms.due_date, v_assignment.late_grace_minutes), 0);
  v_problem := CASE
    WHEN p_key IS NULL OR jsonb_typeof(p_work) IS DISTINCT FROM 'object' THEN 'That is no work to hand in.'
    WHEN v_assignment.lesson_id = ANY (ARRAY(SELECT lms.locked_lessons(p_enrollment))) THEN 'This lesson is still locked.'
    WHEN v_now < v_assignment.available_from THEN 'This assignment is not open yet.'
    WHEN v_last.status IS DISTINCT FROM 'resubmission_requested' AND (
      v_now > v_terms.late_until OR v_new.late_seconds > 0 AND NOT v_assignment.late_submission_allowed
    ) THEN 'The time to hand this in is over.'
    WHEN v_last.submission_number >= v_terms.submissions AND v_last.status <> 'resubmission_requested'
      THEN 'You have handed this in as often as it may be.'
    WHEN octet_length(p_work ->> 'text') > 2000000 OR octet_length(p_work ->> 'html') > 2000000 OR length(v_url) > 2000
      THEN 'This text is too long; hand it in as a file.'
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'not-submitted';
  END IF;
  v_files := lms.checked_files(v_assignment, coalesce(p_work -> 'files', '[]'));
  v_problem := CASE v_assignment.submission_type
    WHEN 'file_upload' THEN CASE WHEN v_files = '[]' THEN 'Add the file that you hand in.' WHEN coalesce(v_text, v_html, v_url) IS NOT NULL THEN 'This assignment takes files.' END
    WHEN 'text_entry' THEN CASE WHEN coalesce(v_text, v_html) IS NULL THEN 'Write your text first.' WHEN v_files <> '[]' OR v_url IS NOT NULL THEN 'This assignment takes text.' END
    WHEN 'url_submission' THEN CASE WHEN coalesce(v_url, '') !~* '^https?://[^/\s]+' OR v_url ~ '\s' THEN 'Give the whole address, as https://example.org/work.' WHEN v_files <> '[]' OR coalesce(v_text, v_html) IS NOT NULL THEN 'This assignment takes an address.' END
    ELSE CASE WHEN v_files = '[]' AND coalesce(v_text, v_html) IS NULL THEN 'Write your text, or add the file that you hand in.' WHEN v_url IS NOT NULL THEN 'This assignment takes text and files.' END
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'not-that-work';
  END IF;

  INSERT INTO public.assignment_submissions (
    assignment_id, enrollment_id, member_id, submission_number, submitted_at, is_late, late_days, late_seconds, submission_text,
    submission_html, submission_url, file_attachments, client_key
  )
  VALUES (
    p_assignment, p_enrollment, v_enrollment.member_id, coalesce(v_last.submission_number, 0) + 1, v_now, v_new.late_seconds > 0,
    ceil(v_new.late_seconds / 86400.0), v_new.late_seconds, v_text, v_html, v_url, v_files, p_key
  )
  RETURNING * INTO v_new;
  RETURN lms.receipt(v_new);
END
$$;
COMMENT ON FUNCTION lms.submit_assignment(uuid, uuid, uuid, jsonb) IS
  'Hands in {"text", "html", "url", "files": [{"asset", "name"}]}; gives the receipt. With a key that was used, that submission''s receipt';

-- Grading ---------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.lock_graded_submission(p_submission uuid) RETURNS public.assignment_submissions
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_submission public.assignment_submissions;
BEGIN
  SELECT s.* INTO v_submission
  FROM public.assignment_submissions AS s
  WHERE s.id = p_submission AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such work for you to grade.', HINT = 'no-such-submission';
  END IF;
  IF v_submission.member_id = lms.current_member_id() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Somebody else has to grade your own work.', HINT = 'own-work';
  END IF;
  RETURN v_submission;
END
$$;
COMMENT ON FUNCTION lms.lock_graded_submission(uuid) IS 'A submission that the caller may grade; its row lock orders what graders do to it';

CREATE OR REPLACE FUNCTION lms.second_marked(p_assignment public.assignments, p_submission uuid) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  -- The first 32 bits of a hash, as a share of all there are: the same for every grader, and no grader's choice
  SELECT p_assignment.second_marking_percentage > 0
    AND ('x' || left(md5(p_assignment.id::text || p_submission::text), 8))::bit(32)::bigint < p_assignment.second_marking_percentage / 100 * 4294967296
$$;
COMMENT ON FUNCTION lms.second_marked(public.assignments, uuid) IS 'Whether a second person marks this submission: all of them, or a sample';

CREATE OR REPLACE FUNCTION lms.sound_rubric_scores(p_rubric jsonb, p_scores jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT jsonb_typeof(p_scores) = 'object' AND NOT EXISTS (
    SELECT FROM jsonb_each(CASE WHEN jsonb_typeof(p_scores) = 'object' THEN p_scores ELSE '{}' END) AS s (criterion, given)
    LEFT JOIN jsonb_array_elements(CASE WHEN jsonb_typeof(p_rubric) = 'array' THEN p_rubric ELSE '[]' END) AS c (entry)
      ON coalesce(c.entry ->> 'id', c.entry ->> 'criterion') = s.criterion
    WHERE c.entry IS NULL OR jsonb_typeof(s.given) <> 'object' OR CASE jsonb_typeof(s.given -> 'points')
      WHEN 'number' THEN (s.given -> 'points')::numeric NOT BETWEEN 0
        AND CASE jsonb_typeof(c.entry -> 'points') WHEN 'number' THEN (c.entry -> 'points')::numeric ELSE 0 END
      ELSE coalesce(jsonb_typeof(s.given -> 'points'), 'null') <> 'null'
    END
  )
$$;
COMMENT ON FUNCTION lms.sound_rubric_scores(jsonb, jsonb) IS 'Whether scores are of criteria of this rubric, and none is above what its criterion gives';

CREATE OR REPLACE FUNCTION lms.save_grade(p_submission uuid, p_stage text, p_seen bigint, p_key uuid, p_grade jsonb) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_submission public.assignment_submissions := lms.lock_graded_submission(p_submission);
  v_me uuid := lms.current_member_id();
  v_assignment public.assignments;
  v_grade lms.grades;
  v_score numeric;
  v_twice boolean;
BEGIN
  SELECT * INTO v_assignment FROM public.assignments AS a WHERE a.id = v_submission.assignment_id;
  v_twice := lms.second_marked(v_assignment, p_submission);
  IF p_stage NOT IN ('first', 'second', 'agreed') OR p_stage <> 'first' AND NOT v_twice OR jsonb_typeof(p_grade) IS DISTINCT FROM 'object' OR p_key IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no grade of this work.', HINT = 'not-a-grade';
  END IF;
  IF (CASE jsonb_typeof(p_grade -> 'score')
    WHEN 'number' THEN (p_grade -> 'score')::numeric NOT BETWEEN 0 AND v_assignment.total_points
    ELSE coalesce(jsonb_typeof(p_grade -> 'score'), 'null') <> 'null'
  END) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'score-out-of-range',
      MESSAGE = format('This assignment is worth 0 to %s points.', trim_scale(v_assignment.total_points));
  END IF;
  v_score := (p_grade ->> 'score')::numeric;
  IF NOT lms.sound_rubric_scores(v_assignment.rubric, coalesce(p_grade -> 'rubric', '{}')) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'These are no scores by the rubric as it is now.', HINT = 'rubric-changed';
  END IF;
  IF v_twice AND EXISTS (
    SELECT FROM lms.grades AS g
    WHERE g.submission_id = p_submission AND g.stage <> p_stage AND g.grader_id = v_me AND 'agreed' NOT IN (p_stage, g.stage)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Two different people mark this work.', HINT = 'same-marker';
  END IF;
  IF p_stage = 'agreed' AND (
    SELECT count(*) FROM lms.grades AS g WHERE g.submission_id = p_submission AND g.stage <> 'agreed' AND g.done
  ) < 2 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Both markers have to finish first.', HINT = 'markers-at-work';
  END IF;

  SELECT * INTO v_grade FROM lms.grades AS g WHERE g.submission_id = p_submission AND g.stage = p_stage;
  IF v_grade.client_key = p_key THEN
    RETURN v_grade.version;
  END IF;
  IF coalesce(v_grade.version, 0) <> coalesce(p_seen, 0) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Somebody else has graded this work meanwhile.', HINT = 'graded-meanwhile';
  END IF;
  INSERT INTO lms.grades AS g (
    submission_id, assignment_id, stage, grader_id, rubric_scores, score, feedback_html, private_note, done, blind, client_key
  )
  VALUES (
    p_submission, v_assignment.id, p_stage, v_me, coalesce(p_grade -> 'rubric', '{}'), v_score, nullif(p_grade ->> 'feedback', ''),
    nullif(p_grade ->> 'note', ''), coalesce(p_grade -> 'done' = 'true', false), v_twice AND p_stage <> 'agreed', p_key
  )
  ON CONFLICT (submission_id, stage) DO UPDATE
  SET grader_id = excluded.grader_id, rubric_scores = excluded.rubric_scores, score = excluded.score, feedback_html = excluded.feedback_html,
    private_note = excluded.private_note, done = excluded.done, client_key = excluded.client_key, version = g.version + 1
  RETURNING * INTO v_grade;
  IF v_grade.blind AND v_grade.done THEN
    UPDATE lms.grades AS g SET blind = false
    WHERE g.submission_id = p_submission AND (
      SELECT count(*) FROM lms.grades AS pair WHERE pair.submission_id = p_submission AND pair.stage <> 'agreed' AND pair.done
    ) = 2;
  END IF;
  IF v_submission.status = 'submitted' THEN
    UPDATE public.assignment_submissions SET status = 'grading' WHERE id = p_submission;
  END IF;
  RETURN v_grade.version;
END
$$;
COMMENT ON FUNCTION lms.save_grade(uuid, text, bigint, uuid, jsonb) IS
  'Keeps {"score", "rubric", "feedback", "note", "done"} for one submission, where the caller saw version p_seen (0: none); gives the new one. The same key again changes nothing';

CREATE OR REPLACE FUNCTION lms.my_stage(p_submission uuid) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE
    WHEN NOT lms.second_marked(a, s.id) THEN 'first'
    WHEN count(g.id) FILTER (WHERE g.done AND g.stage <> 'agreed') = 2 THEN 'agreed'
    ELSE coalesce(
      min(g.stage) FILTER (WHERE g.grader_id = lms.current_member_id()),
      CASE WHEN count(g.id) FILTER (WHERE g.stage = 'first') = 0 THEN 'first'
        WHEN count(g.id) FILTER (WHERE g.stage = 'second') = 0 THEN 'second' END
    )
  END
  FROM public.assignment_submissions AS s
  JOIN public.assignments AS a ON a.id = s.assignment_id
  LEFT JOIN lms.grades AS g ON g.submission_id = s.id
  WHERE s.id = p_submission AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  GROUP BY a.*, s.id
$$;
COMMENT ON FUNCTION lms.my_stage(uuid) IS
  'What the caller''s grade of a submission would be: the first, the second marker''s, or what both agreed on; NULL where two others are at it';

CREATE OR REPLACE FUNCTION lms.grading_queue(p_assignment uuid, p_limit integer) RETURNS TABLE (
  id uuid, question uuid, name text, number integer, submitted_at timestamptz, late_seconds integer, state text, score numeric, claimed_by text,
  asked boolean
)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_me uuid := lms.current_member_id();
  v_assignment public.assignments;
BEGIN
  SELECT * INTO v_assignment
  FROM public.assignments AS a
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())));
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such assignment for you to grade.', HINT = 'no-such-assignment';
  END IF;
  RETURN QUERY
  SELECT s.id, NULL::uuid,
    CASE WHEN NOT v_assignment.anonymous_grading OR s.final_score IS NOT NULL THEN concat_ws(' ', m.first_name, m.last_name) END,
    s.submission_number, s.submitted_at, s.late_seconds,
    CASE WHEN s.status IN ('returned', 'resubmission_requested') THEN 'returned'
      WHEN s.final_score IS NOT NULL AND g.version IS NOT DISTINCT FROM g.released_version THEN 'released'
      WHEN g.done AND NOT g.blind THEN 'done'
      WHEN g.id IS NOT NULL OR s.status = 'grading' THEN 'begun'
      ELSE 'waiting' END,
    coalesce(CASE WHEN NOT g.blind OR g.grader_id = v_me THEN g.score END, s.score),
    CASE WHEN claim.until > clock_timestamp() AND claim.member_id <> v_me THEN concat_ws(' ', grader.first_name, grader.last_name) END,
    EXISTS (SELECT FROM lms.regrade_requests AS request WHERE request.submission_id = s.id AND request.status = 'open')
  FROM public.assignment_submissions AS s
  JOIN public.members AS m ON m.id = s.member_id
  LEFT JOIN LATERAL ( -- what both agreed on, else one's own, else the first
    SELECT * FROM lms.grades AS each WHERE each.submission_id = s.id
    ORDER BY each.stage = 'agreed' DESC, each.grader_id IS NOT DISTINCT FROM v_me DESC, each.stage
    LIMIT 1
  ) AS g ON true
  LEFT JOIN lms.grading_claims AS claim ON claim.submission_id = s.id
  LEFT JOIN public.members AS grader ON grader.id = claim.member_id
  WHERE s.assignment_id = p_assignment AND NOT EXISTS (
    SELECT FROM public.assignment_submissions AS later
    WHERE later.enrollment_id = s.enrollment_id AND later.assignment_id = p_assignment AND later.submission_number > s.submission_number
  )
  ORDER BY s.submitted_at, s.id
  LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION lms.grading_queue(uuid, integer) IS
  'The last submission of each learner, the earliest first; no name while grading is anonymous, and no score of another marker who has not finished';

CREATE OR REPLACE FUNCTION lms.name_to_grade(p_submission uuid) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT concat_ws(' ', m.first_name, m.last_name)
  FROM public.assignment_submissions AS s
  JOIN public.assignments AS a ON a.id = s.assignment_id
  JOIN public.members AS m ON m.id = s.member_id
  WHERE s.id = p_submission AND (NOT a.anonymous_grading OR s.final_score IS NOT NULL)
    AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
$$;
COMMENT ON FUNCTION lms.name_to_grade(uuid) IS 'Whose work a grader has; NULL while grading is anonymous';

CREATE OR REPLACE FUNCTION lms.claim_submission(p_submission uuid, p_seconds integer) RETURNS uuid
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
  -- Theirs while it lasts, else the caller's
  INSERT INTO lms.grading_claims AS c (submission_id, member_id, until)
  SELECT s.id, lms.current_member_id(), clock_timestamp() + make_interval(secs => least(greatest(p_seconds, 0), 600))
  FROM public.assignment_submissions AS s
  WHERE s.id = p_submission AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  ON CONFLICT (submission_id) DO UPDATE
  SET member_id = CASE WHEN c.until < clock_timestamp() THEN excluded.member_id ELSE c.member_id END,
    until = CASE WHEN c.until < clock_timestamp() OR c.member_id = excluded.member_id THEN excluded.until ELSE c.until END
  RETURNING c.member_id
$$;
COMMENT ON FUNCTION lms.claim_submission(uuid, integer) IS
  'Says that the caller has a submission in front of them, for so many seconds (0 gives it up); gives who has. It keeps nobody out';

-- Releasing -------------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.release_grades(p_submissions uuid[]) RETURNS TABLE (submission_id uuid, outcome text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- In one order, so that two who release at once take turns; those of others are not locked. Enrolments first, whose grades follow: whoever
  -- completes a course meanwhile waits, and counts what is released here.
  PERFORM FROM public.enrollments AS e
  WHERE e.id IN (
    SELECT s.enrollment_id
    FROM public.assignment_submissions AS s
    WHERE s.id = ANY (p_submissions) AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  )
  ORDER BY e.id
  FOR NO KEY UPDATE;
  PERFORM FROM public.assignment_submissions AS s
  WHERE s.id = ANY (p_submissions) AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  ORDER BY s.id
  FOR NO KEY UPDATE;
  RETURN QUERY
  WITH wanted AS (
    SELECT s.id AS submission, g.id AS grade, g.version, g.score, g.feedback_html, g.rubric_scores, g.grader_id, a.total_points,
      lms.late_deduction(a.total_points, g.score, s.late_seconds, a.late_penalty_percentage, a.late_penalty_interval, a.late_penalty_floor)
        AS penalty,
      CASE
        WHEN s.member_id = lms.current_member_id() THEN 'own-work'
        WHEN g.id IS NULL AND twice.marked THEN 'not-agreed'
        WHEN g.score IS NULL THEN 'no-score'
        WHEN g.score > a.total_points THEN 'score-out-of-range' -- the assignment was changed since
        WHEN g.released_version = g.version AND s.final_score IS NOT NULL THEN 'released-before'
        ELSE 'released'
      END AS answer
    FROM public.assignment_submissions AS s
    JOIN public.assignments AS a ON a.id = s.assignment_id
    CROSS JOIN LATERAL lms.second_marked(a, s.id) AS twice (marked)
    LEFT JOIN lms.grades AS g ON g.submission_id = s.id AND g.stage = CASE WHEN twice.marked THEN 'agreed' ELSE 'first' END
    WHERE s.id = ANY (p_submissions) AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  ), given AS (
    UPDATE public.assignment_submissions AS s
    SET status = CASE WHEN s.status IN ('returned', 'resubmission_requested') THEN s.status ELSE 'graded' END,
      score = w.score, points_earned = w.score, late_penalty_applied = w.penalty, final_score = w.score - w.penalty,
      grade_percentage = lms.percentage(w.score - w.penalty, w.total_points), graded_by = w.grader_id, graded_at = clock_timestamp(),
      instructor_feedback_html = w.feedback_html, rubric_scores = w.rubric_scores
    FROM wanted AS w
    WHERE s.id = w.submission AND w.answer = 'released'
  ), marked AS (
    UPDATE lms.grades AS g SET released_version = w.version, done = true FROM wanted AS w WHERE g.id = w.grade AND w.answer = 'released'
  )
  SELECT DISTINCT asked.id, coalesce(w.answer, 'no-such-submission')
  FROM unnest(p_submissions) AS asked (id)
  LEFT JOIN wanted AS w ON w.submission = asked.id;
  PERFORM lms.refresh_final_grades(ARRAY(
    SELECT DISTINCT s.enrollment_id
    FROM public.assignment_submissions AS s
    WHERE s.id = ANY (p_submissions) AND (lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())))
  ));
END
$$;
COMMENT ON FUNCTION lms.release_grades(uuid[]) IS
  'Gives learners their grades, less the penalty. For each: released, released-before, or why not (no-score, not-agreed, score-out-of-range, own-work, no-such-submission)';

CREATE OR REPLACE FUNCTION lms.return_submission(p_submission uuid, p_again boolean, p_feedback text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_submission public.assignment_submissions := lms.lock_graded_submission(p_submission);
BEGIN
  IF EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.enrollment_id = v_submission.enrollment_id AND s.assignment_id = v_submission.assignment_id
      AND s.submission_number > v_submission.submission_number
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The learner has handed in a later version already.', HINT = 'later-version';
  END IF;
  UPDATE public.assignment_submissions
  SET status = CASE WHEN p_again THEN 'resubmission_requested' ELSE 'returned' END,
    instructor_feedback_html = coalesce(nullif(btrim(p_feedback), ''), instructor_feedback_html)
  WHERE id = p_submission;
END
$$;
COMMENT ON FUNCTION lms.return_submission(uuid, boolean, text) IS
  'Gives work back with words, and where p_again asks for it once more: that is possible after the due date and beyond the number of attempts';

CREATE OR REPLACE FUNCTION lms.extend_assignment(
  p_assignment uuid, p_enrollment uuid, p_due timestamptz, p_until timestamptz, p_submissions integer, p_reason text
) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_assignment public.assignments;
  v_due timestamptz;
  v_changed integer;
BEGIN
  SELECT a.* INTO v_assignment
  FROM public.assignments AS a
  JOIN public.enrollments AS e ON e.course_id = a.course_id AND e.id = p_enrollment
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
    AND e.member_id IS DISTINCT FROM lms.current_member_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such learner of this assignment.', HINT = 'no-such-assignment';
  END IF;
  PERFORM FROM public.enrollments AS e WHERE e.id = p_enrollment FOR NO KEY UPDATE;
  IF p_due IS NULL AND p_until IS NULL AND coalesce(p_submissions, 0) = 0 THEN
    DELETE FROM lms.assignment_extensions AS x WHERE x.assignment_id = p_assignment AND x.enrollment_id = p_enrollment;
  ELSE
    INSERT INTO lms.assignment_extensions (assignment_id, enrollment_id, due_date, late_until, submissions, reason, granted_by)
    VALUES (p_assignment, p_enrollment, p_due, p_until, coalesce(p_submissions, 0), nullif(btrim(p_reason), ''), lms.current_member_id())
    ON CONFLICT (assignment_id, enrollment_id) DO UPDATE
    SET due_date = excluded.due_date, late_until = excluded.late_until, submissions = excluded.submissions, reason = excluded.reason,
      granted_by = excluded.granted_by;
  END IF;
  -- What is handed in already is as late as it is by the new date
  SELECT t.due_date INTO v_due FROM lms.submission_terms(p_assignment, p_enrollment) AS t;
  UPDATE public.assignment_submissions AS s
  SET late_seconds = late.seconds, is_late = late.seconds > 0, late_days = ceil(late.seconds / 86400.0),
    late_penalty_applied = late.penalty, final_score = s.score - late.penalty,
    grade_percentage = lms.percentage(s.score - late.penalty, v_assignment.total_points)
  FROM (
    SELECT each.id, lateness.seconds,
      lms.late_deduction(v_assignment.total_points, each.score, lateness.seconds, v_assignment.late_penalty_percentage,
        v_assignment.late_penalty_interval, v_assignment.late_penalty_floor) AS penalty
    FROM public.assignment_submissions AS each,
      LATERAL (SELECT coalesce(lms.late_seconds(each.submitted_at, v_due, v_assignment.late_grace_minutes), 0) AS seconds) AS lateness
    WHERE each.assignment_id = p_assignment AND each.enrollment_id = p_enrollment
  ) AS late
  WHERE s.id = late.id AND s.late_seconds <> late.seconds;
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  PERFORM lms.refresh_final_grades(ARRAY[p_enrollment]);
  RETURN v_changed;
END
$$;
COMMENT ON FUNCTION lms.extend_assignment(uuid, uuid, timestamptz, timestamptz, integer, text) IS
  'Gives one learner other dates or more attempts (all of them none: takes them back); gives how many submissions are less or more late by it';

-- Another late rule -------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.late_outcomes(
  p_assignment uuid, p_percentage numeric, p_interval text, p_floor numeric, p_grace_minutes integer
) RETURNS TABLE (
  submission_id uuid, learner text, released boolean, late_before integer, late_after integer, score numeric, final_before numeric,
  final_after numeric, fingerprint text
)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  WITH asked AS MATERIALIZED ( -- once: who may ask, and how the assignment is now
    SELECT a.*
    FROM public.assignments AS a
    WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
  ), worked AS (
    SELECT s.id, CASE WHEN a.anonymous_grading AND s.final_score IS NULL THEN NULL ELSE m.first_name || ' ' || m.last_name END AS learner,
      s.final_score IS NOT NULL AS released, s.late_seconds AS late_before,
      coalesce(lms.late_seconds(s.submitted_at, terms.due_date, p_grace_minutes), 0) AS late_after,
      coalesce(s.score, g.score) AS score, s.final_score, a.total_points, a.late_penalty_percentage, a.late_penalty_interval,
      a.late_penalty_floor
    FROM asked AS a
    JOIN public.assignment_submissions AS s ON s.assignment_id = a.id
    JOIN public.members AS m ON m.id = s.member_id
    CROSS JOIN LATERAL lms.submission_terms(a.id, s.enrollment_id) AS terms
    LEFT JOIN lms.grades AS g ON g.submission_id = s.id AND NOT g.blind
      AND g.stage = CASE WHEN lms.second_marked(a, s.id) THEN 'agreed' ELSE 'first' END
  ), counted AS (
    SELECT w.id, w.learner, w.released, w.late_before, w.late_after, w.score,
      coalesce(w.final_score, w.score - lms.late_deduction(
        w.total_points, w.score, w.late_before, w.late_penalty_percentage, w.late_penalty_interval, w.late_penalty_floor
      )) AS final_before,
      w.score - lms.late_deduction(w.total_points, w.score, w.late_after, p_percentage, p_interval, p_floor) AS final_after
    FROM worked AS w
    WHERE w.score IS NOT NULL OR w.late_before <> w.late_after
  )
  SELECT c.*, (
    SELECT md5(string_agg(concat_ws(':', one.id, one.late_before, one.late_after, one.final_before, one.final_after), ',' ORDER BY one.id))
    FROM counted AS one
  )
  FROM counted AS c
$$;
COMMENT ON FUNCTION lms.late_outcomes(uuid, numeric, text, numeric, integer) IS
  'What each graded submission would be worth under another late rule, beside what it is worth now; changes nothing. The fingerprint is of all of it';

CREATE OR REPLACE FUNCTION lms.apply_late_rule(
  p_assignment uuid, p_percentage numeric, p_interval text, p_floor numeric, p_grace_minutes integer, p_fingerprint text
) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_changed integer;
  v_fingerprint text;
BEGIN
  IF num_nulls(p_percentage, p_interval, p_floor, p_grace_minutes) > 0 OR p_percentage NOT BETWEEN 0 AND 100
    OR p_floor NOT BETWEEN 0 AND 100 OR p_grace_minutes < 0 OR p_interval NOT IN ('hour', 'day')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no late rule.', HINT = 'not-a-late-rule';
  END IF;
  PERFORM FROM public.assignments AS a
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such assignment of yours.', HINT = 'no-such-assignment';
  END IF;
  PERFORM FROM public.enrollments AS e
  WHERE e.id IN (SELECT s.enrollment_id FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment)
  ORDER BY e.id FOR NO KEY UPDATE;
  PERFORM FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment ORDER BY s.id FOR NO KEY UPDATE;
  SELECT min(o.fingerprint) INTO v_fingerprint
  FROM lms.late_outcomes(p_assignment, p_percentage, p_interval, p_floor, p_grace_minutes) AS o;
  IF v_fingerprint IS DISTINCT FROM p_fingerprint THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'Something was graded or handed in since you looked.', HINT = 'preview-outdated';
  END IF;
  UPDATE public.assignment_submissions AS s
  SET late_seconds = o.late_after, is_late = o.late_after > 0, late_days = ceil(o.late_after / 86400.0),
    late_penalty_applied = CASE WHEN o.released THEN o.score - o.final_after ELSE s.late_penalty_applied END,
    final_score = CASE WHEN o.released THEN o.final_after END,
    grade_percentage = CASE WHEN o.released THEN lms.percentage(o.final_after, a.total_points) END
  FROM lms.late_outcomes(p_assignment, p_percentage, p_interval, p_floor, p_grace_minutes) AS o, public.assignments AS a
  WHERE s.id = o.submission_id AND a.id = p_assignment
    AND (s.late_seconds <> o.late_after OR o.released AND s.final_score IS DISTINCT FROM o.final_after);
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  UPDATE public.assignments
  SET late_penalty_percentage = p_percentage, late_penalty_interval = p_interval, late_penalty_floor = p_floor,
    late_grace_minutes = p_grace_minutes
  WHERE id = p_assignment;
  PERFORM lms.refresh_final_grades(ARRAY(
    SELECT DISTINCT s.enrollment_id FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment AND s.final_score IS NOT NULL
  ));
  RETURN v_changed;
END
$$;
COMMENT ON FUNCTION lms.apply_late_rule(uuid, numeric, text, numeric, integer, text) IS
  'Makes that the assignment''s late rule, for what is released already too, where it does what lms.late_outcomes showed (its fingerprint); gives how many submissions it changes';

-- Missing work ------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.grade_missing(p_assignment uuid, p_percentage numeric) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_assignment public.assignments;
  v_made integer;
BEGIN
  SELECT a.* INTO v_assignment
  FROM public.assignments AS a
  WHERE a.id = p_assignment AND (lms.may_administer() OR a.id = ANY (ARRAY(SELECT lms.taught_assignments())))
  FOR NO KEY UPDATE; -- two who press at once take turns
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such assignment of yours.', HINT = 'no-such-assignment';
  END IF;
  IF p_percentage IS NULL OR p_percentage NOT BETWEEN 0 AND 100 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Missing work loses 0 to 100 percent.', HINT = 'not-a-percentage';
  END IF;
  WITH missing AS (
    SELECT e.id, e.member_id
    FROM public.enrollments AS e
    CROSS JOIN LATERAL lms.submission_terms(p_assignment, e.id) AS terms
    WHERE e.course_id = v_assignment.course_id AND e.status IN ('enrolled', 'in_progress', 'completed')
      AND e.member_id IS DISTINCT FROM lms.current_member_id()
      -- Nothing is missing that can still come
      AND clock_timestamp() > CASE WHEN v_assignment.late_submission_allowed THEN terms.late_until
        ELSE terms.due_date + make_interval(mins => v_assignment.late_grace_minutes) END
      AND NOT EXISTS (
        SELECT FROM public.assignment_submissions AS s WHERE s.assignment_id = p_assignment AND s.enrollment_id = e.id
      )
    ORDER BY e.id
    FOR NO KEY UPDATE OF e -- as handing in does
  ), made AS (
    INSERT INTO public.assignment_submissions (assignment_id, enrollment_id, member_id, status)
    SELECT p_assignment, m.id, m.member_id, 'grading' FROM missing AS m
    ON CONFLICT ON CONSTRAINT unique_enrollment_assignment_submission DO NOTHING -- handed in at this moment
    RETURNING id
  )
  INSERT INTO lms.grades (submission_id, assignment_id, stage, grader_id, score, done)
  SELECT made.id, p_assignment, CASE WHEN lms.second_marked(v_assignment, made.id) THEN 'agreed' ELSE 'first' END,
    lms.current_member_id(), round(v_assignment.total_points * (100 - p_percentage) / 100, 2), true
  FROM made;
  GET DIAGNOSTICS v_made = ROW_COUNT;
  RETURN v_made;
END
$$;
COMMENT ON FUNCTION lms.grade_missing(uuid, numeric) IS
  'Grades who has handed in nothing and no longer may: all points less a percentage of them. Not released; who is to hand in after all gets an extension with one attempt more';

-- Asking again ----------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lms.request_regrade(p_submission uuid, p_reason text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_request uuid;
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.assignment_submissions AS s
    WHERE s.id = p_submission AND s.member_id = lms.require_member() AND s.final_score IS NOT NULL
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such graded work.', HINT = 'no-such-submission';
  END IF;
  IF coalesce(btrim(p_reason), '') = '' OR length(p_reason) > 10000 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Say what should be looked at again.', HINT = 'no-reason';
  END IF;
  INSERT INTO lms.regrade_requests (submission_id, reason) VALUES (p_submission, btrim(p_reason))
  ON CONFLICT (submission_id) WHERE status = 'open' DO UPDATE SET reason = excluded.reason
  RETURNING id INTO v_request;
  RETURN v_request;
END
$$;
COMMENT ON FUNCTION lms.request_regrade(uuid, text) IS 'Asks to have released work looked at again; asked once more before an answer, the reason is replaced';

CREATE OR REPLACE FUNCTION lms.answer_regrade(p_request uuid, p_changed boolean, p_answer text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_request lms.regrade_requests;
BEGIN
  SELECT * INTO v_request FROM lms.regrade_requests AS r WHERE r.id = p_request;
  PERFORM lms.lock_graded_submission(v_request.submission_id);
  UPDATE lms.regrade_requests
  SET status = CASE WHEN p_changed THEN 'changed' ELSE 'unchanged' END, answer = nullif(btrim(p_answer), ''),
    answered_by = lms.current_member_id(), answered_at = clock_timestamp()
  WHERE id = p_request AND status = 'open';
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This request has been answered already.', HINT = 'answered-meanwhile';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.answer_regrade(uuid, boolean, text) IS 'Closes a request: the grade was changed (save and release it first), or stays';

GRANT EXECUTE ON FUNCTION lms.submit_assignment(uuid, uuid, uuid, jsonb), lms.request_regrade(uuid, text) TO lms_member;
GRANT EXECUTE ON FUNCTION lms.taught_assignments(), lms.my_stage(uuid), lms.second_marked(public.assignments, uuid), lms.grade_missing(uuid, numeric),
  lms.late_outcomes(uuid, numeric, text, numeric, integer), lms.apply_late_rule(uuid, numeric, text, numeric, integer, text),
  lms.name_to_grade(uuid), lms.grading_queue(uuid, integer), lms.save_grade(uuid, text, bigint, uuid, jsonb),
  lms.claim_submission(uuid, integer),
  lms.release_grades(uuid[]), lms.return_submission(uuid, boolean, text),
  lms.extend_assignment(uuid, uuid, timestamptz, timestamptz, integer, text), lms.answer_regrade(uuid, boolean, text),
  lms.late_deduction(numeric, numeric, integer, numeric, text, numeric)
TO lms_staff;
