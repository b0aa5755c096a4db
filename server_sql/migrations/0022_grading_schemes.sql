-- How a course's grade is made of its parts.

CREATE TABLE lms.grading_schemes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL CONSTRAINT unique_course_scheme UNIQUE REFERENCES public.courses (id) ON DELETE CASCADE,
  scheme jsonb NOT NULL -- {"groups": [{"name", "weight", "drop", "items": [{"id", "weight"}, …]}, …], "missing_is_zero": false}
    CONSTRAINT grading_schemes_scheme_check CHECK (jsonb_typeof(scheme -> 'groups') = 'array'),
  changed_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_grading_schemes_changed_by ON lms.grading_schemes (changed_by);

COMMENT ON TABLE lms.grading_schemes IS 'How a course''s grade is made of its parts; without a row each part counts the same';
