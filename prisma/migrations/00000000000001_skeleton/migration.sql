-- Tables, roles and row-level security. The functions of the hot path follow in 00000000000002_turn.

-- ── Roles ───────────────────────────────────────────────────────────────────────────────────────
-- sila_app: what the program becomes by SET ROLE. Sees one association at a time (app.association).
-- sila_turn: owns the functions of the hot path and nothing else; nobody signs in as it.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['sila_app', 'sila_turn'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)) THEN
        RAISE EXCEPTION 'the role "%" is missing and "%" may not create roles', wanted, current_user
          USING ERRCODE = 'insufficient_privilege',
                HINT = format('Run once as a superuser: CREATE ROLE sila_app NOLOGIN; CREATE ROLE sila_turn NOLOGIN; GRANT sila_app, sila_turn TO %I;', current_user);
      END IF;
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of the cluster was faster
      END;
    END IF;
    IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I', wanted, current_user);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION '"%" may not become the role "%"', current_user, wanted
          USING ERRCODE = 'insufficient_privilege',
                HINT = format('Run once as a superuser: GRANT sila_app, sila_turn TO %I;', current_user);
      END;
    END IF;
  END LOOP;
END
$$;

-- ── Closed lists of the tables that every turn writes ────────────────────────────────────────────
-- As domains: the CHECKs of a table are parsed again for each statement that writes it, which was a
-- quarter of a single turn in PostgreSQL (about 100 of 430 µs); a domain's are kept for the session.
CREATE DOMAIN handover_reason AS text CHECK (VALUE IN ('asked', 'not-understood', 'unclear', 'complaint', 'field-by-staff', 'voice', 'unfilled-slot', 'owner-absent', 'failed'));
CREATE DOMAIN content_kind AS text CHECK (VALUE IN ('text', 'choice', 'image', 'document', 'voice', 'video', 'sticker', 'location', 'contact', 'unknown'));
CREATE DOMAIN inbox_state AS text CHECK (VALUE IN ('waiting', 'taken', 'parked'));
CREATE DOMAIN disposition AS text CHECK (VALUE IN ('answered', 'handed-over', 'deferred', 'noted'));
CREATE DOMAIN input_kind AS text CHECK (VALUE IN ('message-received', 'timer-fired', 'staff-took-over', 'staff-replied', 'staff-released', 'request-advanced'));
CREATE DOMAIN message_class AS text CHECK (VALUE IN ('reply', 'push', 'notice', 'staff'));
CREATE DOMAIN outbox_state AS text CHECK (VALUE IN ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'cancelled'));
CREATE DOMAIN send_failure AS text CHECK (VALUE IN ('unreachable', 'throttled', 'timeout', 'blocked', 'refused', 'unauthorized'));
CREATE DOMAIN request_stage AS text CHECK (VALUE IN ('draft', 'submitted', 'incomplete', 'complete', 'research', 'committee', 'approved', 'not-accepted', 'delivered', 'closed', 'discarded'));
CREATE DOMAIN timer_kind AS text CHECK (VALUE IN ('draft-reminder', 'draft-expiry', 'rating', 'absence', 'owner-return'));
CREATE DOMAIN timer_state AS text CHECK (VALUE IN ('set', 'fired', 'cleared'));

-- ── Association and what it owns ────────────────────────────────────────────────────────────────
CREATE TABLE association (
  slug       text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9-]{1,31}$'),
  name       jsonb NOT NULL,
  key        bytea NOT NULL,
  release    text NOT NULL,
  counter    integer NOT NULL DEFAULT 1000,
  created_at timestamptz(3) NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE release (
  association text NOT NULL REFERENCES association (slug),
  id          text NOT NULL CHECK (id ~ '^[0-9a-f]{16}$'),
  body        jsonb NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (association, id)
);

CREATE TABLE channel_account (
  id          uuid PRIMARY KEY,
  association text NOT NULL REFERENCES association (slug),
  kind        text NOT NULL CHECK (kind IN ('web-chat', 'console', 'telegram', 'whatsapp-web', 'whatsapp-cloud')),
  name        text NOT NULL,
  secret      bytea,
  settings    jsonb NOT NULL DEFAULT '{}',
  enabled     boolean NOT NULL DEFAULT true,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (association, kind, name)
);

-- ── People ──────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE contact (
  id          uuid PRIMARY KEY,
  association text NOT NULL REFERENCES association (slug),
  key         bytea,
  name        bytea,
  phone       bytea,
  gender      text CHECK (gender IN ('female', 'male')),
  language    text CHECK (language IN ('ar', 'en')),
  stopped     boolean NOT NULL DEFAULT false,
  created_at  timestamptz(3) NOT NULL,
  erased_at   timestamptz(3)
);

CREATE TABLE address (
  id             uuid PRIMARY KEY,
  association    text NOT NULL,
  account_id     uuid NOT NULL REFERENCES channel_account (id),
  contact_id     uuid NOT NULL REFERENCES contact (id),
  external_index bytea NOT NULL,
  external       bytea NOT NULL,
  created_at     timestamptz(3) NOT NULL,
  UNIQUE (account_id, external_index)
);
CREATE INDEX address_contact_id_idx ON address (contact_id);

CREATE TABLE staff (
  id          uuid PRIMARY KEY,
  association text NOT NULL REFERENCES association (slug),
  user_id     text NOT NULL,
  name        text NOT NULL,
  role        text NOT NULL,
  active      boolean NOT NULL DEFAULT true,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (association, user_id)
);

-- ── Conversations ───────────────────────────────────────────────────────────────────────────────
-- Every turn updates this row, so no index holds a column that an ordinary turn changes: the update
-- stays in its page (HOT), for which a fifth of the page is kept free. Lists by recency read `turn`.
CREATE TABLE conversation (
  id             uuid PRIMARY KEY,
  association    text NOT NULL,
  account_id     uuid NOT NULL,
  address_id     uuid NOT NULL UNIQUE REFERENCES address (id),
  contact_id     uuid NOT NULL REFERENCES contact (id),
  version        integer NOT NULL DEFAULT 0,
  state          bytea,
  epoch          integer NOT NULL DEFAULT 0,
  owner_id       uuid REFERENCES staff (id),
  owned_at       timestamptz(3),
  waiting_since  timestamptz(3),
  waiting_reason handover_reason,
  waiting_role   text,
  last_in_at     timestamptz(3),
  last_out_at    timestamptz(3),
  last_staff_at  timestamptz(3),
  created_at     timestamptz(3) NOT NULL
) WITH (fillfactor = 80, toast_tuple_target = 4096, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE conversation ALTER COLUMN state SET STORAGE EXTERNAL; -- ciphertext does not compress
CREATE INDEX conversation_contact_id_idx ON conversation (contact_id);
CREATE INDEX conversation_waiting_idx ON conversation (association, waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_owner_idx ON conversation (association, owner_id) WHERE owner_id IS NOT NULL;

-- No foreign keys on inbox, turn, outbox and timer: each would lock the conversation's row once more
-- per turn. `turn_commit` alone writes them, under the conversation's version.
CREATE TABLE inbox (
  id              uuid PRIMARY KEY,
  association     text NOT NULL,
  account_id      uuid NOT NULL,
  external_id     text NOT NULL,
  conversation_id uuid NOT NULL,
  kind            content_kind NOT NULL,
  content         bytea NOT NULL,
  at              timestamptz(3) NOT NULL,
  received_at     timestamptz(3) NOT NULL DEFAULT now(),
  state           inbox_state NOT NULL DEFAULT 'waiting',
  attempts        integer NOT NULL DEFAULT 0,
  turn_id         uuid,
  disposition     disposition,
  reason          text,
  deferred_until  timestamptz(3),
  seal            text CHECK (seal IN ('rating')), -- of a span that the transcript does not show
  UNIQUE (account_id, external_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE inbox ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX inbox_conversation_id_idx ON inbox (conversation_id, id);
CREATE INDEX inbox_waiting_idx ON inbox (conversation_id, id) WHERE state = 'waiting';
CREATE INDEX inbox_overdue_idx ON inbox (received_at) WHERE state = 'waiting';

CREATE TABLE turn (
  id              uuid NOT NULL,
  association     text NOT NULL,
  conversation_id uuid NOT NULL,
  seq             integer NOT NULL,
  kind            input_kind NOT NULL,
  epoch           integer NOT NULL,
  record          bytea NOT NULL,
  at              timestamptz(3) NOT NULL,
  PRIMARY KEY (conversation_id, seq)
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE turn ALTER COLUMN record SET STORAGE EXTERNAL;
CREATE INDEX turn_at_idx ON turn USING brin (at); -- rows come in the order of `at`: what happened lately

CREATE TABLE outbox (
  id              uuid PRIMARY KEY,
  association     text NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id         uuid NOT NULL,
  -- Version of the conversation after the turn, then n: the order in which messages leave.
  seq             integer NOT NULL,
  n               integer NOT NULL,
  class           message_class NOT NULL,
  staff_id        uuid,
  epoch           integer NOT NULL,
  state           outbox_state NOT NULL DEFAULT 'queued',
  attempt         integer NOT NULL DEFAULT 0,
  lease_until     timestamptz(3),
  retry_at        timestamptz(3),
  failure         send_failure,
  external_id     text,
  message         bytea NOT NULL,
  at              timestamptz(3) NOT NULL,
  sent_at         timestamptz(3),
  seal            text CHECK (seal IN ('rating'))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE outbox ALTER COLUMN message SET STORAGE EXTERNAL;
CREATE INDEX outbox_conversation_id_idx ON outbox (conversation_id, id);
-- One message of a turn is written once because the turn is: this says it again while it is under way.
CREATE UNIQUE INDEX outbox_line_idx ON outbox (conversation_id, seq, n) WHERE state IN ('queued', 'sending');

CREATE TABLE timer (
  id              uuid PRIMARY KEY,
  association     text NOT NULL,
  conversation_id uuid NOT NULL,
  kind            timer_kind NOT NULL,
  subject         text NOT NULL,
  epoch           integer NOT NULL,
  due_at          timestamptz(3) NOT NULL,
  state           timer_state NOT NULL DEFAULT 'set',
  UNIQUE (conversation_id, kind, subject, epoch)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX timer_due_idx ON timer (due_at, id) WHERE state = 'set';

CREATE TABLE handover (
  id              uuid PRIMARY KEY,
  association     text NOT NULL,
  conversation_id uuid NOT NULL REFERENCES conversation (id),
  turn_id         uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('asked', 'taken', 'released', 'returned')),
  reason          handover_reason,
  staff_id        uuid,
  epoch           integer NOT NULL,
  at              timestamptz(3) NOT NULL
);
CREATE INDEX handover_conversation_id_idx ON handover (conversation_id);

-- ── Requests ────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE request (
  id              uuid PRIMARY KEY,
  association     text NOT NULL,
  contact_id      uuid NOT NULL REFERENCES contact (id),
  conversation_id uuid NOT NULL REFERENCES conversation (id),
  run_id          text NOT NULL,
  service         text NOT NULL,
  stage           request_stage NOT NULL DEFAULT 'draft',
  version         integer NOT NULL DEFAULT 0,
  reference       text,
  answers         bytea,
  release         text NOT NULL,
  flow            text NOT NULL,
  node            text NOT NULL,
  opened_at       timestamptz(3) NOT NULL,
  touched_at      timestamptz(3) NOT NULL,
  submitted_at    timestamptz(3),
  stage_at        timestamptz(3) NOT NULL,
  closed_at       timestamptz(3),
  kept_until      date,
  reminded        boolean NOT NULL DEFAULT false,
  declaration     text,
  declared_at     timestamptz(3),
  data_hash       text,
  not_before      date,
  UNIQUE (run_id, service),
  UNIQUE (association, reference),
  CHECK (stage IN ('draft', 'discarded') OR (reference IS NOT NULL AND submitted_at IS NOT NULL AND declaration IS NOT NULL AND data_hash IS NOT NULL)),
  CHECK ((stage IN ('closed', 'discarded')) = (closed_at IS NOT NULL)),
  CHECK (stage <> 'discarded' OR answers IS NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE request ALTER COLUMN answers SET STORAGE EXTERNAL;
CREATE INDEX request_contact_id_idx ON request (contact_id);
CREATE INDEX request_draft_idx ON request (contact_id, opened_at) WHERE stage = 'draft';
-- Without drafts: an answer then changes no index, and no plan made on an empty table finds a draft by it.
CREATE INDEX request_open_idx ON request (association, stage) WHERE stage NOT IN ('draft', 'discarded', 'closed');

CREATE TABLE request_event (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  request_id  uuid NOT NULL REFERENCES request (id),
  "from"      request_stage NOT NULL,
  "to"        request_stage NOT NULL,
  staff_id    uuid,
  note        bytea,
  at          timestamptz(3) NOT NULL
);
CREATE INDEX request_event_request_id_idx ON request_event (request_id);

CREATE TABLE commitment (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  request_id  uuid NOT NULL REFERENCES request (id),
  turn_id     uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('not-before')),
  date        date NOT NULL,
  created_at  timestamptz(3) NOT NULL
);
CREATE INDEX commitment_request_id_idx ON commitment (request_id);

CREATE TABLE consent (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  contact_id  uuid NOT NULL REFERENCES contact (id),
  turn_id     uuid NOT NULL,
  purpose     text NOT NULL,
  given       boolean NOT NULL,
  text        text NOT NULL,
  release     text NOT NULL,
  at          timestamptz(3) NOT NULL
);
CREATE INDEX consent_contact_id_idx ON consent (contact_id);

CREATE TABLE rating (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  request_id  uuid NOT NULL REFERENCES request (id),
  dimension   text NOT NULL CHECK (dimension IN ('service', 'provider')),
  score       integer NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment     bytea,
  at          timestamptz(3) NOT NULL,
  UNIQUE (request_id, dimension)
);

CREATE TABLE file (
  id          uuid PRIMARY KEY,
  association text NOT NULL,
  contact_id  uuid NOT NULL REFERENCES contact (id),
  mime        text NOT NULL,
  size        integer NOT NULL CHECK (size >= 0),
  name        bytea,
  created_at  timestamptz(3) NOT NULL,
  removed_at  timestamptz(3)
);
CREATE INDEX file_contact_id_idx ON file (contact_id);

-- ── Desk ────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE idempotent_reply (
  association text NOT NULL,
  key         text NOT NULL,
  hash        text NOT NULL,
  status      integer NOT NULL,
  body        bytea NOT NULL,
  at          timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (association, key)
);

CREATE TABLE auth_user (
  id             text PRIMARY KEY,
  name           text NOT NULL,
  email          text NOT NULL UNIQUE,
  email_verified boolean NOT NULL DEFAULT false,
  image          text,
  created_at     timestamptz(3) NOT NULL DEFAULT now(),
  updated_at     timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE auth_session (
  id         text PRIMARY KEY,
  user_id    text NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
  token      text NOT NULL UNIQUE,
  expires_at timestamptz(3) NOT NULL,
  ip_address text,
  user_agent text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX auth_session_user_id_idx ON auth_session (user_id);

CREATE TABLE auth_account (
  id                       text PRIMARY KEY,
  user_id                  text NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
  account_id               text NOT NULL,
  provider_id              text NOT NULL,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz(3),
  refresh_token_expires_at timestamptz(3),
  scope                    text,
  password                 text,
  created_at               timestamptz(3) NOT NULL DEFAULT now(),
  updated_at               timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX auth_account_user_id_idx ON auth_account (user_id);

CREATE TABLE auth_verification (
  id         text PRIMARY KEY,
  identifier text NOT NULL,
  value      text NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX auth_verification_identifier_idx ON auth_verification (identifier);

-- ── Row-level security ──────────────────────────────────────────────────────────────────────────
-- Forced, so that not even the owner of a table reads past it. Without app.association: no rows.
DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'association' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY own_association ON %I TO sila_app USING (association = current_setting(''app.association'', true)) WITH CHECK (association = current_setting(''app.association'', true))', t);
  END LOOP;
END
$$;

-- ── Grants ──────────────────────────────────────────────────────────────────────────────────────
GRANT USAGE ON SCHEMA public TO sila_app, sila_turn;
GRANT SELECT, INSERT, UPDATE ON association, channel_account, contact, address, conversation, inbox, timer, request, rating, staff TO sila_app;
GRANT SELECT, UPDATE ON outbox TO sila_app;
-- Written once, never changed.
GRANT SELECT, INSERT ON release, request_event, commitment, consent, handover TO sila_app;
GRANT SELECT ON turn TO sila_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON file, idempotent_reply, auth_user, auth_session, auth_account, auth_verification TO sila_app;
