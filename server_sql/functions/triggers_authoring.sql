-- Authored rows: a version from the clock of their course or bank, a position, and a tombstone when they are deleted.
--
-- The clock's row stays locked until commit, so that versions become visible in the order of their numbers: a client that has seen
-- version n will never be shown a smaller one later. Authors of one course therefore take turns; learners never touch a clock.

CREATE OR REPLACE FUNCTION lms.next_row_version(p_scope uuid, p_kind text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = '' -- which keeps its plan, where SQL plans for each row
AS $$
DECLARE
  v_value bigint;
BEGIN
  INSERT INTO lms.row_clocks AS clock (scope_id, scope, value) VALUES (p_scope, p_kind, 1)
  ON CONFLICT (scope_id) DO UPDATE SET value = clock.value + 1
  RETURNING clock.value INTO v_value;
  RETURN v_value;
END
$$;
COMMENT ON FUNCTION lms.next_row_version(uuid, text) IS 'Raises the clock of a course or bank by one, locks it until commit and returns it';

CREATE OR REPLACE FUNCTION lms.course_of_lesson(p_lesson uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
BEGIN
  RETURN (SELECT m.course_id FROM public.lessons AS l JOIN public.course_modules AS m ON m.id = l.module_id WHERE l.id = p_lesson);
END
$$;

CREATE OR REPLACE FUNCTION lms.authored_scope(p_table text, p_row jsonb) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
BEGIN
  CASE p_table
    WHEN 'courses' THEN
      RETURN p_row ->> 'id';
    WHEN 'course_modules' THEN
      RETURN p_row ->> 'course_id';
    WHEN 'lessons' THEN
      RETURN (SELECT m.course_id FROM public.course_modules AS m WHERE m.id = (p_row ->> 'module_id')::uuid);
    WHEN 'lesson_attachments' THEN
      RETURN lms.course_of_lesson((p_row ->> 'lesson_id')::uuid);
    WHEN 'quizzes', 'assignments' THEN
      RETURN coalesce((p_row ->> 'course_id')::uuid, lms.course_of_lesson((p_row ->> 'lesson_id')::uuid), (p_row ->> 'id')::uuid);
    WHEN 'quiz_questions', 'quiz_draws' THEN
      RETURN (
        SELECT coalesce(q.course_id, lms.course_of_lesson(q.lesson_id), q.id)
        FROM public.quizzes AS q WHERE q.id = (p_row ->> 'quiz_id')::uuid
      );
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.authored_scope(text, jsonb) IS
  'The course, or for questions outside any course the bank, whose clock an authored row follows; NULL where its parent is gone';

CREATE OR REPLACE FUNCTION lms.touch_authored() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_new jsonb := to_jsonb(NEW);
  v_old jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END;
  v_scope uuid := lms.authored_scope(TG_TABLE_NAME, v_new);
BEGIN
  IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('lms.renumbering', true) = 'on' AND v_new - TG_ARGV[0] = v_old - TG_ARGV[0] THEN
    RETURN NEW; -- the number follows the position, and nothing else has changed
  END IF;
  IF TG_OP = 'UPDATE' AND v_scope IS DISTINCT FROM lms.authored_scope(TG_TABLE_NAME, v_old) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'other-course',
      MESSAGE = 'This belongs to its course and cannot be moved to another one.';
  END IF;
  IF v_new ->> 'course_id' IS NOT NULL AND v_new ->> 'course_id' <> lms.course_of_lesson((v_new ->> 'lesson_id')::uuid)::text THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The lesson belongs to another course.', HINT = 'other-course';
  END IF;
  IF v_scope IS NOT NULL THEN -- else the foreign key is about to refuse the row
    NEW.row_version := lms.next_row_version(
      v_scope, CASE WHEN TG_TABLE_NAME = 'courses' OR EXISTS (SELECT FROM public.courses WHERE id = v_scope) THEN 'course' ELSE 'bank' END
    );
  END IF;
  IF TG_OP = 'INSERT' THEN
    DELETE FROM lms.tombstones WHERE table_name = TG_TABLE_NAME AND row_id = NEW.id; -- a deletion undone
  END IF;

  -- Whoever moves a row by its number alone moves its position with it.
  IF TG_NARGS > 0 AND (
    v_new ->> 'position' IS NULL
    OR TG_OP = 'UPDATE' AND v_new ->> 'position' = v_old ->> 'position' AND v_new ->> TG_ARGV[0] <> v_old ->> TG_ARGV[0]
  ) THEN
    NEW.position := (v_new ->> TG_ARGV[0])::integer;
  END IF;
  IF TG_TABLE_NAME <> 'lesson_attachments' THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lms.touch_authored() IS 'Gives an authored row its version, its position where it has none, and the time of the change';

CREATE OR REPLACE FUNCTION lms.bury_authored() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_row record;
BEGIN
  FOR v_row IN
    SELECT gone.id, clock.scope_id, clock.scope
    FROM (SELECT r.id, lms.authored_scope(TG_TABLE_NAME, to_jsonb(r)) AS scope_id FROM removed AS r) AS gone
    JOIN lms.row_clocks AS clock USING (scope_id)
    WHERE clock.scope = 'bank' OR EXISTS (SELECT FROM public.courses AS c WHERE c.id = clock.scope_id)
    ORDER BY clock.scope_id, gone.id
  LOOP
    INSERT INTO lms.tombstones (table_name, row_id, scope_id, row_version)
    VALUES (TG_TABLE_NAME, v_row.id, v_row.scope_id, lms.next_row_version(v_row.scope_id, v_row.scope));
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.bury_authored() IS 'Leaves a tombstone for each authored row that is deleted from a course or bank that stays';

CREATE OR REPLACE FUNCTION lms.delete_lessons_first() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  DELETE FROM public.lessons WHERE module_id = OLD.id;
  RETURN OLD;
END
$$;
COMMENT ON FUNCTION lms.delete_lessons_first() IS
  'Deletes the lessons of a module while the module can still tell which course they are counted in';

CREATE OR REPLACE TRIGGER trigger_delete_lessons_first BEFORE DELETE ON public.course_modules
  FOR EACH ROW EXECUTE FUNCTION lms.delete_lessons_first();

-- The columns named are the authored ones: what triggers count changes no version.

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.courses
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    title, slug, description, short_description, learning_objectives, prerequisites, target_audience, category, difficulty_level,
    ce_credits, designation_id, certificate_template_id, pricing_type, price, member_price, delivery_format, estimated_duration_minutes,
    status, published_at, archived_at, instructor_id, co_instructors, author_bio, thumbnail_url, promo_video_url, syllabus_url,
    allow_enrollment, max_enrollments, enrollment_start_date, enrollment_end_date, course_start_date, course_end_date,
    enable_discussion_forum, enable_peer_review, completion_certificate, scorm_package_url, scorm_version, created_by
  ON public.courses
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.course_modules
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('module_order');
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    course_id, title, description, module_order, position, learning_objectives, is_preview, unlock_after_module_id, unlock_date,
    estimated_duration_minutes
  ON public.course_modules
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored('module_order');
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.course_modules
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.lessons
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('lesson_order');
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    module_id, title, description, lesson_type, lesson_order, position, content_url, content_html, video_duration_seconds,
    transcript_url, video_provider, video_thumbnail_url, enable_video_controls, allow_download, scorm_package_url, scorm_manifest_url,
    scorm_version, is_preview, unlock_after_lesson_id, require_completion, completion_criteria, min_time_seconds,
    estimated_duration_minutes
  ON public.lessons
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored('lesson_order');
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.lessons
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.lesson_attachments
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('attachment_order');
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    lesson_id, file_name, file_url, file_type, file_size_bytes, description, attachment_order, position, requires_enrollment
  ON public.lesson_attachments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored('attachment_order');
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.lesson_attachments
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.quizzes
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    course_id, lesson_id, title, description, instructions, quiz_type, passing_score, max_attempts, require_passing,
    time_limit_minutes, shuffle_questions, shuffle_answers, show_correct_answers, available_from, available_until, is_bank
  ON public.quizzes
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.quizzes
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.quiz_questions
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('question_order');
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    quiz_id, question_text, question_html, question_type, question_order, position, answer_options, correct_answer, points,
    explanation, hint, image_url, video_url, title, tags, grading, retired
  ON public.quiz_questions
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored('question_order');
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.quiz_questions
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON lms.quiz_draws
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF quiz_id, bank_id, question_id, tags, count, position ON lms.quiz_draws
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON lms.quiz_draws
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE OR REPLACE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.assignments
  FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF
    course_id, lesson_id, title, description, instructions_html, total_points, rubric, submission_type, allowed_file_types,
    max_file_size_mb, max_submissions, available_from, due_date, late_submission_allowed, late_penalty_percentage, enable_peer_review,
    peer_reviews_required, late_until, late_grace_minutes, late_penalty_interval, late_penalty_floor, anonymous_grading,
    second_marking_percentage, peer_reviews_due, peer_reviews_anonymous
  ON public.assignments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.touch_authored();
CREATE OR REPLACE TRIGGER trigger_bury_authored AFTER DELETE ON public.assignments
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();
