-- Supervised exams: who sits where and when, how far each seat is, and what the stations said.

CREATE TABLE lms.stations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CONSTRAINT stations_name_check CHECK (name <> ''),
  role_name name NOT NULL, -- the LOGIN role of the machine, in the group lms_station
  guesses_forgiven bigint NOT NULL DEFAULT 0, -- tries of start codes up to here no longer count
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,

  CONSTRAINT stations_name_key UNIQUE (name),
  CONSTRAINT stations_role_name_key UNIQUE (role_name)
);

CREATE INDEX idx_stations_created_by ON lms.stations (created_by);

COMMENT ON TABLE lms.stations IS 'Machines that candidates sit at';

CREATE TABLE lms.sittings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE RESTRICT,
  title text NOT NULL CONSTRAINT sittings_title_check CHECK (title <> ''),
  opens_at timestamptz NOT NULL,
  closes_at timestamptz NOT NULL, -- nobody begins later; who began goes on until their own deadline
  duration_minutes integer NOT NULL CONSTRAINT sittings_duration_minutes_check CHECK (duration_minutes BETWEEN 1 AND 1440),
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT sittings_window_check CHECK (closes_at > opens_at)
);

CREATE INDEX idx_sittings_quiz ON lms.sittings (quiz_id);
CREATE INDEX idx_sittings_opens ON lms.sittings (opens_at);
CREATE INDEX idx_sittings_created_by ON lms.sittings (created_by);

COMMENT ON TABLE lms.sittings IS 'An exam at a time; while there is one, its quiz is taken at stations only';

CREATE TABLE lms.sitting_rooms (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  sitting_id uuid NOT NULL REFERENCES lms.sittings (id) ON DELETE CASCADE,
  name text NOT NULL CONSTRAINT sitting_rooms_name_check CHECK (name <> ''),

  CONSTRAINT unique_sitting_room UNIQUE (sitting_id, name)
);

COMMENT ON TABLE lms.sitting_rooms IS 'The rooms of a sitting';

CREATE TABLE lms.sitting_proctors (
  sitting_id uuid NOT NULL REFERENCES lms.sittings (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  PRIMARY KEY (sitting_id, member_id)
);

CREATE INDEX idx_sitting_proctors_member ON lms.sitting_proctors (member_id);

COMMENT ON TABLE lms.sitting_proctors IS 'Who supervises a sitting';

CREATE TABLE lms.seats (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  sitting_id uuid NOT NULL REFERENCES lms.sittings (id) ON DELETE RESTRICT,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE RESTRICT,
  room_id uuid REFERENCES lms.sitting_rooms (id) ON DELETE SET NULL,
  label text, -- what stands on the desk
  attempt_id uuid NOT NULL REFERENCES public.quiz_attempts (id) ON DELETE RESTRICT, -- prepared with the roster
  delivery text NOT NULL DEFAULT 'rostered' CONSTRAINT seats_delivery_check CHECK (delivery IN (
    'rostered', 'checked_in', 'awaiting', 'authorized', 'active', 'paused', 'submitted', 'terminated', 'absent', 'cancelled'
  )),
  version integer NOT NULL DEFAULT 1, -- counts the changes of delivery and of time; who acts says which one they saw
  epoch integer NOT NULL DEFAULT 0, -- counts the entries of a station; answers are ordered by it, then by the station's own sequence
  time_factor numeric(4,2) NOT NULL DEFAULT 1 CONSTRAINT seats_time_factor_check CHECK (time_factor BETWEEN 1 AND 5),
  extra_minutes integer NOT NULL DEFAULT 0 CONSTRAINT seats_extra_minutes_check CHECK (extra_minutes BETWEEN 0 AND 1440),
  incident_minutes integer NOT NULL DEFAULT 0 CONSTRAINT seats_incident_minutes_check CHECK (incident_minutes BETWEEN 0 AND 1440),
  began_at timestamptz,
  paused_at timestamptz, -- since when, while it is paused
  paused_for interval NOT NULL DEFAULT '0', -- all pauses that have ended
  ended_at timestamptz,
  review text NOT NULL DEFAULT 'none' CONSTRAINT seats_review_check CHECK (review IN ('none', 'pending', 'cleared', 'violation', 'voided')),
  changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(), -- questions are not given to the transaction that changed the seat

  CONSTRAINT unique_seat_enrollment UNIQUE (sitting_id, enrollment_id),
  CONSTRAINT seats_attempt_id_key UNIQUE (attempt_id),
  CONSTRAINT seats_began_check CHECK (began_at IS NOT NULL OR delivery NOT IN ('active', 'paused', 'submitted')),
  CONSTRAINT seats_paused_check CHECK (paused_at IS NULL OR delivery = 'paused')
);

CREATE INDEX idx_seats_enrollment ON lms.seats (enrollment_id);
CREATE INDEX idx_seats_room ON lms.seats (room_id);

COMMENT ON TABLE lms.seats IS 'One candidate of one sitting. Connectivity is derived from heartbeats, never stored';

CREATE TABLE lms.start_codes (
  code_hash bytea PRIMARY KEY CONSTRAINT start_codes_code_hash_check CHECK (octet_length(code_hash) = 32), -- SHA-256
  seat_id uuid NOT NULL REFERENCES lms.seats (id) ON DELETE CASCADE,
  issued_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  issued_at timestamptz NOT NULL DEFAULT now(),
  spent_at timestamptz -- used, or replaced by a newer one
);

CREATE UNIQUE INDEX start_codes_open_key ON lms.start_codes (seat_id) WHERE spent_at IS NULL;
CREATE INDEX idx_start_codes_issued_by ON lms.start_codes (issued_by);

COMMENT ON TABLE lms.start_codes IS 'What lets a station enter a seat, once; the code itself is on paper only';

CREATE TABLE lms.seat_sessions (
  token_hash bytea PRIMARY KEY CONSTRAINT seat_sessions_token_hash_check CHECK (octet_length(token_hash) = 32), -- SHA-256
  seat_id uuid NOT NULL REFERENCES lms.seats (id) ON DELETE CASCADE,
  station_id uuid NOT NULL REFERENCES lms.stations (id) ON DELETE RESTRICT,
  epoch integer NOT NULL,
  address inet,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz,

  CONSTRAINT unique_seat_epoch UNIQUE (seat_id, epoch)
);

CREATE INDEX idx_seat_sessions_station ON lms.seat_sessions (station_id);

COMMENT ON TABLE lms.seat_sessions IS 'Which station sat at which seat; one session of a seat at most is not revoked';

CREATE TABLE lms.heartbeats (
  seat_id uuid PRIMARY KEY REFERENCES lms.seats (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  unsaved integer NOT NULL, -- answers that wait on the station
  unsaved_seconds integer NOT NULL, -- how long the oldest of them waits
  question integer, -- the number of the one on the screen
  answered integer NOT NULL
) WITH (fillfactor = 50);

COMMENT ON TABLE lms.heartbeats IS 'The last word of each seat; narrow and without an index but its key, so that updates stay within their page (HOT)';

CREATE TABLE lms.seat_commands (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seat_id uuid NOT NULL REFERENCES lms.seats (id) ON DELETE CASCADE,
  command text NOT NULL CONSTRAINT seat_commands_command_check CHECK (command IN ('state', 'time', 'message')),
  body jsonb NOT NULL CONSTRAINT seat_commands_body_check CHECK (jsonb_typeof(body) = 'object'),
  given_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  given_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX idx_seat_commands_seat ON lms.seat_commands (seat_id, id);
CREATE INDEX idx_seat_commands_given_by ON lms.seat_commands (given_by);

COMMENT ON TABLE lms.seat_commands IS 'What a heartbeat brings back to a station; written under the lock of the seat, so their ids are in order';

CREATE TABLE lms.late_answers (
  seat_id uuid NOT NULL REFERENCES lms.seats (id) ON DELETE CASCADE,
  epoch integer NOT NULL,
  sequence bigint NOT NULL,
  question_id uuid NOT NULL REFERENCES public.quiz_questions (id) ON DELETE RESTRICT,
  answer jsonb, -- as the station sent it; NULL where the answer was taken back
  reason text NOT NULL CONSTRAINT late_answers_reason_check CHECK (reason IN ('after_deadline', 'not_active', 'session_ended', 'superseded')),
  arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (seat_id, epoch, sequence)
);

CREATE INDEX idx_late_answers_question ON lms.late_answers (question_id);

COMMENT ON TABLE lms.late_answers IS 'Answers in quarantine: kept for the proctor, graded by nobody';

CREATE TABLE lms.incidents (
  sitting_id uuid NOT NULL REFERENCES lms.sittings (id) ON DELETE RESTRICT,
  number bigint NOT NULL CONSTRAINT incidents_number_check CHECK (number > 0),
  seat_id uuid REFERENCES lms.seats (id) ON DELETE RESTRICT,
  kind text NOT NULL,
  severity text NOT NULL CONSTRAINT incidents_severity_check CHECK (severity IN ('info', 'low', 'medium', 'high')),
  at timestamptz NOT NULL,
  entry text NOT NULL, -- JSON, byte for byte as it was hashed
  hash bytea NOT NULL CONSTRAINT incidents_hash_check CHECK (octet_length(hash) = 32), -- SHA-256 of the hash before and the entry
  PRIMARY KEY (sitting_id, number)
);

CREATE INDEX idx_incidents_seat ON lms.incidents (seat_id);

COMMENT ON TABLE lms.incidents IS 'Append-only hash chain of each sitting; lms.append_incident says what is hashed';

CREATE TABLE lms.incident_heads (
  sitting_id uuid PRIMARY KEY REFERENCES lms.sittings (id) ON DELETE CASCADE,
  number bigint NOT NULL,
  hash bytea NOT NULL
);

COMMENT ON TABLE lms.incident_heads IS 'The last entry of each log; who appends holds this row, so that no chain forks';
