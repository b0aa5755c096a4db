-- What graders mark on files. The table is reached through these functions alone.

CREATE OR REPLACE FUNCTION lms.keep_annotation(p_id uuid, p_submission uuid, p_annotation jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_submission public.assignment_submissions := lms.lock_graded_submission(p_submission);
  v_me uuid := lms.current_member_id();
  v_asset text := p_annotation ->> 'asset';
BEGIN
  IF EXISTS (SELECT FROM lms.annotations AS n WHERE n.id = p_id AND (n.author_id IS DISTINCT FROM v_me OR n.submission_id <> p_submission)) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Somebody else has written this.', HINT = 'not-yours';
  END IF;
  IF p_annotation IS NULL THEN
    DELETE FROM lms.annotations AS n WHERE n.id = p_id;
    RETURN;
  END IF;
  IF lms.my_stage(p_submission) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Two others mark this work.', HINT = 'not-a-marker';
  END IF;
  IF v_asset IS NULL OR NOT v_submission.file_attachments @> jsonb_build_array(jsonb_build_object('file_url', 'asset:' || v_asset)) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This file is not part of the work.', HINT = 'no-such-file';
  END IF;
  IF NOT coalesce(jsonb_path_match(
    p_annotation,
    'strict $.kind like_regex "^(highlight|note|drawing)$" && $.page >= 0 && $.page <= 100000 && $.colour like_regex "^#[0-9a-f]{6}$"
      && $.words.type() == "string" && $.strokes.size() > 0 && !(exists($.strokes[*] ? (@.size() == 0)))
      && !(exists($.strokes[*][*] ? (@.size() != 2))) && !(exists($.strokes[*][*][*] ? (!(@ >= 0 && @ <= 1))))',
    silent => true
  ), false) OR length(p_annotation ->> 'words') > 10000 OR octet_length((p_annotation -> 'strokes')::text) > 262144 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is nothing to mark on a page.', HINT = 'not-an-annotation';
  END IF;
  INSERT INTO lms.annotations AS n (id, submission_id, asset_id, author_id, kind, page, strokes, colour, words)
  VALUES (
    p_id, p_submission, v_asset, v_me, p_annotation ->> 'kind', (p_annotation ->> 'page')::numeric::integer, p_annotation -> 'strokes',
    p_annotation ->> 'colour', p_annotation ->> 'words'
  )
  ON CONFLICT (id) DO UPDATE SET strokes = excluded.strokes, colour = excluded.colour, words = excluded.words;
END
$$;
COMMENT ON FUNCTION lms.keep_annotation(uuid, uuid, jsonb) IS
  'Keeps {"asset", "kind", "page", "strokes", "colour", "words"} under its id, or takes it away (NULL); the same again changes nothing';

CREATE OR REPLACE FUNCTION lms.list_annotations(p_submission uuid) RETURNS TABLE (
  id uuid, asset_id text, kind text, page integer, strokes jsonb, colour text, words text, author text, mine boolean
)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT n.id, n.asset_id, n.kind, n.page, n.strokes, n.colour, n.words,
    CASE WHEN s.member_id <> lms.current_member_id() THEN concat_ws(' ', m.first_name, m.last_name) END,
    n.author_id IS NOT DISTINCT FROM lms.current_member_id()
  FROM lms.annotations AS n
  JOIN public.assignment_submissions AS s ON s.id = n.submission_id
  JOIN public.assignments AS a ON a.id = s.assignment_id
  LEFT JOIN public.members AS m ON m.id = n.author_id
  WHERE n.submission_id = p_submission AND CASE
    WHEN s.member_id = lms.current_member_id() THEN s.final_score IS NOT NULL OR s.status IN ('returned', 'resubmission_requested')
    WHEN lms.may_administer() OR s.assignment_id = ANY (ARRAY(SELECT lms.taught_assignments())) THEN
      -- Of two markers neither sees what the other wrote before both have finished
      n.author_id = lms.current_member_id() OR NOT lms.second_marked(a, s.id)
      OR (SELECT count(*) FROM lms.grades AS g WHERE g.submission_id = s.id AND g.stage <> 'agreed' AND g.done) = 2
    ELSE false
  END
  ORDER BY n.page, n.created_at, n.id
$$;
COMMENT ON FUNCTION lms.list_annotations(uuid) IS
  'What is marked on the files of a submission: for who grades it; for its author once it is released or returned, without who wrote it';

GRANT EXECUTE ON FUNCTION lms.keep_annotation(uuid, uuid, jsonb) TO lms_staff;
GRANT EXECUTE ON FUNCTION lms.list_annotations(uuid) TO lms_member, lms_staff;
