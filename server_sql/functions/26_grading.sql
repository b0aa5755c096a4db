-- What an answer earns: one function a type of question. All are pure; server_sql/README.md, "Answers", has their rules and sources.
-- Each gives the part of the points, 0 to 1, or NULL where there is no key and a person must grade.

CREATE OR REPLACE FUNCTION lms.answer_text(p_text text, p_grading jsonb DEFAULT '{}') RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_grading -> 'case' = 'true' THEN marked.words ELSE lower(marked.words) END
  FROM (SELECT regexp_replace(btrim(normalize(p_text), E' \t\r\n\u00a0'), '\s+', ' ', 'g') AS words) AS spaced,
    LATERAL (
      SELECT CASE WHEN p_grading -> 'accents' = 'false'
        THEN normalize(regexp_replace(normalize(spaced.words, NFD), U&'[\0300-\036f]', '', 'g'))
        ELSE spaced.words END AS words
    ) AS marked
$$;
COMMENT ON FUNCTION lms.answer_text(text, jsonb) IS
  'A typed answer as it is compared: composed, without outer and repeated white space, in lower case unless case counts';

CREATE OR REPLACE FUNCTION lms.answer_number(p_text text) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE
    WHEN length(p_text) <= 100 AND btrim(p_text) ~ '^[-+]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?$'
    THEN replace(btrim(p_text), ',', '.')::numeric
  END
$$;
COMMENT ON FUNCTION lms.answer_number(text) IS 'A typed number, with a point or a comma before its decimals; NULL for anything else';

CREATE OR REPLACE FUNCTION lms.answer_pattern(p_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT replace(
    replace(replace(replace(replace(replace(p_text, '\*', E'\u0001'), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'),
    E'\u0001', '*'
  )
$$;
COMMENT ON FUNCTION lms.answer_pattern(text) IS 'A text in which * stands for anything, \* for a star, as a pattern of LIKE';

CREATE OR REPLACE FUNCTION lms.typed_part(p_accepted jsonb, p_text text, p_grading jsonb DEFAULT '{}') RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT coalesce(max(least(1, greatest(0, coalesce((a.entry ->> 'part')::numeric, 1)))), 0)
  FROM (
    SELECT CASE jsonb_typeof(e) WHEN 'object' THEN e ELSE jsonb_build_object('text', e) END AS entry
    FROM jsonb_array_elements(CASE jsonb_typeof(p_accepted) WHEN 'array' THEN p_accepted ELSE jsonb_build_array(p_accepted) END) AS e
  ) AS a
  WHERE CASE
    WHEN a.entry ? 'tolerance' AND lms.answer_number(a.entry ->> 'text') IS NOT NULL THEN
      abs(lms.answer_number(p_text) - lms.answer_number(a.entry ->> 'text')) <= (a.entry ->> 'tolerance')::numeric
    WHEN p_grading -> 'wildcards' = 'true' THEN
      lms.answer_text(p_text, p_grading) LIKE lms.answer_pattern(lms.answer_text(a.entry ->> 'text', p_grading))
    ELSE lms.answer_text(p_text, p_grading) = lms.answer_text(a.entry ->> 'text', p_grading)
  END
$$;
COMMENT ON FUNCTION lms.typed_part(jsonb, text, jsonb) IS
  'The most that any accepted answer gives for a typed one, so that the order of the accepted ones does not matter';

CREATE OR REPLACE FUNCTION lms.right_options(p_options jsonb, p_correct jsonb) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  -- As text, so that true and "true", 1 and "1" are the same choice
  SELECT coalesce(
    (SELECT array_agg(DISTINCT o ->> 'id') FROM jsonb_array_elements(p_options) AS o WHERE o -> 'is_correct' = 'true'),
    CASE jsonb_typeof(p_correct)
      WHEN 'array' THEN ARRAY(SELECT DISTINCT jsonb_array_elements_text(p_correct))
      WHEN 'null' THEN NULL
      ELSE ARRAY[p_correct #>> '{}']
    END
  )
$$;
COMMENT ON FUNCTION lms.right_options(jsonb, jsonb) IS 'The ids of the options marked as correct, else what correct_answer names; NULL without a key';

CREATE OR REPLACE FUNCTION lms.picked(p_answer jsonb) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE jsonb_typeof(p_answer -> 'selected')
    WHEN 'array' THEN ARRAY(SELECT DISTINCT s FROM jsonb_array_elements_text(p_answer -> 'selected') AS s WHERE s IS NOT NULL)
    WHEN 'null' THEN '{}'
    ELSE coalesce(ARRAY[p_answer ->> 'selected'], '{}')
  END
$$;
COMMENT ON FUNCTION lms.picked(jsonb) IS 'What was picked, each once';

CREATE OR REPLACE FUNCTION lms.grade_choice(p_options jsonb, p_correct jsonb, p_answer jsonb) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE
    WHEN g.keys IS NULL THEN NULL
    WHEN cardinality(g.picked) <> 1 OR g.picked[1] IS NULL THEN 0
    ELSE coalesce(
      (
        SELECT least(1, greatest(0, (o ->> 'part')::numeric))
        FROM jsonb_array_elements(p_options) AS o
        WHERE o ->> 'id' = g.picked[1] AND o ->> 'part' IS NOT NULL
        LIMIT 1
      ),
      (g.picked[1] = ANY (g.keys))::integer
    )
  END
  FROM (SELECT lms.right_options(p_options, p_correct) AS keys, lms.picked(p_answer) AS picked) AS g
$$;
COMMENT ON FUNCTION lms.grade_choice(jsonb, jsonb, jsonb) IS
  'Multiple choice and true or false: all for the right one, its part for one that has a part, nothing for two';

CREATE OR REPLACE FUNCTION lms.grade_multiple_answer(p_options jsonb, p_correct jsonb, p_answer jsonb, p_grading jsonb) RETURNS numeric
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
DECLARE
  v_keys text[] := lms.right_options(p_options, p_correct);
  v_picked text[] := lms.picked(p_answer);
  v_right bigint;
BEGIN
  IF v_keys IS NULL OR cardinality(v_keys) = 0 THEN
    RETURN NULL;
  END IF;
  SELECT count(*) INTO v_right FROM unnest(v_picked) AS p WHERE p = ANY (v_keys);
  CASE coalesce(p_grading ->> 'rule', 'docked')
    WHEN 'all_or_nothing' THEN
      RETURN (v_right = cardinality(v_keys) AND v_right = cardinality(v_picked))::integer;
    WHEN 'weights' THEN
      RETURN (
        SELECT least(1, greatest(0, coalesce(sum(coalesce((o ->> 'part')::numeric, (o ->> 'id' = ANY (v_keys))::integer)), 0)))
        FROM jsonb_array_elements(p_options) AS o
        WHERE o ->> 'id' = ANY (v_picked)
      );
    ELSE
      RETURN greatest(0, 2 * v_right - cardinality(v_picked))::numeric / cardinality(v_keys);
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.grade_multiple_answer(jsonb, jsonb, jsonb, jsonb) IS
  'Docked: (right picks - wrong picks) / right ones, not below 0. Or all or nothing, or the sum of the weights of what was picked';

CREATE OR REPLACE FUNCTION lms.grade_blanks(p_correct jsonb, p_answer jsonb, p_grading jsonb) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_grading ->> 'rule' = 'all_or_nothing' THEN (min(part) = 1)::integer ELSE avg(part) END
  FROM (
    SELECT lms.typed_part(blank.accepted, coalesce(p_answer -> 'blanks' ->> (blank.number - 1)::integer, ''), p_grading) AS part
    FROM jsonb_array_elements(p_correct) WITH ORDINALITY AS blank (accepted, number)
  ) AS parts
$$;
COMMENT ON FUNCTION lms.grade_blanks(jsonb, jsonb, jsonb) IS 'The mean of the blanks, each graded as a short answer';

CREATE OR REPLACE FUNCTION lms.grade_matching(p_correct jsonb, p_answer jsonb, p_grading jsonb) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
  SELECT CASE WHEN p_grading ->> 'rule' = 'all_or_nothing' THEN min(hit) ELSE avg(hit) END
  FROM (
    SELECT coalesce(p_answer -> 'pairs' ->> pair.key = pair.value, false)::integer AS hit FROM jsonb_each_text(p_correct) AS pair
  ) AS hits
$$;
COMMENT ON FUNCTION lms.grade_matching(jsonb, jsonb, jsonb) IS 'Correct pairs over stems';

CREATE OR REPLACE FUNCTION lms.grade_ordering(p_correct jsonb, p_answer jsonb, p_grading jsonb) RETURNS numeric
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
DECLARE
  v_key text[] := ARRAY(SELECT jsonb_array_elements_text(p_correct));
  v_given text[];
BEGIN
  IF jsonb_typeof(p_answer -> 'order') IS DISTINCT FROM 'array' THEN
    RETURN 0;
  END IF;
  v_given := ARRAY(SELECT jsonb_array_elements_text(p_answer -> 'order'));
  -- Whoever names an item twice has given no order.
  IF cardinality(v_given) <> (SELECT count(DISTINCT g) FROM unnest(v_given) AS g) THEN
    RETURN 0;
  END IF;
  CASE coalesce(p_grading ->> 'rule', 'all_or_nothing')
    WHEN 'positions' THEN
      RETURN (SELECT avg((v_given[n] IS NOT DISTINCT FROM v_key[n])::integer) FROM generate_subscripts(v_key, 1) AS n);
    WHEN 'neighbours' THEN
      RETURN (
        SELECT avg(coalesce(v_given[array_position(v_given, v_key[n]) + 1] = v_key[n + 1], false)::integer)
        FROM generate_series(1, cardinality(v_key) - 1) AS n
      );
    ELSE
      RETURN (v_given = v_key)::integer;
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.grade_ordering(jsonb, jsonb, jsonb) IS
  'All or nothing; or the share of items in their own place; or the share of items followed by the one that follows them in the key';

CREATE OR REPLACE FUNCTION lms.grade_answer(p_type text, p_options jsonb, p_correct jsonb, p_answer jsonb, p_grading jsonb DEFAULT '{}')
  RETURNS numeric
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = ''
AS $$
BEGIN
  CASE p_type
    WHEN 'multiple_choice', 'true_false' THEN
      RETURN lms.grade_choice(p_options, p_correct, p_answer);
    WHEN 'multiple_answer' THEN
      RETURN lms.grade_multiple_answer(p_options, p_correct, p_answer, p_grading);
    WHEN 'short_answer' THEN
      RETURN CASE WHEN coalesce(jsonb_typeof(p_correct), 'null') <> 'null' THEN lms.typed_part(p_correct, coalesce(p_answer ->> 'text', ''), p_grading) END;
    WHEN 'fill_blank' THEN
      RETURN CASE WHEN jsonb_typeof(p_correct) = 'array' AND p_correct <> '[]' THEN lms.grade_blanks(p_correct, p_answer, p_grading) END;
    WHEN 'matching' THEN
      RETURN CASE WHEN jsonb_typeof(p_correct) = 'object' AND p_correct <> '{}' THEN lms.grade_matching(p_correct, p_answer, p_grading) END;
    WHEN 'ordering' THEN
      RETURN CASE WHEN jsonb_typeof(p_correct) = 'array' THEN lms.grade_ordering(p_correct, p_answer, p_grading) END;
    WHEN 'essay' THEN
      RETURN NULL;
  END CASE;
END
$$;
COMMENT ON FUNCTION lms.grade_answer(text, jsonb, jsonb, jsonb, jsonb) IS
  'The part of the points, 0 to 1, that an answer earns; NULL where a person must grade it. See server_sql/README.md, "Answers"';

CREATE OR REPLACE FUNCTION lms.percentage(p_part numeric, p_whole numeric) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_whole > 0 THEN least(100, round(100 * p_part / p_whole, 2)) ELSE 0 END;
