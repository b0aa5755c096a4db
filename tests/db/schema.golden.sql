CREATE TABLE lms.certificates (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    certificate_number text NOT NULL,
    enrollment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    course_id uuid NOT NULL,
    template_id uuid,
    member_name text NOT NULL,
    credentials text[] DEFAULT ARRAY[]::text[] NOT NULL,
    course_title text NOT NULL,
    designation text,
    ce_credits numeric(5,2) NOT NULL,
    instructor_name text,
    issuer_name text NOT NULL,
    npn text,
    license_state text,
    license_number text,
    completed_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    issued_by uuid,
    status text DEFAULT 'valid'::text NOT NULL,
    supersedes uuid,
    revoked_at timestamp with time zone,
    revoked_by uuid,
    revocation_reason text,
    asset_id text,
    signing_key_id text,
    template_version_id uuid,
    CONSTRAINT certificates_certificate_number_check CHECK ((certificate_number ~ '^CERT-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}$'::text)),
    CONSTRAINT certificates_expires_at_check CHECK ((expires_at > issued_at)),
    CONSTRAINT certificates_revoked_check CHECK (((status = 'revoked'::text) = ((revoked_at IS NOT NULL) AND (revocation_reason IS NOT NULL)))),
    CONSTRAINT certificates_status_check CHECK ((status = ANY (ARRAY['valid'::text, 'revoked'::text, 'superseded'::text])))
);

ALTER TABLE lms.certificates OWNER TO lms_owner;

COMMENT ON TABLE lms.certificates IS 'Certificates as issued; status, revocation and PDF come later, nothing else changes, and no row is deleted';

CREATE TABLE public.assignments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    lesson_id uuid,
    title text NOT NULL,
    description text NOT NULL,
    instructions_html text,
    total_points numeric(8,2) DEFAULT 100 NOT NULL,
    rubric jsonb,
    submission_type text DEFAULT 'file_upload'::text NOT NULL,
    allowed_file_types text[],
    max_file_size_mb integer DEFAULT 10 NOT NULL,
    max_submissions integer DEFAULT 1 NOT NULL,
    available_from timestamp with time zone,
    due_date timestamp with time zone,
    late_submission_allowed boolean DEFAULT true NOT NULL,
    late_penalty_percentage numeric(5,2) DEFAULT 10 NOT NULL,
    enable_peer_review boolean DEFAULT false NOT NULL,
    peer_reviews_required integer DEFAULT 2 NOT NULL,
    submissions_count integer DEFAULT 0 NOT NULL,
    avg_score numeric(8,2),
    graded_count integer DEFAULT 0 NOT NULL,
    score_sum numeric(14,2) DEFAULT 0 NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    late_until timestamp with time zone,
    late_grace_minutes integer DEFAULT 0 NOT NULL,
    late_penalty_interval text DEFAULT 'day'::text NOT NULL,
    late_penalty_floor numeric(5,2) DEFAULT 0 NOT NULL,
    anonymous_grading boolean DEFAULT false NOT NULL,
    second_marking_percentage numeric(5,2) DEFAULT 0 NOT NULL,
    peer_reviews_due timestamp with time zone,
    peer_reviews_anonymous boolean DEFAULT true NOT NULL,
    CONSTRAINT assignments_late_grace_minutes_check CHECK ((late_grace_minutes >= 0)),
    CONSTRAINT assignments_late_penalty_floor_check CHECK (((late_penalty_floor >= (0)::numeric) AND (late_penalty_floor <= (100)::numeric))),
    CONSTRAINT assignments_late_penalty_interval_check CHECK ((late_penalty_interval = ANY (ARRAY['hour'::text, 'day'::text]))),
    CONSTRAINT assignments_late_penalty_percentage_check CHECK (((late_penalty_percentage >= (0)::numeric) AND (late_penalty_percentage <= (100)::numeric))),
    CONSTRAINT assignments_max_file_size_mb_check CHECK ((max_file_size_mb > 0)),
    CONSTRAINT assignments_max_submissions_check CHECK ((max_submissions > 0)),
    CONSTRAINT assignments_peer_reviews_required_check CHECK ((peer_reviews_required >= 0)),
    CONSTRAINT assignments_second_marking_percentage_check CHECK (((second_marking_percentage >= (0)::numeric) AND (second_marking_percentage <= (100)::numeric))),
    CONSTRAINT assignments_submission_type_check CHECK ((submission_type = ANY (ARRAY['file_upload'::text, 'text_entry'::text, 'url_submission'::text, 'both'::text]))),
    CONSTRAINT assignments_total_points_check CHECK ((total_points >= (0)::numeric))
);

ALTER TABLE public.assignments OWNER TO lms_owner;

COMMENT ON TABLE public.assignments IS 'Practical assignments with rubric-based grading and peer review capabilities';

CREATE TABLE lms.seats (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    sitting_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    room_id uuid,
    label text,
    attempt_id uuid NOT NULL,
    delivery text DEFAULT 'rostered'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    time_factor numeric(4,2) DEFAULT 1 NOT NULL,
    extra_minutes integer DEFAULT 0 NOT NULL,
    incident_minutes integer DEFAULT 0 NOT NULL,
    began_at timestamp with time zone,
    paused_at timestamp with time zone,
    paused_for interval DEFAULT '00:00:00'::interval NOT NULL,
    ended_at timestamp with time zone,
    review text DEFAULT 'none'::text NOT NULL,
    changed_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT seats_began_check CHECK (((began_at IS NOT NULL) OR (delivery <> ALL (ARRAY['active'::text, 'paused'::text, 'submitted'::text])))),
    CONSTRAINT seats_delivery_check CHECK ((delivery = ANY (ARRAY['rostered'::text, 'checked_in'::text, 'awaiting'::text, 'authorized'::text, 'active'::text, 'paused'::text, 'submitted'::text, 'terminated'::text, 'absent'::text, 'cancelled'::text]))),
    CONSTRAINT seats_extra_minutes_check CHECK (((extra_minutes >= 0) AND (extra_minutes <= 1440))),
    CONSTRAINT seats_incident_minutes_check CHECK (((incident_minutes >= 0) AND (incident_minutes <= 1440))),
    CONSTRAINT seats_paused_check CHECK (((paused_at IS NULL) OR (delivery = 'paused'::text))),
    CONSTRAINT seats_review_check CHECK ((review = ANY (ARRAY['none'::text, 'pending'::text, 'cleared'::text, 'violation'::text, 'voided'::text]))),
    CONSTRAINT seats_time_factor_check CHECK (((time_factor >= (1)::numeric) AND (time_factor <= (5)::numeric)))
);

ALTER TABLE lms.seats OWNER TO lms_owner;

COMMENT ON TABLE lms.seats IS 'One candidate of one sitting. Connectivity is derived from heartbeats, never stored';

CREATE TABLE public.enrollments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    member_id uuid NOT NULL,
    enrolled_at timestamp with time zone DEFAULT now() NOT NULL,
    enrollment_source text DEFAULT 'self_enrollment'::text NOT NULL,
    transaction_id uuid,
    amount_paid numeric(10,2) DEFAULT 0 NOT NULL,
    status text DEFAULT 'enrolled'::text NOT NULL,
    progress_percentage numeric(5,2) DEFAULT 0 NOT NULL,
    lessons_completed integer DEFAULT 0 NOT NULL,
    total_lessons integer DEFAULT 0 NOT NULL,
    current_lesson_id uuid,
    started_at timestamp with time zone,
    last_accessed_at timestamp with time zone,
    completed_at timestamp with time zone,
    total_time_spent_minutes integer DEFAULT 0 NOT NULL,
    certificate_issued boolean DEFAULT false NOT NULL,
    certificate_number text,
    certificate_url text,
    certificate_issued_at timestamp with time zone,
    cohort_name text,
    cohort_start_date timestamp with time zone,
    cohort_end_date timestamp with time zone,
    expires_at timestamp with time zone,
    final_grade numeric(5,2),
    instructor_notes text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT enrollments_amount_paid_check CHECK ((amount_paid >= (0)::numeric)),
    CONSTRAINT enrollments_enrollment_source_check CHECK ((enrollment_source = ANY (ARRAY['self_enrollment'::text, 'admin_assignment'::text, 'bulk_import'::text, 'event_registration'::text, 'membership_benefit'::text]))),
    CONSTRAINT enrollments_final_grade_check CHECK (((final_grade >= (0)::numeric) AND (final_grade <= (100)::numeric))),
    CONSTRAINT enrollments_progress_percentage_check CHECK (((progress_percentage >= (0)::numeric) AND (progress_percentage <= (100)::numeric))),
    CONSTRAINT enrollments_status_check CHECK ((status = ANY (ARRAY['enrolled'::text, 'in_progress'::text, 'completed'::text, 'dropped'::text, 'expired'::text, 'suspended'::text])))
);

ALTER TABLE public.enrollments OWNER TO lms_owner;

COMMENT ON TABLE public.enrollments IS 'Student course registration with progress tracking, certificate issuance, and payment integration';

CREATE TABLE public.quizzes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid,
    lesson_id uuid,
    title text NOT NULL,
    description text,
    instructions text,
    quiz_type text DEFAULT 'formative'::text NOT NULL,
    passing_score numeric(5,2) DEFAULT 70.00 NOT NULL,
    max_attempts integer,
    require_passing boolean DEFAULT false NOT NULL,
    time_limit_minutes integer,
    shuffle_questions boolean DEFAULT true NOT NULL,
    shuffle_answers boolean DEFAULT true NOT NULL,
    show_correct_answers text DEFAULT 'after_submission'::text NOT NULL,
    total_points numeric(8,2) DEFAULT 0 NOT NULL,
    available_from timestamp with time zone,
    available_until timestamp with time zone,
    attempts_count integer DEFAULT 0 NOT NULL,
    avg_score numeric(5,2),
    pass_rate numeric(5,2),
    graded_count integer DEFAULT 0 NOT NULL,
    passed_count integer DEFAULT 0 NOT NULL,
    score_sum numeric(14,2) DEFAULT 0 NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    is_bank boolean DEFAULT false NOT NULL,
    CONSTRAINT quizzes_available_check CHECK ((available_until >= available_from)),
    CONSTRAINT quizzes_is_bank_check CHECK (((NOT is_bank) OR ((lesson_id IS NULL) AND (NOT require_passing)))),
    CONSTRAINT quizzes_max_attempts_check CHECK ((max_attempts > 0)),
    CONSTRAINT quizzes_passing_score_check CHECK (((passing_score >= (0)::numeric) AND (passing_score <= (100)::numeric))),
    CONSTRAINT quizzes_quiz_type_check CHECK ((quiz_type = ANY (ARRAY['pre_assessment'::text, 'formative'::text, 'summative'::text, 'final_exam'::text, 'practice'::text]))),
    CONSTRAINT quizzes_show_correct_answers_check CHECK ((show_correct_answers = ANY (ARRAY['immediately'::text, 'after_submission'::text, 'after_deadline'::text, 'never'::text]))),
    CONSTRAINT quizzes_time_limit_minutes_check CHECK ((time_limit_minutes > 0))
);

ALTER TABLE public.quizzes OWNER TO lms_owner;

COMMENT ON TABLE public.quizzes IS 'Assessment configuration with passing criteria, time limits, and retry policies';

CREATE TABLE public.courses (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    title text NOT NULL,
    slug text NOT NULL,
    description text NOT NULL,
    short_description text,
    learning_objectives jsonb DEFAULT '[]'::jsonb NOT NULL,
    prerequisites jsonb DEFAULT '[]'::jsonb NOT NULL,
    target_audience text,
    category text NOT NULL,
    difficulty_level text,
    ce_credits numeric(5,2) DEFAULT 0 NOT NULL,
    designation_id uuid,
    certificate_template_id uuid,
    pricing_type text DEFAULT 'free'::text NOT NULL,
    price numeric(10,2) DEFAULT 0 NOT NULL,
    member_price numeric(10,2),
    delivery_format text DEFAULT 'self_paced'::text NOT NULL,
    estimated_duration_minutes integer,
    status text DEFAULT 'draft'::text NOT NULL,
    published_at timestamp with time zone,
    archived_at timestamp with time zone,
    instructor_id uuid,
    co_instructors uuid[] DEFAULT ARRAY[]::uuid[] NOT NULL,
    author_bio text,
    thumbnail_url text,
    promo_video_url text,
    syllabus_url text,
    allow_enrollment boolean DEFAULT true NOT NULL,
    max_enrollments integer,
    enrollment_start_date timestamp with time zone,
    enrollment_end_date timestamp with time zone,
    course_start_date timestamp with time zone,
    course_end_date timestamp with time zone,
    enable_discussion_forum boolean DEFAULT false NOT NULL,
    enable_peer_review boolean DEFAULT false NOT NULL,
    completion_certificate boolean DEFAULT true NOT NULL,
    total_enrollments integer DEFAULT 0 NOT NULL,
    active_enrollments integer DEFAULT 0 NOT NULL,
    completion_count integer DEFAULT 0 NOT NULL,
    completion_rate numeric(5,2) DEFAULT 0 NOT NULL,
    avg_rating numeric(3,2),
    total_reviews integer DEFAULT 0 NOT NULL,
    rating_sum integer DEFAULT 0 NOT NULL,
    lessons_count integer DEFAULT 0 NOT NULL,
    scorm_package_url text,
    scorm_version text,
    row_version bigint DEFAULT 0 NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT courses_category_check CHECK ((category = ANY (ARRAY['insurance_fundamentals'::text, 'health_benefits'::text, 'life_insurance'::text, 'retirement_planning'::text, 'compliance'::text, 'sales_techniques'::text, 'leadership'::text, 'technology'::text, 'continuing_education'::text]))),
    CONSTRAINT courses_ce_credits_check CHECK ((ce_credits >= (0)::numeric)),
    CONSTRAINT courses_course_window_check CHECK ((course_end_date >= course_start_date)),
    CONSTRAINT courses_delivery_format_check CHECK ((delivery_format = ANY (ARRAY['self_paced'::text, 'instructor_led'::text, 'blended'::text, 'live_virtual'::text]))),
    CONSTRAINT courses_difficulty_level_check CHECK ((difficulty_level = ANY (ARRAY['beginner'::text, 'intermediate'::text, 'advanced'::text, 'expert'::text]))),
    CONSTRAINT courses_enrollment_window_check CHECK ((enrollment_end_date >= enrollment_start_date)),
    CONSTRAINT courses_estimated_duration_minutes_check CHECK ((estimated_duration_minutes >= 0)),
    CONSTRAINT courses_learning_objectives_check CHECK ((jsonb_typeof(learning_objectives) = 'array'::text)),
    CONSTRAINT courses_max_enrollments_check CHECK ((max_enrollments >= 0)),
    CONSTRAINT courses_member_price_check CHECK ((member_price >= (0)::numeric)),
    CONSTRAINT courses_prerequisites_check CHECK ((jsonb_typeof(prerequisites) = 'array'::text)),
    CONSTRAINT courses_price_check CHECK ((price >= (0)::numeric)),
    CONSTRAINT courses_pricing_type_check CHECK ((pricing_type = ANY (ARRAY['free'::text, 'paid'::text, 'member_only'::text, 'premium'::text]))),
    CONSTRAINT courses_scorm_version_check CHECK ((scorm_version = ANY (ARRAY['1.2'::text, '2004'::text, 'aicc'::text]))),
    CONSTRAINT courses_short_description_check CHECK ((char_length(short_description) <= 200)),
    CONSTRAINT courses_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text, 'under_review'::text])))
);

ALTER TABLE public.courses OWNER TO lms_owner;

COMMENT ON TABLE public.courses IS 'Master course catalog supporting self-paced, instructor-led, and blended learning formats with CE credit tracking';

CREATE TABLE public.assignment_submissions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    assignment_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    submission_number integer DEFAULT 1 NOT NULL,
    submitted_at timestamp with time zone DEFAULT now() NOT NULL,
    is_late boolean DEFAULT false NOT NULL,
    late_days integer DEFAULT 0 NOT NULL,
    submission_text text,
    submission_html text,
    submission_url text,
    file_attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    status text DEFAULT 'submitted'::text NOT NULL,
    score numeric(8,2),
    points_earned numeric(8,2),
    grade_percentage numeric(8,2),
    graded_by uuid,
    graded_at timestamp with time zone,
    instructor_feedback_html text,
    rubric_scores jsonb,
    late_penalty_applied numeric(8,2) DEFAULT 0 NOT NULL,
    final_score numeric(8,2),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    client_key uuid,
    late_seconds integer DEFAULT 0 NOT NULL,
    CONSTRAINT assignment_submissions_file_attachments_check CHECK ((jsonb_typeof(file_attachments) = 'array'::text)),
    CONSTRAINT assignment_submissions_late_seconds_check CHECK ((late_seconds >= 0)),
    CONSTRAINT assignment_submissions_status_check CHECK ((status = ANY (ARRAY['submitted'::text, 'grading'::text, 'graded'::text, 'returned'::text, 'resubmission_requested'::text]))),
    CONSTRAINT assignment_submissions_submission_number_check CHECK ((submission_number > 0))
);

ALTER TABLE public.assignment_submissions OWNER TO lms_owner;

COMMENT ON TABLE public.assignment_submissions IS 'Student assignment submissions with file uploads, grading, and feedback';

CREATE TABLE lms.attempt_delivery (
    attempt_id uuid NOT NULL,
    seed uuid DEFAULT gen_random_uuid() NOT NULL,
    deadline timestamp with time zone,
    changed_in xid8 DEFAULT pg_current_xact_id() NOT NULL
);

ALTER TABLE lms.attempt_delivery OWNER TO lms_owner;

COMMENT ON TABLE lms.attempt_delivery IS 'How an attempt is delivered';

CREATE TABLE public.lesson_progress (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    status text DEFAULT 'not_started'::text NOT NULL,
    video_position_seconds integer DEFAULT 0 NOT NULL,
    video_watched_seconds integer DEFAULT 0 NOT NULL,
    video_completion_percentage numeric(5,2) DEFAULT 0 NOT NULL,
    scorm_cmi_data jsonb,
    scorm_completion_status text,
    scorm_score numeric(8,2),
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    time_spent_seconds integer DEFAULT 0 NOT NULL,
    last_accessed_at timestamp with time zone,
    access_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lesson_progress_status_check CHECK ((status = ANY (ARRAY['not_started'::text, 'in_progress'::text, 'completed'::text]))),
    CONSTRAINT lesson_progress_video_completion_percentage_check CHECK (((video_completion_percentage >= (0)::numeric) AND (video_completion_percentage <= (100)::numeric)))
);

ALTER TABLE public.lesson_progress OWNER TO lms_owner;

COMMENT ON TABLE public.lesson_progress IS 'Granular progress tracking supporting video resume, SCORM state, and time-on-task analytics';

CREATE TABLE lms.scorm_sessions (
    id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    last_sequence bigint DEFAULT 0 NOT NULL,
    saved_at timestamp with time zone,
    seconds integer DEFAULT 0 NOT NULL,
    superseded_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT scorm_sessions_seconds_check CHECK ((seconds >= 0))
);

ALTER TABLE lms.scorm_sessions OWNER TO lms_owner;

COMMENT ON TABLE lms.scorm_sessions IS 'Launches of SCORM lessons: which is the current one, and the last save of each';

CREATE TABLE public.live_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    session_date timestamp with time zone NOT NULL,
    duration_minutes integer NOT NULL,
    timezone text DEFAULT 'America/New_York'::text NOT NULL,
    meeting_platform text,
    meeting_url text NOT NULL,
    meeting_id text,
    meeting_password text,
    instructor_id uuid NOT NULL,
    co_hosts uuid[] DEFAULT ARRAY[]::uuid[] NOT NULL,
    max_attendees integer,
    registered_count integer DEFAULT 0 NOT NULL,
    recording_enabled boolean DEFAULT true NOT NULL,
    recording_url text,
    recording_available boolean DEFAULT false NOT NULL,
    agenda_html text,
    pre_session_materials jsonb DEFAULT '[]'::jsonb NOT NULL,
    post_session_materials jsonb DEFAULT '[]'::jsonb NOT NULL,
    status text DEFAULT 'scheduled'::text NOT NULL,
    attendance_count integer DEFAULT 0 NOT NULL,
    avg_attendance_duration_minutes integer,
    attendance_minutes_sum integer DEFAULT 0 NOT NULL,
    attendance_minutes_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    credit_percentage integer DEFAULT 80 NOT NULL,
    CONSTRAINT live_sessions_credit_percentage_check CHECK (((credit_percentage >= 1) AND (credit_percentage <= 100))),
    CONSTRAINT live_sessions_duration_minutes_check CHECK ((duration_minutes > 0)),
    CONSTRAINT live_sessions_max_attendees_check CHECK ((max_attendees >= 0)),
    CONSTRAINT live_sessions_meeting_platform_check CHECK ((meeting_platform = ANY (ARRAY['zoom'::text, 'microsoft_teams'::text, 'google_meet'::text, 'webex'::text, 'custom'::text]))),
    CONSTRAINT live_sessions_post_session_materials_check CHECK ((jsonb_typeof(post_session_materials) = 'array'::text)),
    CONSTRAINT live_sessions_pre_session_materials_check CHECK ((jsonb_typeof(pre_session_materials) = 'array'::text)),
    CONSTRAINT live_sessions_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'in_progress'::text, 'completed'::text, 'cancelled'::text])))
);

ALTER TABLE public.live_sessions OWNER TO lms_owner;

COMMENT ON TABLE public.live_sessions IS 'Live virtual classroom sessions with meeting integration and recording support';

CREATE TABLE public.members (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    phone text,
    organization text,
    job_title text,
    credentials text[] DEFAULT ARRAY[]::text[] NOT NULL,
    designations text[] DEFAULT ARRAY[]::text[] NOT NULL,
    engagement_score integer DEFAULT 0 NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    member_since date,
    npn text,
    license_state text,
    license_number text,
    lists_certificates boolean DEFAULT false NOT NULL,
    time_zone text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    merged_into uuid,
    erased_at timestamp with time zone,
    CONSTRAINT members_email_check CHECK (((email ~~ '%_@_%'::text) AND (email = btrim(email)))),
    CONSTRAINT members_license_state_check CHECK ((license_state ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT members_merged_into_check CHECK ((merged_into <> id)),
    CONSTRAINT members_npn_check CHECK ((npn ~ '^[0-9]{1,10}$'::text)),
    CONSTRAINT members_status_check CHECK ((status = ANY (ARRAY['active'::text, 'lapsed'::text, 'suspended'::text, 'inactive'::text])))
);

ALTER TABLE public.members OWNER TO lms_owner;

COMMENT ON TABLE public.members IS 'Members of the association and everybody else who learns, teaches or administers';

CREATE TABLE public.assignment_reviews (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    submission_id uuid NOT NULL,
    reviewer_id uuid NOT NULL,
    review_type text DEFAULT 'instructor'::text NOT NULL,
    status text DEFAULT 'assigned'::text NOT NULL,
    rubric_scores jsonb,
    score numeric(8,2),
    feedback_html text,
    submitted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT assignment_reviews_review_type_check CHECK ((review_type = ANY (ARRAY['instructor'::text, 'peer'::text]))),
    CONSTRAINT assignment_reviews_status_check CHECK ((status = ANY (ARRAY['assigned'::text, 'draft'::text, 'submitted'::text])))
);

ALTER TABLE public.assignment_reviews OWNER TO lms_owner;

COMMENT ON TABLE public.assignment_reviews IS 'Feedback on a submission by an instructor or a peer';

CREATE TABLE lms.seat_sessions (
    token_hash bytea NOT NULL,
    seat_id uuid NOT NULL,
    station_id uuid NOT NULL,
    epoch integer NOT NULL,
    address inet,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT seat_sessions_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

ALTER TABLE lms.seat_sessions OWNER TO lms_owner;

COMMENT ON TABLE lms.seat_sessions IS 'Which station sat at which seat; one session of a seat at most is not revoked';

CREATE TABLE public.quiz_questions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_id uuid NOT NULL,
    question_text text NOT NULL,
    question_html text,
    question_type text NOT NULL,
    question_order integer NOT NULL,
    "position" double precision NOT NULL,
    answer_options jsonb DEFAULT '[]'::jsonb NOT NULL,
    correct_answer jsonb,
    points numeric(8,2) DEFAULT 1.00 NOT NULL,
    explanation text,
    hint text,
    image_url text,
    video_url text,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    title text,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    grading jsonb DEFAULT '{}'::jsonb NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    CONSTRAINT quiz_questions_answer_options_check CHECK ((jsonb_typeof(answer_options) = 'array'::text)),
    CONSTRAINT quiz_questions_grading_check CHECK ((jsonb_typeof(grading) = 'object'::text)),
    CONSTRAINT quiz_questions_points_check CHECK ((points >= (0)::numeric)),
    CONSTRAINT quiz_questions_question_type_check CHECK ((question_type = ANY (ARRAY['multiple_choice'::text, 'true_false'::text, 'multiple_answer'::text, 'short_answer'::text, 'essay'::text, 'fill_blank'::text, 'matching'::text, 'ordering'::text])))
);

ALTER TABLE public.quiz_questions OWNER TO lms_owner;

COMMENT ON TABLE public.quiz_questions IS 'Flexible question bank supporting 8 question types with rich media support';

CREATE TABLE lms.annotations (
    id uuid NOT NULL,
    submission_id uuid NOT NULL,
    asset_id text NOT NULL,
    author_id uuid,
    kind text NOT NULL,
    page integer NOT NULL,
    strokes jsonb NOT NULL,
    colour text NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT annotations_colour_check CHECK ((colour ~ '^#[0-9a-f]{6}$'::text)),
    CONSTRAINT annotations_kind_check CHECK ((kind = ANY (ARRAY['highlight'::text, 'note'::text, 'drawing'::text]))),
    CONSTRAINT annotations_page_check CHECK ((page >= 0)),
    CONSTRAINT annotations_strokes_check CHECK (((jsonb_typeof(strokes) = 'array'::text) AND (octet_length((strokes)::text) <= 262144))),
    CONSTRAINT annotations_words_check CHECK ((length(words) <= 10000))
);

ALTER TABLE lms.annotations OWNER TO lms_owner;

COMMENT ON TABLE lms.annotations IS 'Highlights, notes and drawings of graders on the files of a submission; the learner''s to see once it is released';

CREATE TABLE lms.applied_files (
    name text NOT NULL,
    kind text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_by text DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT applied_files_kind_check CHECK ((kind = ANY (ARRAY['migration'::text, 'function'::text, 'policy'::text])))
);

ALTER TABLE lms.applied_files OWNER TO lms_owner;

COMMENT ON TABLE lms.applied_files IS 'Which file of server_sql was applied when, by whom, with which SHA-256';

CREATE TABLE lms.asset_chunks (
    asset_id text NOT NULL,
    ordinal integer NOT NULL,
    chunk_hash bytea NOT NULL,
    CONSTRAINT asset_chunks_ordinal_check CHECK ((ordinal >= 0))
);

ALTER TABLE lms.asset_chunks OWNER TO lms_owner;

COMMENT ON TABLE lms.asset_chunks IS 'The manifest of an asset: its chunks in order, from 0';

CREATE TABLE lms.assets (
    id text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT assets_id_check CHECK ((id ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT assets_size_check CHECK ((size >= 0))
);

ALTER TABLE lms.assets OWNER TO lms_owner;

COMMENT ON TABLE lms.assets IS 'Files: videos, packages, attachments, certificates, submissions';

CREATE TABLE lms.assignment_extensions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    assignment_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    due_date timestamp with time zone,
    late_until timestamp with time zone,
    submissions integer DEFAULT 0 NOT NULL,
    reason text,
    granted_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT assignment_extensions_submissions_check CHECK ((submissions >= 0))
);

ALTER TABLE lms.assignment_extensions OWNER TO lms_owner;

COMMENT ON TABLE lms.assignment_extensions IS 'More time, or more attempts, for one learner at one assignment';

CREATE TABLE lms.attempt_questions (
    attempt_id uuid NOT NULL,
    number integer NOT NULL,
    question_id uuid NOT NULL,
    shown_version bigint NOT NULL,
    graded_version bigint NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    flagged boolean DEFAULT false NOT NULL,
    settled_in xid8
);

ALTER TABLE lms.attempt_questions OWNER TO lms_owner;

COMMENT ON TABLE lms.attempt_questions IS 'The questions of an attempt, answered or not';

CREATE TABLE lms.ce_approvals (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    state text NOT NULL,
    course_number text NOT NULL,
    credits numeric(5,2) NOT NULL,
    method text DEFAULT 'self_study'::text NOT NULL,
    approved_on date NOT NULL,
    expires_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ce_approvals_course_number_check CHECK ((btrim(course_number) <> ''::text)),
    CONSTRAINT ce_approvals_credits_check CHECK ((credits > (0)::numeric)),
    CONSTRAINT ce_approvals_expires_on_check CHECK ((expires_on >= approved_on)),
    CONSTRAINT ce_approvals_method_check CHECK ((method = ANY (ARRAY['self_study'::text, 'classroom'::text, 'webinar'::text]))),
    CONSTRAINT ce_approvals_state_check CHECK ((state ~ '^[A-Z]{2}$'::text))
);

ALTER TABLE lms.ce_approvals OWNER TO lms_owner;

COMMENT ON TABLE lms.ce_approvals IS 'Courses as states approved them for continuing education, each for a time';

CREATE TABLE lms.ce_filings (
    certificate_id uuid NOT NULL,
    state text NOT NULL,
    filed_at timestamp with time zone DEFAULT now() NOT NULL,
    filed_by uuid,
    CONSTRAINT ce_filings_state_check CHECK ((state ~ '^[A-Z]{2}$'::text))
);

ALTER TABLE lms.ce_filings OWNER TO lms_owner;

COMMENT ON TABLE lms.ce_filings IS 'Completions that were reported to a state';

CREATE TABLE lms.ce_providers (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    state text NOT NULL,
    provider_number text NOT NULL,
    CONSTRAINT ce_providers_provider_number_check CHECK ((btrim(provider_number) <> ''::text)),
    CONSTRAINT ce_providers_state_check CHECK ((state ~ '^[A-Z]{2}$'::text))
);

ALTER TABLE lms.ce_providers OWNER TO lms_owner;

COMMENT ON TABLE lms.ce_providers IS 'The number under which a state knows the association as a provider of continuing education';

CREATE TABLE public.session_attendance (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    attended boolean DEFAULT false NOT NULL,
    joined_at timestamp with time zone,
    left_at timestamp with time zone,
    duration_minutes integer,
    questions_asked integer DEFAULT 0 NOT NULL,
    polls_answered integer DEFAULT 0 NOT NULL,
    eligible_for_credit boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    presences tstzmultirange DEFAULT '{}'::tstzmultirange NOT NULL,
    by_hand boolean DEFAULT false NOT NULL,
    CONSTRAINT session_attendance_duration_minutes_check CHECK ((duration_minutes >= 0))
);

ALTER TABLE public.session_attendance OWNER TO lms_owner;

COMMENT ON TABLE public.session_attendance IS 'Live session participation tracking with CE credit eligibility validation';

CREATE TABLE lms.certificate_deliveries (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    certificate_id uuid NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    sent_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_by uuid,
    CONSTRAINT certificate_deliveries_kind_check CHECK ((kind = ANY (ARRAY['certificate'::text, 'reminder'::text])))
);

ALTER TABLE lms.certificate_deliveries OWNER TO lms_owner;

COMMENT ON TABLE lms.certificate_deliveries IS 'E-mail that a mail server accepted: the certificate itself, or a reminder that it expires';

CREATE TABLE lms.certificate_log (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    certificate_id uuid NOT NULL,
    event text NOT NULL,
    entry text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT certificate_log_event_check CHECK ((event = ANY (ARRAY['issued'::text, 'filed'::text, 'superseded'::text, 'revoked'::text]))),
    CONSTRAINT certificate_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT certificate_log_number_check CHECK ((number > 0))
);

ALTER TABLE lms.certificate_log OWNER TO lms_owner;

COMMENT ON TABLE lms.certificate_log IS 'Append-only hash chain of what was done to certificates; lms.append_to_certificate_log says what is hashed';

CREATE TABLE lms.certificate_log_head (
    singleton boolean DEFAULT true NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT certificate_log_head_singleton_check CHECK (singleton)
);

ALTER TABLE lms.certificate_log_head OWNER TO lms_owner;

COMMENT ON TABLE lms.certificate_log_head IS 'The last entry of the log; who appends holds this row, so that the chain never forks';

CREATE TABLE lms.certificate_template_versions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    template_id uuid NOT NULL,
    number integer NOT NULL,
    definition jsonb NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT certificate_template_versions_definition_check CHECK ((jsonb_typeof(definition) = 'object'::text)),
    CONSTRAINT certificate_template_versions_number_check CHECK ((number > 0))
);

ALTER TABLE lms.certificate_template_versions OWNER TO lms_owner;

COMMENT ON TABLE lms.certificate_template_versions IS 'Every design as it was when it was saved; written by a trigger, changed by nothing';

CREATE TABLE lms.certificate_templates (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    definition jsonb NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    designation_id uuid,
    CONSTRAINT certificate_templates_definition_check CHECK ((jsonb_typeof(definition) = 'object'::text))
);

ALTER TABLE lms.certificate_templates OWNER TO lms_owner;

COMMENT ON TABLE lms.certificate_templates IS 'Designs that a certificate is drawn from';

CREATE TABLE lms.chunk_uploads (
    chunk_hash bytea NOT NULL,
    member_id uuid NOT NULL,
    uploaded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.chunk_uploads OWNER TO lms_owner;

COMMENT ON TABLE lms.chunk_uploads IS 'Who has sent a chunk and so need not send it again';

CREATE TABLE lms.chunks (
    hash bytea NOT NULL,
    size integer NOT NULL,
    data bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT chunks_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT chunks_size_check CHECK (((size >= 1) AND (size <= 1048576)))
);
ALTER TABLE ONLY lms.chunks ALTER COLUMN data SET STORAGE EXTERNAL;

ALTER TABLE lms.chunks OWNER TO lms_owner;

COMMENT ON TABLE lms.chunks IS 'Pieces of assets; each stored once';

CREATE TABLE lms.grades (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    submission_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    stage text NOT NULL,
    grader_id uuid,
    rubric_scores jsonb DEFAULT '{}'::jsonb NOT NULL,
    score numeric(8,2),
    feedback_html text,
    private_note text,
    done boolean DEFAULT false NOT NULL,
    blind boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    client_key uuid,
    released_version bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT grades_rubric_scores_check CHECK ((jsonb_typeof(rubric_scores) = 'object'::text)),
    CONSTRAINT grades_score_check CHECK ((score >= (0)::numeric)),
    CONSTRAINT grades_stage_check CHECK ((stage = ANY (ARRAY['first'::text, 'second'::text, 'agreed'::text])))
);

ALTER TABLE lms.grades OWNER TO lms_owner;

COMMENT ON TABLE lms.grades IS 'What graders think of a submission; copied to it when it is released, and the learner''s from then on';

CREATE TABLE lms.grading_claims (
    submission_id uuid NOT NULL,
    member_id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);

ALTER TABLE lms.grading_claims OWNER TO lms_owner;

COMMENT ON TABLE lms.grading_claims IS 'Who has a submission in front of them; a courtesy, and no lock';

CREATE TABLE lms.grading_comments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    member_id uuid NOT NULL,
    course_id uuid,
    comment text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT grading_comments_comment_check CHECK ((btrim(comment) <> ''::text))
);

ALTER TABLE lms.grading_comments OWNER TO lms_owner;

COMMENT ON TABLE lms.grading_comments IS 'What graders write again and again';

CREATE TABLE lms.grading_schemes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    scheme jsonb NOT NULL,
    changed_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT grading_schemes_scheme_check CHECK ((jsonb_typeof((scheme -> 'groups'::text)) = 'array'::text))
);

ALTER TABLE lms.grading_schemes OWNER TO lms_owner;

COMMENT ON TABLE lms.grading_schemes IS 'How a course''s grade is made of its parts; without a row each part counts the same';

CREATE TABLE lms.heartbeats (
    seat_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    unsaved integer NOT NULL,
    unsaved_seconds integer NOT NULL,
    question integer,
    answered integer NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE lms.heartbeats OWNER TO lms_owner;

COMMENT ON TABLE lms.heartbeats IS 'The last word of each seat; narrow and without an index but its key, so that updates stay within their page (HOT)';

CREATE TABLE lms.incident_heads (
    sitting_id uuid NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL
);

ALTER TABLE lms.incident_heads OWNER TO lms_owner;

COMMENT ON TABLE lms.incident_heads IS 'The last entry of each log; who appends holds this row, so that no chain forks';

CREATE TABLE lms.incidents (
    sitting_id uuid NOT NULL,
    number bigint NOT NULL,
    seat_id uuid,
    kind text NOT NULL,
    severity text NOT NULL,
    at timestamp with time zone NOT NULL,
    entry text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT incidents_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT incidents_number_check CHECK ((number > 0)),
    CONSTRAINT incidents_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'low'::text, 'medium'::text, 'high'::text])))
);

ALTER TABLE lms.incidents OWNER TO lms_owner;

COMMENT ON TABLE lms.incidents IS 'Append-only hash chain of each sitting; lms.append_incident says what is hashed';

CREATE TABLE lms.late_answers (
    seat_id uuid NOT NULL,
    epoch integer NOT NULL,
    sequence bigint NOT NULL,
    question_id uuid NOT NULL,
    answer jsonb,
    reason text NOT NULL,
    arrived_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT late_answers_reason_check CHECK ((reason = ANY (ARRAY['after_deadline'::text, 'not_active'::text, 'session_ended'::text, 'superseded'::text])))
);

ALTER TABLE lms.late_answers OWNER TO lms_owner;

COMMENT ON TABLE lms.late_answers IS 'Answers in quarantine: kept for the proctor, graded by nobody';

CREATE TABLE lms.lesson_imports (
    lesson_id uuid NOT NULL,
    version integer NOT NULL,
    package_url text NOT NULL,
    file_name text NOT NULL,
    standard text NOT NULL,
    report jsonb NOT NULL,
    imported_by uuid NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lesson_imports_report_check CHECK ((jsonb_typeof(report) = 'array'::text)),
    CONSTRAINT lesson_imports_version_check CHECK ((version > 0))
);

ALTER TABLE lms.lesson_imports OWNER TO lms_owner;

COMMENT ON TABLE lms.lesson_imports IS 'What was imported into a lesson, when, by whom, and what was tolerated; the highest version is the current one';

CREATE TABLE lms.lesson_media (
    lesson_id uuid NOT NULL,
    package_url text NOT NULL,
    path text NOT NULL,
    converted_url text,
    failure text,
    found_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lesson_media_outcome_check CHECK (((converted_url IS NULL) OR (failure IS NULL)))
);

ALTER TABLE lms.lesson_media OWNER TO lms_owner;

COMMENT ON TABLE lms.lesson_media IS 'H.264 and AAC media of packages, and what they were converted to';

CREATE TABLE lms.lesson_notes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    member_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    at_seconds integer,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lesson_notes_at_seconds_check CHECK ((at_seconds >= 0)),
    CONSTRAINT lesson_notes_body_check CHECK (((btrim(body) <> ''::text) AND (char_length(body) <= 20000)))
);

ALTER TABLE lms.lesson_notes OWNER TO lms_owner;

COMMENT ON TABLE lms.lesson_notes IS 'What learners write for themselves beside a lesson; nobody else reads it';

CREATE TABLE lms.meeting_accounts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    member_id uuid NOT NULL,
    account text NOT NULL,
    added_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT meeting_accounts_account_check CHECK (((account = lower(btrim(account))) AND (account <> ''::text)))
);

ALTER TABLE lms.meeting_accounts OWNER TO lms_owner;

COMMENT ON TABLE lms.meeting_accounts IS 'Further addresses and account names under which members come to live sessions';

CREATE TABLE lms.member_logins (
    member_id uuid NOT NULL,
    role_name name NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    disabled_by uuid,
    disabled_at timestamp with time zone
);

ALTER TABLE lms.member_logins OWNER TO lms_owner;

COMMENT ON TABLE lms.member_logins IS 'Which LOGIN role is which member';

CREATE TABLE lms.member_roles (
    member_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT member_roles_role_check CHECK ((role = ANY (ARRAY['learner'::text, 'instructor'::text, 'proctor'::text, 'administrator'::text])))
);

ALTER TABLE lms.member_roles OWNER TO lms_owner;

COMMENT ON TABLE lms.member_roles IS 'What a person may do; the groups of their login follow it';

CREATE TABLE lms.module_completions (
    enrollment_id uuid NOT NULL,
    module_id uuid NOT NULL,
    completed_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.module_completions OWNER TO lms_owner;

COMMENT ON TABLE lms.module_completions IS 'Which enrollment has completed every lesson of which module; kept by triggers';

CREATE TABLE lms.privacy_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    note text,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_by uuid,
    answered_at timestamp with time zone,
    answered_by uuid,
    answer text,
    CONSTRAINT privacy_requests_kind_check CHECK ((kind = ANY (ARRAY['inspection'::text, 'amendment'::text, 'erasure'::text])))
);

ALTER TABLE lms.privacy_requests OWNER TO lms_owner;

COMMENT ON TABLE lms.privacy_requests IS 'What members asked about their records, and what was done (34 CFR 99.32: kept as long as the records are)';

CREATE TABLE lms.push_outcomes (
    op_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    member_id uuid NOT NULL,
    outcome jsonb NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.push_outcomes OWNER TO lms_owner;

COMMENT ON TABLE lms.push_outcomes IS 'The outcome of each pushed change, values that lost included; a change that is sent again is answered from here';

CREATE TABLE lms.question_versions (
    id bigint NOT NULL,
    question_id uuid NOT NULL,
    version integer NOT NULL,
    content jsonb NOT NULL,
    content_hash bytea NOT NULL,
    points numeric(8,2) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.question_versions OWNER TO lms_owner;

COMMENT ON TABLE lms.question_versions IS 'Questions as learners were given them; a new version when one is given after it was changed';

ALTER TABLE lms.question_versions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lms.question_versions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE lms.quiz_draws (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_id uuid NOT NULL,
    bank_id uuid NOT NULL,
    question_id uuid,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    count integer DEFAULT 1 NOT NULL,
    "position" double precision NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT quiz_draws_count_check CHECK ((count > 0)),
    CONSTRAINT quiz_draws_question_id_check CHECK (((question_id IS NULL) OR ((count = 1) AND (tags = '{}'::text[]))))
);

ALTER TABLE lms.quiz_draws OWNER TO lms_owner;

COMMENT ON TABLE lms.quiz_draws IS 'Questions that a quiz takes from a bank for each attempt: one that is named, or some at random';

CREATE TABLE lms.regrade_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    submission_id uuid NOT NULL,
    reason text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    answer text,
    answered_by uuid,
    answered_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT regrade_requests_reason_check CHECK ((btrim(reason) <> ''::text)),
    CONSTRAINT regrade_requests_status_check CHECK ((status = ANY (ARRAY['open'::text, 'changed'::text, 'unchanged'::text])))
);

ALTER TABLE lms.regrade_requests OWNER TO lms_owner;

COMMENT ON TABLE lms.regrade_requests IS 'Learners who ask to have released work looked at again';

CREATE TABLE lms.regrades (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_id uuid NOT NULL,
    regraded_by uuid,
    regraded_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    changes jsonb NOT NULL,
    request jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE lms.regrades OWNER TO lms_owner;

COMMENT ON TABLE lms.regrades IS 'Who changed which scores after the fact, and why';

CREATE TABLE lms.review_votes (
    review_id uuid NOT NULL,
    member_id uuid NOT NULL,
    helpful boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.review_votes OWNER TO lms_owner;

COMMENT ON TABLE lms.review_votes IS 'Who found which review of a course helpful, or not';

CREATE TABLE lms.row_clocks (
    scope_id uuid NOT NULL,
    scope text NOT NULL,
    value bigint NOT NULL,
    CONSTRAINT row_clocks_scope_check CHECK ((scope = ANY (ARRAY['course'::text, 'bank'::text])))
);

ALTER TABLE lms.row_clocks OWNER TO lms_owner;

COMMENT ON TABLE lms.row_clocks IS 'A counter per course and per question bank, raised with each authored change and locked until commit';

CREATE TABLE lms.scorm_attempts (
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    item_id text NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    score numeric(5,2),
    score_raw numeric,
    score_min numeric,
    score_max numeric,
    progress numeric,
    total_seconds numeric DEFAULT 0 NOT NULL,
    finished boolean NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    saved_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT scorm_attempts_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT scorm_attempts_score_check CHECK (((score >= (0)::numeric) AND (score <= (100)::numeric)))
);

ALTER TABLE lms.scorm_attempts OWNER TO lms_owner;

COMMENT ON TABLE lms.scorm_attempts IS 'Attempts at the parts of SCORM lessons, from the documents that were saved';

CREATE TABLE lms.scorm_data (
    member_id uuid NOT NULL,
    target_id text NOT NULL,
    store text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.scorm_data OWNER TO lms_owner;

COMMENT ON TABLE lms.scorm_data IS 'Stores of adl.data that a learner''s courses share (sharedDataGlobalToSystem)';

CREATE TABLE lms.scorm_interactions (
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    item_id text NOT NULL,
    attempt integer NOT NULL,
    n integer NOT NULL,
    interaction_id text,
    interaction_type text,
    description text,
    answered_at text,
    response text,
    correct_responses text[] DEFAULT '{}'::text[] NOT NULL,
    objectives text[] DEFAULT '{}'::text[] NOT NULL,
    result text,
    weighting numeric,
    latency_seconds numeric
);

ALTER TABLE lms.scorm_interactions OWNER TO lms_owner;

COMMENT ON TABLE lms.scorm_interactions IS 'Questions and other interactions that content reported (cmi.interactions), one row each';

CREATE TABLE lms.scorm_objectives (
    member_id uuid NOT NULL,
    objective_id text NOT NULL,
    known jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT scorm_objectives_known_check CHECK ((jsonb_typeof(known) = 'object'::text))
);

ALTER TABLE lms.scorm_objectives OWNER TO lms_owner;

COMMENT ON TABLE lms.scorm_objectives IS 'Global objectives of SCORM 2004 that a learner''s courses share (objectivesGlobalToSystem)';

CREATE TABLE lms.seat_commands (
    id bigint NOT NULL,
    seat_id uuid NOT NULL,
    command text NOT NULL,
    body jsonb NOT NULL,
    given_by uuid,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT seat_commands_body_check CHECK ((jsonb_typeof(body) = 'object'::text)),
    CONSTRAINT seat_commands_command_check CHECK ((command = ANY (ARRAY['state'::text, 'time'::text, 'message'::text])))
);

ALTER TABLE lms.seat_commands OWNER TO lms_owner;

COMMENT ON TABLE lms.seat_commands IS 'What a heartbeat brings back to a station; written under the lock of the seat, so their ids are in order';

ALTER TABLE lms.seat_commands ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lms.seat_commands_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE lms.session_waiting (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE lms.session_waiting OWNER TO lms_owner;

COMMENT ON TABLE lms.session_waiting IS 'Who waits for a seat in a live session that is full, the first come first';

CREATE TABLE lms.signing_keys (
    id text NOT NULL,
    name text NOT NULL,
    public_keys text NOT NULL,
    added_by uuid,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    retired_by uuid,
    compromised_at timestamp with time zone,
    CONSTRAINT signing_keys_compromised_check CHECK (((compromised_at IS NULL) OR (retired_at IS NOT NULL))),
    CONSTRAINT signing_keys_id_check CHECK ((id ~ '^[A-Z2-7]{12}$'::text))
);

ALTER TABLE lms.signing_keys OWNER TO lms_owner;

COMMENT ON TABLE lms.signing_keys IS 'Public keys that certificates are verified with; one is current, and no row is deleted';

CREATE TABLE lms.sitting_proctors (
    sitting_id uuid NOT NULL,
    member_id uuid NOT NULL
);

ALTER TABLE lms.sitting_proctors OWNER TO lms_owner;

COMMENT ON TABLE lms.sitting_proctors IS 'Who supervises a sitting';

CREATE TABLE lms.sitting_rooms (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    sitting_id uuid NOT NULL,
    name text NOT NULL,
    CONSTRAINT sitting_rooms_name_check CHECK ((name <> ''::text))
);

ALTER TABLE lms.sitting_rooms OWNER TO lms_owner;

COMMENT ON TABLE lms.sitting_rooms IS 'The rooms of a sitting';

CREATE TABLE lms.sittings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_id uuid NOT NULL,
    title text NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    duration_minutes integer NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sittings_duration_minutes_check CHECK (((duration_minutes >= 1) AND (duration_minutes <= 1440))),
    CONSTRAINT sittings_title_check CHECK ((title <> ''::text)),
    CONSTRAINT sittings_window_check CHECK ((closes_at > opens_at))
);

ALTER TABLE lms.sittings OWNER TO lms_owner;

COMMENT ON TABLE lms.sittings IS 'An exam at a time; while there is one, its quiz is taken at stations only';

CREATE TABLE lms.start_codes (
    code_hash bytea NOT NULL,
    seat_id uuid NOT NULL,
    issued_by uuid,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    spent_at timestamp with time zone,
    CONSTRAINT start_codes_code_hash_check CHECK ((octet_length(code_hash) = 32))
);

ALTER TABLE lms.start_codes OWNER TO lms_owner;

COMMENT ON TABLE lms.start_codes IS 'What lets a station enter a seat, once; the code itself is on paper only';

CREATE TABLE lms.stations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    role_name name NOT NULL,
    guesses_forgiven bigint DEFAULT 0 NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT stations_name_check CHECK ((name <> ''::text))
);

ALTER TABLE lms.stations OWNER TO lms_owner;

COMMENT ON TABLE lms.stations IS 'Machines that candidates sit at';

CREATE TABLE lms.tombstones (
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    row_version bigint NOT NULL,
    deleted_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE lms.tombstones OWNER TO lms_owner;

COMMENT ON TABLE lms.tombstones IS 'Authored rows that were deleted from a course or bank; what went with a deleted parent is implied by it';

CREATE TABLE lms.video_watching (
    progress_id uuid NOT NULL,
    played int4multirange DEFAULT '{}'::int4multirange NOT NULL,
    replayed int4multirange DEFAULT '{}'::int4multirange NOT NULL,
    CONSTRAINT video_watching_replayed_check CHECK ((replayed <@ played))
);

ALTER TABLE lms.video_watching OWNER TO lms_owner;

COMMENT ON TABLE lms.video_watching IS 'Which seconds of a video were played, and which of them again';

CREATE TABLE lms.watching_clocks (
    member_id uuid NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    allowance numeric DEFAULT 0 NOT NULL,
    CONSTRAINT watching_clocks_allowance_check CHECK ((allowance >= (0)::numeric))
);

ALTER TABLE lms.watching_clocks OWNER TO lms_owner;

COMMENT ON TABLE lms.watching_clocks IS 'How much a member can have watched: one clock for all videos, as nobody watches two at once';

CREATE TABLE lms.workspace (
    singleton boolean DEFAULT true NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    schema_version integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    announced_version text,
    announced_address text,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT workspace_announced_address_check CHECK (((announced_address ~ '^https://[^/\s]+(/\S*)?$'::text) AND (length(announced_address) <= 2000))),
    CONSTRAINT workspace_announced_version_check CHECK ((announced_version ~ '^[0-9]+(\.[0-9]+)*$'::text)),
    CONSTRAINT workspace_name_check CHECK ((name <> ''::text)),
    CONSTRAINT workspace_singleton_check CHECK (singleton)
);

ALTER TABLE lms.workspace OWNER TO lms_owner;

COMMENT ON TABLE lms.workspace IS 'This workspace: one row';

CREATE TABLE public.audit_logs (
    id bigint NOT NULL,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    member_id uuid,
    session_user_name text DEFAULT SESSION_USER NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    row_id uuid,
    old_values jsonb,
    new_values jsonb,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT audit_logs_action_check CHECK (((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])) OR (action ~ '^[a-z_]+\.[a-z_]+$'::text)))
);

ALTER TABLE public.audit_logs OWNER TO lms_owner;

COMMENT ON TABLE public.audit_logs IS 'Who changed what and when; appended by triggers and functions only';

ALTER TABLE public.audit_logs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_logs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.course_completions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    enrollment_id uuid NOT NULL,
    course_id uuid NOT NULL,
    member_id uuid NOT NULL,
    completed_at timestamp with time zone NOT NULL,
    ce_credits numeric(5,2) NOT NULL,
    final_grade numeric(5,2),
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.course_completions OWNER TO lms_owner;

COMMENT ON TABLE public.course_completions IS 'One row for each completed enrollment, with the CE credits it earned; kept by a trigger';

CREATE TABLE public.course_modules (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    module_order integer NOT NULL,
    "position" double precision NOT NULL,
    learning_objectives jsonb DEFAULT '[]'::jsonb NOT NULL,
    is_preview boolean DEFAULT false NOT NULL,
    unlock_after_module_id uuid,
    unlock_date timestamp with time zone,
    estimated_duration_minutes integer,
    completion_count integer DEFAULT 0 NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT course_modules_estimated_duration_minutes_check CHECK ((estimated_duration_minutes >= 0)),
    CONSTRAINT course_modules_learning_objectives_check CHECK ((jsonb_typeof(learning_objectives) = 'array'::text)),
    CONSTRAINT course_modules_unlock_check CHECK ((unlock_after_module_id <> id))
);

ALTER TABLE public.course_modules OWNER TO lms_owner;

COMMENT ON TABLE public.course_modules IS 'Course sections enabling modular content organization with sequential unlock capabilities';

CREATE TABLE public.course_reviews (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    member_id uuid NOT NULL,
    enrollment_id uuid,
    rating integer NOT NULL,
    title text,
    review_text text,
    liked_aspects text[],
    improvement_areas text[],
    is_approved boolean DEFAULT false NOT NULL,
    is_featured boolean DEFAULT false NOT NULL,
    moderated_by uuid,
    moderated_at timestamp with time zone,
    helpful_count integer DEFAULT 0 NOT NULL,
    not_helpful_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT course_reviews_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
);

ALTER TABLE public.course_reviews OWNER TO lms_owner;

COMMENT ON TABLE public.course_reviews IS 'Student feedback enabling data-driven course improvements and social proof';

CREATE TABLE public.lesson_attachments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    lesson_id uuid NOT NULL,
    file_name text NOT NULL,
    file_url text NOT NULL,
    file_type text NOT NULL,
    file_size_bytes bigint,
    description text,
    attachment_order integer DEFAULT 0 NOT NULL,
    "position" double precision DEFAULT 0 NOT NULL,
    requires_enrollment boolean DEFAULT true NOT NULL,
    download_count integer DEFAULT 0 NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lesson_attachments_file_size_bytes_check CHECK ((file_size_bytes >= 0))
);

ALTER TABLE public.lesson_attachments OWNER TO lms_owner;

COMMENT ON TABLE public.lesson_attachments IS 'Supplemental course materials with download tracking';

CREATE TABLE public.lessons (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    module_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    lesson_type text NOT NULL,
    lesson_order integer NOT NULL,
    "position" double precision NOT NULL,
    content_url text,
    content_html text,
    video_duration_seconds integer,
    transcript_url text,
    video_provider text,
    video_thumbnail_url text,
    enable_video_controls boolean DEFAULT true NOT NULL,
    allow_download boolean DEFAULT false NOT NULL,
    scorm_package_url text,
    scorm_manifest_url text,
    scorm_version text,
    is_preview boolean DEFAULT false NOT NULL,
    unlock_after_lesson_id uuid,
    require_completion boolean DEFAULT true NOT NULL,
    completion_criteria text DEFAULT 'marked_complete'::text NOT NULL,
    min_time_seconds integer,
    estimated_duration_minutes integer,
    views_count integer DEFAULT 0 NOT NULL,
    avg_completion_rate numeric(5,2) DEFAULT 0 NOT NULL,
    learners_count integer DEFAULT 0 NOT NULL,
    learners_completed integer DEFAULT 0 NOT NULL,
    row_version bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lessons_completion_criteria_check CHECK ((completion_criteria = ANY (ARRAY['video_watched'::text, 'time_spent'::text, 'quiz_passed'::text, 'marked_complete'::text, 'scorm_completed'::text]))),
    CONSTRAINT lessons_estimated_duration_minutes_check CHECK ((estimated_duration_minutes >= 0)),
    CONSTRAINT lessons_lesson_type_check CHECK ((lesson_type = ANY (ARRAY['video'::text, 'text'::text, 'pdf'::text, 'scorm'::text, 'quiz'::text, 'assignment'::text, 'live_session'::text, 'external_link'::text, 'embedded_content'::text]))),
    CONSTRAINT lessons_min_time_seconds_check CHECK ((min_time_seconds >= 0)),
    CONSTRAINT lessons_scorm_version_check CHECK ((scorm_version = ANY (ARRAY['1.2'::text, '2004'::text, 'aicc'::text]))),
    CONSTRAINT lessons_unlock_check CHECK ((unlock_after_lesson_id <> id)),
    CONSTRAINT lessons_video_duration_seconds_check CHECK ((video_duration_seconds >= 0)),
    CONSTRAINT lessons_video_provider_check CHECK ((video_provider = ANY (ARRAY['supabase_storage'::text, 'vimeo'::text, 'youtube'::text, 'wistia'::text, 'workspace'::text])))
);

ALTER TABLE public.lessons OWNER TO lms_owner;

COMMENT ON TABLE public.lessons IS 'Granular learning units supporting video, SCORM, and rich text with precise progress tracking';

CREATE TABLE public.member_designations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.member_designations OWNER TO lms_owner;

COMMENT ON TABLE public.member_designations IS 'Professional designations that a course may lead to';

CREATE TABLE public.quiz_answers (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_attempt_id uuid NOT NULL,
    question_id uuid NOT NULL,
    answer_data jsonb NOT NULL,
    is_correct boolean,
    points_earned numeric(8,2) DEFAULT 0 NOT NULL,
    max_points numeric(8,2),
    answered_at timestamp with time zone DEFAULT now() NOT NULL,
    time_spent_seconds integer,
    automated_feedback text,
    instructor_feedback text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    graded_by uuid,
    graded_at timestamp with time zone
);

ALTER TABLE public.quiz_answers OWNER TO lms_owner;

COMMENT ON TABLE public.quiz_answers IS 'Question-level response tracking enabling granular analytics and partial credit';

CREATE TABLE public.quiz_attempts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    quiz_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    attempt_number integer NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    submitted_at timestamp with time zone,
    time_spent_seconds integer,
    score numeric(5,2),
    points_earned numeric(8,2),
    total_points numeric(8,2),
    passed boolean,
    status text DEFAULT 'in_progress'::text NOT NULL,
    ip_address inet,
    user_agent text,
    graded_by uuid,
    graded_at timestamp with time zone,
    instructor_feedback text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT quiz_attempts_attempt_number_check CHECK ((attempt_number > 0)),
    CONSTRAINT quiz_attempts_score_check CHECK (((score >= (0)::numeric) AND (score <= (100)::numeric))),
    CONSTRAINT quiz_attempts_status_check CHECK ((status = ANY (ARRAY['in_progress'::text, 'submitted'::text, 'graded'::text, 'expired'::text, 'archived'::text])))
);

ALTER TABLE public.quiz_attempts OWNER TO lms_owner;

COMMENT ON TABLE public.quiz_attempts IS 'Quiz submission tracking with scoring, timing, and proctoring metadata';

CREATE TABLE public.transactions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    member_id uuid NOT NULL,
    transaction_type text DEFAULT 'course_purchase'::text NOT NULL,
    amount numeric(10,2) NOT NULL,
    currency text DEFAULT 'USD'::text NOT NULL,
    description text,
    status text DEFAULT 'pending'::text NOT NULL,
    reference text,
    confirmed_by uuid,
    confirmed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT transactions_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT transactions_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT transactions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'completed'::text, 'failed'::text, 'refunded'::text]))),
    CONSTRAINT transactions_transaction_type_check CHECK ((transaction_type = ANY (ARRAY['course_purchase'::text, 'event_registration'::text, 'membership_dues'::text])))
);

ALTER TABLE public.transactions OWNER TO lms_owner;

COMMENT ON TABLE public.transactions IS 'Payments: pending until an administrator or a payment provider confirms them';

ALTER TABLE ONLY lms.annotations
    ADD CONSTRAINT annotations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.applied_files
    ADD CONSTRAINT applied_files_pkey PRIMARY KEY (name);

ALTER TABLE ONLY lms.asset_chunks
    ADD CONSTRAINT asset_chunks_pkey PRIMARY KEY (asset_id, ordinal);

ALTER TABLE ONLY lms.assets
    ADD CONSTRAINT assets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.assignment_extensions
    ADD CONSTRAINT assignment_extensions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.attempt_delivery
    ADD CONSTRAINT attempt_delivery_pkey PRIMARY KEY (attempt_id);

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT attempt_questions_pkey PRIMARY KEY (attempt_id, number);

ALTER TABLE ONLY lms.ce_approvals
    ADD CONSTRAINT ce_approvals_course_state_key UNIQUE (course_id, state, approved_on);

ALTER TABLE ONLY lms.ce_approvals
    ADD CONSTRAINT ce_approvals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.ce_filings
    ADD CONSTRAINT ce_filings_pkey PRIMARY KEY (certificate_id, state);

ALTER TABLE ONLY lms.ce_providers
    ADD CONSTRAINT ce_providers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.ce_providers
    ADD CONSTRAINT ce_providers_state_key UNIQUE (state);

ALTER TABLE ONLY lms.certificate_deliveries
    ADD CONSTRAINT certificate_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.certificate_log_head
    ADD CONSTRAINT certificate_log_head_pkey PRIMARY KEY (singleton);

ALTER TABLE ONLY lms.certificate_log
    ADD CONSTRAINT certificate_log_pkey PRIMARY KEY (number);

ALTER TABLE ONLY lms.certificate_template_versions
    ADD CONSTRAINT certificate_template_versions_number_key UNIQUE (template_id, number);

ALTER TABLE ONLY lms.certificate_template_versions
    ADD CONSTRAINT certificate_template_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.certificate_templates
    ADD CONSTRAINT certificate_templates_designation_key UNIQUE (designation_id);

ALTER TABLE ONLY lms.certificate_templates
    ADD CONSTRAINT certificate_templates_name_key UNIQUE (name);

ALTER TABLE ONLY lms.certificate_templates
    ADD CONSTRAINT certificate_templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_certificate_number_key UNIQUE (certificate_number);

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_supersedes_key UNIQUE (supersedes);

ALTER TABLE ONLY lms.chunk_uploads
    ADD CONSTRAINT chunk_uploads_pkey PRIMARY KEY (chunk_hash, member_id);

ALTER TABLE ONLY lms.chunks
    ADD CONSTRAINT chunks_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY lms.grades
    ADD CONSTRAINT grades_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.grading_claims
    ADD CONSTRAINT grading_claims_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY lms.grading_comments
    ADD CONSTRAINT grading_comments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.grading_schemes
    ADD CONSTRAINT grading_schemes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.heartbeats
    ADD CONSTRAINT heartbeats_pkey PRIMARY KEY (seat_id);

ALTER TABLE ONLY lms.incident_heads
    ADD CONSTRAINT incident_heads_pkey PRIMARY KEY (sitting_id);

ALTER TABLE ONLY lms.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (sitting_id, number);

ALTER TABLE ONLY lms.late_answers
    ADD CONSTRAINT late_answers_pkey PRIMARY KEY (seat_id, epoch, sequence);

ALTER TABLE ONLY lms.lesson_imports
    ADD CONSTRAINT lesson_imports_pkey PRIMARY KEY (lesson_id, version);

ALTER TABLE ONLY lms.lesson_media
    ADD CONSTRAINT lesson_media_pkey PRIMARY KEY (lesson_id, package_url, path);

ALTER TABLE ONLY lms.lesson_notes
    ADD CONSTRAINT lesson_notes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.meeting_accounts
    ADD CONSTRAINT meeting_accounts_account_key UNIQUE (account);

ALTER TABLE ONLY lms.meeting_accounts
    ADD CONSTRAINT meeting_accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.member_logins
    ADD CONSTRAINT member_logins_pkey PRIMARY KEY (member_id);

ALTER TABLE ONLY lms.member_logins
    ADD CONSTRAINT member_logins_role_name_key UNIQUE (role_name);

ALTER TABLE ONLY lms.member_roles
    ADD CONSTRAINT member_roles_pkey PRIMARY KEY (member_id, role);

ALTER TABLE ONLY lms.module_completions
    ADD CONSTRAINT module_completions_pkey PRIMARY KEY (enrollment_id, module_id);

ALTER TABLE ONLY lms.privacy_requests
    ADD CONSTRAINT privacy_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.push_outcomes
    ADD CONSTRAINT push_outcomes_pkey PRIMARY KEY (op_id);

ALTER TABLE ONLY lms.question_versions
    ADD CONSTRAINT question_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.quiz_draws
    ADD CONSTRAINT quiz_draws_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.regrade_requests
    ADD CONSTRAINT regrade_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.regrades
    ADD CONSTRAINT regrades_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.review_votes
    ADD CONSTRAINT review_votes_pkey PRIMARY KEY (review_id, member_id);

ALTER TABLE ONLY lms.row_clocks
    ADD CONSTRAINT row_clocks_pkey PRIMARY KEY (scope_id);

ALTER TABLE ONLY lms.scorm_attempts
    ADD CONSTRAINT scorm_attempts_pkey PRIMARY KEY (enrollment_id, lesson_id, item_id, attempt);

ALTER TABLE ONLY lms.scorm_data
    ADD CONSTRAINT scorm_data_pkey PRIMARY KEY (member_id, target_id);

ALTER TABLE ONLY lms.scorm_interactions
    ADD CONSTRAINT scorm_interactions_pkey PRIMARY KEY (enrollment_id, lesson_id, item_id, attempt, n);

ALTER TABLE ONLY lms.scorm_objectives
    ADD CONSTRAINT scorm_objectives_pkey PRIMARY KEY (member_id, objective_id);

ALTER TABLE ONLY lms.scorm_sessions
    ADD CONSTRAINT scorm_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.seat_commands
    ADD CONSTRAINT seat_commands_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.seat_sessions
    ADD CONSTRAINT seat_sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_attempt_id_key UNIQUE (attempt_id);

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.session_waiting
    ADD CONSTRAINT session_waiting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.sitting_proctors
    ADD CONSTRAINT sitting_proctors_pkey PRIMARY KEY (sitting_id, member_id);

ALTER TABLE ONLY lms.sitting_rooms
    ADD CONSTRAINT sitting_rooms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.sittings
    ADD CONSTRAINT sittings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.start_codes
    ADD CONSTRAINT start_codes_pkey PRIMARY KEY (code_hash);

ALTER TABLE ONLY lms.stations
    ADD CONSTRAINT stations_name_key UNIQUE (name);

ALTER TABLE ONLY lms.stations
    ADD CONSTRAINT stations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lms.stations
    ADD CONSTRAINT stations_role_name_key UNIQUE (role_name);

ALTER TABLE ONLY lms.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (table_name, row_id);

ALTER TABLE ONLY lms.assignment_extensions
    ADD CONSTRAINT unique_assignment_enrollment_extension UNIQUE (assignment_id, enrollment_id);

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT unique_attempt_question UNIQUE (attempt_id, question_id);

ALTER TABLE ONLY lms.grading_schemes
    ADD CONSTRAINT unique_course_scheme UNIQUE (course_id);

ALTER TABLE ONLY lms.question_versions
    ADD CONSTRAINT unique_question_version UNIQUE (question_id, version);

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT unique_seat_enrollment UNIQUE (sitting_id, enrollment_id);

ALTER TABLE ONLY lms.seat_sessions
    ADD CONSTRAINT unique_seat_epoch UNIQUE (seat_id, epoch);

ALTER TABLE ONLY lms.session_waiting
    ADD CONSTRAINT unique_session_waiting UNIQUE (session_id, enrollment_id);

ALTER TABLE ONLY lms.sitting_rooms
    ADD CONSTRAINT unique_sitting_room UNIQUE (sitting_id, name);

ALTER TABLE ONLY lms.grades
    ADD CONSTRAINT unique_submission_stage UNIQUE (submission_id, stage);

ALTER TABLE ONLY lms.video_watching
    ADD CONSTRAINT video_watching_pkey PRIMARY KEY (progress_id);

ALTER TABLE ONLY lms.watching_clocks
    ADD CONSTRAINT watching_clocks_pkey PRIMARY KEY (member_id);

ALTER TABLE ONLY lms.workspace
    ADD CONSTRAINT workspace_pkey PRIMARY KEY (singleton);

ALTER TABLE ONLY public.assignment_reviews
    ADD CONSTRAINT assignment_reviews_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT assignment_submissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.course_completions
    ADD CONSTRAINT course_completions_enrollment_id_key UNIQUE (enrollment_id);

ALTER TABLE ONLY public.course_completions
    ADD CONSTRAINT course_completions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.course_modules
    ADD CONSTRAINT course_modules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT course_reviews_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_certificate_number_key UNIQUE (certificate_number);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lesson_attachments
    ADD CONSTRAINT lesson_attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_sessions
    ADD CONSTRAINT live_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.member_designations
    ADD CONSTRAINT member_designations_code_key UNIQUE (code);

ALTER TABLE ONLY public.member_designations
    ADD CONSTRAINT member_designations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_answers
    ADD CONSTRAINT quiz_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT quiz_questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quizzes
    ADD CONSTRAINT quizzes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session_attendance
    ADD CONSTRAINT session_attendance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_answers
    ADD CONSTRAINT unique_attempt_question UNIQUE (quiz_attempt_id, question_id);

ALTER TABLE ONLY public.course_modules
    ADD CONSTRAINT unique_course_module_order UNIQUE (course_id, module_order) DEFERRABLE;

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT unique_enrollment_assignment_submission UNIQUE (enrollment_id, assignment_id, submission_number);

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT unique_enrollment_client_key UNIQUE (enrollment_id, client_key);

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT unique_enrollment_lesson UNIQUE (enrollment_id, lesson_id);

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT unique_enrollment_quiz_attempt UNIQUE (enrollment_id, quiz_id, attempt_number);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT unique_member_course_enrollment UNIQUE NULLS NOT DISTINCT (member_id, course_id, cohort_name);

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT unique_member_course_review UNIQUE (member_id, course_id);

ALTER TABLE ONLY public.session_attendance
    ADD CONSTRAINT unique_member_session UNIQUE (member_id, session_id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT unique_module_lesson_order UNIQUE (module_id, lesson_order) DEFERRABLE;

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT unique_quiz_question_order UNIQUE (quiz_id, question_order) DEFERRABLE;

ALTER TABLE ONLY public.assignment_reviews
    ADD CONSTRAINT unique_submission_reviewer UNIQUE (submission_id, reviewer_id);

CREATE UNIQUE INDEX certificate_templates_default_key ON lms.certificate_templates USING btree (is_default) WHERE is_default;

CREATE UNIQUE INDEX certificates_current_key ON lms.certificates USING btree (enrollment_id) WHERE (status = 'valid'::text);

CREATE INDEX idx_annotations_author ON lms.annotations USING btree (author_id);

CREATE INDEX idx_annotations_submission ON lms.annotations USING btree (submission_id);

CREATE INDEX idx_asset_chunks_chunk ON lms.asset_chunks USING btree (chunk_hash);

CREATE INDEX idx_assignment_extensions_enrollment ON lms.assignment_extensions USING btree (enrollment_id);

CREATE INDEX idx_assignment_extensions_granted_by ON lms.assignment_extensions USING btree (granted_by);

CREATE INDEX idx_attempt_questions_graded ON lms.attempt_questions USING btree (graded_version);

CREATE INDEX idx_attempt_questions_question ON lms.attempt_questions USING btree (question_id);

CREATE INDEX idx_attempt_questions_shown ON lms.attempt_questions USING btree (shown_version);

CREATE INDEX idx_certificate_deliveries_certificate ON lms.certificate_deliveries USING btree (certificate_id, kind, sent_at);

CREATE INDEX idx_certificate_log_certificate ON lms.certificate_log USING btree (certificate_id);

CREATE INDEX idx_certificate_template_versions_created_by ON lms.certificate_template_versions USING btree (created_by);

CREATE INDEX idx_certificates_course ON lms.certificates USING btree (course_id);

CREATE INDEX idx_certificates_enrollment ON lms.certificates USING btree (enrollment_id);

CREATE INDEX idx_certificates_expiry ON lms.certificates USING btree (expires_at, id) WHERE ((status = 'valid'::text) AND (expires_at IS NOT NULL));

CREATE INDEX idx_certificates_issued ON lms.certificates USING btree (issued_at, id);

CREATE INDEX idx_certificates_member ON lms.certificates USING btree (member_id);

CREATE INDEX idx_certificates_template_version ON lms.certificates USING btree (template_version_id);

CREATE INDEX idx_certificates_unsigned ON lms.certificates USING btree (issued_at, id) WHERE ((status = 'valid'::text) AND (asset_id IS NULL));

CREATE INDEX idx_chunk_uploads_member ON lms.chunk_uploads USING btree (member_id, uploaded_at);

CREATE INDEX idx_grades_assignment ON lms.grades USING btree (assignment_id);

CREATE INDEX idx_grades_grader ON lms.grades USING btree (grader_id);

CREATE INDEX idx_grading_claims_member ON lms.grading_claims USING btree (member_id);

CREATE INDEX idx_grading_comments_course ON lms.grading_comments USING btree (course_id);

CREATE INDEX idx_grading_comments_member ON lms.grading_comments USING btree (member_id);

CREATE INDEX idx_grading_schemes_changed_by ON lms.grading_schemes USING btree (changed_by);

CREATE INDEX idx_incidents_seat ON lms.incidents USING btree (seat_id);

CREATE INDEX idx_late_answers_question ON lms.late_answers USING btree (question_id);

CREATE INDEX idx_lesson_media_converted ON lms.lesson_media USING btree (converted_url);

CREATE INDEX idx_lesson_media_waiting ON lms.lesson_media USING btree (lesson_id) WHERE ((converted_url IS NULL) AND (failure IS NULL));

CREATE INDEX idx_lesson_notes_lesson ON lms.lesson_notes USING btree (lesson_id);

CREATE INDEX idx_lesson_notes_member ON lms.lesson_notes USING btree (member_id, lesson_id);

CREATE INDEX idx_meeting_accounts_member ON lms.meeting_accounts USING btree (member_id);

CREATE INDEX idx_member_roles_role ON lms.member_roles USING btree (role);

CREATE INDEX idx_module_completions_module ON lms.module_completions USING btree (module_id);

CREATE INDEX idx_privacy_requests_member ON lms.privacy_requests USING btree (member_id);

CREATE INDEX idx_privacy_requests_open ON lms.privacy_requests USING btree (asked_at) WHERE (answered_at IS NULL);

CREATE INDEX idx_push_outcomes_member ON lms.push_outcomes USING btree (member_id);

CREATE INDEX idx_push_outcomes_scope ON lms.push_outcomes USING btree (scope_id);

CREATE INDEX idx_quiz_draws_bank ON lms.quiz_draws USING btree (bank_id);

CREATE INDEX idx_quiz_draws_question ON lms.quiz_draws USING btree (question_id);

CREATE INDEX idx_quiz_draws_quiz ON lms.quiz_draws USING btree (quiz_id);

CREATE INDEX idx_regrade_requests_answered_by ON lms.regrade_requests USING btree (answered_by);

CREATE INDEX idx_regrade_requests_submission ON lms.regrade_requests USING btree (submission_id);

CREATE INDEX idx_regrades_quiz ON lms.regrades USING btree (quiz_id);

CREATE INDEX idx_regrades_regraded_by ON lms.regrades USING btree (regraded_by);

CREATE INDEX idx_review_votes_member ON lms.review_votes USING btree (member_id);

CREATE INDEX idx_scorm_attempts_lesson ON lms.scorm_attempts USING btree (lesson_id);

CREATE INDEX idx_scorm_interactions_lesson ON lms.scorm_interactions USING btree (lesson_id, interaction_id);

CREATE INDEX idx_scorm_sessions_lesson ON lms.scorm_sessions USING btree (lesson_id);

CREATE INDEX idx_seat_commands_given_by ON lms.seat_commands USING btree (given_by);

CREATE INDEX idx_seat_commands_seat ON lms.seat_commands USING btree (seat_id, id);

CREATE INDEX idx_seat_sessions_station ON lms.seat_sessions USING btree (station_id);

CREATE INDEX idx_seats_enrollment ON lms.seats USING btree (enrollment_id);

CREATE INDEX idx_seats_room ON lms.seats USING btree (room_id);

CREATE INDEX idx_session_waiting_enrollment ON lms.session_waiting USING btree (enrollment_id);

CREATE INDEX idx_sitting_proctors_member ON lms.sitting_proctors USING btree (member_id);

CREATE INDEX idx_sittings_created_by ON lms.sittings USING btree (created_by);

CREATE INDEX idx_sittings_opens ON lms.sittings USING btree (opens_at);

CREATE INDEX idx_sittings_quiz ON lms.sittings USING btree (quiz_id);

CREATE INDEX idx_start_codes_issued_by ON lms.start_codes USING btree (issued_by);

CREATE INDEX idx_stations_created_by ON lms.stations USING btree (created_by);

CREATE INDEX idx_tombstones_scope ON lms.tombstones USING btree (scope_id, row_version);

CREATE UNIQUE INDEX scorm_sessions_current_key ON lms.scorm_sessions USING btree (enrollment_id, lesson_id) WHERE ((superseded_at IS NULL) AND (ended_at IS NULL));

CREATE UNIQUE INDEX signing_keys_current_key ON lms.signing_keys USING btree ((true)) WHERE (retired_at IS NULL);

CREATE UNIQUE INDEX start_codes_open_key ON lms.start_codes USING btree (seat_id) WHERE (spent_at IS NULL);

CREATE UNIQUE INDEX unique_open_regrade_request ON lms.regrade_requests USING btree (submission_id) WHERE (status = 'open'::text);

CREATE INDEX idx_assignment_reviews_reviewer ON public.assignment_reviews USING btree (reviewer_id);

CREATE INDEX idx_assignment_submissions_assignment ON public.assignment_submissions USING btree (assignment_id);

CREATE INDEX idx_assignment_submissions_enrollment ON public.assignment_submissions USING btree (enrollment_id);

CREATE INDEX idx_assignment_submissions_files ON public.assignment_submissions USING gin (file_attachments jsonb_path_ops);

CREATE INDEX idx_assignment_submissions_graded_by ON public.assignment_submissions USING btree (graded_by);

CREATE INDEX idx_assignment_submissions_member ON public.assignment_submissions USING btree (member_id);

CREATE INDEX idx_assignment_submissions_queue ON public.assignment_submissions USING btree (assignment_id, submitted_at, id);

CREATE INDEX idx_assignment_submissions_status ON public.assignment_submissions USING btree (status);

CREATE INDEX idx_assignments_assets ON public.assignments USING gin (lms.assets_in(instructions_html));

CREATE INDEX idx_assignments_course ON public.assignments USING btree (course_id);

CREATE INDEX idx_assignments_due_date ON public.assignments USING btree (due_date);

CREATE INDEX idx_assignments_lesson ON public.assignments USING btree (lesson_id);

CREATE INDEX idx_audit_logs_member ON public.audit_logs USING btree (member_id, id) WHERE (member_id IS NOT NULL);

CREATE INDEX idx_audit_logs_occurred ON public.audit_logs USING brin (occurred_at);

CREATE INDEX idx_audit_logs_row ON public.audit_logs USING btree (row_id, id);

CREATE INDEX idx_audit_logs_table ON public.audit_logs USING btree (table_name, id);

CREATE INDEX idx_course_completions_course ON public.course_completions USING btree (course_id, completed_at);

CREATE INDEX idx_course_completions_member ON public.course_completions USING btree (member_id, completed_at);

CREATE INDEX idx_course_modules_course ON public.course_modules USING btree (course_id);

CREATE INDEX idx_course_modules_unlock ON public.course_modules USING btree (unlock_after_module_id);

CREATE INDEX idx_course_reviews_approved ON public.course_reviews USING btree (is_approved) WHERE (is_approved = true);

CREATE INDEX idx_course_reviews_course ON public.course_reviews USING btree (course_id);

CREATE INDEX idx_course_reviews_member ON public.course_reviews USING btree (member_id);

CREATE INDEX idx_course_reviews_rating ON public.course_reviews USING btree (rating);

CREATE INDEX idx_courses_category ON public.courses USING btree (category);

CREATE INDEX idx_courses_co_instructors ON public.courses USING gin (co_instructors);

CREATE INDEX idx_courses_designation ON public.courses USING btree (designation_id);

CREATE INDEX idx_courses_instructor ON public.courses USING btree (instructor_id);

CREATE INDEX idx_courses_learning_objectives ON public.courses USING gin (learning_objectives);

CREATE INDEX idx_courses_prerequisites ON public.courses USING gin (prerequisites);

CREATE INDEX idx_courses_pricing ON public.courses USING btree (pricing_type);

CREATE INDEX idx_courses_status ON public.courses USING btree (status) WHERE (status = 'published'::text);

CREATE INDEX idx_courses_title ON public.courses USING btree (title, id);

CREATE INDEX idx_enrollments_completed ON public.enrollments USING btree (completed_at) WHERE (completed_at IS NOT NULL);

CREATE INDEX idx_enrollments_course ON public.enrollments USING btree (course_id);

CREATE INDEX idx_enrollments_member ON public.enrollments USING btree (member_id);

CREATE INDEX idx_enrollments_status ON public.enrollments USING btree (status);

CREATE INDEX idx_enrollments_transaction ON public.enrollments USING btree (transaction_id) WHERE (transaction_id IS NOT NULL);

CREATE INDEX idx_lesson_attachments_lesson ON public.lesson_attachments USING btree (lesson_id);

CREATE INDEX idx_lesson_progress_enrollment ON public.lesson_progress USING btree (enrollment_id);

CREATE INDEX idx_lesson_progress_lesson ON public.lesson_progress USING btree (lesson_id);

CREATE INDEX idx_lesson_progress_status ON public.lesson_progress USING btree (status);

CREATE INDEX idx_lessons_assets ON public.lessons USING gin (lms.assets_in(content_html));

CREATE INDEX idx_lessons_module ON public.lessons USING btree (module_id);

CREATE INDEX idx_lessons_type ON public.lessons USING btree (lesson_type);

CREATE INDEX idx_lessons_unlock ON public.lessons USING btree (unlock_after_lesson_id);

CREATE INDEX idx_live_sessions_assets ON public.live_sessions USING gin (lms.assets_in(agenda_html));

CREATE INDEX idx_live_sessions_course ON public.live_sessions USING btree (course_id);

CREATE INDEX idx_live_sessions_date ON public.live_sessions USING btree (session_date);

CREATE INDEX idx_live_sessions_instructor ON public.live_sessions USING btree (instructor_id);

CREATE INDEX idx_live_sessions_status ON public.live_sessions USING btree (status);

CREATE INDEX idx_members_merged_into ON public.members USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX idx_members_name ON public.members USING btree (last_name, first_name, id);

CREATE INDEX idx_members_npn ON public.members USING btree (npn) WHERE (npn IS NOT NULL);

CREATE INDEX idx_members_status ON public.members USING btree (status);

CREATE INDEX idx_quiz_answers_attempt ON public.quiz_answers USING btree (quiz_attempt_id);

CREATE INDEX idx_quiz_answers_correct ON public.quiz_answers USING btree (is_correct);

CREATE INDEX idx_quiz_answers_graded_by ON public.quiz_answers USING btree (graded_by);

CREATE INDEX idx_quiz_answers_question ON public.quiz_answers USING btree (question_id);

CREATE INDEX idx_quiz_attempts_enrollment ON public.quiz_attempts USING btree (enrollment_id);

CREATE INDEX idx_quiz_attempts_member ON public.quiz_attempts USING btree (member_id);

CREATE INDEX idx_quiz_attempts_quiz ON public.quiz_attempts USING btree (quiz_id);

CREATE INDEX idx_quiz_attempts_status ON public.quiz_attempts USING btree (status);

CREATE INDEX idx_quiz_questions_assets ON public.quiz_questions USING gin (lms.assets_in(((question_text || (answer_options)::text) || COALESCE(explanation, ''::text))));

CREATE INDEX idx_quiz_questions_quiz ON public.quiz_questions USING btree (quiz_id);

CREATE INDEX idx_quiz_questions_type ON public.quiz_questions USING btree (question_type);

CREATE INDEX idx_quizzes_course ON public.quizzes USING btree (course_id);

CREATE INDEX idx_quizzes_lesson ON public.quizzes USING btree (lesson_id);

CREATE INDEX idx_quizzes_type ON public.quizzes USING btree (quiz_type);

CREATE INDEX idx_session_attendance_attended ON public.session_attendance USING btree (attended);

CREATE INDEX idx_session_attendance_enrollment ON public.session_attendance USING btree (enrollment_id);

CREATE INDEX idx_session_attendance_member ON public.session_attendance USING btree (member_id);

CREATE INDEX idx_session_attendance_session ON public.session_attendance USING btree (session_id);

CREATE INDEX idx_transactions_member ON public.transactions USING btree (member_id);

CREATE INDEX idx_transactions_pending ON public.transactions USING btree (created_at) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX members_email_key ON public.members USING btree (lower(email));

CREATE TRIGGER lesson_media_named_assets BEFORE INSERT OR UPDATE OF converted_url ON lms.lesson_media FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('converted_url');

CREATE TRIGGER log_ce_approval_changes_delete AFTER DELETE ON lms.ce_approvals REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_approvals', 'updated_at');

CREATE TRIGGER log_ce_approval_changes_insert AFTER INSERT ON lms.ce_approvals REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_approvals', 'updated_at');

CREATE TRIGGER log_ce_approval_changes_update AFTER UPDATE ON lms.ce_approvals REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_approvals', 'updated_at');

CREATE TRIGGER log_ce_provider_changes_delete AFTER DELETE ON lms.ce_providers REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_providers');

CREATE TRIGGER log_ce_provider_changes_insert AFTER INSERT ON lms.ce_providers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_providers');

CREATE TRIGGER log_ce_provider_changes_update AFTER UPDATE ON lms.ce_providers REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.ce_providers');

CREATE TRIGGER log_certificate_changes_delete AFTER DELETE ON lms.certificates REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificates');

CREATE TRIGGER log_certificate_changes_insert AFTER INSERT ON lms.certificates REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificates');

CREATE TRIGGER log_certificate_changes_update AFTER UPDATE ON lms.certificates REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificates');

CREATE TRIGGER log_certificate_template_changes_delete AFTER DELETE ON lms.certificate_templates REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificate_templates', 'updated_at');

CREATE TRIGGER log_certificate_template_changes_insert AFTER INSERT ON lms.certificate_templates REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificate_templates', 'updated_at');

CREATE TRIGGER log_certificate_template_changes_update AFTER UPDATE ON lms.certificate_templates REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.certificate_templates', 'updated_at');

CREATE TRIGGER log_grading_scheme_changes_delete AFTER DELETE ON lms.grading_schemes REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.grading_schemes', 'updated_at');

CREATE TRIGGER log_grading_scheme_changes_insert AFTER INSERT ON lms.grading_schemes REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.grading_schemes', 'updated_at');

CREATE TRIGGER log_grading_scheme_changes_update AFTER UPDATE ON lms.grading_schemes REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.grading_schemes', 'updated_at');

CREATE TRIGGER log_member_login_changes_delete AFTER DELETE ON lms.member_logins REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_logins');

CREATE TRIGGER log_member_login_changes_insert AFTER INSERT ON lms.member_logins REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_logins');

CREATE TRIGGER log_member_login_changes_update AFTER UPDATE ON lms.member_logins REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_logins');

CREATE TRIGGER log_member_role_changes_delete AFTER DELETE ON lms.member_roles REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_roles');

CREATE TRIGGER log_member_role_changes_insert AFTER INSERT ON lms.member_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_roles');

CREATE TRIGGER log_member_role_changes_update AFTER UPDATE ON lms.member_roles REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('lms.member_roles');

CREATE TRIGGER member_roles_follow AFTER INSERT OR DELETE OR UPDATE ON lms.member_roles FOR EACH ROW EXECUTE FUNCTION lms.member_roles_changed();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON lms.quiz_draws REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_check_draw BEFORE INSERT OR UPDATE ON lms.quiz_draws FOR EACH ROW EXECUTE FUNCTION lms.check_draw();

CREATE TRIGGER trigger_count_certificate_design BEFORE INSERT ON lms.certificate_templates FOR EACH ROW EXECUTE FUNCTION lms.count_certificate_design();

CREATE TRIGGER trigger_count_changed_certificate_design BEFORE UPDATE ON lms.certificate_templates FOR EACH ROW WHEN ((old.definition IS DISTINCT FROM new.definition)) EXECUTE FUNCTION lms.count_certificate_design();

CREATE TRIGGER trigger_count_module_completions_delete AFTER DELETE ON lms.module_completions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.count_module_completions();

CREATE TRIGGER trigger_count_module_completions_insert AFTER INSERT ON lms.module_completions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.count_module_completions();

CREATE TRIGGER trigger_keep_certificate BEFORE DELETE OR UPDATE ON lms.certificates FOR EACH ROW EXECUTE FUNCTION lms.keep_certificate();

CREATE TRIGGER trigger_keep_certificate_design AFTER INSERT ON lms.certificate_templates FOR EACH ROW EXECUTE FUNCTION lms.keep_certificate_design();

CREATE TRIGGER trigger_keep_certificate_log BEFORE DELETE OR UPDATE OR TRUNCATE ON lms.certificate_log FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_certificate_log();

CREATE TRIGGER trigger_keep_certificates BEFORE TRUNCATE ON lms.certificates FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_certificate();

CREATE TRIGGER trigger_keep_changed_certificate_design AFTER UPDATE ON lms.certificate_templates FOR EACH ROW WHEN ((old.version IS DISTINCT FROM new.version)) EXECUTE FUNCTION lms.keep_certificate_design();

CREATE TRIGGER trigger_keep_incidents BEFORE DELETE OR UPDATE OR TRUNCATE ON lms.incidents FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_incidents();

CREATE TRIGGER trigger_log_certificate AFTER INSERT OR UPDATE ON lms.certificates FOR EACH ROW EXECUTE FUNCTION lms.log_certificate();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.assignment_extensions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.ce_approvals FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.certificate_templates FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grades FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grading_comments FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grading_schemes FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.lesson_notes FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.regrade_requests FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_tell_authors AFTER INSERT OR UPDATE ON lms.row_clocks FOR EACH ROW EXECUTE FUNCTION lms.tell_authors();

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON lms.quiz_draws FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF quiz_id, bank_id, question_id, tags, count, "position" ON lms.quiz_draws FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER assignments_named_assets BEFORE INSERT OR UPDATE OF instructions_html ON public.assignments FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('instructions_html');

CREATE TRIGGER check_live_session BEFORE INSERT OR UPDATE OF timezone ON public.live_sessions FOR EACH ROW EXECUTE FUNCTION lms.check_live_session();

CREATE TRIGGER courses_named_assets BEFORE INSERT OR UPDATE OF thumbnail_url, promo_video_url, syllabus_url, scorm_package_url ON public.courses FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('thumbnail_url', 'promo_video_url', 'syllabus_url', 'scorm_package_url');

CREATE TRIGGER lesson_attachments_named_assets BEFORE INSERT OR UPDATE OF file_url ON public.lesson_attachments FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('file_url');

CREATE TRIGGER lessons_named_assets BEFORE INSERT OR UPDATE OF content_url, content_html, transcript_url, video_thumbnail_url, scorm_package_url, scorm_manifest_url ON public.lessons FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('content_url', 'content_html', 'transcript_url', 'video_thumbnail_url', 'scorm_package_url', 'scorm_manifest_url');

CREATE TRIGGER live_sessions_fill AFTER UPDATE OF max_attendees ON public.live_sessions FOR EACH ROW WHEN (((new.max_attendees IS DISTINCT FROM old.max_attendees) AND (new.status = 'scheduled'::text))) EXECUTE FUNCTION lms.session_capacity_changed();

CREATE TRIGGER live_sessions_named_assets BEFORE INSERT OR UPDATE OF recording_url, agenda_html, pre_session_materials, post_session_materials ON public.live_sessions FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('recording_url', 'agenda_html', 'pre_session_materials', 'post_session_materials');

CREATE TRIGGER live_sessions_weigh AFTER UPDATE OF session_date, duration_minutes, credit_percentage, status ON public.live_sessions FOR EACH ROW WHEN (((((new.session_date IS DISTINCT FROM old.session_date) OR (new.duration_minutes IS DISTINCT FROM old.duration_minutes)) OR (new.credit_percentage IS DISTINCT FROM old.credit_percentage)) OR ((new.status = 'completed'::text) IS DISTINCT FROM (old.status = 'completed'::text)))) EXECUTE FUNCTION lms.live_session_changed();

CREATE TRIGGER log_assignment_submission_changes_delete AFTER DELETE ON public.assignment_submissions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('assignment_submissions', 'updated_at');

CREATE TRIGGER log_assignment_submission_changes_insert AFTER INSERT ON public.assignment_submissions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('assignment_submissions', 'updated_at');

CREATE TRIGGER log_assignment_submission_changes_update AFTER UPDATE ON public.assignment_submissions REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('assignment_submissions', 'updated_at');

CREATE TRIGGER log_course_changes_delete AFTER DELETE ON public.courses REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('courses', 'updated_at', 'row_version', 'total_enrollments', 'active_enrollments', 'completion_count', 'completion_rate', 'avg_rating', 'total_reviews', 'rating_sum', 'lessons_count');

CREATE TRIGGER log_course_changes_insert AFTER INSERT ON public.courses REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('courses', 'updated_at', 'row_version', 'total_enrollments', 'active_enrollments', 'completion_count', 'completion_rate', 'avg_rating', 'total_reviews', 'rating_sum', 'lessons_count');

CREATE TRIGGER log_course_changes_update AFTER UPDATE ON public.courses REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('courses', 'updated_at', 'row_version', 'total_enrollments', 'active_enrollments', 'completion_count', 'completion_rate', 'avg_rating', 'total_reviews', 'rating_sum', 'lessons_count');

CREATE TRIGGER log_course_review_changes_delete AFTER DELETE ON public.course_reviews REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('course_reviews', 'updated_at', 'helpful_count', 'not_helpful_count');

CREATE TRIGGER log_course_review_changes_insert AFTER INSERT ON public.course_reviews REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('course_reviews', 'updated_at', 'helpful_count', 'not_helpful_count');

CREATE TRIGGER log_course_review_changes_update AFTER UPDATE ON public.course_reviews REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('course_reviews', 'updated_at', 'helpful_count', 'not_helpful_count');

CREATE TRIGGER log_enrollment_changes_delete AFTER DELETE ON public.enrollments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('enrollments', 'updated_at', 'progress_percentage', 'lessons_completed', 'total_lessons', 'current_lesson_id', 'last_accessed_at', 'total_time_spent_minutes');

CREATE TRIGGER log_enrollment_changes_insert AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('enrollments', 'updated_at', 'progress_percentage', 'lessons_completed', 'total_lessons', 'current_lesson_id', 'last_accessed_at', 'total_time_spent_minutes');

CREATE TRIGGER log_enrollment_changes_update AFTER UPDATE ON public.enrollments REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('enrollments', 'updated_at', 'progress_percentage', 'lessons_completed', 'total_lessons', 'current_lesson_id', 'last_accessed_at', 'total_time_spent_minutes');

CREATE TRIGGER log_member_changes_delete AFTER DELETE ON public.members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('members', 'updated_at', 'engagement_score');

CREATE TRIGGER log_member_changes_insert AFTER INSERT ON public.members REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('members', 'updated_at', 'engagement_score');

CREATE TRIGGER log_member_changes_update AFTER UPDATE ON public.members REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('members', 'updated_at', 'engagement_score');

CREATE TRIGGER log_quiz_attempt_changes_delete AFTER DELETE ON public.quiz_attempts REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_attempts', 'updated_at');

CREATE TRIGGER log_quiz_attempt_changes_insert AFTER INSERT ON public.quiz_attempts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_attempts', 'updated_at');

CREATE TRIGGER log_quiz_attempt_changes_update AFTER UPDATE ON public.quiz_attempts REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_attempts', 'updated_at');

CREATE TRIGGER log_quiz_changes_delete AFTER DELETE ON public.quizzes REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quizzes', 'updated_at', 'row_version', 'attempts_count', 'avg_score', 'pass_rate', 'graded_count', 'passed_count', 'score_sum');

CREATE TRIGGER log_quiz_changes_insert AFTER INSERT ON public.quizzes REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quizzes', 'updated_at', 'row_version', 'attempts_count', 'avg_score', 'pass_rate', 'graded_count', 'passed_count', 'score_sum');

CREATE TRIGGER log_quiz_changes_update AFTER UPDATE ON public.quizzes REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quizzes', 'updated_at', 'row_version', 'attempts_count', 'avg_score', 'pass_rate', 'graded_count', 'passed_count', 'score_sum');

CREATE TRIGGER log_quiz_question_changes_delete AFTER DELETE ON public.quiz_questions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_questions', 'updated_at', 'row_version');

CREATE TRIGGER log_quiz_question_changes_insert AFTER INSERT ON public.quiz_questions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_questions', 'updated_at', 'row_version');

CREATE TRIGGER log_quiz_question_changes_update AFTER UPDATE ON public.quiz_questions REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('quiz_questions', 'updated_at', 'row_version');

CREATE TRIGGER log_session_attendance_changes_delete AFTER DELETE ON public.session_attendance REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('session_attendance', 'updated_at');

CREATE TRIGGER log_session_attendance_changes_insert AFTER INSERT ON public.session_attendance REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('session_attendance', 'updated_at');

CREATE TRIGGER log_session_attendance_changes_update AFTER UPDATE ON public.session_attendance REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('session_attendance', 'updated_at');

CREATE TRIGGER log_transaction_changes_delete AFTER DELETE ON public.transactions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('transactions', 'updated_at');

CREATE TRIGGER log_transaction_changes_insert AFTER INSERT ON public.transactions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('transactions', 'updated_at');

CREATE TRIGGER log_transaction_changes_update AFTER UPDATE ON public.transactions REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.log_audit_trail('transactions', 'updated_at');

CREATE TRIGGER quiz_questions_named_assets BEFORE INSERT OR UPDATE OF image_url, video_url, question_text, answer_options, explanation ON public.quiz_questions FOR EACH ROW EXECUTE FUNCTION lms.check_named_assets('image_url', 'video_url', 'question_text', 'answer_options', 'explanation');

CREATE TRIGGER trigger_auto_grade_quiz BEFORE UPDATE ON public.quiz_attempts FOR EACH ROW WHEN ((((old.status = 'in_progress'::text) AND (new.status = ANY (ARRAY['submitted'::text, 'graded'::text]))) OR ((old.status = 'submitted'::text) AND (new.status = 'graded'::text)))) EXECUTE FUNCTION public.auto_grade_quiz_attempt();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.assignments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.course_modules REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.lesson_attachments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.lessons REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.quiz_questions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_bury_authored AFTER DELETE ON public.quizzes REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.bury_authored();

CREATE TRIGGER trigger_delete_lessons_first BEFORE DELETE ON public.course_modules FOR EACH ROW EXECUTE FUNCTION lms.delete_lessons_first();

CREATE TRIGGER trigger_record_completions_insert AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.record_completions();

CREATE TRIGGER trigger_record_completions_update AFTER UPDATE ON public.enrollments REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.record_completions();

CREATE TRIGGER trigger_set_total_lessons AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.set_total_lessons();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.assignment_reviews FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.assignment_submissions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.course_reviews FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.enrollments FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.lesson_progress FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.live_sessions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.member_designations FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.members FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.quiz_attempts FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.session_attendance FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.transactions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.set_updated_at();

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.assignments FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.course_modules FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('module_order');

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.courses FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.lesson_attachments FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('attachment_order');

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.lessons FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('lesson_order');

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.quiz_questions FOR EACH ROW EXECUTE FUNCTION lms.touch_authored('question_order');

CREATE TRIGGER trigger_touch_authored_insert BEFORE INSERT ON public.quizzes FOR EACH ROW EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF course_id, lesson_id, title, description, instructions_html, total_points, rubric, submission_type, allowed_file_types, max_file_size_mb, max_submissions, available_from, due_date, late_submission_allowed, late_penalty_percentage, enable_peer_review, peer_reviews_required, late_until, late_grace_minutes, late_penalty_interval, late_penalty_floor, anonymous_grading, second_marking_percentage, peer_reviews_due, peer_reviews_anonymous ON public.assignments FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF course_id, title, description, module_order, "position", learning_objectives, is_preview, unlock_after_module_id, unlock_date, estimated_duration_minutes ON public.course_modules FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored('module_order');

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF title, slug, description, short_description, learning_objectives, prerequisites, target_audience, category, difficulty_level, ce_credits, designation_id, certificate_template_id, pricing_type, price, member_price, delivery_format, estimated_duration_minutes, status, published_at, archived_at, instructor_id, co_instructors, author_bio, thumbnail_url, promo_video_url, syllabus_url, allow_enrollment, max_enrollments, enrollment_start_date, enrollment_end_date, course_start_date, course_end_date, enable_discussion_forum, enable_peer_review, completion_certificate, scorm_package_url, scorm_version, created_by ON public.courses FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF lesson_id, file_name, file_url, file_type, file_size_bytes, description, attachment_order, "position", requires_enrollment ON public.lesson_attachments FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored('attachment_order');

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF module_id, title, description, lesson_type, lesson_order, "position", content_url, content_html, video_duration_seconds, transcript_url, video_provider, video_thumbnail_url, enable_video_controls, allow_download, scorm_package_url, scorm_manifest_url, scorm_version, is_preview, unlock_after_lesson_id, require_completion, completion_criteria, min_time_seconds, estimated_duration_minutes ON public.lessons FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored('lesson_order');

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF quiz_id, question_text, question_html, question_type, question_order, "position", answer_options, correct_answer, points, explanation, hint, image_url, video_url, title, tags, grading, retired ON public.quiz_questions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored('question_order');

CREATE TRIGGER trigger_touch_authored_update BEFORE UPDATE OF course_id, lesson_id, title, description, instructions, quiz_type, passing_score, max_attempts, require_passing, time_limit_minutes, shuffle_questions, shuffle_answers, show_correct_answers, available_from, available_until, is_bank ON public.quizzes FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION lms.touch_authored();

CREATE TRIGGER trigger_update_assignment_analytics_delete AFTER DELETE ON public.assignment_submissions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_assignment_analytics();

CREATE TRIGGER trigger_update_assignment_analytics_insert AFTER INSERT ON public.assignment_submissions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_assignment_analytics();

CREATE TRIGGER trigger_update_assignment_analytics_update AFTER UPDATE ON public.assignment_submissions REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_assignment_analytics();

CREATE TRIGGER trigger_update_course_analytics_delete AFTER DELETE ON public.enrollments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.update_course_analytics();

CREATE TRIGGER trigger_update_course_analytics_insert AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.update_course_analytics();

CREATE TRIGGER trigger_update_course_analytics_update AFTER UPDATE ON public.enrollments REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.update_course_analytics();

CREATE TRIGGER trigger_update_course_rating_delete AFTER DELETE ON public.course_reviews REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_rating();

CREATE TRIGGER trigger_update_course_rating_insert AFTER INSERT ON public.course_reviews REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_rating();

CREATE TRIGGER trigger_update_course_rating_update AFTER UPDATE ON public.course_reviews REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_rating();

CREATE TRIGGER trigger_update_course_structure_delete AFTER DELETE ON public.lessons REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_structure();

CREATE TRIGGER trigger_update_course_structure_insert AFTER INSERT ON public.lessons REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_structure();

CREATE TRIGGER trigger_update_course_structure_update AFTER UPDATE ON public.lessons REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_course_structure();

CREATE TRIGGER trigger_update_engagement_delete AFTER DELETE ON public.course_completions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_engagement();

CREATE TRIGGER trigger_update_engagement_insert AFTER INSERT ON public.course_completions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_engagement();

CREATE TRIGGER trigger_update_enrollment_progress_delete AFTER DELETE ON public.lesson_progress REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.update_enrollment_progress();

CREATE TRIGGER trigger_update_enrollment_progress_insert AFTER INSERT ON public.lesson_progress REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.update_enrollment_progress();

CREATE TRIGGER trigger_update_enrollment_progress_update AFTER UPDATE ON public.lesson_progress REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.update_enrollment_progress();

CREATE TRIGGER trigger_update_quiz_analytics_delete AFTER DELETE ON public.quiz_attempts REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_analytics();

CREATE TRIGGER trigger_update_quiz_analytics_insert AFTER INSERT ON public.quiz_attempts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_analytics();

CREATE TRIGGER trigger_update_quiz_analytics_update AFTER UPDATE ON public.quiz_attempts REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_analytics();

CREATE TRIGGER trigger_update_quiz_points_delete AFTER DELETE ON public.quiz_questions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_points();

CREATE TRIGGER trigger_update_quiz_points_insert AFTER INSERT ON public.quiz_questions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_points();

CREATE TRIGGER trigger_update_quiz_points_update AFTER UPDATE ON public.quiz_questions REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_quiz_points();

CREATE TRIGGER trigger_update_session_attendance_delete AFTER DELETE ON public.session_attendance REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION lms.update_session_attendance();

CREATE TRIGGER trigger_update_session_attendance_insert AFTER INSERT ON public.session_attendance REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_session_attendance();

CREATE TRIGGER trigger_update_session_attendance_update AFTER UPDATE ON public.session_attendance REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lms.update_session_attendance();

ALTER TABLE ONLY lms.annotations
    ADD CONSTRAINT annotations_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.annotations
    ADD CONSTRAINT annotations_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.assignment_submissions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.asset_chunks
    ADD CONSTRAINT asset_chunks_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES lms.assets(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.asset_chunks
    ADD CONSTRAINT asset_chunks_chunk_hash_fkey FOREIGN KEY (chunk_hash) REFERENCES lms.chunks(hash) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.assets
    ADD CONSTRAINT assets_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.assignment_extensions
    ADD CONSTRAINT assignment_extensions_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES public.assignments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.assignment_extensions
    ADD CONSTRAINT assignment_extensions_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.assignment_extensions
    ADD CONSTRAINT assignment_extensions_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.attempt_delivery
    ADD CONSTRAINT attempt_delivery_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES public.quiz_attempts(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT attempt_questions_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES public.quiz_attempts(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT attempt_questions_graded_version_fkey FOREIGN KEY (graded_version) REFERENCES lms.question_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT attempt_questions_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.attempt_questions
    ADD CONSTRAINT attempt_questions_shown_version_fkey FOREIGN KEY (shown_version) REFERENCES lms.question_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.ce_approvals
    ADD CONSTRAINT ce_approvals_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.ce_filings
    ADD CONSTRAINT ce_filings_certificate_id_fkey FOREIGN KEY (certificate_id) REFERENCES lms.certificates(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.ce_filings
    ADD CONSTRAINT ce_filings_filed_by_fkey FOREIGN KEY (filed_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificate_deliveries
    ADD CONSTRAINT certificate_deliveries_certificate_id_fkey FOREIGN KEY (certificate_id) REFERENCES lms.certificates(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificate_deliveries
    ADD CONSTRAINT certificate_deliveries_sent_by_fkey FOREIGN KEY (sent_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificate_log
    ADD CONSTRAINT certificate_log_certificate_id_fkey FOREIGN KEY (certificate_id) REFERENCES lms.certificates(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificate_template_versions
    ADD CONSTRAINT certificate_template_versions_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.certificate_template_versions
    ADD CONSTRAINT certificate_template_versions_template_id_fkey FOREIGN KEY (template_id) REFERENCES lms.certificate_templates(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.certificate_templates
    ADD CONSTRAINT certificate_templates_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.certificate_templates
    ADD CONSTRAINT certificate_templates_designation_id_fkey FOREIGN KEY (designation_id) REFERENCES public.member_designations(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES lms.assets(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_signing_key_id_fkey FOREIGN KEY (signing_key_id) REFERENCES lms.signing_keys(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES lms.certificates(id);

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_template_id_fkey FOREIGN KEY (template_id) REFERENCES lms.certificate_templates(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.certificates
    ADD CONSTRAINT certificates_template_version_id_fkey FOREIGN KEY (template_version_id) REFERENCES lms.certificate_template_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.chunk_uploads
    ADD CONSTRAINT chunk_uploads_chunk_hash_fkey FOREIGN KEY (chunk_hash) REFERENCES lms.chunks(hash) ON DELETE CASCADE;

ALTER TABLE ONLY lms.chunk_uploads
    ADD CONSTRAINT chunk_uploads_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grades
    ADD CONSTRAINT grades_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES public.assignments(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.grades
    ADD CONSTRAINT grades_grader_id_fkey FOREIGN KEY (grader_id) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.grades
    ADD CONSTRAINT grades_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.assignment_submissions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grading_claims
    ADD CONSTRAINT grading_claims_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grading_claims
    ADD CONSTRAINT grading_claims_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.assignment_submissions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grading_comments
    ADD CONSTRAINT grading_comments_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grading_comments
    ADD CONSTRAINT grading_comments_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.grading_schemes
    ADD CONSTRAINT grading_schemes_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.grading_schemes
    ADD CONSTRAINT grading_schemes_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.heartbeats
    ADD CONSTRAINT heartbeats_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.incident_heads
    ADD CONSTRAINT incident_heads_sitting_id_fkey FOREIGN KEY (sitting_id) REFERENCES lms.sittings(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.incidents
    ADD CONSTRAINT incidents_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.incidents
    ADD CONSTRAINT incidents_sitting_id_fkey FOREIGN KEY (sitting_id) REFERENCES lms.sittings(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.late_answers
    ADD CONSTRAINT late_answers_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.late_answers
    ADD CONSTRAINT late_answers_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.lesson_imports
    ADD CONSTRAINT lesson_imports_imported_by_fkey FOREIGN KEY (imported_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.lesson_imports
    ADD CONSTRAINT lesson_imports_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.lesson_media
    ADD CONSTRAINT lesson_media_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.lesson_notes
    ADD CONSTRAINT lesson_notes_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.lesson_notes
    ADD CONSTRAINT lesson_notes_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.meeting_accounts
    ADD CONSTRAINT meeting_accounts_added_by_fkey FOREIGN KEY (added_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.meeting_accounts
    ADD CONSTRAINT meeting_accounts_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.member_logins
    ADD CONSTRAINT member_logins_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.member_logins
    ADD CONSTRAINT member_logins_disabled_by_fkey FOREIGN KEY (disabled_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.member_logins
    ADD CONSTRAINT member_logins_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.member_roles
    ADD CONSTRAINT member_roles_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.member_roles
    ADD CONSTRAINT member_roles_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.module_completions
    ADD CONSTRAINT module_completions_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.module_completions
    ADD CONSTRAINT module_completions_module_id_fkey FOREIGN KEY (module_id) REFERENCES public.course_modules(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.privacy_requests
    ADD CONSTRAINT privacy_requests_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.privacy_requests
    ADD CONSTRAINT privacy_requests_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.privacy_requests
    ADD CONSTRAINT privacy_requests_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.push_outcomes
    ADD CONSTRAINT push_outcomes_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.push_outcomes
    ADD CONSTRAINT push_outcomes_scope_id_fkey FOREIGN KEY (scope_id) REFERENCES lms.row_clocks(scope_id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.question_versions
    ADD CONSTRAINT question_versions_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.quiz_draws
    ADD CONSTRAINT quiz_draws_bank_id_fkey FOREIGN KEY (bank_id) REFERENCES public.quizzes(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.quiz_draws
    ADD CONSTRAINT quiz_draws_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.quiz_draws
    ADD CONSTRAINT quiz_draws_quiz_id_fkey FOREIGN KEY (quiz_id) REFERENCES public.quizzes(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.regrade_requests
    ADD CONSTRAINT regrade_requests_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.regrade_requests
    ADD CONSTRAINT regrade_requests_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.assignment_submissions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.regrades
    ADD CONSTRAINT regrades_quiz_id_fkey FOREIGN KEY (quiz_id) REFERENCES public.quizzes(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.regrades
    ADD CONSTRAINT regrades_regraded_by_fkey FOREIGN KEY (regraded_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.review_votes
    ADD CONSTRAINT review_votes_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.review_votes
    ADD CONSTRAINT review_votes_review_id_fkey FOREIGN KEY (review_id) REFERENCES public.course_reviews(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_attempts
    ADD CONSTRAINT scorm_attempts_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_attempts
    ADD CONSTRAINT scorm_attempts_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.scorm_data
    ADD CONSTRAINT scorm_data_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_interactions
    ADD CONSTRAINT scorm_interactions_attempt_fkey FOREIGN KEY (enrollment_id, lesson_id, item_id, attempt) REFERENCES lms.scorm_attempts(enrollment_id, lesson_id, item_id, attempt) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_objectives
    ADD CONSTRAINT scorm_objectives_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_sessions
    ADD CONSTRAINT scorm_sessions_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.scorm_sessions
    ADD CONSTRAINT scorm_sessions_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.seat_commands
    ADD CONSTRAINT seat_commands_given_by_fkey FOREIGN KEY (given_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.seat_commands
    ADD CONSTRAINT seat_commands_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.seat_sessions
    ADD CONSTRAINT seat_sessions_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.seat_sessions
    ADD CONSTRAINT seat_sessions_station_id_fkey FOREIGN KEY (station_id) REFERENCES lms.stations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES public.quiz_attempts(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_room_id_fkey FOREIGN KEY (room_id) REFERENCES lms.sitting_rooms(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.seats
    ADD CONSTRAINT seats_sitting_id_fkey FOREIGN KEY (sitting_id) REFERENCES lms.sittings(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.session_waiting
    ADD CONSTRAINT session_waiting_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.session_waiting
    ADD CONSTRAINT session_waiting_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.live_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.signing_keys
    ADD CONSTRAINT signing_keys_added_by_fkey FOREIGN KEY (added_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.signing_keys
    ADD CONSTRAINT signing_keys_retired_by_fkey FOREIGN KEY (retired_by) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.sitting_proctors
    ADD CONSTRAINT sitting_proctors_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.sitting_proctors
    ADD CONSTRAINT sitting_proctors_sitting_id_fkey FOREIGN KEY (sitting_id) REFERENCES lms.sittings(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.sitting_rooms
    ADD CONSTRAINT sitting_rooms_sitting_id_fkey FOREIGN KEY (sitting_id) REFERENCES lms.sittings(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.sittings
    ADD CONSTRAINT sittings_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.sittings
    ADD CONSTRAINT sittings_quiz_id_fkey FOREIGN KEY (quiz_id) REFERENCES public.quizzes(id) ON DELETE RESTRICT;

ALTER TABLE ONLY lms.start_codes
    ADD CONSTRAINT start_codes_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.start_codes
    ADD CONSTRAINT start_codes_seat_id_fkey FOREIGN KEY (seat_id) REFERENCES lms.seats(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.stations
    ADD CONSTRAINT stations_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY lms.tombstones
    ADD CONSTRAINT tombstones_scope_id_fkey FOREIGN KEY (scope_id) REFERENCES lms.row_clocks(scope_id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.video_watching
    ADD CONSTRAINT video_watching_progress_id_fkey FOREIGN KEY (progress_id) REFERENCES public.lesson_progress(id) ON DELETE CASCADE;

ALTER TABLE ONLY lms.watching_clocks
    ADD CONSTRAINT watching_clocks_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignment_reviews
    ADD CONSTRAINT assignment_reviews_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignment_reviews
    ADD CONSTRAINT assignment_reviews_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.assignment_submissions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT assignment_submissions_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES public.assignments(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT assignment_submissions_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT assignment_submissions_graded_by_fkey FOREIGN KEY (graded_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.assignment_submissions
    ADD CONSTRAINT assignment_submissions_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_completions
    ADD CONSTRAINT course_completions_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.course_completions
    ADD CONSTRAINT course_completions_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_completions
    ADD CONSTRAINT course_completions_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_modules
    ADD CONSTRAINT course_modules_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_modules
    ADD CONSTRAINT course_modules_unlock_after_module_id_fkey FOREIGN KEY (unlock_after_module_id) REFERENCES public.course_modules(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT course_reviews_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT course_reviews_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT course_reviews_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_reviews
    ADD CONSTRAINT course_reviews_moderated_by_fkey FOREIGN KEY (moderated_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_certificate_template_id_fkey FOREIGN KEY (certificate_template_id) REFERENCES lms.certificate_templates(id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.members(id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_designation_id_fkey FOREIGN KEY (designation_id) REFERENCES public.member_designations(id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_instructor_id_fkey FOREIGN KEY (instructor_id) REFERENCES public.members(id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_current_lesson_id_fkey FOREIGN KEY (current_lesson_id) REFERENCES public.lessons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id);

ALTER TABLE ONLY public.lesson_attachments
    ADD CONSTRAINT lesson_attachments_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_module_id_fkey FOREIGN KEY (module_id) REFERENCES public.course_modules(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_unlock_after_lesson_id_fkey FOREIGN KEY (unlock_after_lesson_id) REFERENCES public.lessons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.live_sessions
    ADD CONSTRAINT live_sessions_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.live_sessions
    ADD CONSTRAINT live_sessions_instructor_id_fkey FOREIGN KEY (instructor_id) REFERENCES public.members(id);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.members(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.quiz_answers
    ADD CONSTRAINT quiz_answers_graded_by_fkey FOREIGN KEY (graded_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.quiz_answers
    ADD CONSTRAINT quiz_answers_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.quiz_answers
    ADD CONSTRAINT quiz_answers_quiz_attempt_id_fkey FOREIGN KEY (quiz_attempt_id) REFERENCES public.quiz_attempts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_graded_by_fkey FOREIGN KEY (graded_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_quiz_id_fkey FOREIGN KEY (quiz_id) REFERENCES public.quizzes(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT quiz_questions_quiz_id_fkey FOREIGN KEY (quiz_id) REFERENCES public.quizzes(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quizzes
    ADD CONSTRAINT quizzes_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quizzes
    ADD CONSTRAINT quizzes_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_attendance
    ADD CONSTRAINT session_attendance_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_attendance
    ADD CONSTRAINT session_attendance_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_attendance
    ADD CONSTRAINT session_attendance_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.live_sessions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES public.members(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.members(id) ON DELETE RESTRICT;
