-- Designs of certificates: whoever changes one makes a new version of it.

CREATE OR REPLACE FUNCTION lms.count_certificate_design() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lms.count_certificate_design() IS 'Numbers the versions of a design, from 1';

CREATE OR REPLACE FUNCTION lms.keep_certificate_design() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
BEGIN
  INSERT INTO lms.certificate_template_versions (template_id, number, definition, created_by)
  VALUES (NEW.id, NEW.version, NEW.definition, lms.current_member_id());
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lms.keep_certificate_design() IS 'Keeps each version of a design';

CREATE OR REPLACE TRIGGER trigger_count_certificate_design BEFORE INSERT ON lms.certificate_templates
  FOR EACH ROW EXECUTE FUNCTION lms.count_certificate_design();
CREATE OR REPLACE TRIGGER trigger_count_changed_certificate_design BEFORE UPDATE ON lms.certificate_templates
  FOR EACH ROW WHEN (OLD.definition IS DISTINCT FROM NEW.definition) EXECUTE FUNCTION lms.count_certificate_design();
CREATE OR REPLACE TRIGGER trigger_keep_certificate_design AFTER INSERT ON lms.certificate_templates
  FOR EACH ROW EXECUTE FUNCTION lms.keep_certificate_design();
CREATE OR REPLACE TRIGGER trigger_keep_changed_certificate_design AFTER UPDATE ON lms.certificate_templates
  FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION lms.keep_certificate_design();
