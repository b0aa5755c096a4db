-- Quizzes, attempts and answers; assignments, submissions and their reviews.

CREATE TABLE public.quizzes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid REFERENCES public.courses (id) ON DELETE CASCADE, -- none: a question bank
  lesson_id uuid REFERENCES public.lessons (id) ON DELETE CASCADE,

  title text NOT NULL,
  description text,
  instructions text,

  quiz_type text NOT NULL DEFAULT 'formative' CONSTRAINT quizzes_quiz_type_check CHECK (quiz_type IN (
    'pre_assessment', -- Diagnostic
    'formative', -- During module
    'summative', -- End of module
    'final_exam', -- Course conclusion
    'practice' -- No grade impact
  )),

  -- Passing criteria
  passing_score numeric(5,2) NOT NULL DEFAULT 70.00 CONSTRAINT quizzes_passing_score_check CHECK (passing_score BETWEEN 0 AND 100),
  max_attempts integer CONSTRAINT quizzes_max_attempts_check CHECK (max_attempts > 0), -- NULL = unlimited
  require_passing boolean NOT NULL DEFAULT false, -- Must pass to proceed

  time_limit_minutes integer CONSTRAINT quizzes_time_limit_minutes_check CHECK (time_limit_minutes > 0), -- NULL = no limit

  -- Question settings
  shuffle_questions boolean NOT NULL DEFAULT true,
  shuffle_answers boolean NOT NULL DEFAULT true,
  show_correct_answers text NOT NULL DEFAULT 'after_submission'
    CONSTRAINT quizzes_show_correct_answers_check CHECK (show_correct_answers IN (
      'immediately', -- After each question
      'after_submission', -- After quiz submitted
      'after_deadline', -- For scheduled quizzes
      'never'
    )),

  total_points numeric(8,2) NOT NULL DEFAULT 0, -- kept by triggers from its questions

  available_from timestamptz,
  available_until timestamptz,

  -- Analytics, kept by triggers
  attempts_count integer NOT NULL DEFAULT 0, -- every attempt
  avg_score numeric(5,2), -- of graded attempts
  pass_rate numeric(5,2), -- Percentage of graded attempts
  graded_count integer NOT NULL DEFAULT 0, -- what avg_score and pass_rate are computed from
  passed_count integer NOT NULL DEFAULT 0,
  score_sum numeric(14,2) NOT NULL DEFAULT 0,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT quizzes_available_check CHECK (available_until >= available_from)
);

CREATE INDEX idx_quizzes_course ON public.quizzes (course_id);
CREATE INDEX idx_quizzes_lesson ON public.quizzes (lesson_id);
CREATE INDEX idx_quizzes_type ON public.quizzes (quiz_type);

COMMENT ON TABLE public.quizzes IS 'Assessment configuration with passing criteria, time limits, and retry policies';

CREATE TABLE public.quiz_questions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE CASCADE,

  question_text text NOT NULL,
  question_html text,

  question_type text NOT NULL CONSTRAINT quiz_questions_question_type_check CHECK (question_type IN (
    'multiple_choice',
    'true_false',
    'multiple_answer', -- Select all that apply
    'short_answer',
    'essay',
    'fill_blank',
    'matching',
    'ordering'
  )),

  question_order integer NOT NULL,
  position double precision NOT NULL, -- where an author put it, between its neighbours; question_order follows

  -- [{"id": "a", "text": "Answer A", "is_correct": false}, ...]
  answer_options jsonb NOT NULL DEFAULT '[]'::jsonb
    CONSTRAINT quiz_questions_answer_options_check CHECK (jsonb_typeof(answer_options) = 'array'),
  correct_answer jsonb, -- by type; see grade_answer()

  points numeric(8,2) NOT NULL DEFAULT 1.00 CONSTRAINT quiz_questions_points_check CHECK (points >= 0),

  explanation text, -- Shown after answering
  hint text,

  image_url text,
  video_url text,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_quiz_question_order UNIQUE (quiz_id, question_order) DEFERRABLE
);

CREATE INDEX idx_quiz_questions_quiz ON public.quiz_questions (quiz_id);
CREATE INDEX idx_quiz_questions_type ON public.quiz_questions (question_type);

COMMENT ON TABLE public.quiz_questions IS 'Flexible question bank supporting 8 question types with rich media support';

CREATE TABLE public.quiz_attempts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_id uuid NOT NULL REFERENCES public.quizzes (id) ON DELETE RESTRICT,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,

  attempt_number integer NOT NULL CONSTRAINT quiz_attempts_attempt_number_check CHECK (attempt_number > 0), -- 1, 2, 3, etc.

  -- Timing
  started_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  time_spent_seconds integer,

  -- Scoring
  score numeric(5,2) CONSTRAINT quiz_attempts_score_check CHECK (score BETWEEN 0 AND 100), -- Percentage
  points_earned numeric(8,2),
  total_points numeric(8,2),
  passed boolean,

  status text NOT NULL DEFAULT 'in_progress' CONSTRAINT quiz_attempts_status_check CHECK (status IN (
    'in_progress',
    'submitted', -- waits for somebody to grade an essay
    'graded',
    'expired',
    'archived' -- graded more than two years ago
  )),

  -- IP and browser tracking (proctoring)
  ip_address inet,
  user_agent text,

  -- Grading (for manual grading)
  graded_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  graded_at timestamptz,
  instructor_feedback text,

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_enrollment_quiz_attempt UNIQUE (enrollment_id, quiz_id, attempt_number)
);

CREATE INDEX idx_quiz_attempts_quiz ON public.quiz_attempts (quiz_id);
CREATE INDEX idx_quiz_attempts_enrollment ON public.quiz_attempts (enrollment_id);
CREATE INDEX idx_quiz_attempts_member ON public.quiz_attempts (member_id);
CREATE INDEX idx_quiz_attempts_status ON public.quiz_attempts (status);

COMMENT ON TABLE public.quiz_attempts IS 'Quiz submission tracking with scoring, timing, and proctoring metadata';

CREATE TABLE public.quiz_answers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  quiz_attempt_id uuid NOT NULL REFERENCES public.quiz_attempts (id) ON DELETE CASCADE,
  question_id uuid NOT NULL REFERENCES public.quiz_questions (id) ON DELETE RESTRICT,

  answer_data jsonb NOT NULL, -- {"selected": "b"}, {"selected": ["a", "c"]}, {"text": "…"}, {"html": "…"}; see grade_answer()

  -- Scoring
  is_correct boolean, -- NULL until it is graded
  points_earned numeric(8,2) NOT NULL DEFAULT 0,
  max_points numeric(8,2),

  -- Timing
  answered_at timestamptz NOT NULL DEFAULT now(),
  time_spent_seconds integer,

  -- Feedback
  automated_feedback text,
  instructor_feedback text,

  created_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_attempt_question UNIQUE (quiz_attempt_id, question_id)
);

CREATE INDEX idx_quiz_answers_attempt ON public.quiz_answers (quiz_attempt_id);
CREATE INDEX idx_quiz_answers_question ON public.quiz_answers (question_id);
CREATE INDEX idx_quiz_answers_correct ON public.quiz_answers (is_correct);

COMMENT ON TABLE public.quiz_answers IS 'Question-level response tracking enabling granular analytics and partial credit';

CREATE TABLE public.assignments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE CASCADE,
  lesson_id uuid REFERENCES public.lessons (id) ON DELETE CASCADE,

  title text NOT NULL,
  description text NOT NULL,
  instructions_html text,

  -- Grading
  total_points numeric(8,2) NOT NULL DEFAULT 100 CONSTRAINT assignments_total_points_check CHECK (total_points >= 0),
  rubric jsonb, -- [{"criterion": "Completeness", "points": 40, "description": "…"}, ...]

  -- Submission settings
  submission_type text NOT NULL DEFAULT 'file_upload' CONSTRAINT assignments_submission_type_check CHECK (submission_type IN (
    'file_upload',
    'text_entry',
    'url_submission',
    'both'
  )),
  allowed_file_types text[], -- ['pdf', 'docx', 'xlsx']
  max_file_size_mb integer NOT NULL DEFAULT 10 CONSTRAINT assignments_max_file_size_mb_check CHECK (max_file_size_mb > 0),
  max_submissions integer NOT NULL DEFAULT 1 CONSTRAINT assignments_max_submissions_check CHECK (max_submissions > 0),

  -- Deadlines
  available_from timestamptz,
  due_date timestamptz,
  late_submission_allowed boolean NOT NULL DEFAULT true,
  late_penalty_percentage numeric(5,2) NOT NULL DEFAULT 10 -- Per day
    CONSTRAINT assignments_late_penalty_percentage_check CHECK (late_penalty_percentage BETWEEN 0 AND 100),

  -- Peer review
  enable_peer_review boolean NOT NULL DEFAULT false,
  peer_reviews_required integer NOT NULL DEFAULT 2 CONSTRAINT assignments_peer_reviews_required_check CHECK (peer_reviews_required >= 0),

  -- Analytics, kept by triggers
  submissions_count integer NOT NULL DEFAULT 0,
  avg_score numeric(8,2), -- of the final scores of graded submissions
  graded_count integer NOT NULL DEFAULT 0, -- what avg_score is computed from
  score_sum numeric(14,2) NOT NULL DEFAULT 0,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_assignments_course ON public.assignments (course_id);
CREATE INDEX idx_assignments_lesson ON public.assignments (lesson_id);
CREATE INDEX idx_assignments_due_date ON public.assignments (due_date);

COMMENT ON TABLE public.assignments IS 'Practical assignments with rubric-based grading and peer review capabilities';

CREATE TABLE public.assignment_submissions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  assignment_id uuid NOT NULL REFERENCES public.assignments (id) ON DELETE RESTRICT,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,

  submission_number integer NOT NULL DEFAULT 1 CONSTRAINT assignment_submissions_submission_number_check CHECK (submission_number > 0),
  submitted_at timestamptz NOT NULL DEFAULT now(),
  is_late boolean NOT NULL DEFAULT false,
  late_days integer NOT NULL DEFAULT 0,

  -- Submission content
  submission_text text,
  submission_html text,
  submission_url text,
  file_attachments jsonb NOT NULL DEFAULT '[]'::jsonb -- [{"file_name": "report.pdf", "file_url": "asset:…", "file_size": 1024000}]
    CONSTRAINT assignment_submissions_file_attachments_check CHECK (jsonb_typeof(file_attachments) = 'array'),

  -- Grading
  status text NOT NULL DEFAULT 'submitted' CONSTRAINT assignment_submissions_status_check CHECK (status IN (
    'submitted',
    'grading',
    'graded',
    'returned',
    'resubmission_requested'
  )),
  score numeric(8,2),
  points_earned numeric(8,2),
  grade_percentage numeric(8,2),

  -- Instructor feedback
  graded_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  graded_at timestamptz,
  instructor_feedback_html text,
  rubric_scores jsonb, -- Scores per rubric criterion

  -- Late penalty
  late_penalty_applied numeric(8,2) NOT NULL DEFAULT 0,
  final_score numeric(8,2), -- After late penalty

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_enrollment_assignment_submission UNIQUE (enrollment_id, assignment_id, submission_number)
);

CREATE INDEX idx_assignment_submissions_assignment ON public.assignment_submissions (assignment_id);
CREATE INDEX idx_assignment_submissions_enrollment ON public.assignment_submissions (enrollment_id);
CREATE INDEX idx_assignment_submissions_member ON public.assignment_submissions (member_id);
CREATE INDEX idx_assignment_submissions_status ON public.assignment_submissions (status);

COMMENT ON TABLE public.assignment_submissions IS 'Student assignment submissions with file uploads, grading, and feedback';

CREATE TABLE public.assignment_reviews (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  submission_id uuid NOT NULL REFERENCES public.assignment_submissions (id) ON DELETE CASCADE,
  reviewer_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  review_type text NOT NULL DEFAULT 'instructor'
    CONSTRAINT assignment_reviews_review_type_check CHECK (review_type IN ('instructor', 'peer')),
  status text NOT NULL DEFAULT 'assigned'
    CONSTRAINT assignment_reviews_status_check CHECK (status IN ('assigned', 'draft', 'submitted')),
  rubric_scores jsonb,
  score numeric(8,2),
  feedback_html text,
  submitted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_submission_reviewer UNIQUE (submission_id, reviewer_id)
);

CREATE INDEX idx_assignment_reviews_reviewer ON public.assignment_reviews (reviewer_id);

COMMENT ON TABLE public.assignment_reviews IS 'Feedback on a submission by an instructor or a peer';
