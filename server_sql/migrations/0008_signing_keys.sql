-- Who signs certificates: the public halves of the association's keys, for whoever verifies. Private halves never come here.

CREATE TABLE lms.signing_keys (
  id text PRIMARY KEY CONSTRAINT signing_keys_id_check CHECK (id ~ '^[A-Z2-7]{12}$'), -- of the hash of the public key
  name text NOT NULL, -- whom its certificate names
  public_keys text NOT NULL, -- its X.509 certificates and the key of credentials, as the client writes them
  added_by uuid REFERENCES public.members (id) ON DELETE RESTRICT,
  added_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz,
  retired_by uuid REFERENCES public.members (id) ON DELETE RESTRICT,
  compromised_at timestamptz, -- since when somebody else may have signed with it

  CONSTRAINT signing_keys_compromised_check CHECK (compromised_at IS NULL OR retired_at IS NOT NULL)
);

CREATE UNIQUE INDEX signing_keys_current_key ON lms.signing_keys ((true)) WHERE retired_at IS NULL;

COMMENT ON TABLE lms.signing_keys IS 'Public keys that certificates are verified with; one is current, and no row is deleted';

ALTER TABLE lms.certificates ADD COLUMN signing_key_id text REFERENCES lms.signing_keys (id) ON DELETE RESTRICT;

CREATE INDEX idx_certificates_unsigned ON lms.certificates (issued_at, id) WHERE status = 'valid' AND asset_id IS NULL;

-- It takes the key now, and says whether it filed anything.
DROP FUNCTION IF EXISTS lms.set_certificate_asset(uuid, text);
