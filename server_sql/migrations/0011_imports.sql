-- What an import says about a lesson, and media that the players' Chromium cannot play until they are converted.

CREATE TABLE lms.lesson_imports (
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE CASCADE,
  version integer NOT NULL CONSTRAINT lesson_imports_version_check CHECK (version > 0), -- 1, and one more with each replacement
  package_url text NOT NULL, -- asset:<id>
  file_name text NOT NULL,
  standard text NOT NULL, -- as people call it: SCORM 2004 3rd Edition
  report jsonb NOT NULL CONSTRAINT lesson_imports_report_check CHECK (jsonb_typeof(report) = 'array'), -- [{"severity", "code", "where", "text"}]
  imported_by uuid NOT NULL REFERENCES public.members (id) ON DELETE RESTRICT,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (lesson_id, version)
);

COMMENT ON TABLE lms.lesson_imports IS 'What was imported into a lesson, when, by whom, and what was tolerated; the highest version is the current one';

CREATE TABLE lms.lesson_media (
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE CASCADE,
  package_url text NOT NULL, -- asset:<id>; rows of an earlier package of the lesson are not used
  path text NOT NULL, -- inside the package
  converted_url text, -- asset:<id> of what is played under that path; NULL while it waits
  failure text, -- why it cannot be converted
  found_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (lesson_id, package_url, path),
  CONSTRAINT lesson_media_outcome_check CHECK (converted_url IS NULL OR failure IS NULL)
);

CREATE INDEX idx_lesson_media_waiting ON lms.lesson_media (lesson_id) WHERE converted_url IS NULL AND failure IS NULL;
CREATE INDEX idx_lesson_media_converted ON lms.lesson_media (converted_url);

COMMENT ON TABLE lms.lesson_media IS 'H.264 and AAC media of packages, and what they were converted to';
