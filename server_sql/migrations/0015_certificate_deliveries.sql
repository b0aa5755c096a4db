-- Which certificates were sent to whom, so that nobody gets one twice, or no reminder.

CREATE TABLE lms.certificate_deliveries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  certificate_id uuid NOT NULL REFERENCES lms.certificates (id) ON DELETE RESTRICT,
  kind text NOT NULL CONSTRAINT certificate_deliveries_kind_check CHECK (kind IN ('certificate', 'reminder')),
  address text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now(),
  sent_by uuid REFERENCES public.members (id) ON DELETE RESTRICT
);

CREATE INDEX idx_certificate_deliveries_certificate ON lms.certificate_deliveries (certificate_id, kind, sent_at);
CREATE INDEX idx_certificates_expiry ON lms.certificates (expires_at, id) WHERE status = 'valid' AND expires_at IS NOT NULL;

COMMENT ON TABLE lms.certificate_deliveries IS 'E-mail that a mail server accepted: the certificate itself, or a reminder that it expires';
