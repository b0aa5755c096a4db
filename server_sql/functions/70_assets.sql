-- Assets: docs/design.md, "Assets". Access follows the row that names the asset; knowing a hash proves nothing.

CREATE OR REPLACE FUNCTION lms.require_uploader() RETURNS uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_most_a_day CONSTANT integer := 4096; -- chunks: 4 GiB from a learner
  v_member uuid := lms.require_member();
BEGIN
  IF NOT lms.my_roles() && ARRAY['instructor', 'proctor', 'administrator'] THEN
    IF NOT EXISTS (
      SELECT FROM public.assignments AS a
      WHERE a.submission_type IN ('file_upload', 'both') AND a.course_id = ANY (ARRAY(SELECT lms.open_courses()))
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only staff, and who has files to hand in, may store files.', HINT = 'no-uploader';
    END IF;
    IF (
      SELECT count(*) FROM lms.chunk_uploads AS u WHERE u.member_id = v_member AND u.uploaded_at > clock_timestamp() - interval '1 day'
    ) >= c_most_a_day THEN
      RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'You have sent as much as one day takes. Go on tomorrow.', HINT = 'too-many-uploads';
    END IF;
  END IF;
  RETURN v_member;
END
$$;

CREATE OR REPLACE FUNCTION lms.assets_in(p_text text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT coalesce(array_agg(DISTINCT hit.parts[1]), '{}') FROM regexp_matches(p_text, '\masset:([0-9a-f]{64})', 'g') AS hit (parts)
$$;
COMMENT ON FUNCTION lms.assets_in(text) IS 'The ids of the files that a text names; what the indexes of texts are made of (migration 0024)';

CREATE OR REPLACE FUNCTION lms.readable_texts_naming(p_asset text, p_member uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT FROM public.lessons AS l
    WHERE lms.assets_in(l.content_html) @> ARRAY[p_asset] AND l.id = ANY (ARRAY(SELECT lms.open_lessons() UNION SELECT lms.taught_lessons()))
  ) OR EXISTS (
    SELECT FROM public.assignments AS a
    WHERE lms.assets_in(a.instructions_html) @> ARRAY[p_asset]
      AND a.course_id = ANY (ARRAY(SELECT lms.open_courses() UNION SELECT lms.my_courses()))
  ) OR EXISTS (
    SELECT FROM public.live_sessions AS s
    WHERE lms.assets_in(s.agenda_html) @> ARRAY[p_asset]
      AND s.course_id = ANY (ARRAY(SELECT lms.open_courses() UNION SELECT lms.my_courses()))
  ) OR EXISTS (
    SELECT FROM public.quiz_questions AS q
    WHERE lms.assets_in(q.question_text || q.answer_options::text || coalesce(q.explanation, '')) @> ARRAY[p_asset]
      AND q.quiz_id = ANY (ARRAY(SELECT lms.taught_quizzes()))
  ) OR EXISTS ( -- what one was asked, as it was then, whatever bank it came from
    SELECT FROM public.quiz_attempts AS attempt
    JOIN lms.attempt_questions AS asked ON asked.attempt_id = attempt.id
    JOIN lms.question_versions AS v ON v.id IN (asked.shown_version, asked.graded_version)
    WHERE attempt.member_id = p_member AND v.content::text LIKE '%asset:' || p_asset || '%'
  )
$$;

CREATE OR REPLACE FUNCTION lms.readable_lessons_naming(p_url text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT FROM public.lessons AS l
    WHERE l.id = ANY (ARRAY(SELECT lms.open_lessons() UNION SELECT lms.taught_lessons()))
      AND p_url IN (
        split_part(l.content_url, '/', 1), split_part(l.scorm_package_url, '/', 1), split_part(l.scorm_manifest_url, '/', 1),
        split_part(l.transcript_url, '/', 1), split_part(l.video_thumbnail_url, '/', 1)
      )
  ) OR EXISTS (
    SELECT FROM public.lesson_attachments AS a
    WHERE a.lesson_id = ANY (ARRAY(SELECT lms.open_lessons() UNION SELECT lms.taught_lessons())) AND split_part(a.file_url, '/', 1) = p_url
  ) OR EXISTS (
    SELECT FROM lms.lesson_media AS m
    WHERE m.lesson_id = ANY (ARRAY(SELECT lms.open_lessons() UNION SELECT lms.taught_lessons())) AND m.converted_url = p_url
  )
$$;

CREATE OR REPLACE FUNCTION lms.may_read_asset(p_asset text) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.current_member_id();
  v_url text := 'asset:' || p_asset; -- rows add a path inside the package after a slash
BEGIN
  IF v_member IS NULL THEN
    RETURN false;
  END IF;
  RETURN lms.has_role('administrator')
    OR lms.readable_lessons_naming(v_url)
    OR lms.readable_texts_naming(p_asset, v_member)
    OR EXISTS ( -- what the catalogue shows
      SELECT FROM public.courses AS c
      WHERE v_url IN (split_part(c.thumbnail_url, '/', 1), split_part(c.promo_video_url, '/', 1), split_part(c.syllabus_url, '/', 1))
        AND c.id = ANY (ARRAY(SELECT lms.visible_courses() UNION SELECT lms.my_courses()))
    )
    OR EXISTS (
      SELECT FROM public.courses AS c
      WHERE split_part(c.scorm_package_url, '/', 1) = v_url AND c.id = ANY (ARRAY(SELECT lms.open_courses() UNION SELECT lms.my_courses()))
    )
    OR EXISTS (
      SELECT FROM public.lesson_attachments AS a
      JOIN public.lessons AS l ON l.id = a.lesson_id
      JOIN public.course_modules AS m ON m.id = l.module_id
      JOIN public.courses AS c ON c.id = m.course_id
      WHERE NOT a.requires_enrollment AND split_part(a.file_url, '/', 1) = v_url AND c.status = 'published'
    )
    OR EXISTS ( -- the pictures of a quiz, once one has begun it
      SELECT FROM public.quiz_questions AS q
      WHERE v_url IN (split_part(q.image_url, '/', 1), split_part(q.video_url, '/', 1))
        AND q.quiz_id = ANY (ARRAY(
          SELECT a.quiz_id FROM public.quiz_attempts AS a WHERE a.member_id = v_member UNION SELECT lms.taught_quizzes()
        ))
    )
    OR EXISTS (
      SELECT FROM public.assignment_submissions AS s
      JOIN public.assignments AS a ON a.id = s.assignment_id
      WHERE s.file_attachments @> jsonb_build_array(jsonb_build_object('file_url', v_url))
        AND (s.member_id = v_member OR a.course_id = ANY (ARRAY(SELECT lms.my_courses())) OR EXISTS (
          SELECT FROM public.assignment_reviews AS r
          WHERE r.submission_id = s.id AND r.reviewer_id = v_member AND a.course_id = ANY (ARRAY(SELECT lms.open_courses()))
        ))
    )
    OR EXISTS (
      SELECT FROM public.live_sessions AS s
      WHERE s.course_id = ANY (ARRAY(SELECT lms.open_courses() UNION SELECT lms.my_courses()))
        AND (split_part(s.recording_url, '/', 1) = v_url
          OR s.pre_session_materials @> jsonb_build_array(jsonb_build_object('file_url', v_url))
          OR s.post_session_materials @> jsonb_build_array(jsonb_build_object('file_url', v_url)))
    )
    OR EXISTS (
      SELECT FROM lms.certificates AS c
      WHERE c.asset_id = p_asset AND (c.member_id = v_member OR c.course_id = ANY (ARRAY(SELECT lms.my_courses())))
    )
    OR NOT EXISTS ( -- one's own upload, before a row names it
      SELECT FROM lms.asset_chunks AS a
      WHERE a.asset_id = p_asset
        AND NOT EXISTS (SELECT FROM lms.chunk_uploads AS u WHERE u.chunk_hash = a.chunk_hash AND u.member_id = v_member)
    );
END
$$;

CREATE OR REPLACE FUNCTION lms.require_asset(p_asset text) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM lms.assets AS a WHERE a.id = p_asset) OR NOT lms.may_read_asset(p_asset) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such file, or it is not open to you.', HINT = 'no-such-asset';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.has_chunk(p_hash bytea, p_member uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT EXISTS (SELECT FROM lms.chunk_uploads AS u WHERE u.chunk_hash = p_hash AND u.member_id = p_member)
    OR EXISTS (
      SELECT FROM (SELECT DISTINCT a.asset_id FROM lms.asset_chunks AS a WHERE a.chunk_hash = p_hash) AS holder
      WHERE lms.may_read_asset(holder.asset_id)
    )
$$;
COMMENT ON FUNCTION lms.has_chunk(bytea, uuid) IS 'True where the caller has shown that they hold a chunk''s bytes: they sent it, or may read a file with it';

CREATE OR REPLACE FUNCTION lms.missing_chunks(p_hashes bytea[]) RETURNS bytea[]
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_uploader();
BEGIN
  RETURN ARRAY(SELECT DISTINCT wanted.hash FROM unnest(p_hashes) AS wanted (hash) WHERE NOT lms.has_chunk(wanted.hash, v_member));
END
$$;

CREATE OR REPLACE FUNCTION lms.put_chunk(p_data bytea) RETURNS bytea
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_uploader();
  v_hash bytea := sha256(p_data);
BEGIN
  IF p_data IS NULL OR octet_length(p_data) NOT BETWEEN 1 AND 1048576 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A chunk has 1 to 1,048,576 bytes.', HINT = 'invalid-chunk';
  END IF;
  INSERT INTO lms.chunks (hash, size, data) VALUES (v_hash, octet_length(p_data), p_data) ON CONFLICT (hash) DO NOTHING;
  INSERT INTO lms.chunk_uploads (chunk_hash, member_id) VALUES (v_hash, v_member) ON CONFLICT DO NOTHING;
  RETURN v_hash;
END
$$;

CREATE OR REPLACE FUNCTION lms.put_asset(p_name text, p_media_type text, p_chunks bytea[], p_size bigint) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.require_uploader();
  v_id text := encode(sha256(coalesce((SELECT string_agg(c.hash, ''::bytea ORDER BY c.place) FROM unnest(p_chunks) WITH ORDINALITY AS c (hash, place)), ''::bytea)), 'hex');
  v_size bigint;
  v_whole boolean;
BEGIN
  IF cardinality(lms.missing_chunks(p_chunks)) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Some chunks of the file have not been sent.', HINT = 'chunks-missing';
  END IF;
  SELECT coalesce(sum(k.size), 0), coalesce(bool_and(k.size = 1048576 OR c.place = cardinality(p_chunks)), true)
  INTO v_size, v_whole
  FROM unnest(p_chunks) WITH ORDINALITY AS c (hash, place)
  JOIN lms.chunks AS k ON k.hash = c.hash;
  IF v_size IS DISTINCT FROM p_size OR NOT v_whole THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The chunks do not add up to the file.', HINT = 'wrong-size';
  END IF;
  INSERT INTO lms.assets (id, name, media_type, size, created_by) VALUES (v_id, p_name, p_media_type, v_size, v_member)
  ON CONFLICT (id) DO NOTHING;
  IF FOUND THEN
    INSERT INTO lms.asset_chunks (asset_id, ordinal, chunk_hash)
    SELECT v_id, c.place - 1, c.hash FROM unnest(p_chunks) WITH ORDINALITY AS c (hash, place);
  END IF;
  RETURN v_id;
END
$$;

CREATE OR REPLACE FUNCTION lms.describe_asset(p_asset text)
  RETURNS TABLE (name text, media_type text, size bigint, chunks bytea[])
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_asset(p_asset);
  RETURN QUERY
  SELECT a.name, a.media_type, a.size,
    ARRAY(SELECT c.chunk_hash FROM lms.asset_chunks AS c WHERE c.asset_id = a.id ORDER BY c.ordinal)
  FROM lms.assets AS a WHERE a.id = p_asset;
END
$$;

CREATE OR REPLACE FUNCTION lms.get_chunks(p_asset text, p_first integer, p_count integer)
  RETURNS TABLE (ordinal integer, data bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' ROWS 4
AS $$
BEGIN
  PERFORM lms.require_asset(p_asset);
  RETURN QUERY
  SELECT c.ordinal, k.data
  FROM lms.asset_chunks AS c
  JOIN lms.chunks AS k ON k.hash = c.chunk_hash
  WHERE c.asset_id = p_asset AND c.ordinal >= p_first AND c.ordinal < p_first + least(p_count, 64)
  ORDER BY c.ordinal;
END
$$;

CREATE OR REPLACE FUNCTION lms.check_named_assets() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_new jsonb := to_jsonb(NEW);
  v_old jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
  v_column text;
  v_asset text;
BEGIN
  IF lms.is_installer() THEN
    RETURN NEW;
  END IF;
  FOREACH v_column IN ARRAY TG_ARGV LOOP
    CONTINUE WHEN v_new -> v_column IS NOT DISTINCT FROM v_old -> v_column;
    FOR v_asset IN SELECT hit.parts[1] FROM regexp_matches(v_new ->> v_column, '\masset:([0-9a-f]{64})', 'g') AS hit (parts) LOOP
      PERFORM lms.require_asset(v_asset);
    END LOOP;
  END LOOP;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lms.check_named_assets() IS
  'A row may name only what its author may read: otherwise an author who knows a hash could name it and then read it';

-- Before the row is there, or it would itself give the right to read.
CREATE OR REPLACE TRIGGER courses_named_assets
  BEFORE INSERT OR UPDATE OF thumbnail_url, promo_video_url, syllabus_url, scorm_package_url ON public.courses
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('thumbnail_url', 'promo_video_url', 'syllabus_url', 'scorm_package_url');
CREATE OR REPLACE TRIGGER lessons_named_assets
  BEFORE INSERT OR UPDATE OF content_url, content_html, transcript_url, video_thumbnail_url, scorm_package_url, scorm_manifest_url
  ON public.lessons
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets(
    'content_url', 'content_html', 'transcript_url', 'video_thumbnail_url', 'scorm_package_url', 'scorm_manifest_url'
  );
CREATE OR REPLACE TRIGGER lesson_attachments_named_assets
  BEFORE INSERT OR UPDATE OF file_url ON public.lesson_attachments
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('file_url');
CREATE OR REPLACE TRIGGER lesson_media_named_assets
  BEFORE INSERT OR UPDATE OF converted_url ON lms.lesson_media
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('converted_url');
CREATE OR REPLACE TRIGGER quiz_questions_named_assets
  BEFORE INSERT OR UPDATE OF image_url, video_url, question_text, answer_options, explanation ON public.quiz_questions
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('image_url', 'video_url', 'question_text', 'answer_options', 'explanation');
CREATE OR REPLACE TRIGGER assignments_named_assets
  BEFORE INSERT OR UPDATE OF instructions_html ON public.assignments
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('instructions_html');
CREATE OR REPLACE TRIGGER live_sessions_named_assets
  BEFORE INSERT OR UPDATE OF recording_url, agenda_html, pre_session_materials, post_session_materials ON public.live_sessions
  FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('recording_url', 'agenda_html', 'pre_session_materials', 'post_session_materials');

-- Indexes compute it with the rights of whoever writes the row.
GRANT EXECUTE ON FUNCTION lms.assets_in(text) TO lms_staff;
GRANT EXECUTE ON FUNCTION lms.missing_chunks(bytea[]), lms.put_chunk(bytea), lms.put_asset(text, text, bytea[], bigint) TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION lms.describe_asset(text), lms.get_chunks(text, integer, integer) TO lms_member, lms_staff;
