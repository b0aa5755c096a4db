-- Courses offline: what a replica is given and what becomes of the changes it sends. docs/design.md, "Courses offline".
--
-- A change carries, for each field, the value that its author saw. Nothing is overwritten that its author had not seen: the server's value
-- stays, and both are in the outcome.

CREATE OR REPLACE FUNCTION lms.authored_columns(p_table text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE p_table
  WHEN 'courses' THEN ARRAY[
    'title', 'slug', 'description', 'short_description', 'learning_objectives', 'prerequisites', 'target_audience', 'category',
    'difficulty_level', 'ce_credits', 'designation_id', 'certificate_template_id', 'pricing_type', 'price', 'member_price',
    'delivery_format', 'estimated_duration_minutes', 'author_bio', 'thumbnail_url', 'promo_video_url', 'syllabus_url', 'allow_enrollment',
    'max_enrollments', 'enrollment_start_date', 'enrollment_end_date', 'course_start_date', 'course_end_date', 'enable_discussion_forum',
    'enable_peer_review', 'completion_certificate', 'scorm_package_url', 'scorm_version'
  ]
  WHEN 'course_modules' THEN ARRAY[
    'course_id', 'title', 'description', 'position', 'learning_objectives', 'is_preview', 'unlock_after_module_id', 'unlock_date',
    'estimated_duration_minutes'
  ]
  WHEN 'lessons' THEN ARRAY[
    'module_id', 'title', 'description', 'lesson_type', 'position', 'content_url', 'content_html', 'video_duration_seconds',
    'transcript_url', 'video_provider', 'video_thumbnail_url', 'enable_video_controls', 'allow_download', 'scorm_package_url',
    'scorm_manifest_url', 'scorm_version', 'is_preview', 'unlock_after_lesson_id', 'require_completion', 'completion_criteria',
    'min_time_seconds', 'estimated_duration_minutes'
  ]
  WHEN 'lesson_attachments' THEN ARRAY[
    'lesson_id', 'file_name', 'file_url', 'file_type', 'file_size_bytes', 'description', 'position', 'requires_enrollment'
  ]
  WHEN 'quizzes' THEN ARRAY[
    'course_id', 'lesson_id', 'title', 'description', 'instructions', 'quiz_type', 'passing_score', 'max_attempts', 'require_passing',
    'time_limit_minutes', 'shuffle_questions', 'shuffle_answers', 'show_correct_answers', 'available_from', 'available_until', 'is_bank'
  ]
  WHEN 'quiz_questions' THEN ARRAY[
    'quiz_id', 'question_text', 'question_html', 'question_type', 'position', 'answer_options', 'correct_answer', 'points', 'explanation',
    'hint', 'image_url', 'video_url', 'title', 'tags', 'grading', 'retired'
  ]
  WHEN 'quiz_draws' THEN ARRAY['quiz_id', 'bank_id', 'question_id', 'tags', 'count', 'position']
  WHEN 'assignments' THEN ARRAY[
    'course_id', 'lesson_id', 'title', 'description', 'instructions_html', 'total_points', 'rubric', 'submission_type',
    'allowed_file_types', 'max_file_size_mb', 'max_submissions', 'available_from', 'due_date', 'late_submission_allowed',
    'late_penalty_percentage', 'enable_peer_review', 'peer_reviews_required', 'late_until', 'late_grace_minutes', 'late_penalty_interval',
    'late_penalty_floor', 'anonymous_grading', 'second_marking_percentage', 'peer_reviews_due', 'peer_reviews_anonymous'
  ]
END;
COMMENT ON FUNCTION lms.authored_columns(text) IS
  'The columns of a table that authors write on a replica, NULL for a table that is not on it; desktop/store/authored.py says the same';

CREATE OR REPLACE FUNCTION lms.authored_table(p_table text) RETURNS regclass
  LANGUAGE sql STABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT format('%I.%I', CASE p_table WHEN 'quiz_draws' THEN 'lms' ELSE 'public' END, p_table)::regclass
$$;
COMMENT ON FUNCTION lms.authored_table(text) IS 'An authored table by the name that replicas give it';

CREATE OR REPLACE FUNCTION lms.other_columns(p_table text) RETURNS text[]
  LANGUAGE sql STABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT array_agg(a.attname::text)
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid = lms.authored_table(p_table) AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname <> ALL (lms.authored_columns(p_table))
    -- Shown on the replica, and changed by functions of their own.
    AND NOT (p_table = 'courses' AND a.attname IN ('status', 'published_at', 'archived_at', 'instructor_id', 'co_instructors'))
$$;
COMMENT ON FUNCTION lms.other_columns(text) IS 'The columns that a replica is not given: counters, times of change, and numbers that follow the position';

CREATE OR REPLACE FUNCTION lms.require_author(p_scope uuid) RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- The same answer whether the course exists or not.
  IF NOT lms.teaches(p_scope) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only the instructors of a course and administrators may do that.', HINT = 'course-staff-only';
  END IF;
END
$$;
COMMENT ON FUNCTION lms.require_author(uuid) IS 'Refuses whoever may not write in this course; question banks outside courses are the administrators'' own';

CREATE OR REPLACE FUNCTION lms.begins_course(p_scope uuid, p_ops jsonb) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT p_ops @> jsonb_build_array(jsonb_build_object('table', 'courses', 'row', p_scope, 'kind', 'insert'))
    AND lms.has_role('instructor')
    AND NOT EXISTS (SELECT FROM public.courses AS c WHERE c.id = p_scope)
    -- A course that was deleted has left its clock behind.
    AND NOT EXISTS (SELECT FROM lms.row_clocks AS k WHERE k.scope_id = p_scope)
$$;
COMMENT ON FUNCTION lms.begins_course(uuid, jsonb) IS 'Whether a batch brings a course that an instructor began on a replica and that was never here';

CREATE OR REPLACE FUNCTION lms.clocks(p_scopes uuid[]) RETURNS TABLE (scope_id uuid, value bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT wanted.id, coalesce(k.value, 0)
  FROM unnest(p_scopes) AS wanted (id)
  LEFT JOIN lms.row_clocks AS k ON k.scope_id = wanted.id
  WHERE (SELECT lms.may_administer()) OR wanted.id = ANY (ARRAY(SELECT lms.my_courses()))
$$;
COMMENT ON FUNCTION lms.clocks(uuid[]) IS
  'How far the clocks of these courses and banks are: what a replica compares with its own before it asks for more. None for those closed to the caller';

CREATE OR REPLACE FUNCTION lms.pull(p_scope uuid, p_since bigint DEFAULT NULL)
  RETURNS TABLE (table_name text, row_id uuid, row_version bigint, data jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' SET timezone = 'UTC'
AS $$
DECLARE
  v_since bigint := coalesce(p_since, -1);
  v_course_modules text[] := lms.other_columns('course_modules'); -- once, and not for each row
  v_lessons text[] := lms.other_columns('lessons');
  v_lesson_attachments text[] := lms.other_columns('lesson_attachments');
  v_quizzes text[] := lms.other_columns('quizzes');
  v_quiz_questions text[] := lms.other_columns('quiz_questions');
  v_quiz_draws text[] := lms.other_columns('quiz_draws');
  v_assignments text[] := lms.other_columns('assignments');
BEGIN
  PERFORM lms.require_author(p_scope);
  -- One snapshot for the clock and the rows: a version up to the clock is committed, as writers hold the clock until they commit.
  RETURN QUERY SELECT 'clock', p_scope, coalesce((SELECT k.value FROM lms.row_clocks AS k WHERE k.scope_id = p_scope), 0), NULL::jsonb;
  RETURN QUERY
    SELECT 'courses', c.id, c.row_version, to_jsonb(c) - lms.other_columns('courses')
    FROM public.courses AS c WHERE c.id = p_scope AND c.row_version > v_since;
  RETURN QUERY
    SELECT 'course_modules', m.id, m.row_version, to_jsonb(m) - v_course_modules
    FROM public.course_modules AS m
    WHERE m.course_id = p_scope AND m.row_version > v_since;
  RETURN QUERY
    SELECT 'lessons', l.id, l.row_version, to_jsonb(l) - v_lessons
    FROM public.course_modules AS m
    JOIN public.lessons AS l ON l.module_id = m.id
    WHERE m.course_id = p_scope AND l.row_version > v_since;
  RETURN QUERY
    SELECT 'lesson_attachments', a.id, a.row_version, to_jsonb(a) - v_lesson_attachments
    FROM public.course_modules AS m
    JOIN public.lessons AS l ON l.module_id = m.id
    JOIN public.lesson_attachments AS a ON a.lesson_id = l.id
    WHERE m.course_id = p_scope AND a.row_version > v_since;
  RETURN QUERY
    SELECT 'quizzes', q.id, q.row_version, to_jsonb(q) - v_quizzes
    FROM public.quizzes AS q
    WHERE q.id = ANY (ARRAY(SELECT lms.quizzes_of(p_scope))) AND q.row_version > v_since;
  RETURN QUERY
    SELECT 'quiz_questions', qq.id, qq.row_version, to_jsonb(qq) - v_quiz_questions
    FROM public.quiz_questions AS qq
    WHERE qq.quiz_id = ANY (ARRAY(SELECT lms.quizzes_of(p_scope))) AND qq.row_version > v_since;
  RETURN QUERY
    SELECT 'quiz_draws', d.id, d.row_version, to_jsonb(d) - v_quiz_draws
    FROM lms.quiz_draws AS d
    WHERE d.quiz_id = ANY (ARRAY(SELECT lms.quizzes_of(p_scope))) AND d.row_version > v_since;
  RETURN QUERY
    SELECT 'assignments', a.id, a.row_version, to_jsonb(a) - v_assignments
    FROM public.assignments AS a
    WHERE a.course_id = p_scope AND a.row_version > v_since;
  IF p_since IS NOT NULL THEN
    RETURN QUERY
      SELECT t.table_name, t.row_id, t.row_version, NULL::jsonb
      FROM lms.tombstones AS t WHERE t.scope_id = p_scope AND t.row_version > p_since;
  END IF;
END
$$;
COMMENT ON FUNCTION lms.pull(uuid, bigint) IS
  'The clock of a course or bank, then its rows of a later version than p_since (all without it); data is NULL for what was deleted meanwhile';

CREATE OR REPLACE FUNCTION lms.quizzes_of(p_scope uuid) RETURNS SETOF uuid
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT q.id FROM public.quizzes AS q WHERE q.course_id = p_scope
  UNION
  SELECT q.id
  FROM public.course_modules AS m
  JOIN public.lessons AS l ON l.module_id = m.id
  JOIN public.quizzes AS q ON q.lesson_id = l.id
  WHERE m.course_id = p_scope
  UNION
  SELECT q.id FROM public.quizzes AS q WHERE q.id = p_scope AND q.course_id IS NULL AND q.lesson_id IS NULL
$$;
COMMENT ON FUNCTION lms.quizzes_of(uuid) IS 'The quizzes whose clock is that of this course or bank';

CREATE OR REPLACE FUNCTION lms.authored_row(p_table text, p_id uuid) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
BEGIN
  CASE p_table -- written out, so that each is planned once in a session and not for each change
    WHEN 'courses' THEN
      RETURN (SELECT to_jsonb(r) FROM public.courses AS r WHERE r.id = p_id);
    WHEN 'course_modules' THEN
      RETURN (SELECT to_jsonb(r) FROM public.course_modules AS r WHERE r.id = p_id);
    WHEN 'lessons' THEN
      RETURN (SELECT to_jsonb(r) FROM public.lessons AS r WHERE r.id = p_id);
    WHEN 'lesson_attachments' THEN
      RETURN (SELECT to_jsonb(r) FROM public.lesson_attachments AS r WHERE r.id = p_id);
    WHEN 'quizzes' THEN
      RETURN (SELECT to_jsonb(r) FROM public.quizzes AS r WHERE r.id = p_id);
    WHEN 'quiz_questions' THEN
      RETURN (SELECT to_jsonb(r) FROM public.quiz_questions AS r WHERE r.id = p_id);
    WHEN 'quiz_draws' THEN
      RETURN (SELECT to_jsonb(r) FROM lms.quiz_draws AS r WHERE r.id = p_id);
    WHEN 'assignments' THEN
      RETURN (SELECT to_jsonb(r) FROM public.assignments AS r WHERE r.id = p_id);
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.authored_row(text, uuid) IS 'The row of an authored table as JSON, NULL where there is none';

CREATE OR REPLACE FUNCTION lms.canonical(p_table text, p_values jsonb) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
DECLARE
  v_row jsonb;
BEGIN
  EXECUTE format('SELECT to_jsonb(jsonb_populate_record(NULL::%s, $1))', lms.authored_table(p_table)) INTO v_row USING p_values;
  RETURN (SELECT coalesce(jsonb_object_agg(k.name, v_row -> k.name), '{}') FROM jsonb_object_keys(p_values) AS k (name));
END
$$;
COMMENT ON FUNCTION lms.canonical(text, jsonb) IS 'Values as the table would give them back: one way to write each number, time and id';

CREATE OR REPLACE FUNCTION lms.has_children(p_table text, p_id uuid) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = ''
AS $$
  SELECT CASE p_table
    WHEN 'course_modules' THEN EXISTS (SELECT FROM public.lessons AS l WHERE l.module_id = p_id)
    WHEN 'lessons' THEN EXISTS (SELECT FROM public.lesson_attachments AS a WHERE a.lesson_id = p_id)
      OR EXISTS (SELECT FROM public.quizzes AS q WHERE q.lesson_id = p_id)
      OR EXISTS (SELECT FROM public.assignments AS a WHERE a.lesson_id = p_id)
    WHEN 'quizzes' THEN EXISTS (SELECT FROM public.quiz_questions AS qq WHERE qq.quiz_id = p_id)
      OR EXISTS (SELECT FROM lms.quiz_draws AS d WHERE d.quiz_id = p_id)
    ELSE false
  END
$$;

CREATE OR REPLACE FUNCTION lms.push_update(p_table text, p_id uuid, p_row jsonb, p_set jsonb, p_seen jsonb) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_field text;
  v_wanted jsonb := '{}';
  v_conflicts jsonb := '{}';
  v_names text;
  v_together text[] := CASE p_table WHEN 'quiz_questions' THEN ARRAY['question_type', 'answer_options', 'correct_answer', 'grading'] END;
BEGIN
  FOR v_field IN SELECT jsonb_object_keys(p_set) LOOP
    IF p_row -> v_field = p_set -> v_field THEN
      CONTINUE; -- somebody had the same idea
    ELSIF p_row -> v_field = p_seen -> v_field THEN
      v_wanted := v_wanted || jsonb_build_object(v_field, p_set -> v_field);
    ELSE
      v_conflicts := v_conflicts || jsonb_build_object(v_field, jsonb_build_object('mine', p_set -> v_field, 'theirs', p_row -> v_field));
    END IF;
  END LOOP;
  IF v_conflicts ?| v_together THEN -- half of a new key would be neither author's
    FOR v_field IN SELECT k.name FROM jsonb_object_keys(p_set) AS k (name) WHERE k.name = ANY (v_together) LOOP
      v_conflicts := v_conflicts || jsonb_build_object(v_field, jsonb_build_object('mine', p_set -> v_field, 'theirs', p_row -> v_field));
    END LOOP;
    v_wanted := v_wanted - v_together;
  END IF;
  IF v_wanted <> '{}' THEN
    v_names := (SELECT string_agg(format('%I', k.name), ', ') FROM jsonb_object_keys(v_wanted) AS k (name));
    EXECUTE format(
      'UPDATE %1$s SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)) WHERE id = $2', lms.authored_table(p_table), v_names
    ) USING v_wanted, p_id;
  END IF;
  RETURN CASE v_conflicts WHEN '{}' THEN '{"outcome": "done"}'
    ELSE jsonb_build_object('outcome', 'conflict', 'fields', v_conflicts) END;
END
$$;
COMMENT ON FUNCTION lms.push_update(text, uuid, jsonb, jsonb, jsonb) IS
  'Merges one change into a row, field by field: as its author saw it, set; already equal, nothing; else the row keeps its value. '
  'The fields that say how a question is answered are one';

CREATE OR REPLACE FUNCTION lms.push_insert(p_scope uuid, p_table text, p_id uuid, p_set jsonb) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_names text := (SELECT string_agg(format('%I', k.name), ', ') FROM jsonb_object_keys(p_set) AS k (name));
  -- A number of its own follows when the batch is done; until then no two rows need differ.
  v_order text := CASE p_table
    WHEN 'course_modules' THEN 'module_order' WHEN 'lessons' THEN 'lesson_order' WHEN 'quiz_questions' THEN 'question_order'
  END;
BEGIN
  IF p_table = 'courses' THEN
    IF p_id <> p_scope THEN
      RETURN '{"outcome": "gone"}';
    END IF;
    EXECUTE format(
      'INSERT INTO public.courses (id, instructor_id, created_by, %1$s) SELECT $2, $3, $3, %1$s FROM jsonb_populate_record(NULL::public.courses, $1)',
      v_names
    ) USING p_set, p_id, lms.current_member_id();
    RETURN '{"outcome": "done"}';
  END IF;
  IF lms.authored_scope(p_table, p_set || jsonb_build_object('id', p_id)) IS DISTINCT FROM p_scope THEN
    RETURN '{"outcome": "gone"}'; -- what it belongs to was deleted, or is not of this course
  END IF;
  EXECUTE format(
    'INSERT INTO %1$s (id, %2$s%3$s) SELECT $2, %2$s%4$s FROM jsonb_populate_record(NULL::%1$s, $1)',
    lms.authored_table(p_table), v_names, coalesce(', ' || v_order, ''), CASE WHEN v_order IS NULL THEN '' ELSE ', 0' END
  ) USING p_set, p_id;
  RETURN '{"outcome": "done"}';
END
$$;

CREATE OR REPLACE FUNCTION lms.push_delete(p_table text, p_id uuid, p_row jsonb, p_seen jsonb) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_changed jsonb := (
    SELECT jsonb_object_agg(s.field, jsonb_build_object('seen', s.value, 'theirs', p_row -> s.field))
    FROM jsonb_each(p_seen) AS s (field, value)
    WHERE p_row -> s.field IS DISTINCT FROM s.value
  );
BEGIN
  IF v_changed IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', 'kept', 'fields', v_changed);
  ELSIF p_table = 'courses' OR lms.has_children(p_table, p_id) THEN
    RETURN '{"outcome": "kept", "fields": {}}'; -- somebody put something into it meanwhile
  END IF;
  EXECUTE format('DELETE FROM %s WHERE id = $1', lms.authored_table(p_table)) USING p_id;
  RETURN '{"outcome": "done"}';
END
$$;
COMMENT ON FUNCTION lms.push_delete(text, uuid, jsonb, jsonb) IS
  'Deletes a row that is as its author saw it and holds nothing; what goes with it was deleted by changes of its own';

CREATE OR REPLACE FUNCTION lms.merge_op(p_scope uuid, p_op jsonb) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_table text := p_op ->> 'table';
  v_id uuid := (p_op ->> 'row')::uuid;
  v_set jsonb := coalesce(p_op -> 'set', '{}');
  v_seen jsonb := coalesce(p_op -> 'seen', '{}');
  v_row jsonb := lms.authored_row(v_table, v_id);
BEGIN
  -- Nearly always the row is just as its author saw it, to the letter. Else values are compared as the table would write them.
  IF p_op ->> 'kind' <> 'update' OR v_row IS NULL
    OR EXISTS (SELECT FROM jsonb_object_keys(v_set) AS k (name) WHERE v_row -> k.name IS DISTINCT FROM v_seen -> k.name)
  THEN
    v_set := lms.canonical(v_table, v_set);
    v_seen := lms.canonical(v_table, v_seen);
  END IF;
  IF v_row IS NOT NULL AND lms.authored_scope(v_table, v_row) IS DISTINCT FROM p_scope THEN
    RETURN '{"outcome": "gone"}'; -- of another course: as if it were not there
  END IF;
  RETURN CASE p_op ->> 'kind'
    WHEN 'insert' THEN
      CASE WHEN v_row IS NULL THEN lms.push_insert(p_scope, v_table, v_id, v_set) ELSE lms.push_update(v_table, v_id, v_row, v_set, '{}') END
    WHEN 'update' THEN
      CASE WHEN v_row IS NULL THEN '{"outcome": "gone"}' ELSE lms.push_update(v_table, v_id, v_row, v_set, v_seen) END
    ELSE
      CASE WHEN v_row IS NULL THEN '{"outcome": "done"}' ELSE lms.push_delete(v_table, v_id, v_row, v_seen) END
  END;
END
$$;
COMMENT ON FUNCTION lms.merge_op(uuid, jsonb) IS 'Does one change and answers what became of it; raises what the tables say against it';

CREATE OR REPLACE FUNCTION lms.push_op(p_scope uuid, p_op jsonb) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_code text;
  v_constraint text;
BEGIN
  RETURN lms.merge_op(p_scope, p_op);
EXCEPTION WHEN foreign_key_violation OR restrict_violation THEN
  GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
  RETURN CASE
    WHEN p_op ->> 'kind' = 'delete' AND v_constraint LIKE 'quiz\_draws\_%' THEN
      '{"outcome": "refused", "code": "drawn-from", "message": "A quiz draws on this, so it stays."}'
    WHEN p_op ->> 'kind' = 'delete' THEN
      '{"outcome": "refused", "code": "has-records", "message": "Learners have records on this, so it stays."}'
    ELSE '{"outcome": "refused", "code": "no-such-row", "message": "This names something that is no longer there."}'
  END;
WHEN integrity_constraint_violation OR data_exception OR SQLSTATE 'LM001' OR SQLSTATE 'LM002' OR SQLSTATE 'LM003' THEN
  GET STACKED DIAGNOSTICS v_code = PG_EXCEPTION_HINT, v_constraint = CONSTRAINT_NAME;
  RETURN jsonb_build_object('outcome', 'refused', 'code', coalesce(nullif(v_constraint, ''), nullif(v_code, ''), SQLSTATE), 'message', SQLERRM);
END
$$;
COMMENT ON FUNCTION lms.push_op(uuid, jsonb) IS 'Does one change, in a savepoint of its own, and answers what became of it, a refusal too';

CREATE OR REPLACE FUNCTION lms.renumber(p_scope uuid) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  -- Numbers follow positions. No version changes: replicas have positions only.
  PERFORM set_config('lms.renumbering', 'on', true);
  UPDATE public.course_modules AS m SET module_order = n.number
  FROM (
    SELECT id, row_number() OVER (ORDER BY position, id) AS number FROM public.course_modules WHERE course_id = p_scope
  ) AS n
  WHERE m.id = n.id AND m.module_order <> n.number;
  UPDATE public.lessons AS l SET lesson_order = n.number
  FROM (
    SELECT r.id, row_number() OVER (PARTITION BY r.module_id ORDER BY r.position, r.id) AS number
    FROM public.course_modules AS m JOIN public.lessons AS r ON r.module_id = m.id WHERE m.course_id = p_scope
  ) AS n
  WHERE l.id = n.id AND l.lesson_order <> n.number;
  UPDATE public.lesson_attachments AS a SET attachment_order = n.number
  FROM (
    SELECT r.id, row_number() OVER (PARTITION BY r.lesson_id ORDER BY r.position, r.id) AS number
    FROM public.course_modules AS m
    JOIN public.lessons AS l ON l.module_id = m.id
    JOIN public.lesson_attachments AS r ON r.lesson_id = l.id
    WHERE m.course_id = p_scope
  ) AS n
  WHERE a.id = n.id AND a.attachment_order <> n.number;
  UPDATE public.quiz_questions AS q SET question_order = n.number
  FROM (
    SELECT r.id, row_number() OVER (PARTITION BY r.quiz_id ORDER BY r.position, r.id) AS number
    FROM public.quiz_questions AS r WHERE r.quiz_id = ANY (ARRAY(SELECT lms.quizzes_of(p_scope)))
  ) AS n
  WHERE q.id = n.id AND q.question_order <> n.number;
  PERFORM set_config('lms.renumbering', 'off', true);
END
$$;
COMMENT ON FUNCTION lms.renumber(uuid) IS 'Numbers modules, lessons, attachments and questions from 1 in the order of their positions';

CREATE OR REPLACE FUNCTION lms.push_ops(p_scope uuid, p_ops jsonb, p_member uuid, p_each_alone boolean) RETURNS jsonb
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_op jsonb;
  v_known record;
  v_outcome jsonb;
  v_outcomes jsonb[] := '{}';
  v_moved boolean := false;
BEGIN
  FOR v_op IN SELECT jsonb_array_elements(p_ops) LOOP
    SELECT k.member_id, k.scope_id, k.outcome INTO v_known FROM lms.push_outcomes AS k WHERE k.op_id = (v_op ->> 'op')::uuid;
    IF FOUND THEN
      IF v_known.member_id <> p_member OR v_known.scope_id <> p_scope THEN
        RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This change has the number of another one.', HINT = 'foreign-change';
      END IF;
      v_outcome := v_known.outcome;
    ELSE
      IF lms.authored_columns(v_op ->> 'table') IS NULL OR (v_op ->> 'row')::uuid IS NULL
        OR v_op ->> 'kind' NOT IN ('insert', 'update', 'delete')
        OR jsonb_typeof(coalesce(v_op -> 'set', '{}')) <> 'object' OR jsonb_typeof(coalesce(v_op -> 'seen', '{}')) <> 'object'
        OR EXISTS (
          SELECT FROM jsonb_object_keys(coalesce(v_op -> 'set', '{}') || coalesce(v_op -> 'seen', '{}')) AS k (name)
          WHERE k.name <> ALL (lms.authored_columns(v_op ->> 'table'))
        )
      THEN
        RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'This change is of a kind that this server does not know.', HINT = 'unknown-change';
      END IF;
      v_outcome := CASE WHEN p_each_alone THEN lms.push_op(p_scope, v_op) ELSE lms.merge_op(p_scope, v_op) END;
      v_moved := v_moved OR v_op ->> 'kind' <> 'update' OR v_op -> 'set' ?| ARRAY['position', 'module_id', 'lesson_id', 'quiz_id'];
      INSERT INTO lms.push_outcomes (op_id, scope_id, member_id, outcome) VALUES ((v_op ->> 'op')::uuid, p_scope, p_member, v_outcome);
    END IF;
    v_outcomes := array_append(v_outcomes, v_outcome || jsonb_build_object('op', v_op ->> 'op'));
  END LOOP;

  IF v_moved THEN
    PERFORM lms.renumber(p_scope);
  END IF;
  RETURN to_jsonb(v_outcomes);
END
$$;
COMMENT ON FUNCTION lms.push_ops(uuid, jsonb, uuid, boolean) IS
  'Does the changes of a batch in order, each once; with p_each_alone one that is refused leaves the others as they are';

CREATE OR REPLACE FUNCTION lms.push(p_scope uuid, p_ops jsonb) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET timezone = 'UTC'
AS $$
DECLARE
  v_member uuid := lms.require_member();
  v_outcomes jsonb;
BEGIN
  IF jsonb_typeof(p_ops) <> 'array' OR jsonb_array_length(p_ops) > 500 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'At most 500 changes are taken at once.', HINT = 'batch-too-large';
  END IF;
  IF NOT lms.begins_course(p_scope, p_ops) THEN
    PERFORM lms.require_author(p_scope);
  END IF;
  INSERT INTO lms.row_clocks (scope_id, scope, value)
  VALUES (
    p_scope,
    CASE WHEN EXISTS (SELECT FROM public.courses WHERE id = p_scope)
      OR p_ops @> jsonb_build_array(jsonb_build_object('table', 'courses', 'row', p_scope)) THEN 'course' ELSE 'bank' END,
    0
  )
  ON CONFLICT (scope_id) DO NOTHING;
  IF NOT FOUND THEN
    PERFORM FROM lms.row_clocks AS k WHERE k.scope_id = p_scope FOR UPDATE; -- one push at a time, and no pull sees half of it
    PERFORM lms.require_author(p_scope); -- rights may have gone while it waited
  END IF;
  SET CONSTRAINTS public.unique_course_module_order, public.unique_module_lesson_order, public.unique_quiz_question_order DEFERRED;

  BEGIN
    -- With a savepoint for each, the clock's row would have as many versions by as many transactions, and each would look through all.
    v_outcomes := lms.push_ops(p_scope, p_ops, v_member, false);
  EXCEPTION WHEN integrity_constraint_violation OR data_exception OR SQLSTATE 'LM001' OR SQLSTATE 'LM002' OR SQLSTATE 'LM003' THEN
    v_outcomes := lms.push_ops(p_scope, p_ops, v_member, true);
  END;
  SET CONSTRAINTS public.unique_course_module_order, public.unique_module_lesson_order, public.unique_quiz_question_order IMMEDIATE;
  RETURN v_outcomes;
END
$$;
COMMENT ON FUNCTION lms.push(uuid, jsonb) IS
  'Takes a batch of changes to one course or bank, in order, each once; answers for each what became of it. Sending again changes nothing';

GRANT EXECUTE ON FUNCTION lms.push(uuid, jsonb), lms.pull(uuid, bigint), lms.clocks(uuid[]) TO lms_staff;

CREATE OR REPLACE FUNCTION lms.tell_authors() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  PERFORM pg_notify('lms_scope_' || NEW.scope_id, ''); -- at the commit, and once, however often the clock was raised
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.tell_authors() IS
  'Tells the authors who share a course that it has changed. That, and nothing of it: whoever knows an id may listen; rows come by lms.pull';

CREATE OR REPLACE TRIGGER trigger_tell_authors AFTER INSERT OR UPDATE ON lms.row_clocks
  FOR EACH ROW EXECUTE FUNCTION lms.tell_authors();
