-- What became of each change that an author's replica sent. Rows, versions and tombstones have been there since 0003.

CREATE TABLE lms.push_outcomes (
  op_id uuid PRIMARY KEY, -- made by the replica, so that sending again is recognised
  scope_id uuid NOT NULL REFERENCES lms.row_clocks (scope_id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  outcome jsonb NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_push_outcomes_scope ON lms.push_outcomes (scope_id);
CREATE INDEX idx_push_outcomes_member ON lms.push_outcomes (member_id);

COMMENT ON TABLE lms.push_outcomes IS
  'The outcome of each pushed change, values that lost included; a change that is sent again is answered from here';
