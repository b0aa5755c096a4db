-- as: installer
-- The database roles of stations, as those of people in 21_logins.sql: whatever is decided is decided in 57_exams_plan.sql.

CREATE OR REPLACE FUNCTION lms.create_station(p_name text, p_verifier text) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_role text := lms.register_station(p_name, p_verifier);
BEGIN
  EXECUTE format('CREATE ROLE %I LOGIN INHERIT CONNECTION LIMIT 3 PASSWORD %L', v_role, p_verifier);
  EXECUTE format('GRANT lms_station TO %I', v_role);
  RETURN v_role;
END
$$;
COMMENT ON FUNCTION lms.create_station(text, text) IS 'Gives a machine a database role of its own; answers its name. Administrators only';

CREATE OR REPLACE FUNCTION lms.revoke_station(p_station uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  EXECUTE format('ALTER ROLE %I NOLOGIN', lms.mark_station_revoked(p_station));
END
$$;
COMMENT ON FUNCTION lms.revoke_station(uuid) IS 'Locks a machine out. A connection that is open has no rights left: lms.current_station() asks whether it is revoked';

REVOKE ALL ON FUNCTION lms.create_station(text, text), lms.revoke_station(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lms.create_station(text, text), lms.revoke_station(uuid) TO lms_staff;
