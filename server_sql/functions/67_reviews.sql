-- What learners say of a course. Whoever has begun it says it once; words wait for an administrator, stars alone do not.

CREATE OR REPLACE FUNCTION lms.write_review(p_course uuid, p_rating integer, p_title text, p_text text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_member();
  v_title text := nullif(btrim(p_title), '');
  v_text text := nullif(btrim(p_text), '');
  v_enrollment uuid := (
    SELECT e.id FROM public.enrollments AS e
    WHERE e.member_id = v_member AND e.course_id = p_course AND e.status IN ('in_progress', 'completed')
    ORDER BY e.enrolled_at DESC, e.id
    LIMIT 1
  );
BEGIN
  IF v_enrollment IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Begin the course before you review it.', HINT = 'review-not-begun';
  END IF;
  IF p_rating IS NULL OR p_rating NOT BETWEEN 1 AND 5 OR length(v_title) > 200 OR length(v_text) > 5000 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A review has one to five stars, a title of at most 200 characters and a text of at most 5,000.',
      HINT = 'not-a-review';
  END IF;
  INSERT INTO public.course_reviews AS r (course_id, member_id, enrollment_id, rating, title, review_text, is_approved)
  VALUES (p_course, v_member, v_enrollment, p_rating, v_title, v_text, v_title IS NULL AND v_text IS NULL)
  ON CONFLICT (member_id, course_id) DO UPDATE
    SET rating = EXCLUDED.rating, title = EXCLUDED.title, review_text = EXCLUDED.review_text, enrollment_id = EXCLUDED.enrollment_id,
      is_approved = EXCLUDED.is_approved
        OR (r.is_approved AND (r.title, r.review_text) IS NOT DISTINCT FROM (EXCLUDED.title, EXCLUDED.review_text)),
      is_featured = r.is_featured AND (r.title, r.review_text) IS NOT DISTINCT FROM (EXCLUDED.title, EXCLUDED.review_text),
      moderated_by = CASE WHEN (r.title, r.review_text) IS NOT DISTINCT FROM (EXCLUDED.title, EXCLUDED.review_text) THEN r.moderated_by END,
      moderated_at = CASE WHEN (r.title, r.review_text) IS NOT DISTINCT FROM (EXCLUDED.title, EXCLUDED.review_text) THEN r.moderated_at END;
END
$$;
COMMENT ON FUNCTION lms.write_review(uuid, integer, text, text) IS
  'Rates a course that the caller has begun, or rates it anew; other words are looked at again';

CREATE OR REPLACE FUNCTION lms.delete_review(p_course uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
  DELETE FROM public.course_reviews AS r WHERE r.course_id = p_course AND r.member_id = lms.require_member()
$$;
COMMENT ON FUNCTION lms.delete_review(uuid) IS 'Takes the caller''s review of a course back';

CREATE OR REPLACE FUNCTION lms.vote_review(p_review uuid, p_helpful boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_member();
BEGIN
  PERFORM FROM public.course_reviews AS r
  WHERE r.id = p_review AND r.is_approved AND r.member_id <> v_member
    AND r.course_id = ANY (ARRAY(SELECT lms.visible_courses() UNION SELECT lms.my_courses()))
  FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such review for you to vote on.', HINT = 'no-such-review';
  END IF;
  IF p_helpful IS NULL THEN
    DELETE FROM lms.review_votes AS v WHERE v.review_id = p_review AND v.member_id = v_member;
  ELSE
    INSERT INTO lms.review_votes (review_id, member_id, helpful) VALUES (p_review, v_member, p_helpful)
    ON CONFLICT (review_id, member_id) DO UPDATE SET helpful = EXCLUDED.helpful;
  END IF;
  UPDATE public.course_reviews AS r
  SET helpful_count = votes.yes, not_helpful_count = votes.no
  FROM (
    SELECT count(*) FILTER (WHERE v.helpful) AS yes, count(*) FILTER (WHERE NOT v.helpful) AS no
    FROM lms.review_votes AS v WHERE v.review_id = p_review
  ) AS votes
  WHERE r.id = p_review;
END
$$;
COMMENT ON FUNCTION lms.vote_review(uuid, boolean) IS 'Whether a review was helpful, once a member and never of their own; NULL takes the vote back';

GRANT EXECUTE ON FUNCTION lms.write_review(uuid, integer, text, text), lms.delete_review(uuid), lms.vote_review(uuid, boolean) TO lms_member;
