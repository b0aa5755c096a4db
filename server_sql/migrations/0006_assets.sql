-- Files, in chunks of 1 MiB. Which row names an asset decides who may read it, never its hash.

CREATE TABLE lms.chunks (
  hash bytea PRIMARY KEY CONSTRAINT chunks_hash_check CHECK (octet_length(hash) = 32), -- SHA-256 of data
  size integer NOT NULL CONSTRAINT chunks_size_check CHECK (size BETWEEN 1 AND 1048576),
  data bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE lms.chunks ALTER COLUMN data SET STORAGE EXTERNAL; -- media does not compress

COMMENT ON TABLE lms.chunks IS 'Pieces of assets; each stored once';

CREATE TABLE lms.chunk_uploads (
  chunk_hash bytea NOT NULL REFERENCES lms.chunks (hash) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (chunk_hash, member_id)
);

COMMENT ON TABLE lms.chunk_uploads IS 'Who has sent a chunk and so need not send it again';

CREATE TABLE lms.assets (
  id text PRIMARY KEY CONSTRAINT assets_id_check CHECK (id ~ '^[0-9a-f]{64}$'), -- SHA-256 of the manifest
  name text NOT NULL,
  media_type text NOT NULL,
  size bigint NOT NULL CONSTRAINT assets_size_check CHECK (size >= 0),
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lms.assets IS 'Files: videos, packages, attachments, certificates, submissions';

CREATE TABLE lms.asset_chunks (
  asset_id text NOT NULL REFERENCES lms.assets (id) ON DELETE CASCADE,
  ordinal integer NOT NULL CONSTRAINT asset_chunks_ordinal_check CHECK (ordinal >= 0),
  chunk_hash bytea NOT NULL REFERENCES lms.chunks (hash) ON DELETE RESTRICT,
  PRIMARY KEY (asset_id, ordinal)
);

CREATE INDEX idx_asset_chunks_chunk ON lms.asset_chunks (chunk_hash);

COMMENT ON TABLE lms.asset_chunks IS 'The manifest of an asset: its chunks in order, from 0';
