-- What is recorded about roles and logins. The database roles themselves are made in 21_logins.sql, by functions of the installer that
-- call these; so the checks are the owner's, and the installer's rights serve for CREATE, ALTER and GRANT alone.

CREATE OR REPLACE FUNCTION lms.check_verifier(p_verifier text) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
DECLARE
  v_iterations text := substring(p_verifier FROM '^SCRAM-SHA-256\$([1-9][0-9]{3,6}):[A-Za-z0-9+/]{22,86}={0,2}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$');
BEGIN
  -- Anything else Postgres would take for a password in clear, and hash.
  IF v_iterations IS NULL OR v_iterations::integer < 4096 THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'That is not a SCRAM-SHA-256 verifier.', HINT = 'invalid-verifier';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.register_login(p_member uuid, p_verifier text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text;
BEGIN
  PERFORM lms.require_administrator();
  PERFORM lms.check_verifier(p_verifier);
  PERFORM FROM public.members AS m WHERE m.id = p_member FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such member.', HINT = 'no-such-member';
  END IF;
  IF EXISTS (SELECT FROM lms.member_logins AS l WHERE l.member_id = p_member) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM004', MESSAGE = 'This member has a login already.', HINT = 'login-exists';
  END IF;
  -- Roles belong to the whole server, so the name carries the workspace; it says nothing about the person, as everybody can list roles.
  LOOP
    v_role := format('lms_%s_%s', left(md5(current_database()), 6), lower(lms.random_code(10)));
    EXIT WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role);
  END LOOP;
  INSERT INTO lms.member_logins (member_id, role_name, created_by) VALUES (p_member, v_role, lms.current_member_id());
  RETURN v_role;
END
$$;

CREATE OR REPLACE FUNCTION lms.login_groups(p_member uuid, OUT role_name text, OUT groups text[]) RETURNS record
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_roles text[];
BEGIN
  -- The lock makes two changes to one member's roles take turns, each seeing what the other left.
  SELECT l.role_name INTO login_groups.role_name FROM lms.member_logins AS l WHERE l.member_id = p_member FOR UPDATE;
  v_roles := ARRAY(SELECT r.role FROM lms.member_roles AS r WHERE r.member_id = p_member);
  groups := ARRAY['lms_member']
    || CASE WHEN v_roles && ARRAY['instructor', 'proctor', 'administrator'] THEN ARRAY['lms_staff'] ELSE '{}' END
    || CASE WHEN 'administrator' = ANY (v_roles) THEN ARRAY['lms_administrator'] ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION lms.login_groups(uuid) IS 'The login of a member and the groups that it must be in, by the roles that the member has';

CREATE OR REPLACE FUNCTION lms.require_login(p_member uuid) RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text := (SELECT l.role_name FROM lms.member_logins AS l WHERE l.member_id = p_member);
BEGIN
  IF v_role IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This member has no login.', HINT = 'no-login';
  END IF;
  RETURN v_role;
END
$$;

CREATE OR REPLACE FUNCTION lms.register_verifier(p_member uuid, p_verifier text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text;
BEGIN
  IF p_member IS DISTINCT FROM lms.current_member_id() THEN
    PERFORM lms.require_administrator();
  END IF;
  PERFORM lms.check_verifier(p_verifier);
  v_role := lms.require_login(p_member);
  -- No row changes, so no trigger writes this down.
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id)
  VALUES (lms.current_member_id(), 'login.set_verifier', 'lms.member_logins', p_member);
  RETURN v_role;
END
$$;

CREATE OR REPLACE FUNCTION lms.mark_login(p_member uuid, p_disabled boolean) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  IF p_disabled AND p_member = lms.current_member_id() THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'You cannot disable your own login.', HINT = 'own-login';
  END IF;
  UPDATE lms.member_logins
  SET disabled_at = CASE WHEN p_disabled THEN now() END,
    disabled_by = CASE WHEN p_disabled THEN lms.current_member_id() END
  WHERE member_id = p_member AND (disabled_at IS NOT NULL) <> p_disabled;
  RETURN lms.require_login(p_member);
END
$$;

CREATE OR REPLACE FUNCTION lms.grant_role(p_member uuid, p_role text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  IF p_role IS NULL OR p_role NOT IN ('learner', 'instructor', 'proctor', 'administrator') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'There is no such role.', HINT = 'no-such-role';
  END IF;
  IF NOT EXISTS (SELECT FROM public.members AS m WHERE m.id = p_member) THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'There is no such member.', HINT = 'no-such-member';
  END IF;
  INSERT INTO lms.member_roles (member_id, role, granted_by) VALUES (p_member, p_role, lms.current_member_id()) ON CONFLICT DO NOTHING;
END
$$;

CREATE OR REPLACE FUNCTION lms.revoke_role(p_member uuid, p_role text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  PERFORM lms.require_administrator();
  IF p_role = 'administrator' AND p_member = lms.current_member_id() THEN
    -- So there is always one left: whoever takes the role from the others keeps it.
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'You cannot take the role of administrator from yourself.', HINT = 'own-role';
  END IF;
  DELETE FROM lms.member_roles WHERE member_id = p_member AND role = p_role;
END
$$;

GRANT EXECUTE ON FUNCTION lms.grant_role(uuid, text), lms.revoke_role(uuid, text) TO lms_staff;
GRANT EXECUTE ON FUNCTION
  lms.register_login(uuid, text), lms.login_groups(uuid), lms.register_verifier(uuid, text), lms.mark_login(uuid, boolean),
  lms.require_login(uuid)
TO SESSION_USER;
