-- Payments that did not arrive, or were given back. That one arrived is lms.confirm_payment().

CREATE OR REPLACE FUNCTION lms.end_payment(p_transaction uuid, p_status text, p_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  c_before CONSTANT jsonb := '{"failed": "pending", "refunded": "completed"}';
  v_payment public.transactions;
BEGIN
  PERFORM lms.require_administrator();
  IF NOT c_before ? coalesce(p_status, '') THEN
    RAISE EXCEPTION USING ERRCODE = 'LM003', MESSAGE = 'A payment fails, or is refunded.', HINT = 'no-such-status';
  END IF;
  -- The enrolment first, as everywhere, so that nobody waits for the other way round.
  PERFORM FROM public.enrollments AS e WHERE e.transaction_id = p_transaction FOR UPDATE;
  UPDATE public.transactions AS t
  SET status = p_status
  WHERE t.id = p_transaction AND t.status = c_before ->> p_status
  RETURNING * INTO v_payment;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'LM002', MESSAGE = 'This payment is not there, or somebody has dealt with it.', HINT = 'no-such-payment';
  END IF;
  -- Whoever has completed the course keeps it; anybody else's seat is free again.
  UPDATE public.enrollments AS e
  SET status = CASE e.status WHEN 'completed' THEN e.status ELSE 'dropped' END,
    amount_paid = CASE p_status WHEN 'refunded' THEN greatest(e.amount_paid - v_payment.amount, 0) ELSE e.amount_paid END
  WHERE e.transaction_id = p_transaction;
  INSERT INTO public.audit_logs (member_id, action, table_name, row_id, new_values)
  VALUES (
    lms.current_member_id(), 'payment.' || p_status, 'transactions', p_transaction,
    jsonb_build_object('amount', v_payment.amount, 'reason', nullif(btrim(p_reason), ''))
  );
END
$$;
COMMENT ON FUNCTION lms.end_payment(uuid, text, text) IS
  'Notes that a pending payment failed, or that a completed one was refunded, and why; the enrolment ends, unless it is completed';

GRANT EXECUTE ON FUNCTION lms.end_payment(uuid, text, text) TO lms_staff;
