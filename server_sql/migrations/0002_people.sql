-- People, their money and what is written down about them. The source document refers to these tables without defining them.

CREATE TABLE lms.workspace (
  singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT workspace_singleton_check CHECK (singleton),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL CONSTRAINT workspace_name_check CHECK (name <> ''),
  schema_version integer NOT NULL DEFAULT 0, -- the last migration; a client compares it with its own
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lms.workspace IS 'This workspace: one row';

CREATE TABLE public.member_designations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  code text NOT NULL CONSTRAINT member_designations_code_key UNIQUE, -- REBC, RHU, CLU, ChFC
  name text NOT NULL,
  description text,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.member_designations IS 'Professional designations that a course may lead to';

CREATE TABLE public.members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text NOT NULL CONSTRAINT members_email_check CHECK (email LIKE '%_@_%' AND email = btrim(email)),
  phone text,
  organization text,
  job_title text,

  credentials text[] NOT NULL DEFAULT ARRAY[]::text[], -- professional certifications, as printed after the name
  designations text[] NOT NULL DEFAULT ARRAY[]::text[], -- codes of member_designations held
  engagement_score integer NOT NULL DEFAULT 0, -- rises with course activity

  status text NOT NULL DEFAULT 'active' CONSTRAINT members_status_check CHECK (status IN (
    'active',
    'lapsed',
    'suspended',
    'inactive'
  )),
  member_since date,

  -- What a state's insurance department asks for on a CE roster
  npn text CONSTRAINT members_npn_check CHECK (npn ~ '^[0-9]{1,10}$'), -- National Producer Number
  license_state text CONSTRAINT members_license_state_check CHECK (license_state ~ '^[A-Z]{2}$'),
  license_number text,

  lists_certificates boolean NOT NULL DEFAULT false, -- agrees that anybody may list their certificates
  time_zone text,

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Case-insensitive without the citext extension, which not every host offers
CREATE UNIQUE INDEX members_email_key ON public.members (lower(email));
CREATE INDEX idx_members_name ON public.members (last_name, first_name, id);
CREATE INDEX idx_members_status ON public.members (status);
CREATE INDEX idx_members_npn ON public.members (npn) WHERE npn IS NOT NULL;

COMMENT ON TABLE public.members IS 'Members of the association and everybody else who learns, teaches or administers';

CREATE TABLE public.transactions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE RESTRICT,
  transaction_type text NOT NULL DEFAULT 'course_purchase' CONSTRAINT transactions_transaction_type_check CHECK (transaction_type IN (
    'course_purchase',
    'event_registration',
    'membership_dues'
  )),
  amount numeric(10,2) NOT NULL CONSTRAINT transactions_amount_check CHECK (amount >= 0),
  currency text NOT NULL DEFAULT 'USD' CONSTRAINT transactions_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  description text,
  status text NOT NULL DEFAULT 'pending' CONSTRAINT transactions_status_check CHECK (status IN (
    'pending',
    'completed',
    'failed',
    'refunded'
  )),
  reference text, -- the payment provider's own number
  confirmed_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  confirmed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_transactions_member ON public.transactions (member_id);
CREATE INDEX idx_transactions_pending ON public.transactions (created_at) WHERE status = 'pending';

COMMENT ON TABLE public.transactions IS 'Payments: pending until an administrator or a payment provider confirms them';

CREATE TABLE public.audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  member_id uuid, -- who; no foreign key, as the log outlives the member
  session_user_name text NOT NULL DEFAULT session_user, -- who, as the server knows them
  action text NOT NULL CONSTRAINT audit_logs_action_check CHECK (
    action IN ('insert', 'update', 'delete') OR action ~ '^[a-z_]+\.[a-z_]+$' -- a command: certificate.revoke
  ),
  table_name text NOT NULL,
  row_id uuid,
  old_values jsonb, -- of an update the changed columns, of a delete all
  new_values jsonb, -- of an update the changed columns; an inserted row is in the table until it is changed
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id() -- what happened together
);

CREATE INDEX idx_audit_logs_row ON public.audit_logs (row_id, id);
CREATE INDEX idx_audit_logs_member ON public.audit_logs (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX idx_audit_logs_occurred ON public.audit_logs USING brin (occurred_at);

COMMENT ON TABLE public.audit_logs IS 'Who changed what and when; appended by triggers and functions only';

CREATE TABLE lms.member_roles (
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  role text NOT NULL CONSTRAINT member_roles_role_check CHECK (role IN ('learner', 'instructor', 'proctor', 'administrator')),
  granted_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (member_id, role)
);

CREATE INDEX idx_member_roles_role ON lms.member_roles (role);

COMMENT ON TABLE lms.member_roles IS 'What a person may do; the groups of their login follow it';

CREATE TABLE lms.member_logins (
  member_id uuid PRIMARY KEY REFERENCES public.members (id) ON DELETE RESTRICT,
  role_name name NOT NULL CONSTRAINT member_logins_role_name_key UNIQUE, -- the LOGIN role in Postgres
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  disabled_at timestamptz
);

COMMENT ON TABLE lms.member_logins IS 'Which LOGIN role is which member';
