-- Enrolment, progress, completions, reviews and live sessions.
-- What learners have records on is never deleted with its course: those references restrict.

CREATE TABLE public.enrollments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE RESTRICT,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,

  -- Enrollment metadata
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  enrollment_source text NOT NULL DEFAULT 'self_enrollment' CONSTRAINT enrollments_enrollment_source_check CHECK (enrollment_source IN (
    'self_enrollment',
    'admin_assignment',
    'bulk_import',
    'event_registration',
    'membership_benefit'
  )),

  -- Payment tracking (integrates with transactions table)
  transaction_id uuid REFERENCES public.transactions (id),
  amount_paid numeric(10,2) NOT NULL DEFAULT 0 CONSTRAINT enrollments_amount_paid_check CHECK (amount_paid >= 0),

  -- Status and access
  status text NOT NULL DEFAULT 'enrolled' CONSTRAINT enrollments_status_check CHECK (status IN (
    'enrolled',
    'in_progress',
    'completed',
    'dropped',
    'expired',
    'suspended'
  )),

  -- Progress, kept by triggers
  progress_percentage numeric(5,2) NOT NULL DEFAULT 0 -- 0-100
    CONSTRAINT enrollments_progress_percentage_check CHECK (progress_percentage BETWEEN 0 AND 100),
  lessons_completed integer NOT NULL DEFAULT 0,
  total_lessons integer NOT NULL DEFAULT 0,
  current_lesson_id uuid REFERENCES public.lessons (id) ON DELETE SET NULL, -- Resume point

  -- Time tracking
  started_at timestamptz, -- First lesson access
  last_accessed_at timestamptz,
  completed_at timestamptz,
  total_time_spent_minutes integer NOT NULL DEFAULT 0,

  -- Completion and certification
  certificate_issued boolean NOT NULL DEFAULT false,
  certificate_number text CONSTRAINT enrollments_certificate_number_key UNIQUE, -- CERT-YYYY-XXXXXXXX
  certificate_url text,
  certificate_issued_at timestamptz,

  -- Course instance (for cohort-based courses)
  cohort_name text,
  cohort_start_date timestamptz,
  cohort_end_date timestamptz,

  -- Expiration (for CE credits)
  expires_at timestamptz,

  -- Instructor feedback
  final_grade numeric(5,2) CONSTRAINT enrollments_final_grade_check CHECK (final_grade BETWEEN 0 AND 100),
  instructor_notes text,

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_member_course_enrollment UNIQUE NULLS NOT DISTINCT (member_id, course_id, cohort_name)
);

CREATE INDEX idx_enrollments_course ON public.enrollments (course_id);
CREATE INDEX idx_enrollments_member ON public.enrollments (member_id);
CREATE INDEX idx_enrollments_status ON public.enrollments (status);
CREATE INDEX idx_enrollments_completed ON public.enrollments (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX idx_enrollments_transaction ON public.enrollments (transaction_id) WHERE transaction_id IS NOT NULL;

COMMENT ON TABLE public.enrollments IS 'Student course registration with progress tracking, certificate issuance, and payment integration';

CREATE TABLE public.lesson_progress (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE RESTRICT,

  status text NOT NULL DEFAULT 'not_started' CONSTRAINT lesson_progress_status_check CHECK (status IN (
    'not_started',
    'in_progress',
    'completed'
  )),

  -- Video-specific tracking
  video_position_seconds integer NOT NULL DEFAULT 0, -- Resume point for videos
  video_watched_seconds integer NOT NULL DEFAULT 0, -- Total watch time
  video_completion_percentage numeric(5,2) NOT NULL DEFAULT 0
    CONSTRAINT lesson_progress_video_completion_percentage_check CHECK (video_completion_percentage BETWEEN 0 AND 100),

  -- SCORM tracking
  scorm_cmi_data jsonb,
  scorm_completion_status text,
  scorm_score numeric(8,2),

  -- Time tracking
  started_at timestamptz,
  completed_at timestamptz,
  time_spent_seconds integer NOT NULL DEFAULT 0,
  last_accessed_at timestamptz,

  -- Analytics
  access_count integer NOT NULL DEFAULT 0, -- Number of times lesson accessed

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_enrollment_lesson UNIQUE (enrollment_id, lesson_id)
);

CREATE INDEX idx_lesson_progress_enrollment ON public.lesson_progress (enrollment_id);
CREATE INDEX idx_lesson_progress_lesson ON public.lesson_progress (lesson_id);
CREATE INDEX idx_lesson_progress_status ON public.lesson_progress (status);

COMMENT ON TABLE public.lesson_progress IS 'Granular progress tracking supporting video resume, SCORM state, and time-on-task analytics';

CREATE TABLE lms.module_completions (
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  module_id uuid NOT NULL REFERENCES public.course_modules (id) ON DELETE CASCADE,
  completed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (enrollment_id, module_id)
);

CREATE INDEX idx_module_completions_module ON lms.module_completions (module_id);

COMMENT ON TABLE lms.module_completions IS 'Which enrollment has completed every lesson of which module; kept by triggers';

CREATE TABLE public.course_completions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  enrollment_id uuid NOT NULL CONSTRAINT course_completions_enrollment_id_key UNIQUE REFERENCES public.enrollments (id) ON DELETE CASCADE,
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE RESTRICT,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  completed_at timestamptz NOT NULL,
  ce_credits numeric(5,2) NOT NULL, -- the course's on the day of completion
  final_grade numeric(5,2),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_course_completions_course ON public.course_completions (course_id, completed_at);
CREATE INDEX idx_course_completions_member ON public.course_completions (member_id, completed_at);

COMMENT ON TABLE public.course_completions IS 'One row for each completed enrollment, with the CE credits it earned; kept by a trigger';

CREATE TABLE public.course_reviews (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE RESTRICT,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  enrollment_id uuid REFERENCES public.enrollments (id) ON DELETE CASCADE,

  rating integer NOT NULL CONSTRAINT course_reviews_rating_check CHECK (rating BETWEEN 1 AND 5),
  title text,
  review_text text,

  liked_aspects text[], -- ["clear_explanations", "practical_examples"]
  improvement_areas text[], -- ["pacing", "audio_quality"]

  -- Moderation
  is_approved boolean NOT NULL DEFAULT false,
  is_featured boolean NOT NULL DEFAULT false,
  moderated_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  moderated_at timestamptz,

  -- Helpfulness voting
  helpful_count integer NOT NULL DEFAULT 0,
  not_helpful_count integer NOT NULL DEFAULT 0,

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_member_course_review UNIQUE (member_id, course_id)
);

CREATE INDEX idx_course_reviews_course ON public.course_reviews (course_id);
CREATE INDEX idx_course_reviews_member ON public.course_reviews (member_id);
CREATE INDEX idx_course_reviews_rating ON public.course_reviews (rating);
CREATE INDEX idx_course_reviews_approved ON public.course_reviews (is_approved) WHERE is_approved = true;

COMMENT ON TABLE public.course_reviews IS 'Student feedback enabling data-driven course improvements and social proof';

CREATE TABLE public.live_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE CASCADE,

  title text NOT NULL,
  description text,

  -- Scheduling
  session_date timestamptz NOT NULL,
  duration_minutes integer NOT NULL CONSTRAINT live_sessions_duration_minutes_check CHECK (duration_minutes > 0),
  timezone text NOT NULL DEFAULT 'America/New_York',

  -- Virtual meeting details
  meeting_platform text CONSTRAINT live_sessions_meeting_platform_check CHECK (meeting_platform IN (
    'zoom',
    'microsoft_teams',
    'google_meet',
    'webex',
    'custom'
  )),
  meeting_url text NOT NULL,
  meeting_id text,
  meeting_password text,

  instructor_id uuid NOT NULL REFERENCES public.members (id),
  co_hosts uuid[] NOT NULL DEFAULT ARRAY[]::uuid[],

  -- Capacity
  max_attendees integer CONSTRAINT live_sessions_max_attendees_check CHECK (max_attendees >= 0),
  registered_count integer NOT NULL DEFAULT 0, -- kept by triggers

  -- Recording
  recording_enabled boolean NOT NULL DEFAULT true,
  recording_url text,
  recording_available boolean NOT NULL DEFAULT false,

  -- Resources
  agenda_html text,
  pre_session_materials jsonb NOT NULL DEFAULT '[]'::jsonb
    CONSTRAINT live_sessions_pre_session_materials_check CHECK (jsonb_typeof(pre_session_materials) = 'array'),
  post_session_materials jsonb NOT NULL DEFAULT '[]'::jsonb
    CONSTRAINT live_sessions_post_session_materials_check CHECK (jsonb_typeof(post_session_materials) = 'array'),

  status text NOT NULL DEFAULT 'scheduled' CONSTRAINT live_sessions_status_check CHECK (status IN (
    'scheduled',
    'in_progress',
    'completed',
    'cancelled'
  )),

  -- Analytics, kept by triggers
  attendance_count integer NOT NULL DEFAULT 0,
  avg_attendance_duration_minutes integer, -- of those who attended and whose duration is known
  attendance_minutes_sum integer NOT NULL DEFAULT 0, -- what the average is computed from
  attendance_minutes_count integer NOT NULL DEFAULT 0,

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_live_sessions_course ON public.live_sessions (course_id);
CREATE INDEX idx_live_sessions_instructor ON public.live_sessions (instructor_id);
CREATE INDEX idx_live_sessions_date ON public.live_sessions (session_date);
CREATE INDEX idx_live_sessions_status ON public.live_sessions (status);

COMMENT ON TABLE public.live_sessions IS 'Live virtual classroom sessions with meeting integration and recording support';

CREATE TABLE public.session_attendance (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES public.live_sessions (id) ON DELETE RESTRICT,
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,

  registered_at timestamptz NOT NULL DEFAULT now(),

  -- Attendance tracking
  attended boolean NOT NULL DEFAULT false,
  joined_at timestamptz,
  left_at timestamptz,
  duration_minutes integer CONSTRAINT session_attendance_duration_minutes_check CHECK (duration_minutes >= 0),

  -- Engagement metrics
  questions_asked integer NOT NULL DEFAULT 0,
  polls_answered integer NOT NULL DEFAULT 0,

  eligible_for_credit boolean NOT NULL DEFAULT false, -- Based on duration thresholds

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_member_session UNIQUE (member_id, session_id)
);

CREATE INDEX idx_session_attendance_session ON public.session_attendance (session_id);
CREATE INDEX idx_session_attendance_member ON public.session_attendance (member_id);
CREATE INDEX idx_session_attendance_attended ON public.session_attendance (attended);
CREATE INDEX idx_session_attendance_enrollment ON public.session_attendance (enrollment_id);

COMMENT ON TABLE public.session_attendance IS 'Live session participation tracking with CE credit eligibility validation';

CREATE TABLE lms.scorm_sessions (
  id uuid PRIMARY KEY, -- chosen by the client, one for each launch
  enrollment_id uuid NOT NULL REFERENCES public.enrollments (id) ON DELETE CASCADE,
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE RESTRICT,
  begun_at timestamptz NOT NULL DEFAULT now(),
  last_sequence bigint NOT NULL DEFAULT 0, -- of the last save that counted
  saved_at timestamptz,
  seconds integer NOT NULL DEFAULT 0 CONSTRAINT scorm_sessions_seconds_check CHECK (seconds >= 0), -- the whole session so far
  superseded_at timestamptz, -- a later launch of the same lesson took over
  ended_at timestamptz
);

CREATE INDEX idx_scorm_sessions_lesson ON lms.scorm_sessions (lesson_id);
CREATE UNIQUE INDEX scorm_sessions_current_key ON lms.scorm_sessions (enrollment_id, lesson_id)
  WHERE superseded_at IS NULL AND ended_at IS NULL;

COMMENT ON TABLE lms.scorm_sessions IS 'Launches of SCORM lessons: which is the current one, and the last save of each';

CREATE TYPE lms.change AS (
  parent_id uuid, -- the row whose counters change
  label text, -- which of its counters
  rows bigint, -- by how many rows
  amount numeric -- and by what sum
);

COMMENT ON TYPE lms.change IS 'What a statement does to the counters of one row; between the parts of a trigger function';
