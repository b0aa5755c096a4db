-- Triggers that see all that a statement did, whatever it did.

CREATE OR REPLACE FUNCTION lms.on_every_change(
  p_table regclass, p_trigger text, p_function regproc, VARIADIC p_arguments text[] DEFAULT '{}'
) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_arguments text := (
    SELECT string_agg(quote_literal(a.value), ', ' ORDER BY a.number) FROM unnest(p_arguments) WITH ORDINALITY AS a (value, number)
  );
  v_event text;
  v_tables text;
BEGIN
  FOR v_event, v_tables IN
    VALUES ('insert', 'NEW TABLE AS added'), ('update', 'OLD TABLE AS removed NEW TABLE AS added'), ('delete', 'OLD TABLE AS removed')
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %s(%s)',
      p_trigger || '_' || v_event, v_event, p_table, v_tables, p_function, v_arguments
    );
  END LOOP;
END
$$;
COMMENT ON FUNCTION lms.on_every_change(regclass, text, regproc, text[]) IS
  'Calls a trigger function once for each statement that inserts, updates or deletes rows of a table, with the rows `added` and `removed`. '
  'A trigger with transition tables may be for one event only, so there are three: their names end in the event';
