-- Designs have versions. A certificate names the one that it was issued with, and is drawn by it for good.

ALTER TABLE lms.certificate_templates
  ADD COLUMN version integer NOT NULL DEFAULT 1, -- the newest of its versions; counted by a trigger
  -- courses for this designation use it, unless they name another
  ADD COLUMN designation_id uuid CONSTRAINT certificate_templates_designation_key UNIQUE
    REFERENCES public.member_designations (id) ON DELETE SET NULL;

CREATE TABLE lms.certificate_template_versions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  template_id uuid NOT NULL REFERENCES lms.certificate_templates (id) ON DELETE CASCADE,
  number integer NOT NULL CONSTRAINT certificate_template_versions_number_check CHECK (number > 0),
  definition jsonb NOT NULL CONSTRAINT certificate_template_versions_definition_check CHECK (jsonb_typeof(definition) = 'object'),
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT certificate_template_versions_number_key UNIQUE (template_id, number)
);

CREATE INDEX idx_certificate_template_versions_created_by ON lms.certificate_template_versions (created_by);

COMMENT ON TABLE lms.certificate_template_versions IS 'Every design as it was when it was saved; written by a trigger, changed by nothing';

INSERT INTO lms.certificate_template_versions (template_id, number, definition, created_by)
SELECT t.id, t.version, t.definition, t.created_by FROM lms.certificate_templates AS t;

-- What it is drawn by; without one, by the design that the application comes with.
ALTER TABLE lms.certificates
  ADD COLUMN template_version_id uuid REFERENCES lms.certificate_template_versions (id) ON DELETE RESTRICT;

CREATE INDEX idx_certificates_template_version ON lms.certificates (template_version_id);
