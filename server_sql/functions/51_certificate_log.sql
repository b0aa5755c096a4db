-- The log of certificates: written by a trigger, so by whatever changes one, and changed by nothing.

CREATE OR REPLACE FUNCTION lms.append_to_certificate_log(p_certificate lms.certificates, p_event text, p_at timestamptz) RETURNS void
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_head lms.certificate_log_head;
  v_entry text;
  v_hash bytea;
BEGIN
  SELECT * INTO STRICT v_head FROM lms.certificate_log_head AS h FOR UPDATE;
  v_entry := jsonb_build_object(
    'number', v_head.number + 1,
    'at', to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'event', p_event,
    'by', lms.current_member_id(),
    'certificate', to_jsonb(p_certificate)
  )::text;
  v_hash := sha256(v_head.hash || convert_to(v_entry, 'UTF8'));
  INSERT INTO lms.certificate_log (number, at, certificate_id, event, entry, hash)
  VALUES (v_head.number + 1, p_at, p_certificate.id, p_event, v_entry, v_hash);
  UPDATE lms.certificate_log_head SET number = v_head.number + 1, hash = v_hash;
END
$$;
COMMENT ON FUNCTION lms.append_to_certificate_log(lms.certificates, text, timestamptz) IS
  'Appends one entry. Its hash is SHA-256 of the 32 bytes of the hash before (zeros before the first) and of the entry''s UTF-8';

CREATE OR REPLACE FUNCTION lms.log_certificate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM lms.append_to_certificate_log(NEW, 'issued', NEW.issued_at);
    RETURN NULL;
  END IF;
  IF NEW.status <> OLD.status THEN
    PERFORM lms.append_to_certificate_log(NEW, NEW.status, now());
  END IF;
  IF OLD.asset_id IS NULL AND NEW.asset_id IS NOT NULL THEN
    PERFORM lms.append_to_certificate_log(NEW, 'filed', now());
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.log_certificate() IS 'Logs that a certificate was issued, filed, superseded or revoked';

CREATE OR REPLACE TRIGGER trigger_log_certificate AFTER INSERT OR UPDATE ON lms.certificates
  FOR EACH ROW EXECUTE FUNCTION lms.log_certificate();

-- Certificates from before there was a log; where they are logged already, this does nothing.
DO $$
DECLARE
  v_certificate lms.certificates;
BEGIN
  FOR v_certificate IN
    SELECT c.* FROM lms.certificates AS c
    WHERE NOT EXISTS (SELECT FROM lms.certificate_log AS l WHERE l.certificate_id = c.id)
    ORDER BY c.issued_at, c.id
  LOOP
    PERFORM lms.append_to_certificate_log(v_certificate, 'issued', v_certificate.issued_at);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION lms.keep_certificate_log() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'The log of certificates is only ever added to.', HINT = 'certificate-log-kept';
END
$$;
COMMENT ON FUNCTION lms.keep_certificate_log() IS 'Refuses every change of an entry';

CREATE OR REPLACE TRIGGER trigger_keep_certificate_log BEFORE UPDATE OR DELETE OR TRUNCATE ON lms.certificate_log
  FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_certificate_log();
