-- The hot path: turn_load and turn_commit take the turns of many conversations in one call. They and
-- the sweeps belong to sila_turn, which has the rights below and no others, and is bound by the
-- association of each row instead of by a setting of the session.
--
-- Sealed values travel in one bytea; the rows hold offset (from 1) and length.
-- search_path is pinned, and so are the joins: a plan made while a table was empty must not scan it
-- when it has grown.

-- ── What the owner of the functions may do ──────────────────────────────────────────────────────
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['contact', 'address', 'conversation', 'inbox', 'turn', 'outbox', 'timer', 'request',
                           'request_event', 'commitment', 'consent', 'rating', 'handover', 'staff', 'channel_account'] LOOP
    EXECUTE format('CREATE POLICY turn ON %I TO sila_turn USING (true) WITH CHECK (true)', t);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE ON contact, conversation, outbox, timer, request, rating TO sila_turn;
GRANT SELECT, INSERT ON address TO sila_turn;
GRANT SELECT, INSERT, UPDATE ON inbox TO sila_turn;
GRANT DELETE ON contact TO sila_turn; -- of a first contact that came second, in its own transaction
GRANT SELECT, INSERT ON turn TO sila_turn;
GRANT SELECT, INSERT ON request_event, commitment, consent, handover TO sila_turn;
GRANT SELECT (slug, counter), UPDATE (counter) ON association TO sila_turn;
GRANT SELECT (id, association, active) ON staff TO sila_turn;
GRANT SELECT (id, association, kind) ON channel_account TO sila_turn;

-- ── Load ────────────────────────────────────────────────────────────────────────────────────────
-- Each place of the arrays asks by (account, external) or by conversation. What hardly changes (the kind
-- of an account, the name of a member of staff) the caller keeps. What is not sealed comes as one text,
-- parted by |, empty for null: 25 columns through every node of the plan cost 60 µs a call.
CREATE FUNCTION turn_load(associations text[], accounts uuid[], externals bytea[], conversations uuid[])
RETURNS TABLE (n integer, facts text, state bytea, key bytea, name bytea, phone bytea, answers bytea, waiting json)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 64
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  whose  uuid;
  which  uuid;
  person text;
  draft  text;
BEGIN
  IF cardinality(associations) <= 2 THEN
    FOR i IN 1 .. cardinality(associations) LOOP
      which := conversations[i];
      IF which IS NULL THEN
        SELECT c.id INTO which FROM address a JOIN conversation c ON c.address_id = a.id
        WHERE a.account_id = accounts[i] AND a.external_index = externals[i] AND a.association = associations[i];
      END IF;
      SELECT c.contact_id, c.state, array_to_string(ARRAY[c.id::text, c.contact_id::text, c.account_id::text, c.version::text, c.epoch::text, c.owner_id::text], '|', '')
      INTO whose, state, facts FROM conversation c WHERE c.id = which AND c.association = associations[i];
      CONTINUE WHEN NOT FOUND;
      SELECT p.key, p.name, p.phone, array_to_string(ARRAY[p.gender, p.language, p.stopped::text], '|', '')
      INTO key, name, phone, person FROM contact p WHERE p.id = whose AND p.association = associations[i];
      SELECT d.answers, array_to_string(ARRAY[d.id::text, d.service, d.release, d.flow, d.node, ((extract(epoch FROM d.touched_at) * 1000)::bigint)::text, d.kept_until::text, d.reminded::text, d.version::text], '|', '')
      INTO answers, draft FROM request d
      WHERE d.contact_id = whose AND d.association = associations[i] AND d.stage = 'draft' ORDER BY d.opened_at DESC LIMIT 1;
      SELECT json_agg(json_build_object('id', w.id, 'at', w.at, 'content', encode(w.content, 'base64')) ORDER BY w.id)
      INTO waiting FROM inbox w WHERE w.conversation_id = which AND w.association = associations[i] AND w.state = 'waiting';
      n := i;
      facts := concat_ws('|', facts, person, draft);
      RETURN NEXT;
    END LOOP;
    RETURN;
  END IF;
  RETURN QUERY
  SELECT r.n::integer,
         concat_ws('|', array_to_string(ARRAY[c.id::text, c.contact_id::text, c.account_id::text, c.version::text, c.epoch::text, c.owner_id::text,
                                              p.gender, p.language, p.stopped::text], '|', ''), q.facts),
         c.state, p.key, p.name, p.phone, q.answers, w.rows
  FROM unnest(associations, accounts, externals, conversations) WITH ORDINALITY AS r (association, account, external, conversation, n)
  CROSS JOIN LATERAL (
    SELECT k.id, k.association, k.contact_id, k.account_id, k.version, k.epoch, k.owner_id, k.state
    FROM conversation k WHERE k.id = r.conversation
    UNION ALL
    SELECT k.id, k.association, k.contact_id, k.account_id, k.version, k.epoch, k.owner_id, k.state
    FROM address a JOIN conversation k ON k.address_id = a.id
    WHERE a.account_id = r.account AND a.external_index = r.external AND a.association = r.association
  ) c
  JOIN contact p ON p.id = c.contact_id AND p.association = r.association
  LEFT JOIN LATERAL (
    SELECT d.answers, array_to_string(ARRAY[d.id::text, d.service, d.release, d.flow, d.node, ((extract(epoch FROM d.touched_at) * 1000)::bigint)::text, d.kept_until::text, d.reminded::text, d.version::text], '|', '') AS facts
    FROM request d
    WHERE d.contact_id = c.contact_id AND d.association = r.association AND d.stage = 'draft'
    ORDER BY d.opened_at DESC LIMIT 1
  ) q ON true
  CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('id', i.id, 'at', i.at, 'content', encode(i.content, 'base64')) ORDER BY i.id) AS rows
    FROM inbox i
    WHERE i.conversation_id = c.id AND i.association = r.association AND i.state = 'waiting'
  ) w
  WHERE c.association = r.association;
END
$$;

-- ── Commit ──────────────────────────────────────────────────────────────────────────────────────
-- A turn with the message that it takes and the one that it sends: nearly every turn has one of each.
-- Further ones come in `rare`. Composite literals: PostgreSQL reads 32 of them in 200 µs, as jsonb in 520.
CREATE TYPE turn_row AS (
  t uuid, a text, c uuid, p uuid,               -- turn, association, conversation, contact
  v integer, e integer, b integer,              -- version and epoch as loaded; by how much the epoch rises
  k text, now timestamptz,                      -- kind of input; business time
  so integer, sl integer, ro integer, rl integer, -- state and record
  heard boolean, spoke boolean, staff boolean,  -- what last_in_at, last_out_at and last_staff_at follow
  sure boolean,                                 -- loaded for this turn; otherwise remembered from the last one
  acc uuid, iid uuid, x text, ik text, iat timestamptz, io integer, il integer, -- message taken: account, id, external id …
  d text, w text, u timestamptz,                -- its disposition
  oid uuid, oi integer, ok text, os uuid, oo integer, ol integer -- message sent: id, n, class, staff …
);
-- Answers (o, l) or position of a draft, or both: what most turns inside a form change.
CREATE TYPE turn_draft AS (
  t uuid, a text, p uuid, now timestamptz, id uuid, "from" text,
  v integer,                                    -- version of the request as loaded
  o integer, l integer, kept date, flow text, node text, reminded boolean
);

-- Answers with the turns that lost, and why; those left no trace. The others are committed.
-- Raises SL001 when a turn that had won its conversation finds another of its rows changed, SL002 when its
-- message is stored already: the caller then tries each turn of the batch by itself, and reads SL001 as
-- `conflict`, SL002 as `duplicate`.
CREATE FUNCTION turn_commit(turns turn_row[], drafts turn_draft[], rare jsonb, sealed bytea)
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
BEGIN
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
        AND (r.sure OR (SELECT i.id FROM inbox i WHERE i.conversation_id = r.c AND i.state = 'waiting' LIMIT 1) IS NULL);
      IF NOT FOUND THEN
        turn := r.t;
        result := turn_loss(r);
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
        INSERT INTO outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, message, at)
        VALUES (r.oid, r.a, r.c, r.t, r.v + 1, r.oi, r.ok, r.os, r.e + r.b, substring(sealed FROM r.oo FOR r.ol), r.now);
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
      RETURNING m.*
    ), w AS (
      INSERT INTO turn (id, association, conversation_id, seq, kind, epoch, record, at)
      SELECT u.t, u.a, u.c, u.v + 1, u.k, u.e + u.b, substring(sealed FROM u.ro FOR u.rl), u.now FROM u
    ), o AS (
      INSERT INTO outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, message, at)
      SELECT u.oid, u.a, u.c, u.t, u.v + 1, u.oi, u.ok, u.os, u.e + u.b, substring(sealed FROM u.oo FOR u.ol), u.now
      FROM u WHERE u.oid IS NOT NULL
    ), i AS (
      -- Someone may be storing the same update at this very moment: then it is theirs, and this call fails.
      INSERT INTO inbox (id, association, account_id, external_id, conversation_id, kind, content, at, received_at, state, turn_id, disposition, reason, deferred_until)
      SELECT u.iid, u.a, u.acc, u.x, u.c, u.ik, substring(sealed FROM u.io FOR u.il), u.iat, u.now, 'taken', u.t, u.d, u.w, u.u
      FROM u WHERE u.iid IS NOT NULL
      ON CONFLICT (account_id, external_id) DO NOTHING
      RETURNING 1
    )
    SELECT coalesce(array_agg(u.t), '{}'), count(u.iid), (SELECT count(*) FROM i) INTO won, asked, got FROM u;
    IF got <> asked THEN
      RAISE EXCEPTION 'an update is being stored elsewhere' USING ERRCODE = 'SL001';
    END IF;

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

-- Why a turn did not win its conversation.
CREATE FUNCTION turn_loss(r turn_row) RETURNS text
LANGUAGE plpgsql STABLE -- with the settings of its caller
AS $$
BEGIN
  -- The answer to an earlier call was lost: this very turn is there.
  IF (SELECT t.id FROM turn t WHERE t.conversation_id = r.c AND t.seq = r.v + 1 AND t.association = r.a) = r.t THEN
    RETURN 'committed';
  END IF;
  IF (SELECT i.id FROM inbox i WHERE i.account_id = r.acc AND i.external_id = r.x) IS NOT NULL THEN
    RETURN 'duplicate';
  END IF;
  RETURN 'conflict';
END
$$;

-- Fails the call when fewer rows were changed than the turns that won had asked for.
CREATE FUNCTION turn_demand(got integer, asked jsonb, won uuid[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE -- with the settings of its caller
AS $$
BEGIN
  IF got <> (SELECT count(*) FROM jsonb_to_recordset(asked) AS r (t uuid) WHERE r.t = ANY (won)) THEN
    RAISE EXCEPTION 'the rows of a turn have moved on' USING ERRCODE = 'SL001';
  END IF;
END
$$;

-- What few turns do. Only for turns in `won`; every entry carries t (turn), a (association), c
-- (conversation), p (contact) and now. The state that a row must have comes as data ("from"): as a
-- constant it would let a plan made on an empty table walk a whole partial index instead of the key.
CREATE FUNCTION turn_rare(rare jsonb, sealed bytea, won uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE -- with the settings of its caller
AS $$
#variable_conflict use_column
DECLARE
  got integer;
BEGIN
  -- Further messages of a burst, rows that had been stored before, further messages sent.
  IF rare ? 'arrived' THEN
    INSERT INTO inbox (id, association, account_id, external_id, conversation_id, kind, content, at, received_at, state, turn_id, disposition, reason, deferred_until)
    SELECT r.id, r.a, r.acc, r.x, r.c, r.k, substring(sealed FROM r.o FOR r.l), r.at, r.now, 'taken', r.t, r.d, r.w, r.u
    FROM jsonb_to_recordset(rare -> 'arrived') AS r (t uuid, a text, c uuid, acc uuid, id uuid, x text, k text, o integer, l integer, at timestamptz, now timestamptz, d text, w text, u timestamptz)
    WHERE r.t = ANY (won)
    ON CONFLICT (account_id, external_id) DO NOTHING;
    GET DIAGNOSTICS got = ROW_COUNT;
    IF got <> (SELECT count(*) FROM jsonb_to_recordset(rare -> 'arrived') AS r (t uuid) WHERE r.t = ANY (won)) THEN
      RAISE EXCEPTION 'stored before' USING ERRCODE = 'SL002';
    END IF;
  END IF;
  IF rare ? 'stored' THEN
    UPDATE inbox i SET state = 'taken', turn_id = r.t, disposition = r.d, reason = r.w, deferred_until = r.u
    FROM jsonb_to_recordset(rare -> 'stored') AS r (t uuid, a text, c uuid, id uuid, "from" text, d text, w text, u timestamptz)
    WHERE i.id = r.id AND i.association = r.a AND i.conversation_id = r.c AND i.state = r."from" AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'stored', won);
  END IF;
  IF rare ? 'outbox' THEN
    INSERT INTO outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, message, at)
    SELECT r.id, r.a, r.c, r.t, r.s, r.n, r.k, r.f, r.e, substring(sealed FROM r.o FOR r.l), r.now
    FROM jsonb_to_recordset(rare -> 'outbox') AS r (t uuid, a text, c uuid, id uuid, s integer, n integer, k text, f uuid, e integer, o integer, l integer, now timestamptz)
    WHERE r.t = ANY (won);
  END IF;
  IF rare ? 'seals' THEN
    UPDATE inbox i SET seal = r.seal
    FROM jsonb_to_recordset(rare -> 'seals') AS r (t uuid, a text, c uuid, seal text)
    WHERE i.conversation_id = r.c AND i.turn_id = r.t AND i.association = r.a AND r.t = ANY (won);
    UPDATE outbox o SET seal = r.seal
    FROM jsonb_to_recordset(rare -> 'seals') AS r (t uuid, a text, c uuid, seal text)
    WHERE o.conversation_id = r.c AND o.turn_id = r.t AND o.association = r.a AND r.t = ANY (won);
  END IF;

  -- Timers. One that was cleared or set anew meanwhile does not fire.
  IF rare ? 'fired' THEN
    UPDATE timer t SET state = 'fired'
    FROM jsonb_to_recordset(rare -> 'fired') AS r (t uuid, a text, c uuid, id uuid, "from" text)
    WHERE t.id = r.id AND t.association = r.a AND t.conversation_id = r.c AND t.state = r."from" AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'fired', won);
  END IF;
  IF rare ? 'cleared' THEN -- those that are set anew are in this list as well
    UPDATE timer t SET state = 'cleared'
    FROM jsonb_to_recordset(rare -> 'cleared') AS r (t uuid, a text, c uuid, k text, s text, "from" text)
    WHERE t.conversation_id = r.c AND t.kind = r.k AND t.subject = r.s AND t.association = r.a AND t.state = r."from" AND r.t = ANY (won);
  END IF;
  IF rare ? 'timers' THEN
    INSERT INTO timer (id, association, conversation_id, kind, subject, epoch, due_at)
    SELECT gen_random_uuid(), r.a, r.c, r.k, r.s,
           1 + coalesce((SELECT max(t.epoch) FROM timer t WHERE t.conversation_id = r.c AND t.kind = r.k AND t.subject = r.s), 0), r.due
    FROM jsonb_to_recordset(rare -> 'timers') AS r (t uuid, a text, c uuid, k text, s text, due timestamptz)
    WHERE r.t = ANY (won);
  END IF;

  -- Requests.
  IF rare ? 'opened' THEN
    INSERT INTO request (id, association, contact_id, conversation_id, run_id, service, answers, kept_until, release, flow, node, opened_at, touched_at, stage_at)
    SELECT r.id, r.a, r.p, r.c, r.run, r.service, substring(sealed FROM r.o FOR r.l), r.kept, r.release, r.flow, r.node, r.now, r.now, r.now
    FROM jsonb_to_recordset(rare -> 'opened') AS r (t uuid, a text, c uuid, p uuid, now timestamptz, id uuid, run text, service text, release text, flow text, node text, o integer, l integer, kept date)
    WHERE r.t = ANY (won);
  END IF;
  IF rare ? 'submitted' THEN
    UPDATE request q SET stage = 'submitted', reference = r.reference, declaration = r.declaration, data_hash = r.hash,
      not_before = r.before, release = r.release, declared_at = r.now, submitted_at = r.now, stage_at = r.now, version = q.version + 1
    FROM jsonb_to_recordset(rare -> 'submitted') AS r (t uuid, a text, p uuid, now timestamptz, id uuid, "from" text, v integer, reference text, declaration text, hash text, before date, release text)
    WHERE q.id = r.id AND q.association = r.a AND q.contact_id = r.p AND q.stage = r."from" AND q.version = coalesce(r.v, q.version) AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'submitted', won);
    INSERT INTO commitment (id, association, request_id, turn_id, kind, date, created_at)
    SELECT gen_random_uuid(), r.a, r.id, r.t, 'not-before', r.before, r.now
    FROM jsonb_to_recordset(rare -> 'submitted') AS r (t uuid, a text, now timestamptz, id uuid, before date)
    WHERE r.before IS NOT NULL AND r.t = ANY (won);
  END IF;
  IF rare ? 'discarded' THEN -- what remains is the tombstone: that there was a draft, not what it said
    UPDATE request q SET stage = 'discarded', answers = NULL, stage_at = r.now, closed_at = r.now, version = q.version + 1
    FROM jsonb_to_recordset(rare -> 'discarded') AS r (t uuid, a text, p uuid, now timestamptz, id uuid, "from" text)
    WHERE q.id = r.id AND q.association = r.a AND q.contact_id = r.p AND q.stage = r."from" AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'discarded', won);
  END IF;
  IF rare ? 'advanced' THEN
    UPDATE request q SET stage = r."to", stage_at = r.now, version = q.version + 1,
      closed_at = CASE WHEN r."to" = 'closed' THEN r.now END
    FROM jsonb_to_recordset(rare -> 'advanced') AS r (t uuid, a text, p uuid, now timestamptz, id uuid, "from" text, "to" text)
    WHERE q.id = r.id AND q.association = r.a AND q.contact_id = r.p AND q.stage = r."from" AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'advanced', won);
  END IF;
  IF rare ? 'events' THEN -- one for each of the last three
    INSERT INTO request_event (id, association, request_id, "from", "to", staff_id, note, at)
    SELECT r.id, r.a, r.request, r."from", r."to", r.staff, substring(sealed FROM r.o FOR r.l), r.now
    FROM jsonb_to_recordset(rare -> 'events') AS r (t uuid, a text, now timestamptz, id uuid, request uuid, "from" text, "to" text, staff uuid, o integer, l integer)
    WHERE r.t = ANY (won);
  END IF;

  -- Owner. The epoch has risen already, with the version.
  IF rare ? 'released' THEN
    INSERT INTO handover (id, association, conversation_id, turn_id, kind, reason, staff_id, epoch, at)
    SELECT gen_random_uuid(), r.a, r.c, r.t, CASE WHEN r.queue THEN 'returned' ELSE 'released' END, r.reason, c.owner_id, c.epoch, r.now
    FROM jsonb_to_recordset(rare -> 'released') AS r (t uuid, a text, c uuid, now timestamptz, queue boolean, reason text)
    JOIN conversation c ON c.id = r.c AND c.association = r.a
    WHERE r.t = ANY (won);
    UPDATE conversation c SET owner_id = NULL, owned_at = NULL,
      waiting_since = CASE WHEN r.queue THEN r.now END,
      waiting_reason = CASE WHEN r.queue THEN r.reason END,
      waiting_role = NULL
    FROM jsonb_to_recordset(rare -> 'released') AS r (t uuid, a text, c uuid, now timestamptz, queue boolean, reason text)
    WHERE c.id = r.c AND c.association = r.a AND r.t = ANY (won);
  END IF;
  IF rare ? 'asked' THEN
    UPDATE conversation c SET
      waiting_reason = CASE WHEN c.waiting_since IS NULL THEN r.reason ELSE c.waiting_reason END,
      waiting_role = CASE WHEN c.waiting_since IS NULL THEN r.role ELSE c.waiting_role END,
      waiting_since = coalesce(c.waiting_since, r.now)
    FROM jsonb_to_recordset(rare -> 'asked') AS r (t uuid, a text, c uuid, now timestamptz, reason text, role text)
    WHERE c.id = r.c AND c.association = r.a AND r.t = ANY (won);
    INSERT INTO handover (id, association, conversation_id, turn_id, kind, reason, epoch, at)
    SELECT gen_random_uuid(), r.a, r.c, r.t, 'asked', r.reason, c.epoch, r.now
    FROM jsonb_to_recordset(rare -> 'asked') AS r (t uuid, a text, c uuid, now timestamptz, reason text)
    JOIN conversation c ON c.id = r.c AND c.association = r.a
    WHERE r.t = ANY (won);
  END IF;
  IF rare ? 'taken' THEN
    UPDATE conversation c SET owner_id = s.id, owned_at = r.now, waiting_since = NULL, waiting_reason = NULL, waiting_role = NULL
    FROM jsonb_to_recordset(rare -> 'taken') AS r (t uuid, a text, c uuid, now timestamptz, staff uuid)
    JOIN staff s ON s.id = r.staff AND s.association = r.a AND s.active
    WHERE c.id = r.c AND c.association = r.a AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'taken', won);
    INSERT INTO handover (id, association, conversation_id, turn_id, kind, staff_id, epoch, at)
    SELECT gen_random_uuid(), r.a, r.c, r.t, 'taken', r.staff, c.epoch, r.now
    FROM jsonb_to_recordset(rare -> 'taken') AS r (t uuid, a text, c uuid, now timestamptz, staff uuid)
    JOIN conversation c ON c.id = r.c AND c.association = r.a
    WHERE r.t = ANY (won);
  END IF;
  IF rare ? 'fenced' THEN -- each take-over and release: the bot's unsent words end, those of staff still leave
    UPDATE outbox o SET state = 'cancelled'
    FROM jsonb_to_recordset(rare -> 'fenced') AS r (t uuid, a text, c uuid, e integer)
    WHERE o.conversation_id = r.c AND o.association = r.a AND o.state = 'queued' AND o.class <> 'staff' AND o.epoch < r.e AND r.t = ANY (won);
    UPDATE outbox o SET epoch = r.e
    FROM jsonb_to_recordset(rare -> 'fenced') AS r (t uuid, a text, c uuid, e integer)
    WHERE o.conversation_id = r.c AND o.association = r.a AND o.state IN ('queued', 'sending') AND o.class = 'staff' AND o.epoch < r.e AND r.t = ANY (won);
  END IF;

  -- The person.
  IF rare ? 'profiles' THEN -- sg: gender is given, null included
    UPDATE contact p SET
      gender = CASE WHEN r.sg THEN r.gender ELSE p.gender END,
      language = coalesce(r.language, p.language),
      stopped = coalesce(r.stopped, p.stopped),
      name = CASE WHEN r.l IS NULL THEN p.name ELSE substring(sealed FROM r.o FOR r.l) END
    FROM jsonb_to_recordset(rare -> 'profiles') AS r (t uuid, a text, p uuid, sg boolean, gender text, language text, stopped boolean, o integer, l integer)
    WHERE p.id = r.p AND p.association = r.a AND r.t = ANY (won);
  END IF;
  IF rare ? 'consents' THEN
    INSERT INTO consent (id, association, contact_id, turn_id, purpose, given, text, release, at)
    SELECT gen_random_uuid(), r.a, r.p, r.t, r.purpose, r.given, r.text, r.release, r.now
    FROM jsonb_to_recordset(rare -> 'consents') AS r (t uuid, a text, p uuid, now timestamptz, purpose text, given boolean, text text, release text)
    WHERE r.t = ANY (won);
  END IF;
  IF rare ? 'ratings' THEN
    INSERT INTO rating AS g (id, association, request_id, dimension, score, at)
    SELECT gen_random_uuid(), r.a, q.id, r.dimension, r.score, r.now
    FROM jsonb_to_recordset(rare -> 'ratings') AS r (t uuid, a text, p uuid, now timestamptz, id uuid, dimension text, score integer)
    JOIN request q ON q.id = r.id AND q.association = r.a AND q.contact_id = r.p
    WHERE r.t = ANY (won)
    ON CONFLICT (request_id, dimension) DO UPDATE SET score = excluded.score, at = excluded.at WHERE g.association = excluded.association;
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'ratings', won);
  END IF;
  IF rare ? 'comments' THEN
    UPDATE rating g SET comment = substring(sealed FROM r.o FOR r.l)
    FROM jsonb_to_recordset(rare -> 'comments') AS r (t uuid, a text, p uuid, id uuid, o integer, l integer)
    JOIN request q ON q.id = r.id AND q.association = r.a AND q.contact_id = r.p
    WHERE g.request_id = q.id AND g.association = r.a AND g.dimension = 'service' AND r.t = ANY (won);
    GET DIAGNOSTICS got = ROW_COUNT;
    PERFORM turn_demand(got, rare -> 'comments', won);
  END IF;
END
$$;

-- ── First contact, and rows for a later turn ────────────────────────────────────────────────────
CREATE FUNCTION turn_meet(association text, account uuid, external_index bytea, external bytea, contact uuid, key bytea, phone bytea, address uuid, conversation uuid, now timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  IF NOT EXISTS (SELECT FROM channel_account a WHERE a.id = account AND a.association = turn_meet.association) THEN
    RAISE EXCEPTION 'no such account of the association' USING ERRCODE = 'SL404';
  END IF;
  IF EXISTS (SELECT FROM address a WHERE a.account_id = account AND a.external_index = turn_meet.external_index) THEN
    RETURN;
  END IF;
  INSERT INTO contact (id, association, key, phone, created_at) VALUES (contact, association, key, phone, now);
  INSERT INTO address (id, association, account_id, contact_id, external_index, external, created_at)
  VALUES (address, association, account, contact, external_index, external, now)
  ON CONFLICT ON CONSTRAINT address_account_id_external_index_key DO NOTHING;
  IF NOT FOUND THEN
    DELETE FROM contact p WHERE p.id = contact;
    RETURN;
  END IF;
  INSERT INTO conversation (id, association, account_id, address_id, contact_id, created_at)
  VALUES (conversation, association, account, address, contact, now);
END
$$;

-- received_at is never in the future, whatever the channel's clock says: overdue rows are found by it.
CREATE FUNCTION turn_store(association text, conversation uuid, account uuid, id uuid, external_id text, kind text, content bytea, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
BEGIN
  IF NOT EXISTS (SELECT FROM conversation c WHERE c.id = conversation AND c.association = turn_store.association AND c.account_id = account) THEN
    RAISE EXCEPTION 'no such conversation of the association' USING ERRCODE = 'SL404';
  END IF;
  INSERT INTO inbox (id, association, account_id, external_id, conversation_id, kind, content, at, received_at)
  VALUES (id, association, account, external_id, conversation, kind, content, at, least(at, clock_timestamp()))
  ON CONFLICT ON CONSTRAINT inbox_account_id_external_id_key DO NOTHING;
  RETURN FOUND;
END
$$;

-- Next number of an association. Its commit waits for no disk: the turn that uses the number commits
-- later in the same log, so the number is on disk whenever the turn is.
CREATE FUNCTION turn_reference(association text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  number integer;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE association a SET counter = a.counter + 1 WHERE a.slug = association RETURNING a.counter INTO number;
  RETURN number;
END
$$;

-- ── Sweeps: every association, ids only ─────────────────────────────────────────────────────────
CREATE FUNCTION sweep_overdue(before timestamptz, most integer)
RETURNS TABLE (association text, conversation uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT i.association, i.conversation_id FROM inbox i
  WHERE i.state = 'waiting' AND i.received_at < before
  GROUP BY i.association, i.conversation_id ORDER BY min(i.received_at) LIMIT most
$$;

CREATE FUNCTION sweep_timers(now timestamptz, most integer)
RETURNS TABLE (association text, conversation uuid, id uuid, kind text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT t.association, t.conversation_id, t.id, t.kind, t.subject FROM timer t
  WHERE t.state = 'set' AND t.due_at <= now ORDER BY t.due_at, t.id LIMIT most
$$;

-- ── Outbox ──────────────────────────────────────────────────────────────────────────────────────
-- Serves all associations: what it returns is what the sender needs, sealed. Times are the database's.
CREATE FUNCTION outbox_lease(wanted uuid[], most integer, lease_ms integer)
RETURNS TABLE (
  id uuid, association text, conversation uuid, account uuid, channel text, address uuid, external bytea,
  contact uuid, key bytea, class text, message bytea, attempt integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  -- Nobody knows whether a message whose lease ran out was delivered. It no longer blocks the line.
  UPDATE outbox o SET state = 'uncertain', failure = 'timeout', lease_until = NULL
  WHERE o.state = 'sending' AND o.lease_until < clock_timestamp() AND (wanted IS NULL OR o.conversation_id = ANY (wanted));
  -- The fence. A take-over cancels what is queued; this catches what came back to the queue after it.
  UPDATE outbox o SET state = 'cancelled'
  FROM conversation c
  WHERE c.id = o.conversation_id AND o.state = 'queued' AND o.epoch < c.epoch AND (wanted IS NULL OR o.conversation_id = ANY (wanted));
  RETURN QUERY
  WITH head AS (
    SELECT DISTINCT ON (o.conversation_id) o.id, o.conversation_id, o.state, o.epoch, o.retry_at
    FROM outbox o
    WHERE o.state IN ('queued', 'sending') AND (wanted IS NULL OR o.conversation_id = ANY (wanted))
    ORDER BY o.conversation_id, o.seq, o.n
  ), due AS MATERIALIZED (
    SELECT head.id, head.conversation_id, head.epoch FROM head
    WHERE head.state = 'queued' AND (head.retry_at IS NULL OR head.retry_at <= clock_timestamp())
    LIMIT most
  ), leased AS (
    -- Guarded, so that of two senders one gets the row: the other waits for it and finds it changed.
    UPDATE outbox o SET state = 'sending', attempt = o.attempt + 1, lease_until = clock_timestamp() + lease_ms * interval '1 ms'
    FROM due JOIN conversation c ON c.id = due.conversation_id
    WHERE o.id = due.id AND o.state = 'queued' AND o.epoch = c.epoch
    RETURNING o.id, o.association, o.conversation_id, c.account_id, c.address_id, c.contact_id, o.class, o.message, o.attempt
  )
  SELECT l.id, l.association, l.conversation_id, l.account_id, k.kind::text, a.id, a.external, p.id, p.key, l.class::text, l.message, l.attempt
  FROM leased l
  JOIN channel_account k ON k.id = l.account_id
  JOIN address a ON a.id = l.address_id
  JOIN contact p ON p.id = l.contact_id;
END
$$;

-- A mark counts for the attempt it was made for. A late `sent` still corrects `uncertain`; a late retry does not.
CREATE FUNCTION outbox_settle(marks jsonb) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
  UPDATE outbox o SET
    state = r.state,
    lease_until = NULL,
    failure = r.failure,
    external_id = coalesce(r.x, o.external_id),
    retry_at = r.retry,
    sent_at = CASE WHEN r.state = 'sent' THEN clock_timestamp() END
  FROM jsonb_to_recordset(marks) AS r (a text, id uuid, n integer, state text, failure text, x text, retry timestamptz)
  WHERE o.id = r.id AND o.association = r.a AND o.attempt = r.n
    AND (o.state = 'sending' OR (o.state = 'uncertain' AND r.state IN ('sent', 'failed')))
$$;

-- ── Owner and callers ───────────────────────────────────────────────────────────────────────────
DO $$
DECLARE
  f regprocedure;
BEGIN
  -- To become owner a role needs CREATE on the schema for a moment.
  GRANT CREATE ON SCHEMA public TO sila_turn;
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
           WHERE p.pronamespace = 'public'::regnamespace AND p.proname ~ '^(turn|sweep|outbox)_' LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO sila_turn', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM sila_turn;
END
$$;
GRANT EXECUTE ON FUNCTION
  turn_load(text[], uuid[], bytea[], uuid[]),
  turn_commit(turn_row[], turn_draft[], jsonb, bytea),
  turn_meet(text, uuid, bytea, bytea, uuid, bytea, bytea, uuid, uuid, timestamptz),
  turn_store(text, uuid, uuid, uuid, text, text, bytea, timestamptz),
  turn_reference(text),
  sweep_overdue(timestamptz, integer),
  sweep_timers(timestamptz, integer),
  outbox_lease(uuid[], integer, integer),
  outbox_settle(jsonb)
TO sila_app;
