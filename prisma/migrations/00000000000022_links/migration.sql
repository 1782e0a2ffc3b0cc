-- Short forms (volunteering, suggestion, complaint) and links between the channels of one person.

-- ── Short forms ─────────────────────────────────────────────────────────────────────────────────
-- A request for support is declared, and its declared data hashed; these three are filed in a few words. Any service
-- that is not named here still needs its declaration.
DO $$
DECLARE
  name text;
BEGIN
  SELECT conname INTO STRICT name FROM pg_constraint
  WHERE conrelid = 'request'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%data_hash%';
  EXECUTE format('ALTER TABLE request DROP CONSTRAINT %I', name);
END
$$;
ALTER TABLE request ADD CONSTRAINT request_submitted_check CHECK (
  stage IN ('draft', 'discarded') OR (
    reference IS NOT NULL AND submitted_at IS NOT NULL
    AND (declaration IS NULL) = (data_hash IS NULL)
    AND (declaration IS NOT NULL OR service IN ('volunteering', 'suggestion', 'complaint'))
  )
);

-- The messages of a complaint stand in its request, not in the transcript.
ALTER TABLE inbox DROP CONSTRAINT inbox_seal_check, ADD CONSTRAINT inbox_seal_check CHECK (seal IN ('rating', 'complaint'));
ALTER TABLE outbox DROP CONSTRAINT outbox_seal_check, ADD CONSTRAINT outbox_seal_check CHECK (seal IN ('rating', 'complaint'));

-- ── Links ───────────────────────────────────────────────────────────────────────────────────────
-- A one-time offer: of its token only a keyed hash. `used_turn` is the turn that claimed it.
CREATE TABLE link_offer (
  id              uuid PRIMARY KEY,
  association     text NOT NULL REFERENCES association (slug),
  contact_id      uuid NOT NULL REFERENCES contact (id),
  conversation_id uuid NOT NULL REFERENCES conversation (id),
  hash            bytea NOT NULL UNIQUE,
  made_at         timestamptz(3) NOT NULL,
  expires_at      timestamptz(3) NOT NULL,
  used_at         timestamptz(3),
  used_turn       uuid,
  CHECK (expires_at > made_at),
  CHECK ((used_at IS NULL) = (used_turn IS NULL))
);
CREATE INDEX link_offer_contact_id_idx ON link_offer (contact_id);

-- contact_a made the offer, contact_b claimed it. Never a merge: a link that ends leaves two contacts as they were.
CREATE TABLE link (
  id           uuid PRIMARY KEY,
  association  text NOT NULL REFERENCES association (slug),
  contact_a    uuid NOT NULL REFERENCES contact (id),
  contact_b    uuid NOT NULL REFERENCES contact (id),
  made_at      timestamptz(3) NOT NULL,
  made_turn    uuid NOT NULL,
  revoked_at   timestamptz(3),
  revoked_turn uuid,
  CHECK (contact_a <> contact_b),
  CHECK ((revoked_at IS NULL) = (revoked_turn IS NULL))
);
CREATE UNIQUE INDEX link_pair_idx ON link (least(contact_a, contact_b), greatest(contact_a, contact_b)) WHERE revoked_at IS NULL;
CREATE INDEX link_contact_a_idx ON link (contact_a);
CREATE INDEX link_contact_b_idx ON link (contact_b);

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['link_offer', 'link'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY own_association ON %I TO sila_app USING (association = current_setting(''app.association'', true)) WITH CHECK (association = current_setting(''app.association'', true))', t);
    EXECUTE format('CREATE POLICY turn ON %I TO sila_turn USING (true) WITH CHECK (true)', t);
  END LOOP;
END
$$;
-- Offers are made, and swept when they have ended; claiming and revoking are acts of a turn.
GRANT SELECT, INSERT, DELETE ON link_offer TO sila_app;
GRANT SELECT ON link TO sila_app;
GRANT SELECT, UPDATE ON link_offer TO sila_turn;
GRANT SELECT, INSERT, UPDATE ON link TO sila_turn;

-- The conversation that made the offer is told by a timer: the turn that claims is another conversation's.
ALTER DOMAIN timer_kind DROP CONSTRAINT timer_kind_check;
ALTER DOMAIN timer_kind ADD CONSTRAINT timer_kind_check CHECK (VALUE IN ('draft-reminder', 'draft-expiry', 'rating', 'absence', 'owner-return', 'link-told'));

-- turn_commit for a batch with a turn that links or unlinks, in the same transaction. Few turns ever do, so the hot
-- function does not know of it.
CREATE FUNCTION turn_commit_links(turns turn_row[], drafts turn_draft[], rare jsonb, sealed bytea)
RETURNS TABLE (turn uuid, result text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  lost uuid[];
  why  text[];
  won  uuid[];
  got  integer;
BEGIN
  SELECT coalesce(array_agg(l.turn), '{}'), coalesce(array_agg(l.result), '{}') INTO lost, why
  FROM turn_commit(turns, drafts, rare, sealed) l;
  SELECT coalesce(array_agg(t.t), '{}') INTO won FROM unnest(turns) t WHERE t.t <> ALL (lost);

  IF rare ? 'linked' THEN
    WITH used AS (
      UPDATE link_offer o SET used_at = r.now, used_turn = r.t
      FROM jsonb_to_recordset(rare -> 'linked') AS r (t uuid, a text, c uuid, p uuid, now timestamptz, offer uuid, link uuid)
      WHERE o.id = r.offer AND o.association = r.a AND o.contact_id <> r.p AND o.used_at IS NULL AND o.expires_at > r.now AND r.t = ANY (won)
      RETURNING r.t, r.a, r.c, r.p, r.now, r.link, o.contact_id AS maker, o.conversation_id AS told
    ), made AS (
      INSERT INTO link (id, association, contact_a, contact_b, made_at, made_turn)
      SELECT u.link, u.a, u.maker, u.p, u.now, u.t FROM used u
      ON CONFLICT DO NOTHING -- the same two, by another offer at this moment
    ), timers AS (
      INSERT INTO timer (id, association, conversation_id, kind, subject, epoch, due_at)
      SELECT gen_random_uuid(), u.a, u.told, 'link-told', k.kind || '/' || u.link, 1, u.now
      FROM used u JOIN conversation c ON c.id = u.c AND c.association = u.a JOIN channel_account k ON k.id = c.account_id AND k.association = u.a
    )
    SELECT count(*) INTO got FROM used;
    PERFORM turn_demand(got, rare -> 'linked', won);
  END IF;
  IF rare ? 'unlinked' THEN
    UPDATE link l SET revoked_at = r.now, revoked_turn = r.t
    FROM jsonb_to_recordset(rare -> 'unlinked') AS r (t uuid, a text, p uuid, now timestamptz)
    WHERE l.association = r.a AND (l.contact_a = r.p OR l.contact_b = r.p) AND l.revoked_at IS NULL AND r.t = ANY (won);
  END IF;

  RETURN QUERY SELECT * FROM unnest(lost, why);
END
$$;
GRANT CREATE ON SCHEMA public TO sila_turn;
ALTER FUNCTION turn_commit_links(turn_row[], turn_draft[], jsonb, bytea) OWNER TO sila_turn;
REVOKE CREATE ON SCHEMA public FROM sila_turn;
REVOKE ALL ON FUNCTION turn_commit_links(turn_row[], turn_draft[], jsonb, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION turn_commit_links(turn_row[], turn_draft[], jsonb, bytea) TO sila_app;
