-- Marks that a person gave, and marks that were changed after the fact.

ALTER TABLE public.quiz_answers
  ADD COLUMN graded_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  ADD COLUMN graded_at timestamptz; -- set where a person gave the points: no rule changes them, a regrade only puts them on another scale

CREATE INDEX idx_quiz_answers_graded_by ON public.quiz_answers (graded_by);

ALTER TABLE lms.regrades
  ADD COLUMN request jsonb NOT NULL DEFAULT '{}'; -- {"questions": […], "passing_score": …}, as it was asked for

CREATE TYPE lms.regraded_answer AS (
  attempt_id uuid,
  question_id uuid,
  answer_id uuid, -- none where nothing was answered
  earned_before numeric,
  earned_after numeric,
  most_before numeric,
  most_after numeric,
  stored numeric, -- what the answer itself earns; with credit for all, that stays as it was
  is_correct boolean,
  waits boolean -- for a person
);

CREATE TYPE lms.regraded_attempt AS (
  attempt_id uuid,
  enrollment_id uuid,
  member_id uuid,
  attempt_number integer,
  status text,
  status_after text,
  points_before numeric,
  points_after numeric,
  total_before numeric,
  total_after numeric,
  score_before numeric,
  score_after numeric,
  passed_before boolean,
  passed_after boolean
);
