-- Learners who review each other's work. Names go through these functions alone: neither side reads the other's row. docs/grading.md.

CREATE OR REPLACE FUNCTION lms.assign_peer_reviews(p_assignment uuid) RETURNS integer
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
  IF NOT v_assignment.enable_peer_review THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This assignment has no peer review.', HINT = 'no-peer-review';
  END IF;

  WITH latest AS (
    SELECT DISTINCT ON (s.enrollment_id) s.id, s.member_id, md5(p_assignment::text || s.member_id::text) AS chance
    FROM public.assignment_submissions AS s
    WHERE s.assignment_id = p_assignment
    ORDER BY s.enrollment_id, s.submission_number DESC
  ), known AS (
    SELECT r.reviewer_id AS member_id
    FROM public.assignment_reviews AS r
    JOIN public.assignment_submissions AS s ON s.id = r.submission_id
    WHERE s.assignment_id = p_assignment AND r.review_type = 'peer'
    UNION
    SELECT s.member_id
    FROM public.assignment_reviews AS r
    JOIN public.assignment_submissions AS s ON s.id = r.submission_id
    WHERE s.assignment_id = p_assignment AND r.review_type = 'peer'
  ), ranked AS (
    SELECT l.*, k.member_id IS NOT NULL AS known,
      row_number() OVER (PARTITION BY k.member_id IS NOT NULL ORDER BY l.chance, l.id) AS number,
      count(*) FILTER (WHERE k.member_id IS NULL) OVER () AS newcomers
    FROM latest AS l
    LEFT JOIN known AS k ON k.member_id = l.member_id
  ), ring AS ( -- who is new, and so many others as they need to have enough to review
    SELECT r.id, r.member_id, row_number() OVER (ORDER BY r.chance, r.id) - 1 AS place, count(*) OVER () AS length
    FROM ranked AS r
    WHERE r.newcomers > 0 AND (NOT r.known OR r.number <= v_assignment.peer_reviews_required + 1 - r.newcomers)
  ), made AS (
    INSERT INTO public.assignment_reviews (submission_id, reviewer_id, review_type)
    SELECT work.id, reviewer.member_id, 'peer'
    FROM ring AS reviewer
    CROSS JOIN generate_series(1, v_assignment.peer_reviews_required) AS step (ahead)
    JOIN ring AS work ON work.place = (reviewer.place + step.ahead) % reviewer.length
    WHERE step.ahead < reviewer.length AND work.member_id <> reviewer.member_id
    ON CONFLICT (submission_id, reviewer_id) DO NOTHING
    RETURNING 1
  )
  SELECT count(*) INTO v_made FROM made;
  RETURN v_made;
END
$$;
COMMENT ON FUNCTION lms.assign_peer_reviews(uuid) IS
  'Deals the last work of each learner to others, by chance: in a ring, each reviews the next ones, so that all give and get as many. Again later, for who came since; gives how many reviews that made';

CREATE OR REPLACE FUNCTION lms.my_review(p_review uuid) RETURNS public.assignment_reviews
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_review public.assignment_reviews;
BEGIN
  SELECT r.* INTO v_review
  FROM public.assignment_reviews AS r
  JOIN public.assignment_submissions AS s ON s.id = r.submission_id
  JOIN public.assignments AS a ON a.id = s.assignment_id
  WHERE r.id = p_review AND r.reviewer_id = lms.require_member() AND r.review_type = 'peer'
    AND a.course_id = ANY (ARRAY(SELECT lms.open_courses()));
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'You have no such review to write.', HINT = 'no-such-review';
  END IF;
  RETURN v_review;
END
$$;

CREATE OR REPLACE FUNCTION lms.list_my_reviews(p_assignment uuid) RETURNS TABLE (
  review_id uuid, status text, author text, submission_text text, submission_html text, submission_url text, file_attachments jsonb,
  rubric_scores jsonb, score numeric, feedback_html text
)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT r.id, r.status, CASE WHEN NOT a.peer_reviews_anonymous THEN m.first_name || ' ' || m.last_name END,
    s.submission_text, s.submission_html, s.submission_url, s.file_attachments, r.rubric_scores, r.score, r.feedback_html
  FROM public.assignment_reviews AS r
  JOIN public.assignment_submissions AS s ON s.id = r.submission_id
  JOIN public.assignments AS a ON a.id = s.assignment_id
  JOIN public.members AS m ON m.id = s.member_id
  WHERE s.assignment_id = p_assignment AND r.reviewer_id = lms.current_member_id() AND r.review_type = 'peer'
    AND a.course_id = ANY (ARRAY(SELECT lms.open_courses()))
  ORDER BY md5(r.id::text) -- an order that says nothing
$$;
COMMENT ON FUNCTION lms.list_my_reviews(uuid) IS 'The work of others that the caller is to review; with the author''s name only where the assignment says so';

CREATE OR REPLACE FUNCTION lms.save_review(p_review uuid, p_value jsonb) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_review public.assignment_reviews := lms.my_review(p_review);
  v_assignment public.assignments;
  v_done boolean := coalesce(p_value -> 'done' = 'true', false);
  v_score numeric;
  v_problem text;
BEGIN
  SELECT a.* INTO v_assignment
  FROM public.assignments AS a
  JOIN public.assignment_submissions AS s ON s.assignment_id = a.id
  WHERE s.id = v_review.submission_id;
  IF jsonb_typeof(p_value) IS DISTINCT FROM 'object' OR coalesce(jsonb_typeof(p_value -> 'score'), 'null') NOT IN ('number', 'null')
    OR NOT lms.sound_rubric_scores(v_assignment.rubric, coalesce(p_value -> 'rubric', '{}'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is no review of this work.', HINT = 'not-a-review';
  END IF;
  v_score := (p_value ->> 'score')::numeric;
  PERFORM FROM public.assignment_reviews AS r WHERE r.id = p_review FOR NO KEY UPDATE;
  SELECT r.status INTO v_review.status FROM public.assignment_reviews AS r WHERE r.id = p_review;
  v_problem := CASE
    WHEN v_review.status = 'submitted' THEN 'You have handed in this review already.'
    WHEN clock_timestamp() > v_assignment.peer_reviews_due THEN 'The time to review is over.'
    WHEN v_score NOT BETWEEN 0 AND v_assignment.total_points
      THEN format('This assignment is worth 0 to %s points.', trim_scale(v_assignment.total_points))
    WHEN v_done AND v_score IS NULL THEN 'Give points first.'
    WHEN octet_length(p_value ->> 'feedback') > 200000 THEN 'This text is too long.'
  END;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problem, HINT = 'not-reviewed';
  END IF;
  UPDATE public.assignment_reviews
  SET status = CASE WHEN v_done THEN 'submitted' ELSE 'draft' END, submitted_at = CASE WHEN v_done THEN clock_timestamp() END,
    rubric_scores = p_value -> 'rubric', score = v_score, feedback_html = nullif(btrim(p_value ->> 'feedback'), '')
  WHERE id = p_review
  RETURNING status INTO v_review.status;
  RETURN v_review.status;
END
$$;
COMMENT ON FUNCTION lms.save_review(uuid, jsonb) IS
  'Keeps {"score", "rubric", "feedback", "done"} of a review of the caller''s; with done it is the author''s to read, and never changes again';

CREATE OR REPLACE FUNCTION lms.list_received_reviews(p_submission uuid) RETURNS TABLE (
  reviewer text, rubric_scores jsonb, score numeric, feedback_html text
)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE WHEN NOT a.peer_reviews_anonymous THEN m.first_name || ' ' || m.last_name END, r.rubric_scores, r.score, r.feedback_html
  FROM public.assignment_reviews AS r
  JOIN public.assignment_submissions AS s ON s.id = r.submission_id
  JOIN public.assignments AS a ON a.id = s.assignment_id
  JOIN public.members AS m ON m.id = r.reviewer_id
  WHERE r.submission_id = p_submission AND s.member_id = lms.current_member_id() AND r.review_type = 'peer' AND r.status = 'submitted'
    -- All at once, where there is a date: the first to come would be known by when it came
    AND (a.peer_reviews_due IS NULL OR clock_timestamp() > a.peer_reviews_due)
  ORDER BY md5(r.id::text)
$$;
COMMENT ON FUNCTION lms.list_received_reviews(uuid) IS
  'What others wrote about the caller''s work, once the time to review is over; with names only where the assignment says so';

GRANT EXECUTE ON FUNCTION lms.list_my_reviews(uuid), lms.save_review(uuid, jsonb), lms.list_received_reviews(uuid) TO lms_member;
GRANT EXECUTE ON FUNCTION lms.assign_peer_reviews(uuid) TO lms_staff;
