-- As in 00000000000021, but that a process never takes back what it is sending itself: a webhook delivers, and answers
-- leave, before it has looked for what the one before it left. The name of a process is its place and, after a dot, its life.
CREATE OR REPLACE FUNCTION outbox_reclaim() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  UPDATE outbox o SET lease_until = clock_timestamp() - interval '1 ms'
  WHERE o.state = 'sending' AND o.leased_by <> current_setting('application_name')
    AND split_part(o.leased_by, '.', 1) = split_part(current_setting('application_name'), '.', 1)
$$;
