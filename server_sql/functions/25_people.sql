-- One's own record. Everybody else's is read and written under the policies on members.

CREATE OR REPLACE FUNCTION lms.my_profile() RETURNS SETOF public.members
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT m.* FROM public.members AS m WHERE m.id = (SELECT lms.current_member_id())
$$;
COMMENT ON FUNCTION lms.my_profile() IS 'The caller''s own record, private columns included';

CREATE OR REPLACE FUNCTION lms.update_my_profile(p_phone text, p_time_zone text, p_lists_certificates boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  UPDATE public.members
  SET phone = p_phone, time_zone = p_time_zone, lists_certificates = p_lists_certificates
  WHERE id = lms.require_member();
END
$$;
COMMENT ON FUNCTION lms.update_my_profile(text, text, boolean) IS 'What people keep themselves; what others rely on (name, licence, status) administrators keep';

CREATE OR REPLACE FUNCTION lms.list_instructors() RETURNS TABLE (member_id uuid, first_name text, last_name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT m.id, m.first_name, m.last_name
  FROM lms.member_roles AS r
  JOIN public.members AS m ON m.id = r.member_id
  WHERE r.role = 'instructor' AND lms.my_roles() && ARRAY['instructor', 'administrator']
  ORDER BY m.last_name, m.first_name, m.id
$$;
COMMENT ON FUNCTION lms.list_instructors() IS 'Everybody who may teach a course, for those who choose who does';

GRANT EXECUTE ON FUNCTION lms.my_profile(), lms.update_my_profile(text, text, boolean) TO lms_member;
GRANT EXECUTE ON FUNCTION lms.list_instructors() TO lms_staff;
