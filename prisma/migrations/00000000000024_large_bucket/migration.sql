-- As in 00000000000021, but that the part of the bucket left to those whom somebody waits for is held against the bucket,
-- not against the batch: with a burst of 325 or more that part was larger than a batch, and nothing of ours ever left.
CREATE OR REPLACE FUNCTION outbox_permit(wanted uuid, asking uuid[], most integer)
RETURNS TABLE (note text, wait_ms integer, id uuid, association text, conversation uuid)
LANGUAGE plpgsql VOLATILE ROWS 16 -- with the settings of its caller
AS $$
#variable_conflict use_column
DECLARE
  clock     timestamptz;
  p      account_pace;
  c      record;
  room   integer; -- in the bucket
  free   integer := most; -- in this call
  spare  integer := 0;
  used   integer := 0;
  later  double precision;
  rank   smallint;
  gone   uuid[] := '{}';
  chats  uuid[] := '{}';
  held   uuid[] := '{}';
  ranks  smallint[] := '{}';
BEGIN
  SELECT * INTO p FROM account_pace q WHERE q.account_id = wanted FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  clock := clock_timestamp();
  p.tat := greatest(p.tat, clock);
  room := 2147483647;
  IF p.per_second IS NOT NULL THEN
    IF p.burst > 1 THEN spare := greatest(1, p.burst / 5); END IF;
    room := floor(p.burst - extract(epoch FROM p.tat - clock) * p.per_second + 1e-6);
  END IF;
  IF p.paused_until > clock THEN room := 0; END IF;

  FOR c IN
    SELECT o.id, o.association, o.conversation_id, k.rank, k.asks,
           o.class IN ('push', 'notice') AND a.unreachable_at >= coalesce(v.last_in_at, '-infinity') AS vain,
           coalesce(extract(epoch FROM t.tat - clock) - (p.chat_burst - 1) / p.chat_per_second, 0) AS chat_wait
    FROM (
      SELECT w.id, true AS asks,
             -- An answer that stands behind a message of ours takes it along.
             CASE WHEN (SELECT q.id FROM outbox q WHERE q.conversation_id = h.conversation_id AND q.state = 'queued' AND q.class IN ('reply', 'staff') LIMIT 1) IS NULL
               THEN 1 ELSE 0 END::smallint AS rank
      FROM unnest(asking) AS w (id) JOIN outbox h ON h.id = w.id
      UNION ALL
      (SELECT h.id, false, h.held_rank FROM outbox h
       WHERE h.held_account = wanted AND h.state = 'queued' AND (h.retry_at IS NULL OR h.retry_at <= clock) AND h.id <> ALL (asking)
         AND (SELECT f.id FROM outbox f WHERE f.conversation_id = h.conversation_id AND f.state IN ('queued', 'sending') ORDER BY f.seq, f.n LIMIT 1) = h.id
       ORDER BY h.held_rank, h.at, h.id LIMIT CASE WHEN room > 0 THEN least(room, free) + 16 ELSE 0 END)
    ) k
    JOIN outbox o ON o.id = k.id
    JOIN conversation v ON v.id = o.conversation_id
    JOIN address a ON a.id = v.address_id
    LEFT JOIN chat_pace t ON t.conversation_id = o.conversation_id
    WHERE v.account_id = wanted AND o.state = 'queued' AND o.epoch = v.epoch
    ORDER BY k.rank, o.at, o.id
  LOOP
    id := c.id;
    association := c.association;
    conversation := c.conversation_id;
    IF c.vain THEN -- will not be tried: takes no permit
      gone := gone || c.id;
      note := 'go';
      RETURN NEXT;
    ELSIF c.chat_wait > 0 THEN
      UPDATE outbox o SET retry_at = clock + c.chat_wait * interval '1 s' WHERE o.id = c.id;
      note := 'conversation';
      wait_ms := ceil(c.chat_wait * 1000) + 1;
      RETURN NEXT;
    ELSIF free > 0 AND room > (CASE WHEN c.rank = 0 THEN 0 ELSE spare END) THEN
      room := room - 1;
      free := free - 1;
      used := used + 1;
      gone := gone || c.id;
      chats := chats || c.conversation_id;
      note := 'go';
      RETURN NEXT;
    ELSIF c.asks THEN
      held := held || c.conversation_id;
      ranks := ranks || c.rank;
    END IF;
  END LOOP;

  IF held <> '{}' THEN
    UPDATE outbox o SET held_account = wanted, held_rank = r.rank
    FROM unnest(held, ranks) AS r (conversation_id, rank)
    WHERE o.conversation_id = r.conversation_id AND o.state = 'queued' AND (o.held_account, o.held_rank) IS DISTINCT FROM (wanted, r.rank);
  END IF;
  IF used > 0 AND p.per_second IS NOT NULL THEN
    p.tat := p.tat + used / p.per_second * interval '1 s';
    UPDATE account_pace q SET tat = p.tat WHERE q.account_id = wanted;
  END IF;
  IF used > 0 AND p.chat_per_second IS NOT NULL THEN
    INSERT INTO chat_pace AS t (conversation_id, association, tat)
    SELECT r.conversation_id, p.association, clock + 1 / p.chat_per_second * interval '1 s' FROM unnest(chats) AS r (conversation_id) ORDER BY 1
    ON CONFLICT (conversation_id) DO UPDATE SET tat = greatest(t.tat, clock) + 1 / p.chat_per_second * interval '1 s';
  END IF;

  -- When to ask again: as soon as the first of those who wait may leave; for what we begin ourselves, not for
  -- every single permit when they come fast.
  SELECT h.held_rank INTO rank FROM outbox h
  WHERE h.held_account = wanted AND h.state = 'queued' AND (h.retry_at IS NULL OR h.retry_at <= clock) AND h.id <> ALL (gone)
    AND (SELECT f.id FROM outbox f WHERE f.conversation_id = h.conversation_id AND f.state IN ('queued', 'sending') ORDER BY f.seq, f.n LIMIT 1) = h.id
  ORDER BY h.held_rank, h.at, h.id LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  later := greatest(0, extract(epoch FROM p.paused_until - clock));
  IF p.per_second IS NOT NULL THEN
    later := greatest(later, extract(epoch FROM p.tat - clock) - (p.burst - CASE
      WHEN rank = 0 THEN 1
      ELSE spare + greatest(1, least((p.burst - spare) / 2, floor(p.per_second / 50)))
    END) / p.per_second);
  END IF;
  id := NULL;
  conversation := NULL;
  association := p.association;
  note := 'account';
  wait_ms := ceil(coalesce(later, 0) * 1000) + 1;
  RETURN NEXT;
END
$$;
