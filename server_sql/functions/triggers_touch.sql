-- updated_at of what is not authored offline; authored rows get it with their version.

CREATE OR REPLACE FUNCTION lms.set_updated_at() RETURNS trigger
  LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.members
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.ce_approvals
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.member_designations
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.transactions
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.certificate_templates
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.enrollments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.lesson_progress
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.course_reviews
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.live_sessions
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.session_attendance
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.quiz_attempts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.assignment_submissions
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON public.assignment_reviews
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.assignment_extensions
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grades
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grading_comments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.grading_schemes
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.regrade_requests
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
CREATE OR REPLACE TRIGGER trigger_set_updated_at BEFORE UPDATE ON lms.lesson_notes
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lms.set_updated_at();
