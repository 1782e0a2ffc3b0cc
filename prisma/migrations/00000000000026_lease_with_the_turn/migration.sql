-- An answer leaves with the turn that gives it: where its line is empty and the pace allows it, the message is written
-- leased to the process that wrote the turn. That saves the lease of nearly every answer: one call, one write of the
-- row, and one wait for the disk before the person hears something. And whoever settles hears whose line has more.
--
-- turn_commit stands here once more as in 00000000000002, with that; the one of four arguments is called by processes
-- that were started before.

-- Whether the next message of this line may leave now. Takes the permit, if permits are counted: the caller holds the
-- lock of the account (turn_commit). As outbox_permit, for one message that somebody waits for.
CREATE FUNCTION outbox_grant(line uuid, sender uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE -- with the settings of its caller
AS $$
DECLARE
  clock  timestamptz;
  p      account_pace;
  before timestamptz;
BEGIN
  IF (SELECT o.id FROM outbox o WHERE o.conversation_id = line AND o.state IN ('queued', 'sending') LIMIT 1) IS NOT NULL THEN
    RETURN false;
  END IF;
  SELECT * INTO p FROM account_pace q WHERE q.account_id = sender;
  IF NOT FOUND THEN
    RETURN true;
  END IF;
  clock := clock_timestamp();
  IF p.paused_until > clock THEN
    RETURN false;
  END IF;
  IF p.per_second IS NULL AND p.chat_per_second IS NULL THEN
    RETURN true;
  END IF;
  -- Nobody overtakes what waits for the account.
  IF (SELECT o.id FROM outbox o WHERE o.held_account = sender AND o.state = 'queued' LIMIT 1) IS NOT NULL THEN
    RETURN false;
  END IF;
  IF p.per_second IS NOT NULL THEN
    p.tat := greatest(p.tat, clock);
    IF p.burst - extract(epoch FROM p.tat - clock) * p.per_second + 1e-6 < 1 THEN
      RETURN false;
    END IF;
  END IF;
  IF p.chat_per_second IS NOT NULL THEN
    SELECT t.tat INTO before FROM chat_pace t WHERE t.conversation_id = line;
    IF extract(epoch FROM before - clock) > (p.chat_burst - 1) / p.chat_per_second THEN
      RETURN false;
    END IF;
    INSERT INTO chat_pace AS t (conversation_id, association, tat)
    VALUES (line, p.association, clock + 1 / p.chat_per_second * interval '1 s')
    ON CONFLICT (conversation_id) DO UPDATE SET tat = greatest(t.tat, clock) + 1 / p.chat_per_second * interval '1 s';
  END IF;
  IF p.per_second IS NOT NULL THEN
    UPDATE account_pace q SET tat = p.tat + 1 / p.per_second * interval '1 s' WHERE q.account_id = sender;
  END IF;
  RETURN true;
END
$$;

-- `sends`: turns whose message the caller will send at once; `senders`: the accounts of these; `lease_ms`: for how
-- long it may take. Answers also with the turns whose message it was given (`leased`): they are committed.
CREATE FUNCTION turn_commit(turns turn_row[], drafts turn_draft[], rare jsonb, sealed bytea, sends uuid[], senders uuid[], lease_ms integer)
RETURNS TABLE (turn uuid, result text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  won   uuid[] := '{}';
  asked bigint;
  got   bigint;
  twice uuid[];
  r     turn_row;
  d     turn_draft;
  sender uuid;
  leaves boolean;
  leased uuid[];
BEGIN
  -- Accounts before conversations, as everywhere. A turn that fences changes rows which the sender may hold.
  IF sends <> '{}' THEN
    IF rare ? 'fenced' THEN
      sends := '{}';
    ELSE
      PERFORM FROM account_pace p
      WHERE p.account_id = ANY (senders) AND (p.per_second IS NOT NULL OR p.chat_per_second IS NOT NULL)
      ORDER BY p.account_id FOR UPDATE;
    END IF;
  END IF;
  IF cardinality(turns) <= 2 THEN
    -- Plain statements: for one turn about 230 µs in PostgreSQL instead of 265 in the form below, which pays from three on.
    FOREACH r IN ARRAY turns LOOP
      UPDATE conversation c SET
        version = c.version + 1,
        epoch = c.epoch + r.b,
        state = substring(sealed FROM r.so FOR r.sl),
        last_in_at = CASE WHEN r.heard THEN r.now ELSE c.last_in_at END,
        last_out_at = CASE WHEN r.spoke THEN r.now ELSE c.last_out_at END,
        last_staff_at = CASE WHEN r.staff THEN r.now ELSE c.last_staff_at END
      WHERE c.id = r.c AND c.association = r.a AND c.contact_id = r.p AND c.version = r.v AND c.epoch = r.e
        AND (r.acc IS NULL OR c.account_id = r.acc)
        -- What was remembered knows of no rows that another process has stored since.
        AND (r.sure OR (SELECT i.id FROM inbox i WHERE i.conversation_id = r.c AND i.state = 'waiting' LIMIT 1) IS NULL)
      RETURNING c.account_id INTO sender;
      IF NOT FOUND THEN
        turn := r.t;
        result := turn_loss(r);
        -- The answer to the earlier call was lost, and the lease with it.
        IF result = 'committed' AND r.t = ANY (sends)
           AND (SELECT o.leased_by FROM outbox o WHERE o.id = r.oid AND o.state = 'sending' AND o.attempt = 1) = current_setting('application_name') THEN
          result := 'leased';
        END IF;
        RETURN NEXT;
        CONTINUE;
      END IF;
      IF r.iid IS NOT NULL THEN
        INSERT INTO inbox (id, association, account_id, external_id, conversation_id, kind, content, at, received_at, state, turn_id, disposition, reason, deferred_until)
        VALUES (r.iid, r.a, r.acc, r.x, r.c, r.ik, substring(sealed FROM r.io FOR r.il), r.iat, r.now, 'taken', r.t, r.d, r.w, r.u)
        ON CONFLICT (account_id, external_id) DO NOTHING;
        IF NOT FOUND THEN RAISE EXCEPTION 'stored before' USING ERRCODE = 'SL002'; END IF;
      END IF;
      INSERT INTO turn (id, association, conversation_id, seq, kind, epoch, record, at)
      VALUES (r.t, r.a, r.c, r.v + 1, r.k, r.e + r.b, substring(sealed FROM r.ro FOR r.rl), r.now);
      IF r.oid IS NOT NULL THEN
        leaves := coalesce(r.t = ANY (sends), false) AND outbox_grant(r.c, sender);
        INSERT INTO outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, message, at, state, attempt, lease_until, leased_by)
        VALUES (r.oid, r.a, r.c, r.t, r.v + 1, r.oi, r.ok, r.os, r.e + r.b, substring(sealed FROM r.oo FOR r.ol), r.now,
                CASE WHEN leaves THEN 'sending' ELSE 'queued' END, CASE WHEN leaves THEN 1 ELSE 0 END,
                CASE WHEN leaves THEN clock_timestamp() + lease_ms * interval '1 ms' END,
                CASE WHEN leaves THEN current_setting('application_name') END);
        IF leaves THEN
          turn := r.t;
          result := 'leased';
          RETURN NEXT;
        END IF;
      END IF;
      won := won || r.t;
    END LOOP;
    IF won = '{}' THEN RETURN; END IF;
  ELSE
    IF rare ? 'arrived' THEN
      SELECT array_agg(l.t) INTO twice
      FROM jsonb_to_recordset(rare -> 'arrived') AS l (t uuid, acc uuid, x text)
      WHERE (SELECT i.id FROM inbox i WHERE i.account_id = l.acc AND i.external_id = l.x) IS NOT NULL;
    END IF;

    -- Version and epoch of the conversation decide who goes on; the rest follows from those rows. In the
    -- order given (by id), so that the batches of two processes lock in the same order.
    WITH m AS MATERIALIZED (
      SELECT * FROM unnest(turns)
    ), u AS (
      UPDATE conversation c SET
        version = c.version + 1,
        epoch = c.epoch + m.b,
        state = substring(sealed FROM m.so FOR m.sl),
        last_in_at = CASE WHEN m.heard THEN m.now ELSE c.last_in_at END,
        last_out_at = CASE WHEN m.spoke THEN m.now ELSE c.last_out_at END,
        last_staff_at = CASE WHEN m.staff THEN m.now ELSE c.last_staff_at END
      FROM m
      WHERE c.id = m.c AND c.association = m.a AND c.contact_id = m.p AND c.version = m.v AND c.epoch = m.e
        AND (m.acc IS NULL OR c.account_id = m.acc)
        AND (m.sure OR (SELECT i.id FROM inbox i WHERE i.conversation_id = m.c AND i.state = 'waiting' LIMIT 1) IS NULL)
        -- Not stored before. As a scalar: an EXISTS may be planned as a hash of the whole inbox.
        AND (m.iid IS NULL OR (SELECT i.id FROM inbox i WHERE i.account_id = m.acc AND i.external_id = m.x) IS NULL)
        AND (twice IS NULL OR m.t <> ALL (twice))
      RETURNING m.*, c.account_id AS sender
    ), w AS (
      INSERT INTO turn (id, association, conversation_id, seq, kind, epoch, record, at)
      SELECT u.t, u.a, u.c, u.v + 1, u.k, u.e + u.b, substring(sealed FROM u.ro FOR u.rl), u.now FROM u
    ), g AS MATERIALIZED (
      SELECT u.*, coalesce(u.t = ANY (sends), false) AND outbox_grant(u.c, u.sender) AS leaves FROM u WHERE u.oid IS NOT NULL
    ), o AS (
      INSERT INTO outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, message, at, state, attempt, lease_until, leased_by)
      SELECT g.oid, g.a, g.c, g.t, g.v + 1, g.oi, g.ok, g.os, g.e + g.b, substring(sealed FROM g.oo FOR g.ol), g.now,
             CASE WHEN g.leaves THEN 'sending' ELSE 'queued' END, CASE WHEN g.leaves THEN 1 ELSE 0 END,
             CASE WHEN g.leaves THEN clock_timestamp() + lease_ms * interval '1 ms' END,
             CASE WHEN g.leaves THEN current_setting('application_name') END
      FROM g
    ), i AS (
      -- Someone may be storing the same update at this very moment: then it is theirs, and this call fails.
      INSERT INTO inbox (id, association, account_id, external_id, conversation_id, kind, content, at, received_at, state, turn_id, disposition, reason, deferred_until)
      SELECT u.iid, u.a, u.acc, u.x, u.c, u.ik, substring(sealed FROM u.io FOR u.il), u.iat, u.now, 'taken', u.t, u.d, u.w, u.u
      FROM u WHERE u.iid IS NOT NULL
      ON CONFLICT (account_id, external_id) DO NOTHING
      RETURNING 1
    )
    SELECT coalesce(array_agg(u.t), '{}'), count(u.iid), (SELECT count(*) FROM i), (SELECT array_agg(g.t) FROM g WHERE g.leaves)
    INTO won, asked, got, leased FROM u;
    IF got <> asked THEN
      RAISE EXCEPTION 'an update is being stored elsewhere' USING ERRCODE = 'SL001';
    END IF;

    RETURN QUERY SELECT l.t, 'leased' FROM unnest(leased) l (t);
    IF cardinality(won) < cardinality(turns) THEN
      RETURN QUERY SELECT l.t, turn_loss(l) FROM unnest(turns) l WHERE l.t <> ALL (won);
      IF won = '{}' THEN RETURN; END IF;
    END IF;
  END IF;

  -- A draft that its own turn opens is not among these: `rare` writes it, answers, position and all.
  IF cardinality(drafts) <= 2 THEN
    FOREACH d IN ARRAY drafts LOOP
      CONTINUE WHEN d.t <> ALL (won);
      UPDATE request q SET
        answers = CASE WHEN d.l IS NULL THEN q.answers ELSE substring(sealed FROM d.o FOR d.l) END,
        kept_until = CASE WHEN d.l IS NULL THEN q.kept_until ELSE d.kept END,
        touched_at = CASE WHEN d.l IS NULL THEN q.touched_at ELSE d.now END,
        flow = coalesce(d.flow, q.flow),
        node = coalesce(d.node, q.node),
        reminded = coalesce(d.reminded, q.reminded),
        version = q.version + 1
      WHERE q.id = d.id AND q.association = d.a AND q.contact_id = d.p AND q.stage = d."from" AND q.version = coalesce(d.v, q.version);
      IF NOT FOUND THEN RAISE EXCEPTION 'the draft of a turn has moved on' USING ERRCODE = 'SL001'; END IF;
    END LOOP;
  ELSE
    UPDATE request q SET
      answers = CASE WHEN m.l IS NULL THEN q.answers ELSE substring(sealed FROM m.o FOR m.l) END,
      kept_until = CASE WHEN m.l IS NULL THEN q.kept_until ELSE m.kept END,
      touched_at = CASE WHEN m.l IS NULL THEN q.touched_at ELSE m.now END,
      flow = coalesce(m.flow, q.flow),
      node = coalesce(m.node, q.node),
      reminded = coalesce(m.reminded, q.reminded),
      version = q.version + 1
    FROM unnest(drafts) m
    WHERE q.id = m.id AND q.association = m.a AND q.contact_id = m.p AND q.stage = m."from" AND q.version = coalesce(m.v, q.version) AND m.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    IF got <> (SELECT count(*) FROM unnest(drafts) m WHERE m.t = ANY (won)) THEN
      RAISE EXCEPTION 'the draft of a turn has moved on' USING ERRCODE = 'SL001';
    END IF;
  END IF;

  IF rare IS NOT NULL THEN
    PERFORM turn_rare(rare, sealed, won);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION turn_commit(turns turn_row[], drafts turn_draft[], rare jsonb, sealed bytea)
RETURNS TABLE (turn uuid, result text)
LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT c.turn, c.result FROM turn_commit(turns, drafts, rare, sealed, '{}', '{}', 0) c
$$;

-- As outbox_settle. Answers with the conversations in whose line more is queued.
CREATE FUNCTION outbox_landed(marks jsonb) RETURNS TABLE (conversation uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  PERFORM outbox_settle(marks);
  RETURN QUERY
  SELECT o.conversation_id FROM jsonb_to_recordset(marks) AS r (a text, id uuid) JOIN outbox o ON o.id = r.id AND o.association = r.a
  WHERE (SELECT q.id FROM outbox q WHERE q.conversation_id = o.conversation_id AND q.state = 'queued' LIMIT 1) IS NOT NULL;
END
$$;

DO $$
DECLARE
  f text;
BEGIN
  GRANT CREATE ON SCHEMA public TO sila_turn; -- to become owner, for a moment
  FOREACH f IN ARRAY ARRAY[
    'outbox_grant(uuid, uuid)',
    'turn_commit(turn_row[], turn_draft[], jsonb, bytea, uuid[], uuid[], integer)',
    'outbox_landed(jsonb)'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO sila_turn', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM sila_turn;
END
$$;
GRANT EXECUTE ON FUNCTION
  turn_commit(turn_row[], turn_draft[], jsonb, bytea, uuid[], uuid[], integer),
  outbox_landed(jsonb)
TO sila_app;
