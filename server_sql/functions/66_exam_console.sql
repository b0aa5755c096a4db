-- Supervised exams: what the proctor's console shows.

CREATE OR REPLACE FUNCTION lms.sitting_seats(p_sitting uuid)
  RETURNS TABLE (
    seat_id uuid, first_name text, last_name text, email text, room text, label text, delivery text, version integer, review text,
    began_at timestamptz, deadline timestamptz, beat_at timestamptz, unsaved integer, unsaved_seconds integer, question integer,
    answered integer, incidents bigint, now timestamptz
  )
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  PERFORM lms.supervisor_role(p_sitting);
  RETURN QUERY
  SELECT s.id, m.first_name, m.last_name, m.email::text, r.name, s.label, s.delivery, s.version, s.review,
    s.began_at, lms.deadline_of(s, t.duration_minutes), h.at, h.unsaved, h.unsaved_seconds, h.question,
    h.answered, coalesce(i.many, 0), v_now
  FROM lms.seats AS s
  JOIN lms.sittings AS t ON t.id = s.sitting_id
  JOIN public.enrollments AS e ON e.id = s.enrollment_id
  JOIN public.members AS m ON m.id = e.member_id
  LEFT JOIN lms.sitting_rooms AS r ON r.id = s.room_id
  LEFT JOIN lms.heartbeats AS h ON h.seat_id = s.id
  LEFT JOIN (
    SELECT n.seat_id AS id, count(*) AS many FROM lms.incidents AS n WHERE n.sitting_id = p_sitting GROUP BY n.seat_id
  ) AS i ON i.id = s.id
  WHERE s.sitting_id = p_sitting
  ORDER BY m.last_name, m.first_name, s.id;
END
$$;
COMMENT ON FUNCTION lms.sitting_seats(uuid) IS
  'Every seat of a sitting as it stands, in one statement, for those who supervise it; now is the server''s clock, by which time left is told';

GRANT EXECUTE ON FUNCTION lms.sitting_seats(uuid) TO lms_staff;
