-- Continuing education: what states approved, and what was reported to them.

CREATE TABLE lms.ce_providers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  state text NOT NULL CONSTRAINT ce_providers_state_key UNIQUE CONSTRAINT ce_providers_state_check CHECK (state ~ '^[A-Z]{2}$'),
  provider_number text NOT NULL CONSTRAINT ce_providers_provider_number_check CHECK (btrim(provider_number) <> '')
);

COMMENT ON TABLE lms.ce_providers IS 'The number under which a state knows the association as a provider of continuing education';

CREATE TABLE lms.ce_approvals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE RESTRICT,
  state text NOT NULL CONSTRAINT ce_approvals_state_check CHECK (state ~ '^[A-Z]{2}$'),
  course_number text NOT NULL CONSTRAINT ce_approvals_course_number_check CHECK (btrim(course_number) <> ''), -- the state's
  credits numeric(5,2) NOT NULL CONSTRAINT ce_approvals_credits_check CHECK (credits > 0), -- a state may give fewer than another
  method text NOT NULL DEFAULT 'self_study' CONSTRAINT ce_approvals_method_check CHECK (method IN ('self_study', 'classroom', 'webinar')),
  approved_on date NOT NULL,
  expires_on date, -- the last day on which a completion counts
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT ce_approvals_expires_on_check CHECK (expires_on >= approved_on),
  CONSTRAINT ce_approvals_course_state_key UNIQUE (course_id, state, approved_on)
);

COMMENT ON TABLE lms.ce_approvals IS 'Courses as states approved them for continuing education, each for a time';

CREATE TABLE lms.ce_filings (
  certificate_id uuid NOT NULL REFERENCES lms.certificates (id) ON DELETE RESTRICT,
  state text NOT NULL CONSTRAINT ce_filings_state_check CHECK (state ~ '^[A-Z]{2}$'),
  filed_at timestamptz NOT NULL DEFAULT now(),
  filed_by uuid REFERENCES public.members (id) ON DELETE RESTRICT,

  CONSTRAINT ce_filings_pkey PRIMARY KEY (certificate_id, state)
);

COMMENT ON TABLE lms.ce_filings IS 'Completions that were reported to a state';
