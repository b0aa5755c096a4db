-- The life of a course: draft, under review, published, archived; and who teaches it.

CREATE OR REPLACE FUNCTION lms.publish_problems(p_course uuid)
  RETURNS TABLE (code text, lesson_id uuid, message text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_teacher(p_course);
  RETURN QUERY
  SELECT problem.code, NULL::uuid, problem.message
  FROM public.courses AS c,
    LATERAL (VALUES
      ('no-description', btrim(c.description) = '', 'The course needs a description.'),
      ('no-instructor', c.instructor_id IS NULL, 'The course needs an instructor.'),
      ('no-price', c.pricing_type IN ('paid', 'premium') AND c.price = 0, 'A paid course needs a price.'),
      ('no-lessons', NOT EXISTS (
        SELECT FROM public.course_modules AS m JOIN public.lessons AS l ON l.module_id = m.id WHERE m.course_id = c.id
      ), 'The course needs at least one lesson.')
    ) AS problem (code, present, message)
  WHERE c.id = p_course AND problem.present
  UNION ALL
  SELECT problem.code, l.id, format(problem.message, l.title)
  FROM public.course_modules AS m
  JOIN public.lessons AS l ON l.module_id = m.id,
    LATERAL (VALUES
      ('no-text', l.lesson_type = 'text' AND coalesce(btrim(l.content_html), '') = '', '“%s” has no text yet.'),
      ('no-content', l.lesson_type IN ('video', 'pdf', 'scorm', 'external_link', 'embedded_content')
        AND coalesce(l.content_url, CASE WHEN l.lesson_type = 'embedded_content' THEN l.content_html END, '') = '', '“%s” has no content yet.'),
      ('no-duration', l.completion_criteria = 'video_watched' AND coalesce(l.video_duration_seconds, 0) = 0,
        '“%s” is completed by watching, but the length of its video is unknown.'),
      ('no-quiz', (l.lesson_type = 'quiz' OR l.completion_criteria = 'quiz_passed') AND NOT EXISTS (
        SELECT FROM public.quizzes AS q WHERE q.lesson_id = l.id AND lms.gives_questions(q.id)
      ), '“%s” needs a quiz with questions.'),
      ('not-scorm', l.completion_criteria = 'scorm_completed' AND l.lesson_type <> 'scorm', '“%s” is completed by a package, but it is none.'),
      ('foreign-lock', l.unlock_after_lesson_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.lessons AS first JOIN public.course_modules AS fm ON fm.id = first.module_id
        WHERE first.id = l.unlock_after_lesson_id AND fm.course_id = m.course_id
      ), '“%s” waits for a lesson of another course.')
    ) AS problem (code, present, message)
  WHERE m.course_id = p_course AND problem.present;
END
$$;
COMMENT ON FUNCTION lms.publish_problems(uuid) IS 'What stands in the way of publishing a course, one row a problem';

CREATE OR REPLACE FUNCTION lms.publish_course(p_course uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_problems text;
BEGIN
  PERFORM lms.require_teacher(p_course);
  PERFORM FROM public.courses AS c WHERE c.id = p_course FOR NO KEY UPDATE;
  v_problems := (SELECT string_agg(p.message, ' ') FROM lms.publish_problems(p_course) AS p);
  IF v_problems IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = v_problems, HINT = 'not-ready-to-publish';
  END IF;
  UPDATE public.courses
  SET status = 'published', published_at = coalesce(published_at, now()), archived_at = NULL
  WHERE id = p_course AND status <> 'published';
END
$$;

CREATE OR REPLACE FUNCTION lms.unpublish_course(p_course uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_teacher(p_course);
  UPDATE public.courses SET status = 'draft' WHERE id = p_course AND status IN ('published', 'under_review');
END
$$;
COMMENT ON FUNCTION lms.unpublish_course(uuid) IS 'Takes a course back into the workshop: out of the catalogue, and closed to its learners until it is published again';

CREATE OR REPLACE FUNCTION lms.archive_course(p_course uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_teacher(p_course);
  UPDATE public.courses SET status = 'archived', archived_at = now() WHERE id = p_course AND status <> 'archived';
END
$$;
COMMENT ON FUNCTION lms.archive_course(uuid) IS 'Takes a course out of the catalogue; who is enrolled keeps it';

CREATE OR REPLACE FUNCTION lms.set_instructors(p_course uuid, p_instructor uuid, p_co_instructors uuid[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT (lms.may_administer() OR EXISTS (
    SELECT FROM public.courses AS c WHERE c.id = p_course AND c.instructor_id = lms.current_member_id() AND lms.has_role('instructor')
  )) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only the primary instructor and administrators may do that.', HINT = 'primary-instructor-only';
  END IF;
  IF EXISTS (
    SELECT FROM unnest(p_co_instructors || p_instructor) AS wanted (id)
    WHERE NOT EXISTS (SELECT FROM lms.member_roles AS r WHERE r.member_id = wanted.id AND r.role = 'instructor')
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'Only instructors can teach a course.', HINT = 'not-an-instructor';
  END IF;
  UPDATE public.courses SET instructor_id = p_instructor, co_instructors = p_co_instructors WHERE id = p_course;
END
$$;

CREATE OR REPLACE FUNCTION lms.course_outline(p_course uuid)
  RETURNS TABLE (
    module_id uuid, module_title text, module_order integer, lesson_id uuid, lesson_title text, lesson_order integer, lesson_type text,
    estimated_duration_minutes integer, is_preview boolean
  )
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT m.id, m.title, m.module_order, l.id, l.title, l.lesson_order, l.lesson_type, l.estimated_duration_minutes, m.is_preview OR l.is_preview
  FROM public.course_modules AS m
  LEFT JOIN public.lessons AS l ON l.module_id = m.id
  WHERE m.course_id = p_course AND (p_course = ANY (ARRAY(SELECT lms.visible_courses())) OR (SELECT lms.teaches(p_course)))
  ORDER BY m.module_order, l.lesson_order
$$;
COMMENT ON FUNCTION lms.course_outline(uuid) IS 'The titles of a course in order, as the catalogue shows them to everybody; a module without lessons is a row too';

GRANT EXECUTE ON FUNCTION
  lms.publish_problems(uuid), lms.publish_course(uuid), lms.unpublish_course(uuid), lms.archive_course(uuid),
  lms.set_instructors(uuid, uuid, uuid[])
TO lms_staff;
GRANT EXECUTE ON FUNCTION lms.course_outline(uuid) TO anon, lms_member, lms_staff;
