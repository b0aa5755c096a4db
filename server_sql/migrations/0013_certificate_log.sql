-- What was done to certificates, in the order in which it was done: each entry is hashed together with the hash of the one before.

CREATE TABLE lms.certificate_log (
  number bigint PRIMARY KEY CONSTRAINT certificate_log_number_check CHECK (number > 0),
  at timestamptz NOT NULL,
  certificate_id uuid NOT NULL REFERENCES lms.certificates (id) ON DELETE RESTRICT,
  event text NOT NULL CONSTRAINT certificate_log_event_check CHECK (event IN ('issued', 'filed', 'superseded', 'revoked')),
  entry text NOT NULL, -- JSON, byte for byte as it was hashed
  hash bytea NOT NULL CONSTRAINT certificate_log_hash_check CHECK (octet_length(hash) = 32) -- SHA-256 of the hash before and the entry
);

CREATE INDEX idx_certificate_log_certificate ON lms.certificate_log (certificate_id);

COMMENT ON TABLE lms.certificate_log IS 'Append-only hash chain of what was done to certificates; lms.append_to_certificate_log says what is hashed';

CREATE TABLE lms.certificate_log_head (
  singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT certificate_log_head_singleton_check CHECK (singleton),
  number bigint NOT NULL,
  hash bytea NOT NULL
);

COMMENT ON TABLE lms.certificate_log_head IS 'The last entry of the log; who appends holds this row, so that the chain never forks';

INSERT INTO lms.certificate_log_head (number, hash) VALUES (0, decode(repeat('00', 32), 'hex'));
