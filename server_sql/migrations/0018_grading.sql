-- Assignments: the rest of their rules, and grades that nobody sees before they are released.

ALTER TABLE public.assignments
  ADD COLUMN late_until timestamptz, -- the last moment to hand in; none: no end
  ADD COLUMN late_grace_minutes integer NOT NULL DEFAULT 0
    CONSTRAINT assignments_late_grace_minutes_check CHECK (late_grace_minutes >= 0), -- so late is not late
  ADD COLUMN late_penalty_interval text NOT NULL DEFAULT 'day'
    CONSTRAINT assignments_late_penalty_interval_check CHECK (late_penalty_interval IN (
      'hour',
      'day'
    )),
  ADD COLUMN late_penalty_floor numeric(5,2) NOT NULL DEFAULT 0 -- in percent of the points: lateness takes nobody below
    CONSTRAINT assignments_late_penalty_floor_check CHECK (late_penalty_floor BETWEEN 0 AND 100),
  ADD COLUMN anonymous_grading boolean NOT NULL DEFAULT false, -- graders see no names before the release
  ADD COLUMN second_marking_percentage numeric(5,2) NOT NULL DEFAULT 0 -- of the submissions: 100 is double marking, less a sample
    CONSTRAINT assignments_second_marking_percentage_check CHECK (second_marking_percentage BETWEEN 0 AND 100),
  ADD COLUMN peer_reviews_due timestamptz,
  ADD COLUMN peer_reviews_anonymous boolean NOT NULL DEFAULT true;

ALTER TABLE public.assignment_submissions
  ADD COLUMN client_key uuid, -- of the handing in: sent again, it is the same submission
  ADD COLUMN late_seconds integer NOT NULL DEFAULT 0 -- after the learner's own due date; 0 within the grace
    CONSTRAINT assignment_submissions_late_seconds_check CHECK (late_seconds >= 0),
  ADD CONSTRAINT unique_enrollment_client_key UNIQUE (enrollment_id, client_key);
UPDATE public.assignment_submissions SET late_seconds = late_days * 86400 WHERE is_late;

-- The queue, and whose file an asset is
CREATE INDEX idx_assignment_submissions_queue ON public.assignment_submissions (assignment_id, submitted_at, id);
CREATE INDEX idx_assignment_submissions_files ON public.assignment_submissions USING gin (file_attachments jsonb_path_ops);
CREATE INDEX idx_assignment_submissions_graded_by ON public.assignment_submissions (graded_by);

CREATE TABLE lms.assignment_extensions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  assignment_id uuid NOT NULL REFERENCES public.assignments (id) ON DELETE CASCADE,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  due_date timestamptz, -- in place of the assignment's
  late_until timestamptz, -- in place of the assignment's
  submissions integer NOT NULL DEFAULT 0 CONSTRAINT assignment_extensions_submissions_check CHECK (submissions >= 0), -- so many more
  reason text,
  granted_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_assignment_enrollment_extension UNIQUE (assignment_id, enrollment_id)
);

CREATE INDEX idx_assignment_extensions_enrollment ON lms.assignment_extensions (enrollment_id);
CREATE INDEX idx_assignment_extensions_granted_by ON lms.assignment_extensions (granted_by);

COMMENT ON TABLE lms.assignment_extensions IS 'More time, or more attempts, for one learner at one assignment';

CREATE TABLE lms.grades (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  submission_id uuid NOT NULL REFERENCES public.assignment_submissions (id) ON DELETE CASCADE,
  assignment_id uuid NOT NULL REFERENCES public.assignments (id) ON DELETE RESTRICT,
  stage text NOT NULL CONSTRAINT grades_stage_check CHECK (stage IN (
    'first',
    'second',
    'agreed'
  )),
  grader_id uuid REFERENCES public.members (id) ON DELETE SET NULL, -- who wrote it last
  rubric_scores jsonb NOT NULL DEFAULT '{}' -- {"criterion": {"level": "…", "points": 4, "comment": "…"}, …}
    CONSTRAINT grades_rubric_scores_check CHECK (jsonb_typeof(rubric_scores) = 'object'),
  score numeric(8,2) CONSTRAINT grades_score_check CHECK (score >= 0), -- before any penalty
  feedback_html text,
  private_note text, -- never a learner's
  done boolean NOT NULL DEFAULT false, -- its grader has finished
  blind boolean NOT NULL DEFAULT false, -- until both markers have finished
  version bigint NOT NULL DEFAULT 1, -- one more with each save
  client_key uuid, -- of the last save: sent again, it is the same save
  released_version bigint, -- what the learner was given
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_submission_stage UNIQUE (submission_id, stage)
);

CREATE INDEX idx_grades_assignment ON lms.grades (assignment_id);
CREATE INDEX idx_grades_grader ON lms.grades (grader_id);

COMMENT ON TABLE lms.grades IS 'What graders think of a submission; copied to it when it is released, and the learner''s from then on';

CREATE TABLE lms.grading_claims (
  submission_id uuid PRIMARY KEY REFERENCES public.assignment_submissions (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  until timestamptz NOT NULL
);

CREATE INDEX idx_grading_claims_member ON lms.grading_claims (member_id);

COMMENT ON TABLE lms.grading_claims IS 'Who has a submission in front of them; a courtesy, and no lock';

CREATE TABLE lms.grading_comments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  course_id uuid REFERENCES public.courses (id) ON DELETE CASCADE, -- everybody's who teaches it; none: one's own, everywhere
  comment text NOT NULL CONSTRAINT grading_comments_comment_check CHECK (btrim(comment) <> ''),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_grading_comments_member ON lms.grading_comments (member_id);
CREATE INDEX idx_grading_comments_course ON lms.grading_comments (course_id);

COMMENT ON TABLE lms.grading_comments IS 'What graders write again and again';

CREATE TABLE lms.regrade_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  submission_id uuid NOT NULL REFERENCES public.assignment_submissions (id) ON DELETE CASCADE,
  reason text NOT NULL CONSTRAINT regrade_requests_reason_check CHECK (btrim(reason) <> ''),
  status text NOT NULL DEFAULT 'open' CONSTRAINT regrade_requests_status_check CHECK (status IN (
    'open',
    'changed',
    'unchanged'
  )),
  answer text,
  answered_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  answered_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX unique_open_regrade_request ON lms.regrade_requests (submission_id) WHERE status = 'open';
CREATE INDEX idx_regrade_requests_submission ON lms.regrade_requests (submission_id);
CREATE INDEX idx_regrade_requests_answered_by ON lms.regrade_requests (answered_by);

COMMENT ON TABLE lms.regrade_requests IS 'Learners who ask to have released work looked at again';

-- How much a learner has sent today
CREATE INDEX idx_chunk_uploads_member ON lms.chunk_uploads (member_id, uploaded_at);
