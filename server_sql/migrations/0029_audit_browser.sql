-- Browsing half a million entries of the audit log by the table that they are about: a page of a rare one is then as fast as any.

CREATE INDEX idx_audit_logs_table ON public.audit_logs (table_name, id);
