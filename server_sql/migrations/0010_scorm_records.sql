-- What SCORM content records beside its document: what a learner's courses share, and attempts and interactions to report on.

CREATE TABLE lms.scorm_objectives (
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  objective_id text NOT NULL, -- a URI, as the manifests that map to it write it
  known jsonb NOT NULL CONSTRAINT scorm_objectives_known_check CHECK (jsonb_typeof(known) = 'object'), -- {"satisfied": true, "measure": 0.5, …}
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (member_id, objective_id)
);

COMMENT ON TABLE lms.scorm_objectives IS 'Global objectives of SCORM 2004 that a learner''s courses share (objectivesGlobalToSystem)';

CREATE TABLE lms.scorm_data (
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  target_id text NOT NULL,
  store text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (member_id, target_id)
);

COMMENT ON TABLE lms.scorm_data IS 'Stores of adl.data that a learner''s courses share (sharedDataGlobalToSystem)';

CREATE TABLE lms.scorm_attempts (
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE RESTRICT,
  item_id text NOT NULL, -- the manifest's identifier of the part
  attempt integer NOT NULL CONSTRAINT scorm_attempts_attempt_check CHECK (attempt > 0),
  status text NOT NULL, -- the content's own word, in those of SCORM 1.2
  score numeric(5,2) CONSTRAINT scorm_attempts_score_check CHECK (score BETWEEN 0 AND 100),
  score_raw numeric,
  score_min numeric,
  score_max numeric,
  progress numeric, -- cmi.progress_measure, 0 to 1
  total_seconds numeric NOT NULL DEFAULT 0, -- the content's own clock; lms.scorm_sessions has ours
  finished boolean NOT NULL, -- the content ended its last session itself
  begun_at timestamptz NOT NULL DEFAULT now(),
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (enrollment_id, lesson_id, item_id, attempt)
);

CREATE INDEX idx_scorm_attempts_lesson ON lms.scorm_attempts (lesson_id);

COMMENT ON TABLE lms.scorm_attempts IS 'Attempts at the parts of SCORM lessons, from the documents that were saved';

CREATE TABLE lms.scorm_interactions (
  enrollment_id uuid NOT NULL,
  lesson_id uuid NOT NULL,
  item_id text NOT NULL,
  attempt integer NOT NULL,
  n integer NOT NULL, -- its index in cmi.interactions
  interaction_id text,
  interaction_type text,
  description text,
  answered_at text, -- as the content gave it: SCORM 1.2 knows only the time of day
  response text,
  correct_responses text[] NOT NULL DEFAULT '{}',
  objectives text[] NOT NULL DEFAULT '{}',
  result text,
  weighting numeric,
  latency_seconds numeric,
  PRIMARY KEY (enrollment_id, lesson_id, item_id, attempt, n),
  CONSTRAINT scorm_interactions_attempt_fkey FOREIGN KEY (enrollment_id, lesson_id, item_id, attempt)
    REFERENCES lms.scorm_attempts (enrollment_id, lesson_id, item_id, attempt) ON DELETE CASCADE
);

CREATE INDEX idx_scorm_interactions_lesson ON lms.scorm_interactions (lesson_id, interaction_id);

COMMENT ON TABLE lms.scorm_interactions IS 'Questions and other interactions that content reported (cmi.interactions), one row each';
