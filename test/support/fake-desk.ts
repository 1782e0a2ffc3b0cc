/**
 * The desk on a real database, server and sign-in. The acts of staff are written straight to the tables:
 * the turns that the application makes of them have tests of their own.
 */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import pino from 'pino'
import { v7 } from 'uuid'
import type { Content } from '../../src/core/engine/input.ts'
import { Flow } from '../../src/core/flow/schema.ts'
import { AccountId, ConversationId, ReleaseId, RequestId, Slug, type StaffId } from '../../src/core/ids.ts'
import { type AnswerValue, type RequestStage, stageSpecs } from '../../src/core/requests/request.ts'
import { deskPlugin } from '../../src/http/desk/plugin.ts'
import type { DeskActs, DeskOptions } from '../../src/http/desk/use-cases.ts'
import { createServer } from '../../src/http/server.ts'
import { openPools } from '../../src/platform/database.ts'
import { DomainError } from '../../src/ports/errors.ts'
import type { Event } from '../../src/ports/events.ts'
import type { StaffRole } from '../../src/ports/staff-access.ts'
import { createDeskStore } from '../../src/store/desk-store.ts'
import { seal, sealJson, sealText } from '../../src/store/seal.ts'
import { createStaffAccess } from '../../src/store/staff-access.ts'
import { createStaffAuth } from '../../src/store/staff-auth.ts'
import { createStaffStore } from '../../src/store/staff-store.ts'
import { createStore } from '../../src/store/store.ts'
import { freshDatabase } from './cluster.ts'

export const masakin = Slug.parse('masakin')
/** The other association: nothing of it may be seen. */
export const canary = Slug.parse('canary')
const release = ReleaseId.parse('0123456789abcdef')
export const password = 'a-long-enough-password'

const labels: Record<string, string> = {
  'fields:name': 'الاسم',
  'fields:national-id': 'رقم الهوية',
  'fields:phone': 'الجوال',
  'fields:need': 'الحاجة',
  'fields:income': 'الدخل الشهري',
  'fields:family': 'أفراد الأسرة',
  'support-request:need.options.rent': 'إيجار متأخر',
  'support-request:declaration.ask': 'أقرّ بأن البيانات التي قدّمتها صحيحة.',
}

const ask = (save: string, expect: object, next: string) => ({ kind: 'ask', save, expect, next })
const flow = Flow.parse({
  flow: 'support-request',
  about: 'a form for the tests of the desk',
  start: 'name',
  nodes: {
    name: ask('name', { kind: 'name' }, 'national-id'),
    'national-id': ask('national-id', { kind: 'national-id' }, 'phone'),
    phone: ask('phone', { kind: 'phone' }, 'family'),
    family: ask('family', { kind: 'number', min: 1, max: 30 }, 'need'),
    need: ask('need', { kind: 'choice', options: ['rent', 'repair'] }, 'income'),
    income: ask('income', { kind: 'money' }, 'end'),
    end: { kind: 'end' },
  },
})

const contents: DeskOptions['contents'] = {
  current: (slug) => ({ association: { name: { ar: slug === masakin ? 'جمعية مساكن' : 'جمعية أخرى', en: slug } } }),
  pinned: async () => ({ flows: new Map([[flow.flow, flow]]), label: (_language, key) => labels[key] ?? null }),
}

export interface Person {
  conversation: ConversationId
  contact: string
  association: Slug
}

export interface FakeDesk {
  url: string
  server: FastifyInstance
  /** As the owner of the tables. */
  owner: pg.Pool
  staff(name: string, role: StaffRole, association?: Slug): Promise<{ id: StaffId; email: string; name: string }>
  person(who: { name?: string; channel?: 'web-chat' | 'console' | 'telegram'; association?: Slug }): Promise<Person>
  hear(person: Person, content: Content, at?: Date): Promise<string>
  say(
    person: Person,
    text: string,
    options?: { at?: Date; options?: { id: string; label: string }[]; promptId?: string; state?: string },
  ): Promise<string>
  wait(person: Person, reason?: string, since?: Date): Promise<void>
  request(person: Person, options?: { stage?: RequestStage; answers?: Record<string, AnswerValue> }): Promise<RequestId>
  publish(event: Event): void
  /** Statements that the application has sent so far. */
  statements(): number
  /** Holds acts until it is called: what a slow commit does. */
  pause(): () => void
  close(): Promise<void>
}

export const startFakeDesk = async (options: { pages?: string | null } & Partial<DeskOptions> = {}): Promise<FakeDesk> => {
  const { pages = null, ...rest } = options
  const database = await freshDatabase()
  const pools = openPools({ url: database.url, max: 8 })
  const { owner } = pools
  let statements = 0
  pools.app.on('connect', (client) => {
    const query = client.query.bind(client)
    client.query = ((...args: Parameters<typeof query>) => {
      statements += 1
      return query(...args)
    }) as typeof client.query // the same overloads, passed on as they come
  })
  const store = createStore({ pool: pools.app, keys: { master: randomBytes(32), index: randomBytes(32) } })
  const { prisma, keyring } = store
  for (const slug of [masakin, canary])
    await store.associations.importAssociation({ slug, name: { ar: slug }, release: { id: release, body: { of: slug } } })

  const auth = createStaffAuth(prisma, { secret: randomBytes(32).toString('hex'), secure: false, origin: 'http://127.0.0.1' })
  const register = createStaffStore(prisma, auth)
  const listeners = new Set<(event: Event) => void>()
  const publish = (event: Event) => {
    for (const listener of listeners) listener(event)
  }
  let held: Promise<void> = Promise.resolve()

  const contactKey = async (association: Slug, contact: string) => {
    const { rows } = await owner.query('select key from contact where id = $1', [contact])
    return keyring.contactKey(association, contact, rows[0].key)
  }
  const notice = (
    association: Slug,
    conversation: string,
    kind: string,
    staff: string | null,
    reason: string | null = null,
    at = new Date(),
  ) =>
    owner.query(
      'insert into handover (id, association, conversation_id, turn_id, kind, reason, staff_id, epoch, at) values ($1, $2, $3, $4, $5, $6, $7, 0, $8)',
      [v7(), association, conversation, v7(), kind, reason, staff, at],
    )
  const speak = async (
    person: Person,
    of: 'reply' | 'staff',
    text: string,
    how: Parameters<FakeDesk['say']>[2] & { staff?: string } = {},
  ) => {
    const id = v7()
    const choices = (how.options ?? []).map((option, index) => ({ ...option, n: index + 1 }))
    const message = { text, language: 'ar', options: choices, promptId: how.promptId ?? null, layout: 'list' }
    const key = await contactKey(person.association, person.contact)
    await owner.query(
      `insert into outbox (id, association, conversation_id, turn_id, seq, n, class, staff_id, epoch, state, message, at)
       values ($1, $2, $3, $4, 1, 0, $5, $6, 0, $7, $8, $9)`,
      [
        id,
        person.association,
        person.conversation,
        v7(),
        of,
        how.staff ?? null,
        how.state ?? 'sent',
        sealJson(key, { association: person.association, table: 'outbox', row: id, column: 'message' }, message),
        how.at ?? new Date(),
      ],
    )
    await owner.query('update conversation set last_out_at = greatest(last_out_at, $2) where id = $1', [
      person.conversation,
      how.at ?? new Date(),
    ])
    return id
  }
  const ownerOf = async (association: Slug, conversation: string) => {
    const { rows } = await owner.query(
      'select c.owner_id, s.name, c.contact_id from conversation c left join staff s on s.id = c.owner_id where c.id = $1 and c.association = $2',
      [conversation, association],
    )
    if (rows[0] === undefined) throw new DomainError('not-found')
    return rows[0] as { owner_id: string | null; name: string | null; contact_id: string } // the columns selected
  }
  const requestOf = async (association: Slug, id: string) => {
    const { rows } = await owner.query('select * from request where id = $1 and association = $2', [id, association])
    if (rows[0] === undefined) throw new DomainError('not-found')
    return rows[0] as { stage: RequestStage; version: number; reference: string; contact_id: string; conversation_id: string } // its columns
  }
  const checkMove = (from: RequestStage, to: RequestStage, note: string | null) => {
    if (!stageSpecs[from].next.some((stage) => stage === to)) throw new DomainError('stage-not-next')
    if (stageSpecs[to].note === 'required' && !note?.trim()) throw new DomainError('note-required')
  }
  const told = (reference: string, to: string, note: string | null) =>
    `طلبك ${reference}، والمرحلة الآن: ${to}.${note === null ? '' : `\n${note}`}`

  const acts: DeskActs = {
    async takeOver({ association, conversation, staff }) {
      await ownerOf(association, conversation)
      await held
      const { rowCount } = await owner.query(
        `update conversation set owner_id = $2, owned_at = now(), waiting_since = null, waiting_reason = null, epoch = epoch + 1, version = version + 1
         where id = $1 and owner_id is null`,
        [conversation, staff.id],
      )
      if (rowCount === 0)
        throw new DomainError('already-owned', 'already-owned', { owner: (await ownerOf(association, conversation)).name })
      await notice(association, conversation, 'taken', staff.id)
      publish({ kind: 'conversation', association, conversation })
    },
    async reply({ association, conversation, staff, text }) {
      const { owner_id, contact_id } = await ownerOf(association, conversation)
      if (owner_id !== staff.id) throw new DomainError('not-owner')
      const id = await speak({ association, conversation, contact: contact_id }, 'staff', text, { staff: staff.id })
      publish({ kind: 'conversation', association, conversation })
      return { id }
    },
    async release({ association, conversation, staff }) {
      if ((await ownerOf(association, conversation)).owner_id !== staff.id) throw new DomainError('not-owner')
      await owner.query(
        'update conversation set owner_id = null, owned_at = null, epoch = epoch + 1, version = version + 1 where id = $1',
        [conversation],
      )
      await notice(association, conversation, 'released', staff.id)
      publish({ kind: 'conversation', association, conversation })
    },
    async previewAdvance({ association, request, to, note }) {
      const row = await requestOf(association, request)
      checkMove(row.stage, to, note)
      return stageSpecs[to].told ? told(row.reference, to, note) : null
    },
    async advance({ association, request, to, note, version, staff }) {
      const row = await requestOf(association, request)
      if (row.version !== version) throw new DomainError('stale')
      checkMove(row.stage, to, note)
      await owner.query('update request set stage = $2, version = version + 1, stage_at = now(), closed_at = $3 where id = $1', [
        request,
        to,
        to === 'closed' ? new Date() : null,
      ])
      const id = v7()
      const key = await contactKey(association, row.contact_id)
      await owner.query(
        'insert into request_event (id, association, request_id, "from", "to", staff_id, note, at) values ($1, $2, $3, $4, $5, $6, $7, now())',
        [
          id,
          association,
          request,
          row.stage,
          to,
          staff.id,
          note && sealText(key, { association, table: 'request_event', row: id, column: 'note' }, note),
        ],
      )
      const conversation = ConversationId.parse(row.conversation_id)
      if (stageSpecs[to].told) await speak({ association, conversation, contact: row.contact_id }, 'reply', told(row.reference, to, note))
      publish({ kind: 'request', association, request })
      publish({ kind: 'conversation', association, conversation })
    },
    subscribe(_association, listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }

  const server = await createServer({
    logger: pino({ level: 'silent' }),
    pages,
    publicUrl: null,
    describeError: (code) => code,
    home: (language) => ({ language, title: 'صلة', lead: '', links: [] }),
    health: async () => ({}),
    ready: () => ({}),
    metrics: async () => ({ type: 'text/plain', text: '' }),
    plugins: [
      (app) =>
        app.register(deskPlugin, {
          store: createDeskStore(prisma, keyring, { now: () => new Date() }),
          access: createStaffAccess(prisma, auth),
          acts,
          files: { read: async () => Promise.reject(new DomainError('not-found')) },
          contents,
          ...rest,
        }),
    ],
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo // listening on TCP

  const desk: FakeDesk = {
    url: `http://127.0.0.1:${port}`,
    server,
    owner,
    publish,
    statements: () => statements,
    async staff(name, role, association = masakin) {
      const email = `${v7()}@example.org`
      const { id } = await register.addStaff({ association, name, email, role, password })
      return { id, email, name }
    },
    async person({ name, channel = 'web-chat', association = masakin }) {
      const account = AccountId.parse(await store.associations.ensureAccount({ association, kind: channel, name: channel }))
      const external = randomBytes(8).toString('hex')
      await store.turns.meet({ association, account, external, phone: null }, new Date().toISOString())
      const loaded = await store.turns.load({ association, account, external })
      if (loaded === null) throw new Error('nobody was met')
      const key = await contactKey(association, loaded.contact)
      if (name !== undefined)
        await owner.query('update contact set name = $2 where id = $1', [
          loaded.contact,
          seal(key, { association, table: 'contact', row: loaded.contact, column: 'name' }, name),
        ])
      await owner.query(
        "insert into turn (id, association, conversation_id, seq, kind, epoch, record, at) values ($1, $2, $3, 1, 'message-received', 0, '', now())",
        [v7(), association, loaded.conversation],
      )
      return { conversation: loaded.conversation, contact: loaded.contact, association }
    },
    async hear(person, content, at = new Date()) {
      const id = v7()
      const key = await contactKey(person.association, person.contact)
      await owner.query(
        `insert into inbox (id, association, account_id, external_id, conversation_id, kind, content, at, state, disposition)
         select $1, $2, account_id, $3, id, $4, $5, $6, 'taken', 'answered' from conversation where id = $7`,
        [
          id,
          person.association,
          id,
          content.kind,
          sealJson(key, { association: person.association, table: 'inbox', row: id, column: 'content' }, content),
          at,
          person.conversation,
        ],
      )
      await owner.query('update conversation set last_in_at = greatest(last_in_at, $2) where id = $1', [person.conversation, at])
      publish({ kind: 'conversation', association: person.association, conversation: person.conversation })
      return id
    },
    say: (person, text, how) => speak(person, 'reply', text, how),
    async wait(person, reason = 'asked', since = new Date()) {
      await owner.query('update conversation set waiting_since = $2, waiting_reason = $3 where id = $1', [
        person.conversation,
        since,
        reason,
      ])
      await notice(person.association, person.conversation, 'asked', null, reason, since)
      publish({ kind: 'conversation', association: person.association, conversation: person.conversation })
    },
    async request(person, { stage = 'submitted', answers = {} } = {}) {
      const id = RequestId.parse(v7())
      const key = await contactKey(person.association, person.contact)
      const reference = `MSK-${await store.turns.nextReference(person.association)}`
      await owner.query(
        `insert into request (id, association, contact_id, conversation_id, run_id, service, stage, reference, answers, release, flow, node,
           opened_at, touched_at, submitted_at, stage_at, declaration, declared_at, data_hash, not_before)
         values ($1::uuid, $2, $3, $4, $1::text, 'support-request', $5, $6, $7, $8, 'support-request', 'end', now() - interval '1 day', now(), now(), now(),
           'support-request:declaration.ask', now(), 'hash', current_date + 14)`,
        [
          id,
          person.association,
          person.contact,
          person.conversation,
          stage,
          reference,
          sealJson(key, { association: person.association, table: 'request', row: id, column: 'answers' }, answers),
          release,
        ],
      )
      return id
    },
    pause() {
      let go = () => {}
      held = new Promise((resolve) => {
        go = resolve
      })
      return go
    },
    async close() {
      await server.close()
      await prisma.$disconnect()
      await pools.close()
      await database.drop()
    },
  }
  return desk
}
