-- Course catalogue and structure, with what the offline replica needs: a version and a position for each authored row.

CREATE TABLE lms.certificate_templates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CONSTRAINT certificate_templates_name_key UNIQUE,
  definition jsonb NOT NULL CONSTRAINT certificate_templates_definition_check CHECK (jsonb_typeof(definition) = 'object'),
  is_default boolean NOT NULL DEFAULT false,
  created_by uuid REFERENCES public.members (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX certificate_templates_default_key ON lms.certificate_templates (is_default) WHERE is_default;

COMMENT ON TABLE lms.certificate_templates IS 'Designs that a certificate is drawn from';

CREATE TABLE public.courses (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),

  -- Core course information
  title text NOT NULL,
  slug text NOT NULL CONSTRAINT courses_slug_key UNIQUE, -- URL-friendly identifier
  description text NOT NULL,
  short_description text, -- For catalog listings (max 200 chars)

  -- Learning outcomes
  learning_objectives jsonb NOT NULL DEFAULT '[]'::jsonb, -- Array of learning goals
  prerequisites jsonb NOT NULL DEFAULT '[]'::jsonb, -- Course IDs or text requirements
  target_audience text,

  -- Course metadata
  category text NOT NULL CONSTRAINT courses_category_check CHECK (category IN (
    'insurance_fundamentals',
    'health_benefits',
    'life_insurance',
    'retirement_planning',
    'compliance',
    'sales_techniques',
    'leadership',
    'technology',
    'continuing_education'
  )),
  difficulty_level text CONSTRAINT courses_difficulty_level_check CHECK (difficulty_level IN (
    'beginner',
    'intermediate',
    'advanced',
    'expert'
  )),

  -- Credentials and certification
  ce_credits numeric(5,2) NOT NULL DEFAULT 0 CONSTRAINT courses_ce_credits_check CHECK (ce_credits >= 0),
  designation_id uuid REFERENCES public.member_designations (id),
  certificate_template_id uuid REFERENCES lms.certificate_templates (id),

  -- Pricing and access
  pricing_type text NOT NULL DEFAULT 'free' CONSTRAINT courses_pricing_type_check CHECK (pricing_type IN (
    'free',
    'paid',
    'member_only',
    'premium'
  )),
  price numeric(10,2) NOT NULL DEFAULT 0 CONSTRAINT courses_price_check CHECK (price >= 0),
  member_price numeric(10,2) CONSTRAINT courses_member_price_check CHECK (member_price >= 0),

  -- Delivery format
  delivery_format text NOT NULL DEFAULT 'self_paced' CONSTRAINT courses_delivery_format_check CHECK (delivery_format IN (
    'self_paced',
    'instructor_led',
    'blended',
    'live_virtual'
  )),
  estimated_duration_minutes integer CONSTRAINT courses_estimated_duration_minutes_check CHECK (estimated_duration_minutes >= 0),

  -- Publishing and visibility
  status text NOT NULL DEFAULT 'draft' CONSTRAINT courses_status_check CHECK (status IN (
    'draft',
    'published',
    'archived',
    'under_review'
  )),
  published_at timestamptz,
  archived_at timestamptz,

  -- Instructors and authors
  instructor_id uuid REFERENCES public.members (id),
  co_instructors uuid[] NOT NULL DEFAULT ARRAY[]::uuid[],
  author_bio text,

  -- Media assets
  thumbnail_url text,
  promo_video_url text,
  syllabus_url text,

  -- Course settings
  allow_enrollment boolean NOT NULL DEFAULT true,
  max_enrollments integer CONSTRAINT courses_max_enrollments_check CHECK (max_enrollments >= 0),
  enrollment_start_date timestamptz,
  enrollment_end_date timestamptz,
  course_start_date timestamptz,
  course_end_date timestamptz,

  -- Engagement settings
  enable_discussion_forum boolean NOT NULL DEFAULT false,
  enable_peer_review boolean NOT NULL DEFAULT false,
  completion_certificate boolean NOT NULL DEFAULT true,

  -- Analytics, kept by triggers
  total_enrollments integer NOT NULL DEFAULT 0,
  active_enrollments integer NOT NULL DEFAULT 0,
  completion_count integer NOT NULL DEFAULT 0,
  completion_rate numeric(5,2) NOT NULL DEFAULT 0, -- Percentage
  avg_rating numeric(3,2), -- 1-5 stars, of approved reviews
  total_reviews integer NOT NULL DEFAULT 0, -- approved ones
  rating_sum integer NOT NULL DEFAULT 0, -- what avg_rating is computed from
  lessons_count integer NOT NULL DEFAULT 0, -- what a new enrollment's total_lessons is copied from

  -- SCORM package support
  scorm_package_url text,
  scorm_version text CONSTRAINT courses_scorm_version_check CHECK (scorm_version IN ('1.2', '2004', 'aicc')),

  row_version bigint NOT NULL DEFAULT 0, -- the course's clock when an authored column last changed

  -- Audit fields
  created_by uuid REFERENCES public.members (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT courses_learning_objectives_check CHECK (jsonb_typeof(learning_objectives) = 'array'),
  CONSTRAINT courses_prerequisites_check CHECK (jsonb_typeof(prerequisites) = 'array'),
  CONSTRAINT courses_short_description_check CHECK (char_length(short_description) <= 200),
  CONSTRAINT courses_enrollment_window_check CHECK (enrollment_end_date >= enrollment_start_date),
  CONSTRAINT courses_course_window_check CHECK (course_end_date >= course_start_date)
);

CREATE INDEX idx_courses_status ON public.courses (status) WHERE status = 'published';
CREATE INDEX idx_courses_category ON public.courses (category);
CREATE INDEX idx_courses_instructor ON public.courses (instructor_id);
CREATE INDEX idx_courses_designation ON public.courses (designation_id);
CREATE INDEX idx_courses_pricing ON public.courses (pricing_type);
CREATE INDEX idx_courses_prerequisites ON public.courses USING gin (prerequisites);
CREATE INDEX idx_courses_learning_objectives ON public.courses USING gin (learning_objectives);
CREATE INDEX idx_courses_co_instructors ON public.courses USING gin (co_instructors);
CREATE INDEX idx_courses_title ON public.courses (title, id);

COMMENT ON TABLE public.courses IS
  'Master course catalog supporting self-paced, instructor-led, and blended learning formats with CE credit tracking';

CREATE TABLE public.course_modules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES public.courses (id) ON DELETE CASCADE,

  title text NOT NULL,
  description text,

  module_order integer NOT NULL, -- Sequential ordering within course
  position double precision NOT NULL, -- where an author put it, between its neighbours; module_order follows

  learning_objectives jsonb NOT NULL DEFAULT '[]'::jsonb
    CONSTRAINT course_modules_learning_objectives_check CHECK (jsonb_typeof(learning_objectives) = 'array'),

  -- Access control
  is_preview boolean NOT NULL DEFAULT false, -- Allow preview before enrollment
  unlock_after_module_id uuid REFERENCES public.course_modules (id) ON DELETE SET NULL,
  unlock_date timestamptz, -- Time-based unlock

  estimated_duration_minutes integer CONSTRAINT course_modules_estimated_duration_minutes_check CHECK (estimated_duration_minutes >= 0),

  -- Analytics, kept by triggers: enrollments that completed every lesson of it
  completion_count integer NOT NULL DEFAULT 0,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_course_module_order UNIQUE (course_id, module_order) DEFERRABLE,
  CONSTRAINT course_modules_unlock_check CHECK (unlock_after_module_id <> id)
);

CREATE INDEX idx_course_modules_course ON public.course_modules (course_id);
CREATE INDEX idx_course_modules_unlock ON public.course_modules (unlock_after_module_id);

COMMENT ON TABLE public.course_modules IS 'Course sections enabling modular content organization with sequential unlock capabilities';

CREATE TABLE public.lessons (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  module_id uuid NOT NULL REFERENCES public.course_modules (id) ON DELETE CASCADE,

  title text NOT NULL,
  description text,

  lesson_type text NOT NULL CONSTRAINT lessons_lesson_type_check CHECK (lesson_type IN (
    'video',
    'text',
    'pdf',
    'scorm',
    'quiz',
    'assignment',
    'live_session',
    'external_link',
    'embedded_content'
  )),

  lesson_order integer NOT NULL,
  position double precision NOT NULL, -- where an author put it, between its neighbours; lesson_order follows

  -- Content delivery
  content_url text, -- asset:<id>, asset:<id>/path/inside.html, or an address on the web
  content_html text,
  video_duration_seconds integer CONSTRAINT lessons_video_duration_seconds_check CHECK (video_duration_seconds >= 0),
  transcript_url text, -- Accessibility requirement

  -- Video settings (if lesson_type = 'video')
  video_provider text CONSTRAINT lessons_video_provider_check CHECK (video_provider IN (
    'supabase_storage',
    'vimeo',
    'youtube',
    'wistia',
    'workspace' -- the workspace's own assets
  )),
  video_thumbnail_url text,
  enable_video_controls boolean NOT NULL DEFAULT true,
  allow_download boolean NOT NULL DEFAULT false,

  -- SCORM settings (if lesson_type = 'scorm')
  scorm_package_url text,
  scorm_manifest_url text,
  scorm_version text CONSTRAINT lessons_scorm_version_check CHECK (scorm_version IN ('1.2', '2004', 'aicc')),

  -- Access control
  is_preview boolean NOT NULL DEFAULT false,
  unlock_after_lesson_id uuid REFERENCES public.lessons (id) ON DELETE SET NULL,

  -- Completion criteria
  require_completion boolean NOT NULL DEFAULT true, -- Must complete to progress
  completion_criteria text NOT NULL DEFAULT 'marked_complete'
    CONSTRAINT lessons_completion_criteria_check CHECK (completion_criteria IN (
      'video_watched', -- 90%+ of video watched
      'time_spent', -- Minimum time requirement
      'quiz_passed', -- Associated quiz must pass
      'marked_complete', -- Manual completion
      'scorm_completed' -- SCORM package reports completion
    )),
  min_time_seconds integer CONSTRAINT lessons_min_time_seconds_check CHECK (min_time_seconds >= 0),

  estimated_duration_minutes integer CONSTRAINT lessons_estimated_duration_minutes_check CHECK (estimated_duration_minutes >= 0),

  -- Analytics, kept by triggers
  views_count integer NOT NULL DEFAULT 0, -- accesses by everybody
  avg_completion_rate numeric(5,2) NOT NULL DEFAULT 0, -- Percentage of those who opened it that completed it
  learners_count integer NOT NULL DEFAULT 0, -- what avg_completion_rate is computed from
  learners_completed integer NOT NULL DEFAULT 0,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT unique_module_lesson_order UNIQUE (module_id, lesson_order) DEFERRABLE,
  CONSTRAINT lessons_unlock_check CHECK (unlock_after_lesson_id <> id)
);

CREATE INDEX idx_lessons_module ON public.lessons (module_id);
CREATE INDEX idx_lessons_type ON public.lessons (lesson_type);
CREATE INDEX idx_lessons_unlock ON public.lessons (unlock_after_lesson_id);

COMMENT ON TABLE public.lessons IS 'Granular learning units supporting video, SCORM, and rich text with precise progress tracking';

CREATE TABLE public.lesson_attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE CASCADE,

  file_name text NOT NULL,
  file_url text NOT NULL, -- asset:<id> or an address on the web
  file_type text NOT NULL, -- MIME type
  file_size_bytes bigint CONSTRAINT lesson_attachments_file_size_bytes_check CHECK (file_size_bytes >= 0),

  description text,
  attachment_order integer NOT NULL DEFAULT 0,
  position double precision NOT NULL DEFAULT 0,

  requires_enrollment boolean NOT NULL DEFAULT true,

  download_count integer NOT NULL DEFAULT 0,

  row_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_lesson_attachments_lesson ON public.lesson_attachments (lesson_id);

COMMENT ON TABLE public.lesson_attachments IS 'Supplemental course materials with download tracking';

CREATE TABLE lms.row_clocks (
  scope_id uuid PRIMARY KEY, -- a course, or a quiz that belongs to no course: a question bank
  scope text NOT NULL CONSTRAINT row_clocks_scope_check CHECK (scope IN ('course', 'bank')),
  value bigint NOT NULL
);

COMMENT ON TABLE lms.row_clocks IS 'A counter per course and per question bank, raised with each authored change and locked until commit';

CREATE TABLE lms.tombstones (
  table_name text NOT NULL,
  row_id uuid NOT NULL,
  scope_id uuid NOT NULL REFERENCES lms.row_clocks (scope_id) ON DELETE CASCADE,
  row_version bigint NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (table_name, row_id)
);

CREATE INDEX idx_tombstones_scope ON lms.tombstones (scope_id, row_version);

COMMENT ON TABLE lms.tombstones IS
  'Authored rows that were deleted from a course or bank; what went with a deleted parent is implied by it';
