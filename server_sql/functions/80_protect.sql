-- What every table has before its own policies. Called by the files in policies/, each for its tables, so that each can be applied again.
--
-- Permissive policies are tried for each row in the reverse order of their names (EXPLAIN shows it), and what comes after the first that
-- holds is never computed. So the policies of administrators are called `whole`, which is last.

CREATE OR REPLACE FUNCTION lms.protect(VARIADIC p_tables regclass[]) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_table regclass;
  v_policy name;
BEGIN
  FOREACH v_table IN ARRAY p_tables LOOP
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, anon, lms_member, lms_staff, lms_administrator, lms_station', v_table);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
    FOR v_policy IN SELECT p.polname FROM pg_catalog.pg_policy AS p WHERE p.polrelid = v_table LOOP
      EXECUTE format('DROP POLICY %I ON %s', v_policy, v_table);
    END LOOP;
    -- Forced security binds the owner too, and so every function that runs with its rights.
    EXECUTE format('CREATE POLICY owner ON %s TO lms_owner USING (true) WITH CHECK (true)', v_table);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.protect(regclass[]) IS 'Takes all rights on tables from everybody, forces row security and lets the owner pass; policies come after';
