-- An outage of the database is no reason to say anything twice. A lease that ran out meanwhile had run out for everybody
-- at the moment the database came back, and its message left once more before the process that had sent it could say so.
-- Now that process has a moment; a mark that comes late has always saved the repetition (outbox_settle). What a process
-- takes back itself leaves at once.
--
-- outbox_lease stands here once more as in 00000000000021, with that; outbox_reclaim as in 00000000000025.

CREATE OR REPLACE FUNCTION outbox_lease(wanted uuid[], paced uuid, most integer, lease_ms integer)
RETURNS TABLE (
  note text, wait_ms integer, id uuid, association text, conversation uuid, account uuid, channel text, address uuid, external bytea,
  contact uuid, key bytea, class text, message bytea, attempt integer, failures integer, repeated boolean, unreachable boolean
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 64
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  clock    timestamptz := clock_timestamp();
  leaving  uuid[] := '{}'; -- may leave now
  asking   uuid[] := '{}'; -- heads whose account counts
  accounts uuid[] := '{}';
  upset    uuid[];         -- conversations with something to settle first
  early    uuid[];         -- conversations whose head has a time of its own
  one      uuid;
BEGIN
  IF paced IS NOT NULL THEN
    accounts := ARRAY[paced];
  ELSIF wanted IS NULL THEN
    note := 'account';
    wait_ms := 0;
    FOR association, account IN
      SELECT p.association, p.account_id FROM account_pace p
      WHERE (SELECT o.id FROM outbox o WHERE o.held_account = p.account_id AND o.state = 'queued' AND (o.retry_at IS NULL OR o.retry_at <= clock) LIMIT 1) IS NOT NULL
    LOOP
      RETURN NEXT;
    END LOOP;
    -- What waits for its account is found above, and not again here.
    SELECT array_agg(f.conversation_id) INTO wanted FROM (
      SELECT h.conversation_id FROM (
        SELECT DISTINCT ON (o.conversation_id) o.conversation_id, o.state, o.retry_at, o.lease_until, o.held_account
        FROM outbox o WHERE o.state IN ('queued', 'sending') ORDER BY o.conversation_id, o.seq, o.n
      ) h
      WHERE CASE WHEN h.state = 'queued' THEN h.held_account IS NULL AND (h.retry_at IS NULL OR h.retry_at <= clock) ELSE h.lease_until < clock END
      LIMIT most
    ) f;
    IF cardinality(wanted) = most THEN
      note := 'more';
      RETURN NEXT;
    END IF;
  END IF;

  FOR round IN 1 .. 2 LOOP
    EXIT WHEN wanted IS NULL;
    SELECT coalesce(array_agg(h.id) FILTER (WHERE h.ready AND NOT h.counts), '{}'),
           coalesce(array_agg(h.id) FILTER (WHERE h.ready AND h.counts), '{}'),
           coalesce(array_agg(DISTINCT h.account_id) FILTER (WHERE h.ready AND h.counts), '{}'),
           array_agg(h.conversation_id) FILTER (WHERE h.upset),
           array_agg(h.conversation_id) FILTER (WHERE h.not_before IS NOT NULL)
    INTO leaving, asking, accounts, upset, early
    FROM (
      SELECT f.id, c.id AS conversation_id, c.account_id,
             f.state = 'queued' AND f.epoch = c.epoch AND (f.retry_at IS NULL OR f.retry_at <= clock) AS ready,
             CASE WHEN f.state = 'queued' THEN f.epoch < c.epoch ELSE f.lease_until < clock END AS upset,
             CASE WHEN f.state = 'queued' AND f.epoch = c.epoch AND f.retry_at > clock THEN f.retry_at END AS not_before,
             coalesce(p.per_second IS NOT NULL OR p.chat_per_second IS NOT NULL OR p.paused_until > clock, false) AS counts
      FROM unnest(wanted) AS w (conversation_id)
      JOIN conversation c ON c.id = w.conversation_id
      CROSS JOIN LATERAL (
        SELECT o.id, o.state, o.epoch, o.retry_at, o.lease_until FROM outbox o
        WHERE o.conversation_id = w.conversation_id AND o.state IN ('queued', 'sending') ORDER BY o.seq, o.n LIMIT 1
      ) f
      LEFT JOIN account_pace p ON p.account_id = c.account_id
      LIMIT most
    ) h;
    EXIT WHEN upset IS NULL;
    -- The process that was sending it is gone, and nobody knows whether it was delivered. Better heard twice than
    -- never: it is sent once more, once.
    FOR association, conversation, channel IN
      UPDATE outbox o SET lease_until = NULL, failure = 'timeout',
        -- Its process may have been kept from saying how it went, as by an outage of the database: a moment for that.
        retry_at = CASE WHEN o.lease_until > '-infinity' THEN clock + interval '3 s' END,
        state = CASE WHEN o.repeated THEN 'uncertain' ELSE 'queued' END,
        repeated = true
      FROM conversation c JOIN channel_account k ON k.id = c.account_id
      WHERE o.conversation_id = ANY (upset) AND o.state = 'sending' AND o.lease_until < clock AND c.id = o.conversation_id
      RETURNING o.association, o.conversation_id, k.kind
    LOOP
      note := 'lapsed';
      RETURN NEXT;
    END LOOP;
    -- The fence. A take-over cancels what is queued; this catches what came back to the queue after it.
    UPDATE outbox o SET state = 'cancelled'
    FROM conversation c
    WHERE o.conversation_id = ANY (upset) AND o.state = 'queued' AND c.id = o.conversation_id AND o.epoch < c.epoch;
  END LOOP;

  IF early IS NOT NULL THEN
    note := 'conversation';
    FOR association, conversation, wait_ms IN
      SELECT o.association, o.conversation_id, ceil(extract(epoch FROM max(o.retry_at) - clock) * 1000) + 1 FROM outbox o
      WHERE o.conversation_id = ANY (early) AND o.state = 'queued' AND o.retry_at > clock GROUP BY 1, 2
    LOOP
      RETURN NEXT;
    END LOOP;
  END IF;
  FOREACH one IN ARRAY accounts LOOP
    FOR note, wait_ms, association, conversation, account, id IN
      SELECT g.note, g.wait_ms, g.association, g.conversation, one, g.id FROM outbox_permit(one, asking, most) g
    LOOP
      IF note = 'go' THEN leaving := leaving || id;
      ELSE
        id := NULL;
        RETURN NEXT;
      END IF;
    END LOOP;
  END LOOP;
  IF leaving = '{}' THEN RETURN; END IF;

  RETURN QUERY
  WITH leased AS (
    -- Guarded, so that of two senders one gets the row: the other waits for it and finds it changed.
    UPDATE outbox o SET state = 'sending', attempt = o.attempt + 1, lease_until = clock_timestamp() + lease_ms * interval '1 ms',
      leased_by = current_setting('application_name'), held_account = NULL, held_rank = NULL
    FROM conversation c
    WHERE o.id = ANY (leaving) AND c.id = o.conversation_id AND o.state = 'queued' AND o.epoch = c.epoch
    RETURNING o.id, o.association, o.conversation_id, c.account_id, c.address_id, c.contact_id, c.last_in_at, o.class, o.message, o.attempt, o.failures, o.repeated
  )
  SELECT NULL::text, NULL::integer, l.id, l.association, l.conversation_id, l.account_id, k.kind::text, a.id, a.external, p.id, p.key,
         l.class::text, l.message, l.attempt, l.failures::integer, l.repeated, coalesce(a.unreachable_at >= coalesce(l.last_in_at, '-infinity'), false)
  FROM leased l
  JOIN channel_account k ON k.id = l.account_id
  JOIN address a ON a.id = l.address_id
  JOIN contact p ON p.id = l.contact_id;
END
$$;

CREATE OR REPLACE FUNCTION outbox_reclaim() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  UPDATE outbox o SET lease_until = '-infinity'
  WHERE o.state = 'sending' AND o.leased_by <> current_setting('application_name')
    AND split_part(o.leased_by, '.', 1) = split_part(current_setting('application_name'), '.', 1)
$$;
