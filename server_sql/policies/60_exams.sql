-- Supervised exams. Everything is written by functions; stations and candidates read no table.

SELECT lms.protect(
  'lms.stations', 'lms.sittings', 'lms.sitting_rooms', 'lms.sitting_proctors', 'lms.seats', 'lms.heartbeats', 'lms.seat_commands',
  'lms.late_answers', 'lms.incidents', 'lms.incident_heads',
  -- Reached through functions alone
  'lms.start_codes', 'lms.seat_sessions'
);

GRANT SELECT ON lms.stations TO lms_staff;
CREATE POLICY whole ON lms.stations FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

GRANT SELECT ON lms.sittings TO lms_staff;
CREATE POLICY supervised ON lms.sittings FOR SELECT TO lms_staff USING (id = ANY (ARRAY(SELECT lms.my_sittings())));
CREATE POLICY whole ON lms.sittings FOR SELECT TO lms_administrator USING ((SELECT lms.has_role('administrator')));

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['sitting_rooms', 'sitting_proctors', 'seats', 'incidents', 'incident_heads'] LOOP
    EXECUTE format('GRANT SELECT ON lms.%I TO lms_staff', v_table);
    EXECUTE format('CREATE POLICY supervised ON lms.%I FOR SELECT TO lms_staff USING (sitting_id = ANY (ARRAY(SELECT lms.my_sittings())))', v_table);
    EXECUTE format('CREATE POLICY whole ON lms.%I FOR SELECT TO lms_administrator USING ((SELECT lms.has_role(%L)))', v_table, 'administrator');
  END LOOP;
  FOREACH v_table IN ARRAY ARRAY['heartbeats', 'seat_commands', 'late_answers'] LOOP
    EXECUTE format('GRANT SELECT ON lms.%I TO lms_staff', v_table);
    EXECUTE format(
      'CREATE POLICY supervised ON lms.%I FOR SELECT TO lms_staff USING (seat_id = ANY (ARRAY(SELECT lms.supervised_seats())))', v_table);
    EXECUTE format('CREATE POLICY whole ON lms.%I FOR SELECT TO lms_administrator USING ((SELECT lms.has_role(%L)))', v_table, 'administrator');
  END LOOP;
END
$$;
