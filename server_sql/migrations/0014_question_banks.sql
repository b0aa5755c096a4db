-- Question banks: quizzes that are never given themselves, and what other quizzes draw from them.

ALTER TABLE public.quizzes
  ADD COLUMN is_bank boolean NOT NULL DEFAULT false; -- of a course, or with none the association's
UPDATE public.quizzes SET is_bank = true, require_passing = false WHERE course_id IS NULL AND lesson_id IS NULL;
ALTER TABLE public.quizzes
  ADD CONSTRAINT quizzes_is_bank_check CHECK (NOT is_bank OR lesson_id IS NULL AND NOT require_passing);

ALTER TABLE public.quiz_questions
  ADD COLUMN retired boolean NOT NULL DEFAULT false; -- given to nobody any more; what has answers cannot be deleted

CREATE TABLE lms.quiz_draws (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE CASCADE,
  bank_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE RESTRICT,
  question_id uuid REFERENCES public.quiz_questions (id) ON DELETE RESTRICT, -- this one; none: at random
  tags text[] NOT NULL DEFAULT '{}', -- at random among the questions that have all of them
  count integer NOT NULL DEFAULT 1 CONSTRAINT quiz_draws_count_check CHECK (count > 0), -- how many, at random
  position double precision NOT NULL, -- among the questions of the quiz
  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT quiz_draws_question_id_check CHECK (question_id IS NULL OR count = 1 AND tags = '{}')
);

CREATE INDEX idx_quiz_draws_quiz ON lms.quiz_draws (quiz_id);
CREATE INDEX idx_quiz_draws_bank ON lms.quiz_draws (bank_id);
CREATE INDEX idx_quiz_draws_question ON lms.quiz_draws (question_id);

COMMENT ON TABLE lms.quiz_draws IS 'Questions that a quiz takes from a bank for each attempt: one that is named, or some at random';
