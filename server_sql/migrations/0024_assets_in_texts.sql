-- Files that texts name: found without reading every text.

CREATE FUNCTION lms.assets_in(p_text text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT coalesce(array_agg(DISTINCT hit.parts[1]), '{}') FROM regexp_matches(p_text, '\masset:([0-9a-f]{64})', 'g') AS hit (parts)
$$;

CREATE INDEX idx_lessons_assets ON public.lessons USING gin (lms.assets_in(content_html));
CREATE INDEX idx_quiz_questions_assets ON public.quiz_questions
  USING gin (lms.assets_in(question_text || answer_options::text || coalesce(explanation, '')));
CREATE INDEX idx_assignments_assets ON public.assignments USING gin (lms.assets_in(instructions_html));
CREATE INDEX idx_live_sessions_assets ON public.live_sessions USING gin (lms.assets_in(agenda_html));
