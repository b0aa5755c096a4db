-- Who the caller is and what they may do. Everything else asks here.
--
-- A person is the role that logged in (session_user), which SET ROLE and definer functions do not change. Claims of a web token are
-- believed only on a connection of the two services that check such tokens; on any other connection everybody may SET them.

CREATE OR REPLACE FUNCTION lms.current_member_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE
    WHEN session_user IN ('authenticator', 'supabase_storage_admin') THEN (
      SELECT m.id
      FROM public.members AS m
      WHERE m.id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
        AND NOT EXISTS (SELECT FROM lms.member_logins AS l WHERE l.member_id = m.id AND l.disabled_at IS NOT NULL)
    )
    ELSE (
      SELECT l.member_id
      FROM lms.member_logins AS l
      WHERE l.role_name = session_user AND l.disabled_at IS NULL
    )
  END
$$;
COMMENT ON FUNCTION lms.current_member_id() IS
  'The member who is calling, or NULL for a stranger and for a disabled login (also in a session that was open before)';

CREATE OR REPLACE FUNCTION lms.my_roles() RETURNS text[]
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT CASE WHEN me.id IS NULL THEN ARRAY[]::text[]
    ELSE ARRAY['learner'] || ARRAY(
      SELECT r.role FROM lms.member_roles AS r WHERE r.member_id = me.id AND r.role <> 'learner' ORDER BY r.role
    )
  END
  FROM (SELECT lms.current_member_id() AS id) AS me
$$;
COMMENT ON FUNCTION lms.my_roles() IS 'The roles of the caller; every member is a learner';

CREATE OR REPLACE FUNCTION lms.has_role(p_role text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT p_role = ANY (lms.my_roles())
$$;

CREATE OR REPLACE FUNCTION lms.is_installer() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT pg_catalog.pg_has_role(session_user, 'lms_owner', 'MEMBER')
$$;
COMMENT ON FUNCTION lms.is_installer() IS
  'True for whoever installed the schema, the one role (besides superusers) that may act as its owner; it appoints the first administrator';

CREATE OR REPLACE FUNCTION lms.may_administer() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT lms.has_role('administrator') OR lms.is_installer()
$$;

CREATE OR REPLACE FUNCTION lms.require_administrator() RETURNS void
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF NOT lms.may_administer() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only administrators may do that.', HINT = 'administrators-only';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.require_member() RETURNS uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_member uuid := lms.current_member_id();
BEGIN
  IF v_member IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM001', MESSAGE = 'Only members may do that.', HINT = 'members-only';
  END IF;
  RETURN v_member;
END
$$;

-- The sets below serve the policies as `column = ANY (ARRAY(SELECT lms.my_…()))`: computed once a query, usable with an index.

CREATE OR REPLACE FUNCTION lms.my_courses() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT c.id
  FROM public.courses AS c
  WHERE (SELECT lms.has_role('instructor'))
    AND (c.instructor_id = (SELECT lms.current_member_id()) OR c.co_instructors @> ARRAY[(SELECT lms.current_member_id())])
$$;
COMMENT ON FUNCTION lms.my_courses() IS 'The courses that the caller teaches, as primary or co-instructor';

CREATE OR REPLACE FUNCTION lms.my_enrollments() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT e.id FROM public.enrollments AS e WHERE e.member_id = (SELECT lms.current_member_id())
$$;

CREATE OR REPLACE FUNCTION lms.taught_enrollments() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 1000
AS $$
  SELECT e.id FROM public.enrollments AS e WHERE e.course_id = ANY (ARRAY(SELECT lms.my_courses()))
$$;
COMMENT ON FUNCTION lms.taught_enrollments() IS 'The enrolments in the courses that the caller teaches';

CREATE OR REPLACE FUNCTION lms.open_courses() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT e.course_id
  FROM public.enrollments AS e
  JOIN public.courses AS c ON c.id = e.course_id
  WHERE e.member_id = (SELECT lms.current_member_id())
    AND e.status IN ('enrolled', 'in_progress', 'completed')
    AND c.status IN ('published', 'archived')
$$;
COMMENT ON FUNCTION lms.open_courses() IS 'The courses whose content the caller may read as a learner';

CREATE OR REPLACE FUNCTION lms.taken_courses() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 10
AS $$
  SELECT e.course_id FROM public.enrollments AS e WHERE e.member_id = (SELECT lms.current_member_id())
$$;
COMMENT ON FUNCTION lms.taken_courses() IS 'The courses that the caller is or was ever enrolled in';

CREATE OR REPLACE FUNCTION lms.visible_courses() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 500
AS $$
  SELECT c.id FROM public.courses AS c WHERE c.status = 'published'
  UNION
  SELECT lms.taken_courses()
$$;
COMMENT ON FUNCTION lms.visible_courses() IS 'The courses that the caller may see in the catalogue: published, or taken';

CREATE OR REPLACE FUNCTION lms.open_modules() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT m.id FROM public.course_modules AS m WHERE m.course_id = ANY (ARRAY(SELECT lms.open_courses()))
  UNION
  SELECT m.id
  FROM public.course_modules AS m
  JOIN public.courses AS c ON c.id = m.course_id
  WHERE m.is_preview AND c.status = 'published'
$$;
COMMENT ON FUNCTION lms.open_modules() IS 'The modules whose lessons the caller may read as a learner: of their courses, and previews';

CREATE OR REPLACE FUNCTION lms.preview_lessons() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT l.id
  FROM public.lessons AS l
  JOIN public.course_modules AS m ON m.id = l.module_id
  JOIN public.courses AS c ON c.id = m.course_id
  WHERE l.is_preview AND c.status = 'published'
$$;

CREATE OR REPLACE FUNCTION lms.open_lessons() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 1000
AS $$
  SELECT l.id FROM public.lessons AS l WHERE l.module_id = ANY (ARRAY(SELECT lms.open_modules()))
  UNION
  SELECT lms.preview_lessons()
$$;

CREATE OR REPLACE FUNCTION lms.public_attachments() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT a.id
  FROM public.lesson_attachments AS a
  JOIN public.lessons AS l ON l.id = a.lesson_id
  JOIN public.course_modules AS m ON m.id = l.module_id
  JOIN public.courses AS c ON c.id = m.course_id
  WHERE NOT a.requires_enrollment AND c.status = 'published'
$$;
COMMENT ON FUNCTION lms.public_attachments() IS 'The attachments of published courses that need no enrolment';

CREATE OR REPLACE FUNCTION lms.taught_modules() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT m.id FROM public.course_modules AS m WHERE m.course_id = ANY (ARRAY(SELECT lms.my_courses()))
$$;

CREATE OR REPLACE FUNCTION lms.taught_lessons() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 1000
AS $$
  SELECT l.id FROM public.lessons AS l WHERE l.module_id = ANY (ARRAY(SELECT lms.taught_modules()))
$$;

CREATE OR REPLACE FUNCTION lms.taught_quizzes() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 100
AS $$
  SELECT q.id
  FROM public.quizzes AS q
  WHERE q.course_id = ANY (ARRAY(SELECT lms.my_courses())) OR q.lesson_id = ANY (ARRAY(SELECT lms.taught_lessons()))
$$;

CREATE OR REPLACE FUNCTION lms.known_members() RETURNS SETOF uuid
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = '' ROWS 1000
AS $$
  SELECT lms.current_member_id()
  UNION
  SELECT c.instructor_id FROM public.courses AS c WHERE c.id = ANY (ARRAY(SELECT lms.visible_courses()))
  UNION
  SELECT unnest(c.co_instructors) FROM public.courses AS c WHERE c.id = ANY (ARRAY(SELECT lms.visible_courses()))
  UNION
  SELECT e.member_id FROM public.enrollments AS e WHERE e.course_id = ANY (ARRAY(SELECT lms.my_courses()))
$$;
COMMENT ON FUNCTION lms.known_members() IS
  'The members whose names the caller may read: themselves, the instructors of the catalogue, and the learners of the courses they teach';

CREATE OR REPLACE FUNCTION lms.random_code(p_length integer) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = ''
AS $$
DECLARE
  v_bytes bytea := ''::bytea;
  v_code text := '';
BEGIN
  WHILE length(v_bytes) < p_length LOOP
    v_bytes := v_bytes || substring(uuid_send(gen_random_uuid()) FROM 10 FOR 7); -- past the version and variant bits
  END LOOP;
  FOR i IN 0 .. p_length - 1 LOOP
    v_code := v_code || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(v_bytes, i) % 32 + 1, 1);
  END LOOP;
  RETURN v_code;
END
$$;
COMMENT ON FUNCTION lms.random_code(integer) IS 'Unguessable characters of Crockford''s base32, five bits each, from the server''s strong random source';

-- New functions of the owner are nobody's until granted (default privileges of the first migration).
GRANT EXECUTE ON FUNCTION
  lms.current_member_id(), lms.my_roles(), lms.has_role(text), lms.my_courses(), lms.my_enrollments(), lms.taught_enrollments(),
  lms.open_courses(), lms.taken_courses(), lms.visible_courses(), lms.open_modules(), lms.preview_lessons(), lms.open_lessons(),
  lms.public_attachments(), lms.taught_modules(),
  lms.taught_lessons(), lms.taught_quizzes(), lms.known_members()
TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION
  lms.current_member_id(), lms.visible_courses(), lms.preview_lessons(), lms.open_modules(), lms.public_attachments()
TO anon;
