-- What graders mark on the files of a submission: beside the file, never in it.

CREATE TABLE lms.annotations (
  id uuid PRIMARY KEY, -- the application's own: kept again, it is the same one
  submission_id uuid NOT NULL REFERENCES public.assignment_submissions (id) ON DELETE CASCADE,
  asset_id text NOT NULL, -- the very bytes that were marked: another version of the file has its own
  author_id uuid REFERENCES public.members (id) ON DELETE SET NULL,
  kind text NOT NULL CONSTRAINT annotations_kind_check CHECK (kind IN (
    'highlight',
    'note',
    'drawing'
  )),
  page integer NOT NULL CONSTRAINT annotations_page_check CHECK (page >= 0), -- the first is 0
  strokes jsonb NOT NULL -- [[[x, y], …], …] in parts of the page as it is shown, from its upper left corner
    CONSTRAINT annotations_strokes_check CHECK (jsonb_typeof(strokes) = 'array' AND octet_length(strokes::text) <= 262144),
  colour text NOT NULL CONSTRAINT annotations_colour_check CHECK (colour ~ '^#[0-9a-f]{6}$'),
  words text NOT NULL DEFAULT '' CONSTRAINT annotations_words_check CHECK (length(words) <= 10000),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_annotations_submission ON lms.annotations (submission_id);
CREATE INDEX idx_annotations_author ON lms.annotations (author_id);

COMMENT ON TABLE lms.annotations IS 'Highlights, notes and drawings of graders on the files of a submission; the learner''s to see once it is released';
