-- as: installer
-- Roles belong to the whole server: another workspace on it, or the provider, may have made them already.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['lms_owner', 'lms_member', 'lms_staff', 'lms_administrator', 'lms_station', 'anon'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', v_role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another installer on this server was faster
      END;
    END IF;
  END LOOP;

  -- The installer acts as the owner by SET ROLE alone. Inheriting would put it under every policy meant for the owner.
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    IF current_setting('server_version_num')::integer >= 160000 THEN
      EXECUTE format('GRANT lms_owner TO %I WITH SET TRUE, INHERIT FALSE', current_user);
    ELSIF NOT pg_catalog.pg_has_role(current_user, 'lms_owner', 'MEMBER') THEN
      EXECUTE format('GRANT lms_owner TO %I', current_user);
    END IF;
  END IF;
END
$$;

DO $$
DECLARE
  v_database text := current_database();
  v_role text;
BEGIN
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO lms_owner', v_database);
  -- A hosted platform's own services connect by the right that everybody has until now.
  FOR v_role IN
    SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolcanlogin AND (rolname IN ('authenticator', 'pgbouncer') OR rolname LIKE 'supabase%')
  LOOP
    EXECUTE format('GRANT CONNECT, TEMP ON DATABASE %I TO %I', v_database, v_role);
  END LOOP;
  EXECUTE format('REVOKE CONNECT, TEMP ON DATABASE %I FROM PUBLIC', v_database);
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lms_member, lms_staff, lms_station, anon', v_database);
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO lms_owner;
GRANT USAGE ON SCHEMA public TO lms_member, lms_staff, lms_station, anon;

CREATE SCHEMA lms AUTHORIZATION lms_owner;

-- The few functions that make logins need the installer's own rights, so they are the installer's and stand in this schema too.
DO $$
DECLARE
  v_installer text := current_user;
BEGIN
  SET LOCAL ROLE lms_owner;
  EXECUTE format('GRANT USAGE, CREATE ON SCHEMA lms TO %I', v_installer);
END
$$;

-- From here on as in every other migration: what is made belongs to lms_owner.
SET LOCAL ROLE lms_owner;
COMMENT ON SCHEMA lms IS 'NABIP LMS Desktop: what the source document does not name (roles, logins, assets, certificates, functions)';
GRANT USAGE ON SCHEMA lms TO lms_member, lms_staff, lms_station, anon;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE lms.applied_files (
  name text PRIMARY KEY,
  kind text NOT NULL CONSTRAINT applied_files_kind_check CHECK (kind IN ('migration', 'function', 'policy')),
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE lms.applied_files IS 'Which file of server_sql was applied when, by whom, with which SHA-256';
