-- Sending: pace, pauses, people who cannot be reached, repetition; files that have yet to be fetched; dead letters.

-- ── What is kept ────────────────────────────────────────────────────────────────────────────────
-- `held_*`: a message that waits for the pace of its account. `failures`: tries that counted; a message that
-- was throttled has not failed. `repeated`: sent once more because nobody knew how the first try had ended.
ALTER TABLE outbox
  ADD COLUMN failures smallint NOT NULL DEFAULT 0,
  ADD COLUMN repeated boolean NOT NULL DEFAULT false,
  ADD COLUMN leased_by text, -- the process that has it: see outbox_reclaim
  ADD COLUMN held_account uuid,
  ADD COLUMN held_rank smallint; -- 0: someone is waiting for it; 1: begun by us
CREATE INDEX outbox_held_idx ON outbox (held_account, held_rank, at, id) WHERE state = 'queued' AND held_account IS NOT NULL;

-- Until when one process has the file of this message to fetch.
ALTER TABLE inbox ADD COLUMN fetch_until timestamptz(3);

-- Since when nothing arrives there, in business time: it counts until the person writes again (last_in_at).
ALTER TABLE address ADD COLUMN unreachable_at timestamptz(3);

-- Only accounts that count have a row here. `tat`: when the bucket will be full again (GCRA); the row's lock
-- makes the permits of all workers one sequence.
CREATE TABLE account_pace (
  account_id      uuid PRIMARY KEY REFERENCES channel_account (id),
  association     text NOT NULL,
  per_second      double precision CHECK (per_second > 0),
  burst           integer CHECK (burst > 0),
  chat_per_second double precision CHECK (chat_per_second > 0),
  chat_burst      integer CHECK (chat_burst > 0),
  tat             timestamptz,
  paused_until    timestamptz,
  CHECK (num_nulls(per_second, burst) IN (0, 2) AND num_nulls(chat_per_second, chat_burst) IN (0, 2))
) WITH (fillfactor = 50);

CREATE TABLE chat_pace (
  conversation_id uuid PRIMARY KEY,
  association     text NOT NULL,
  tat             timestamptz NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Updates that could not become a message of anybody. Sealed with the key of the association.
CREATE TABLE dead_letter (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  account_id  uuid NOT NULL REFERENCES channel_account (id),
  external_id text NOT NULL,
  body        bytea NOT NULL,
  at          timestamptz(3) NOT NULL,
  UNIQUE (account_id, external_id)
);

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['account_pace', 'chat_pace', 'dead_letter'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY own_association ON %I TO sila_app USING (association = current_setting(''app.association'', true)) WITH CHECK (association = current_setting(''app.association'', true))', t);
    EXECUTE format('CREATE POLICY turn ON %I TO sila_turn USING (true) WITH CHECK (true)', t);
  END LOOP;
END
$$;
GRANT SELECT ON account_pace, chat_pace TO sila_app;
GRANT SELECT, INSERT ON dead_letter TO sila_app;
GRANT SELECT, INSERT, UPDATE ON account_pace, chat_pace TO sila_turn;
GRANT SELECT (id) ON dead_letter TO sila_turn;
GRANT UPDATE (unreachable_at) ON address TO sila_turn;
GRANT SELECT (settings) ON channel_account TO sila_turn;

-- ── Rare writes of a turn ───────────────────────────────────────────────────────────────────────
-- As in 00000000000002, but for what a change of owner leaves standing: news of a request (`push`) is the word
-- of staff who decided it, and leaves like a reply of theirs.
CREATE OR REPLACE FUNCTION turn_rare(rare jsonb, sealed bytea, won uuid[]) RETURNS void
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
  IF rare ? 'fenced' THEN -- each take-over and release: the bot's unsent words end, those of staff and what they decided still leave
    UPDATE outbox o SET state = 'cancelled'
    FROM jsonb_to_recordset(rare -> 'fenced') AS r (t uuid, a text, c uuid, e integer)
    WHERE o.conversation_id = r.c AND o.association = r.a AND o.state = 'queued' AND o.class NOT IN ('staff', 'push') AND o.epoch < r.e AND r.t = ANY (won);
    UPDATE outbox o SET epoch = r.e
    FROM jsonb_to_recordset(rare -> 'fenced') AS r (t uuid, a text, c uuid, e integer)
    WHERE o.conversation_id = r.c AND o.association = r.a AND o.state IN ('queued', 'sending') AND o.class IN ('staff', 'push') AND o.epoch < r.e AND r.t = ANY (won);
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

-- ── Pace of an account ──────────────────────────────────────────────────────────────────────────
CREATE FUNCTION outbox_account(wanted uuid) RETURNS TABLE (association text, settings jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT k.association, k.settings FROM channel_account k WHERE k.id = wanted
$$;

-- Without a rate nobody counts; the row stays, it may hold a pause.
CREATE FUNCTION outbox_pace(account uuid, per_second double precision, burst integer, chat_per_second double precision, chat_burst integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  IF per_second IS NULL AND chat_per_second IS NULL AND (SELECT p.account_id FROM account_pace p WHERE p.account_id = account) IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO account_pace AS p (account_id, association, per_second, burst, chat_per_second, chat_burst)
  SELECT k.id, k.association, per_second, burst, chat_per_second, chat_burst FROM channel_account k WHERE k.id = account
  ON CONFLICT ON CONSTRAINT account_pace_pkey DO UPDATE SET
    per_second = excluded.per_second, burst = excluded.burst, chat_per_second = excluded.chat_per_second, chat_burst = excluded.chat_burst
  WHERE (p.per_second, p.burst, p.chat_per_second, p.chat_burst)
    IS DISTINCT FROM (excluded.per_second, excluded.burst, excluded.chat_per_second, excluded.chat_burst);
END
$$;

-- Nothing leaves this account for a while, whichever process asks. A pause is never made shorter.
CREATE FUNCTION outbox_pause(account uuid, pause_ms integer) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  INSERT INTO account_pace AS p (account_id, association, paused_until)
  SELECT k.id, k.association, clock_timestamp() + pause_ms * interval '1 ms' FROM channel_account k WHERE k.id = account
  ON CONFLICT (account_id) DO UPDATE SET paused_until = greatest(p.paused_until, excluded.paused_until)
$$;

-- ── Lease ───────────────────────────────────────────────────────────────────────────────────────
-- The heads of the lines of `wanted`; of everyone, when nothing is named; or what waits for the pace of one
-- account. Serves all associations; what it returns is what the sender needs, sealed. Times are the database's.
--
-- Rows without `note` are leased. Notes: `account` and `conversation` say after how many milliseconds to ask for
-- them again, `lapsed` that a lease ran out, `more` that the look at everyone was cut off at `most`.
--
-- An account that counts is locked while its permits are given out (the order of the locks: accounts by id, then
-- messages). No more is leased than may leave now, so no lease runs out while it waits for its turn.
DROP FUNCTION outbox_lease(uuid[], integer, integer);
CREATE FUNCTION outbox_lease(wanted uuid[], paced uuid, most integer, lease_ms integer)
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
  clock       timestamptz := clock_timestamp();
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
      UPDATE outbox o SET lease_until = NULL, retry_at = NULL, failure = 'timeout',
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

-- Gives out the permits of one account: to `asking` (heads of lines) and to what has been waiting, those whom
-- somebody waits for first, then in the order of time. `go`: may leave. What must wait for the account is held,
-- its whole line with it; what must wait for its chat gets a time.
--
-- A part of the bucket is left to those whom somebody waits for: however much we have begun ourselves, and in
-- whichever process, the next answer finds a permit.
CREATE FUNCTION outbox_permit(wanted uuid, asking uuid[], most integer)
RETURNS TABLE (note text, wait_ms integer, id uuid, association text, conversation uuid)
LANGUAGE plpgsql VOLATILE ROWS 16 -- with the settings of its caller
AS $$
#variable_conflict use_column
DECLARE
  clock     timestamptz;
  p      account_pace;
  c      record;
  room   integer;
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
  room := most;
  IF p.per_second IS NOT NULL THEN
    IF p.burst > 1 THEN spare := greatest(1, p.burst / 5); END IF;
    room := least(most, floor(p.burst - extract(epoch FROM p.tat - clock) * p.per_second + 1e-6));
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
       ORDER BY h.held_rank, h.at, h.id LIMIT CASE WHEN room > 0 THEN room + 16 ELSE 0 END)
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
    ELSIF room > (CASE WHEN c.rank = 0 THEN 0 ELSE spare END) THEN
      room := room - 1;
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

-- ── Settle ──────────────────────────────────────────────────────────────────────────────────────
-- A mark counts for the attempt it was made for. A late `sent` still corrects `uncertain`, and saves the
-- repetition of what was queued again; a late retry does neither.
DROP FUNCTION outbox_settle(jsonb);
CREATE FUNCTION outbox_settle(marks jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE outbox o SET
    state = r.state,
    lease_until = NULL,
    failure = r.failure,
    external_id = coalesce(r.x, o.external_id),
    retry_at = clock_timestamp() + r.wait * interval '1 ms',
    failures = o.failures + CASE WHEN r.counts THEN 1 ELSE 0 END,
    repeated = o.repeated OR coalesce(r.again, false),
    sent_at = CASE WHEN r.state = 'sent' THEN clock_timestamp() END
  FROM jsonb_to_recordset(marks) AS r (a text, id uuid, n integer, state text, failure text, x text, wait integer, counts boolean, again boolean)
  WHERE o.id = r.id AND o.association = r.a AND o.attempt = r.n
    AND (o.state = 'sending' OR (o.state = 'uncertain' AND r.state IN ('sent', 'failed')) OR (o.state = 'queued' AND r.state = 'sent'));

  -- Nothing arrives there: what the bot has behind it is not tried one by one. Words of staff are.
  IF marks @> '[{"failure": "blocked"}]' THEN
    UPDATE address a SET unreachable_at = r.at
    FROM jsonb_to_recordset(marks) AS r (a text, id uuid, failure text, at timestamptz)
    JOIN outbox o ON o.id = r.id AND o.association = r.a
    JOIN conversation c ON c.id = o.conversation_id
    WHERE r.failure = 'blocked' AND a.id = c.address_id AND (a.unreachable_at IS NULL OR a.unreachable_at < coalesce(c.last_in_at, '-infinity'));
    UPDATE outbox q SET state = 'failed', failure = 'blocked'
    FROM jsonb_to_recordset(marks) AS r (a text, id uuid, failure text)
    JOIN outbox o ON o.id = r.id AND o.association = r.a
    WHERE r.failure = 'blocked' AND q.conversation_id = o.conversation_id AND q.state = 'queued' AND q.class <> 'staff';
  END IF;
  IF marks @> '[{"reached": true}]' THEN
    UPDATE address a SET unreachable_at = NULL
    FROM jsonb_to_recordset(marks) AS r (a text, id uuid, reached boolean)
    JOIN outbox o ON o.id = r.id AND o.association = r.a
    JOIN conversation c ON c.id = o.conversation_id
    WHERE r.reached AND a.id = c.address_id;
  END IF;
END
$$;

-- A process that comes back in its place need not wait until the leases of the one before it run out.
CREATE FUNCTION outbox_reclaim() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  UPDATE outbox o SET lease_until = clock_timestamp() - interval '1 ms'
  WHERE o.state = 'sending' AND o.leased_by = current_setting('application_name')
$$;

-- ── Dead letters ────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION dead_letters() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT count(d.id) FROM dead_letter d
$$;

-- ── Owner and callers ───────────────────────────────────────────────────────────────────────────
DO $$
DECLARE
  f text;
BEGIN
  GRANT CREATE ON SCHEMA public TO sila_turn; -- to become owner, for a moment
  FOREACH f IN ARRAY ARRAY[
    'outbox_account(uuid)',
    'outbox_pace(uuid, double precision, integer, double precision, integer)',
    'outbox_pause(uuid, integer)',
    'outbox_lease(uuid[], uuid, integer, integer)',
    'outbox_permit(uuid, uuid[], integer)',
    'outbox_settle(jsonb)',
    'outbox_reclaim()',
    'dead_letters()'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO sila_turn', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM sila_turn;
END
$$;
GRANT EXECUTE ON FUNCTION
  outbox_account(uuid),
  outbox_pace(uuid, double precision, integer, double precision, integer),
  outbox_pause(uuid, integer),
  outbox_lease(uuid[], uuid, integer, integer),
  outbox_settle(jsonb),
  outbox_reclaim(),
  dead_letters()
TO sila_app;
