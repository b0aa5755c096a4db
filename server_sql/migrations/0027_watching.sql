-- What of a video was really played, and what learners note beside a lesson.

CREATE TABLE lms.video_watching (
  progress_id uuid PRIMARY KEY REFERENCES public.lesson_progress (id) ON DELETE CASCADE,
  played int4multirange NOT NULL DEFAULT '{}', -- seconds of the video, each counted once
  replayed int4multirange NOT NULL DEFAULT '{}' -- those among them that were played more than once
    CONSTRAINT video_watching_replayed_check CHECK (replayed <@ played)
);

COMMENT ON TABLE lms.video_watching IS 'Which seconds of a video were played, and which of them again';

CREATE TABLE lms.watching_clocks (
  member_id uuid PRIMARY KEY REFERENCES public.members (id) ON DELETE CASCADE,
  reported_at timestamptz NOT NULL,
  allowance numeric NOT NULL DEFAULT 0 -- seconds of video that could have been played by then and were not reported
    CONSTRAINT watching_clocks_allowance_check CHECK (allowance >= 0)
);

COMMENT ON TABLE lms.watching_clocks IS 'How much a member can have watched: one clock for all videos, as nobody watches two at once';

CREATE TABLE lms.lesson_notes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  lesson_id uuid NOT NULL REFERENCES public.lessons (id) ON DELETE CASCADE,
  at_seconds integer -- in the video, where the note was made beside one
    CONSTRAINT lesson_notes_at_seconds_check CHECK (at_seconds >= 0),
  body text NOT NULL
    CONSTRAINT lesson_notes_body_check CHECK (btrim(body) <> '' AND char_length(body) <= 20000),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_lesson_notes_member ON lms.lesson_notes (member_id, lesson_id);
CREATE INDEX idx_lesson_notes_lesson ON lms.lesson_notes (lesson_id);

COMMENT ON TABLE lms.lesson_notes IS 'What learners write for themselves beside a lesson; nobody else reads it';

DROP FUNCTION IF EXISTS lms.record_video(uuid, uuid, integer, integer); -- replaced by lms.record_watching
