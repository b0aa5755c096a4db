-- Live sessions that may be full, attendance as the times that somebody was there, and records of people that were merged or erased.

ALTER TABLE public.live_sessions
  ADD COLUMN credit_percentage integer NOT NULL DEFAULT 80 -- of the session's time, for which somebody must be there to get credit
    CONSTRAINT live_sessions_credit_percentage_check CHECK (credit_percentage BETWEEN 1 AND 100);

ALTER TABLE public.session_attendance
  ADD COLUMN presences tstzmultirange NOT NULL DEFAULT '{}', -- from joining to leaving, as the platform's reports say
  ADD COLUMN by_hand boolean NOT NULL DEFAULT false; -- somebody's word, which no report overrules

CREATE TABLE lms.session_waiting (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES public.live_sessions (id) ON DELETE CASCADE,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT unique_session_waiting UNIQUE (session_id, enrollment_id)
);

CREATE INDEX idx_session_waiting_enrollment ON lms.session_waiting (enrollment_id);

COMMENT ON TABLE lms.session_waiting IS 'Who waits for a seat in a live session that is full, the first come first';

CREATE TABLE lms.meeting_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  account text NOT NULL
    CONSTRAINT meeting_accounts_account_key UNIQUE
    CONSTRAINT meeting_accounts_account_check CHECK (account = lower(btrim(account)) AND account <> ''),
  added_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_meeting_accounts_member ON lms.meeting_accounts (member_id);

COMMENT ON TABLE lms.meeting_accounts IS 'Further addresses and account names under which members come to live sessions';

ALTER TABLE public.members
  ADD COLUMN merged_into uuid REFERENCES public.members (id) ON DELETE RESTRICT -- a duplicate: all it had is there
    CONSTRAINT members_merged_into_check CHECK (merged_into <> id),
  ADD COLUMN erased_at timestamptz; -- since when nothing says who this was, but for what the law has us keep

CREATE INDEX idx_members_merged_into ON public.members (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE lms.privacy_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE RESTRICT,
  kind text NOT NULL CONSTRAINT privacy_requests_kind_check CHECK (kind IN ('inspection', 'amendment', 'erasure')),
  note text,
  asked_at timestamptz NOT NULL DEFAULT now(),
  recorded_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  answered_at timestamptz,
  answered_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  answer text
);

CREATE INDEX idx_privacy_requests_member ON lms.privacy_requests (member_id);
CREATE INDEX idx_privacy_requests_open ON lms.privacy_requests (asked_at) WHERE answered_at IS NULL;

COMMENT ON TABLE lms.privacy_requests IS 'What members asked about their records, and what was done (34 CFR 99.32: kept as long as the records are)';
