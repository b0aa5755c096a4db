-- Certificates: numbers that cannot be guessed, and rows that cannot be changed.

CREATE OR REPLACE FUNCTION public.generate_certificate_number() RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = ''
AS $$
DECLARE
  v_number text;
BEGIN
  LOOP
    v_number := 'CERT-' || to_char(now(), 'YYYY') || '-' || lms.random_code(8);
    -- Two transactions could still draw the same of 10^12 numbers at once; then the unique key refuses the second.
    EXIT WHEN NOT EXISTS (SELECT FROM lms.certificates AS c WHERE c.certificate_number = v_number);
  END LOOP;
  RETURN v_number;
END
$$;
COMMENT ON FUNCTION public.generate_certificate_number() IS 'A new random number, CERT-YYYY-XXXXXXXX; for the issuing function only';

CREATE OR REPLACE FUNCTION lms.keep_certificate() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  v_later text[] := ARRAY['status', 'revoked_at', 'revoked_by', 'revocation_reason', 'asset_id', 'signing_key_id'];
  v_owners text[];
BEGIN
  IF TG_OP = 'UPDATE'
    AND to_jsonb(NEW) - v_later = to_jsonb(OLD) - v_later
    AND (OLD.status = 'valid' OR NEW.status = OLD.status)
    AND (OLD.status <> 'revoked' OR (NEW.revoked_at, NEW.revocation_reason) = (OLD.revoked_at, OLD.revocation_reason))
    AND (OLD.asset_id IS NULL OR (NEW.asset_id, NEW.signing_key_id) IS NOT DISTINCT FROM (OLD.asset_id, OLD.signing_key_id))
  THEN
    RETURN NEW;
  END IF;
  -- A duplicate's certificate follows to the member that it became. Nothing that is printed changes.
  IF TG_OP = 'UPDATE' THEN
    v_owners := ARRAY['member_id', 'issued_by', 'revoked_by'];
    IF to_jsonb(NEW) - v_owners = to_jsonb(OLD) - v_owners AND NOT EXISTS (
      SELECT FROM (VALUES (OLD.member_id, NEW.member_id), (OLD.issued_by, NEW.issued_by), (OLD.revoked_by, NEW.revoked_by)) AS o (before, after)
      WHERE o.before IS DISTINCT FROM o.after
        AND NOT EXISTS (SELECT FROM public.members AS m WHERE m.id = o.before AND m.merged_into = o.after)
    ) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'LM003', HINT = 'certificate-kept',
    MESSAGE = 'A certificate is never changed; issue a new one that supersedes it.';
END
$$;
COMMENT ON FUNCTION lms.keep_certificate() IS
  'Lets a valid certificate be revoked or superseded, its PDF be filled in once, and its holder be merged; refuses every other change, and deletion';

CREATE OR REPLACE TRIGGER trigger_keep_certificate BEFORE UPDATE OR DELETE ON lms.certificates
  FOR EACH ROW EXECUTE FUNCTION lms.keep_certificate();
CREATE OR REPLACE TRIGGER trigger_keep_certificates BEFORE TRUNCATE ON lms.certificates
  FOR EACH STATEMENT EXECUTE FUNCTION lms.keep_certificate();
