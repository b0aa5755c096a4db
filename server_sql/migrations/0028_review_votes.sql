-- Who found which review helpful: one vote a member.

CREATE TABLE lms.review_votes (
  review_id uuid NOT NULL REFERENCES public.course_reviews (id) ON DELETE CASCADE,
  member_id uuid NOT NULL REFERENCES public.members (id) ON DELETE CASCADE,
  helpful boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (review_id, member_id)
);

CREATE INDEX idx_review_votes_member ON lms.review_votes (member_id);

COMMENT ON TABLE lms.review_votes IS 'Who found which review of a course helpful, or not';
