-- What was printed, as it was printed. A course or a member that changes later changes nothing here.

CREATE TABLE lms.certificates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  certificate_number text NOT NULL CONSTRAINT certificates_certificate_number_key UNIQUE
    CONSTRAINT certificates_certificate_number_check CHECK (certificate_number ~ '^CERT-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}$'),
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE RESTRICT,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE RESTRICT,
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE RESTRICT,
  template_id uuid REFERENCES lms.certificate_templates (id) ON DELETE RESTRICT,

  -- What is printed
  member_name text NOT NULL,
  credentials text[] NOT NULL DEFAULT ARRAY[]::text[],
  course_title text NOT NULL,
  designation text,
  ce_credits numeric(5,2) NOT NULL,
  instructor_name text,
  issuer_name text NOT NULL,
  npn text,
  license_state text,
  license_number text,
  completed_at timestamptz NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,

  issued_by uuid REFERENCES public.members (id) ON DELETE RESTRICT,

  -- What may still happen to it; "expired" is computed from expires_at
  status text NOT NULL DEFAULT 'valid' CONSTRAINT certificates_status_check CHECK (status IN ('valid', 'revoked', 'superseded')),
  supersedes uuid CONSTRAINT certificates_supersedes_key UNIQUE REFERENCES lms.certificates (id),
  revoked_at timestamptz,
  revoked_by uuid REFERENCES public.members (id) ON DELETE RESTRICT,
  revocation_reason text,
  asset_id text REFERENCES lms.assets (id) ON DELETE RESTRICT, -- the signed PDF, once it is drawn

  CONSTRAINT certificates_revoked_check CHECK ((status = 'revoked') = (revoked_at IS NOT NULL AND revocation_reason IS NOT NULL)),
  CONSTRAINT certificates_expires_at_check CHECK (expires_at > issued_at)
);

CREATE UNIQUE INDEX certificates_current_key ON lms.certificates (enrollment_id) WHERE status = 'valid';
CREATE INDEX idx_certificates_enrollment ON lms.certificates (enrollment_id);
CREATE INDEX idx_certificates_member ON lms.certificates (member_id);
CREATE INDEX idx_certificates_course ON lms.certificates (course_id);
CREATE INDEX idx_certificates_issued ON lms.certificates (issued_at, id);

COMMENT ON TABLE lms.certificates IS
  'Certificates as issued; status, revocation and PDF come later, nothing else changes, and no row is deleted';
