-- as: installer
-- The database roles of people. These functions belong to the installer, as only it may make roles; whatever they decide, they ask the
-- functions of 20_logins_data.sql.

-- Policies are chosen by group when a query is planned. With a group of their own for administrators, "everything" is no third branch in
-- the policies of instructors, and theirs can use an index.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'lms_administrator') THEN
    CREATE ROLE lms_administrator NOLOGIN NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another installer on this server was faster
END
$$;

-- Anybody may fill the disk with large objects, which have no rows and no policies. We use none; only a superuser can forbid them.
DO $$
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION lms.follow_roles(p_member uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_login record;
  v_group text;
  v_has boolean;
BEGIN
  SELECT * INTO v_login FROM lms.login_groups(p_member);
  IF v_login.role_name IS NULL THEN
    RETURN;
  END IF;
  FOREACH v_group IN ARRAY ARRAY['lms_member', 'lms_staff', 'lms_administrator'] LOOP
    v_has := EXISTS (
      SELECT FROM pg_catalog.pg_auth_members AS a
      WHERE a.roleid = v_group::regrole AND a.member = quote_ident(v_login.role_name)::regrole
    );
    IF v_group = ANY (v_login.groups) AND NOT v_has THEN
      EXECUTE format('GRANT %I TO %I', v_group, v_login.role_name);
    ELSIF v_has AND v_group <> ALL (v_login.groups) THEN
      EXECUTE format('REVOKE %I FROM %I', v_group, v_login.role_name);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.follow_roles(uuid) IS 'Puts a login into exactly the groups that its member''s roles ask for';

CREATE OR REPLACE FUNCTION lms.member_roles_changed() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  -- Everybody is a learner: that role moves nobody, and thousands of its rows may come at once.
  IF TG_OP <> 'INSERT' AND OLD.role <> 'learner' THEN
    PERFORM lms.follow_roles(OLD.member_id);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.role <> 'learner' THEN
    PERFORM lms.follow_roles(NEW.member_id);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION lms.create_login(p_member uuid, p_verifier text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text := lms.register_login(p_member, p_verifier);
BEGIN
  EXECUTE format('CREATE ROLE %I LOGIN INHERIT CONNECTION LIMIT 10 PASSWORD %L', v_role, p_verifier);
  PERFORM lms.follow_roles(p_member);
  RETURN v_role;
END
$$;
COMMENT ON FUNCTION lms.create_login(uuid, text) IS 'Gives a member a database role of their own; answers its name. Administrators only';

CREATE OR REPLACE FUNCTION lms.set_verifier(p_member uuid, p_verifier text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  EXECUTE format('ALTER ROLE %I PASSWORD %L', lms.register_verifier(p_member, p_verifier), p_verifier);
END
$$;
COMMENT ON FUNCTION lms.set_verifier(uuid, text) IS 'A new password: one''s own, or anybody''s for administrators';

CREATE OR REPLACE FUNCTION lms.disable_login(p_member uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text := lms.mark_login(p_member, true);
  v_borrow boolean;
BEGIN
  EXECUTE format('ALTER ROLE %I NOLOGIN', v_role);
  -- Ending a session takes the rights of its role. An installer that is no superuser borrows them for this transaction.
  v_borrow := NOT pg_catalog.pg_has_role(current_user, v_role, 'USAGE') AND NOT pg_catalog.pg_has_role(current_user, 'pg_signal_backend', 'USAGE');
  IF v_borrow THEN
    EXECUTE format('GRANT %I TO %I', v_role, current_user)
      || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT TRUE' ELSE '' END;
  END IF;
  PERFORM pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a WHERE a.usename = v_role;
  IF v_borrow THEN
    EXECUTE format('REVOKE %I FROM %I', v_role, current_user)
      || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN format(' GRANTED BY %I', current_user) ELSE '' END;
  END IF;
END
$$;
COMMENT ON FUNCTION lms.disable_login(uuid) IS
  'Locks a login and ends its sessions. One that connects in between has no rights: lms.current_member_id() asks whether it is disabled';

CREATE OR REPLACE FUNCTION lms.enable_login(p_member uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  EXECUTE format('ALTER ROLE %I LOGIN', lms.mark_login(p_member, false));
END
$$;

REVOKE ALL ON FUNCTION
  lms.follow_roles(uuid), lms.member_roles_changed(), lms.create_login(uuid, text), lms.set_verifier(uuid, text), lms.disable_login(uuid),
  lms.enable_login(uuid)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lms.create_login(uuid, text), lms.disable_login(uuid), lms.enable_login(uuid) TO lms_staff;
GRANT EXECUTE ON FUNCTION lms.set_verifier(uuid, text) TO lms_member, lms_staff;
GRANT EXECUTE ON FUNCTION lms.member_roles_changed() TO lms_owner;

SET LOCAL ROLE lms_owner;
CREATE OR REPLACE TRIGGER member_roles_follow
  AFTER INSERT OR UPDATE OR DELETE ON lms.member_roles
  FOR EACH ROW EXECUTE FUNCTION lms.member_roles_changed();
RESET ROLE;
