-- What an attempt at a quiz was given: the questions as they were, in which order, until when.

ALTER TABLE public.quiz_questions
  ADD COLUMN title text,
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  -- How answers are compared and what a partly right one earns, where it is not the usual: {"rule": …, "case": …, "accents": …, "wildcards": …}
  ADD COLUMN grading jsonb NOT NULL DEFAULT '{}'::jsonb CONSTRAINT quiz_questions_grading_check CHECK (jsonb_typeof(grading) = 'object');

CREATE TABLE lms.question_versions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  question_id uuid NOT NULL REFERENCES public.quiz_questions (id) ON DELETE CASCADE,
  version integer NOT NULL, -- 1, 2, 3, etc. of this question
  content jsonb NOT NULL, -- the authored columns, with the key
  content_hash bytea NOT NULL, -- sha256 of it
  points numeric(8,2) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_question_version UNIQUE (question_id, version)
);

COMMENT ON TABLE lms.question_versions IS 'Questions as learners were given them; a new version when one is given after it was changed';

CREATE TABLE lms.attempt_delivery (
  attempt_id uuid PRIMARY KEY REFERENCES public.quiz_attempts (id) ON DELETE CASCADE,
  seed uuid NOT NULL DEFAULT gen_random_uuid(), -- secret: what options are called and how they are ordered in this attempt
  deadline timestamptz, -- by the server's clock; none without a time limit
  changed_in xid8 NOT NULL DEFAULT pg_current_xact_id() -- questions, keys and scores are not given to the transaction that changed them
);

COMMENT ON TABLE lms.attempt_delivery IS 'How an attempt is delivered';

CREATE TABLE lms.attempt_questions (
  attempt_id uuid NOT NULL REFERENCES public.quiz_attempts (id) ON DELETE CASCADE,
  number integer NOT NULL, -- its place in this attempt
  question_id uuid NOT NULL REFERENCES public.quiz_questions (id) ON DELETE RESTRICT,
  shown_version bigint NOT NULL REFERENCES lms.question_versions (id) ON DELETE RESTRICT,
  graded_version bigint NOT NULL REFERENCES lms.question_versions (id) ON DELETE RESTRICT, -- a later one after a regrade
  sequence bigint NOT NULL DEFAULT 0, -- of the answer that was saved last
  flagged boolean NOT NULL DEFAULT false, -- by the learner, to come back to
  settled_in xid8, -- the learner asked for the verdict; the answer changes no more
  PRIMARY KEY (attempt_id, number),

  CONSTRAINT unique_attempt_question UNIQUE (attempt_id, question_id)
);

CREATE INDEX idx_attempt_questions_question ON lms.attempt_questions (question_id);
CREATE INDEX idx_attempt_questions_shown ON lms.attempt_questions (shown_version);
CREATE INDEX idx_attempt_questions_graded ON lms.attempt_questions (graded_version);

COMMENT ON TABLE lms.attempt_questions IS 'The questions of an attempt, answered or not';

CREATE TABLE lms.regrades (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE CASCADE,
  regraded_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  regraded_at timestamptz NOT NULL DEFAULT now(),
  reason text NOT NULL,
  changes jsonb NOT NULL -- [{"attempt": …, "before": …, "after": …, "passed_before": …, "passed_after": …}, …]
);

CREATE INDEX idx_regrades_quiz ON lms.regrades (quiz_id);
CREATE INDEX idx_regrades_regraded_by ON lms.regrades (regraded_by);

COMMENT ON TABLE lms.regrades IS 'Who changed which scores after the fact, and why';

-- They come back, with the rules of a question as one more argument.
DROP FUNCTION IF EXISTS lms.grade_answer(text, jsonb, jsonb, jsonb);
DROP FUNCTION IF EXISTS lms.accepts_text(jsonb, text);
DROP FUNCTION IF EXISTS lms.answer_text(text);
