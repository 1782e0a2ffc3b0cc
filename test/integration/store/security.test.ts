import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { expect, test } from 'vitest'
import { handoverReasons, messageClasses } from '../../../src/core/engine/effect.ts'
import { contentKinds, timerKinds } from '../../../src/core/engine/input.ts'
import { RequestId } from '../../../src/core/ids.ts'
import { requestStages } from '../../../src/core/requests/request.ts'
import { serviceOf, services } from '../../../src/core/requests/services.ts'
import { channelKinds, sendFailures } from '../../../src/ports/channel.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import { sealedSpans } from '../../../src/ports/turn-store.ts'
import { inAssociation } from '../../../src/store/prisma.ts'
import { joinTurns, prepareTurn } from '../../../src/store/turn-rows.ts'
import {
  accountOf,
  arrival,
  canary,
  contactOf,
  heard,
  masakin,
  meet,
  now,
  openTestStore,
  release,
  reload,
  required,
  rows,
  says,
  staffOf,
  turnOf,
} from './support.ts'

const store = await openTestStore()

const tablesWithAssociation = async (): Promise<string[]> =>
  (
    await rows<{ table_name: string }>(
      store,
      `select table_name from information_schema.columns where table_schema = 'public' and column_name = 'association' order by 1`,
    )
  ).map((row) => row.table_name)

/** Someone of an association with a row in as many tables as a journey writes. */
const liveThrough = async (
  slug: typeof masakin,
  external: string,
  words: Record<'name' | 'phone' | 'id' | 'text' | 'reply' | 'note' | 'comment', string>,
) => {
  const first = await meet(store, external, slug, words.phone)
  const request = RequestId.parse(v7())
  const staff = staffOf(store, slug)
  const step = async (over: Parameters<typeof turnOf>[1]) =>
    expect(await store.turns.commit(turnOf(await reload(store, first), over))).toBe('committed')
  await step({
    arrived: [arrival(store, `${external}-1`, words.text, slug)],
    outbox: [says(words.reply), says(words.reply, 1)],
    rare: {
      requestOpened: { id: request, service: 'support', release, flow: 'support-request', node: 'name', runId: v7() },
      answersSaved: { request, values: { 'national-id': { kind: 'national-id', value: words.id } }, keptUntil: null },
      position: { request, flow: 'support-request', node: 'phone' },
      timersSet: [{ timer: 'draft-reminder', subject: request, dueAt: '2026-03-04T08:00:00.000Z' }],
      consents: [{ purpose: 'privacy', given: true, text: 'menu:privacy' }],
      handover: { reason: 'asked', role: 'agent' },
    },
  })
  await store.turns.store(contactOf(first), arrival(store, `${external}-2`, words.text, slug))
  const waiting = (await reload(store, first)).waiting.map(({ id }) => id)
  await step({
    taken: waiting,
    input: heard(waiting[0] ?? '', words.text),
    rare: {
      timersCleared: [{ timer: 'draft-reminder', subject: request }],
      submitted: {
        request,
        reference: `${slug}-${external}`,
        declaration: 'support-request:declaration',
        dataHash: 'f'.repeat(64),
        notBefore: '2026-03-20',
        release,
        name: words.name,
      },
    },
  })
  await step({ rare: { advanced: { request, from: 'submitted', to: 'incomplete', staff, note: words.note } } })
  await step({ rare: { rating: [{ request, dimension: 'service', score: 5 }], ratingComment: { request, comment: words.comment } } })
  await step({ rare: { takeOver: { staff } }, outbox: [says(words.reply, 0, { class: 'staff', staff })] })
  return { first, request }
}

const words = {
  name: 'كناري بن تجريبي القحطاني',
  phone: '+966500000042',
  id: '1000000008',
  text: 'كلمات-كناري-في-رسالة',
  reply: 'جواب-كناري',
  note: 'ملاحظة-كناري',
  comment: 'تعليق-كناري',
}

test('every table with an association forces row-level security, with a policy of the application', async () => {
  const tables = await tablesWithAssociation()
  expect(tables.length).toBeGreaterThan(15)
  const secured = await rows<{ relname: string }>(
    store,
    `select relname from pg_class c where relnamespace = 'public'::regnamespace and relrowsecurity and relforcerowsecurity
       and exists (select from pg_policy p where p.polrelid = c.oid and (select oid from pg_roles where rolname = 'sila_app') = any (p.polroles)) order by 1`,
  )
  expect(secured.map((row) => row.relname)).toEqual(tables)
})

test('the roles are narrow: no login, no bypass, no ownership of tables', async () => {
  expect(
    await rows(
      store,
      `select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname like 'sila%' order by 1`,
    ),
  ).toEqual(
    ['sila_app', 'sila_turn'].map((rolname) => ({
      rolname,
      rolcanlogin: false,
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
    })),
  )
  expect(
    await rows(
      store,
      `select relname from pg_class where relowner in (select oid from pg_roles where rolname like 'sila%') and relkind = 'r'`,
    ),
  ).toEqual([])
  const functions = await rows<{ proname: string; prosecdef: boolean; pinned: boolean; everyone: boolean }>(
    store,
    `select proname, prosecdef, coalesce(proconfig::text like '%search_path=pg_catalog, public, pg_temp%', false) as pinned,
       has_function_privilege('public', p.oid, 'execute') as everyone
     from pg_proc p where proowner = (select oid from pg_roles where rolname = 'sila_turn') order by 1`,
  )
  expect(functions.filter(({ prosecdef }) => prosecdef).length).toBeGreaterThan(6)
  // What runs with the owner's rights has its search path pinned; nobody else may call anything.
  expect(functions.filter(({ prosecdef, pinned, everyone }) => everyone || (prosecdef && !pinned))).toEqual([])
})

test('without a setting there is nothing to see; with one, only that association', async () => {
  await liveThrough(canary, 'canary-person', words)
  await liveThrough(masakin, 'other-person', words)
  for (const table of await tablesWithAssociation()) {
    const all = await rows<{ association: string; n: number }>(
      store,
      `select association, count(*)::int as n from ${table} group by 1 order by 1`,
    )
    const seen = await store.pool.query(`select association from ${table}`)
    expect([table, seen.rows]).toEqual([table, []])
    const mine = await inAssociation(store.prisma, masakin, (tx) =>
      tx.$queryRawUnsafe<{ association: string; n: number }[]>(`select association, count(*)::int as n from ${table} group by 1`),
    )
    expect([table, mine]).toEqual([table, all.filter(({ association }) => association === masakin)])
  }
  // The setting ends with its transaction.
  expect((await store.pool.query('select id from contact')).rows).toEqual([])
})

test('the application cannot write into another association', async () => {
  const other = await meet(store, 'victim', canary)
  const writes = inAssociation(store.prisma, masakin, (tx) =>
    tx.contact.updateMany({ where: { id: other.contact }, data: { stopped: true } }),
  )
  expect(await writes).toEqual({ count: 0 })
  await expect(
    inAssociation(store.prisma, masakin, (tx) => tx.contact.create({ data: { id: v7(), association: canary, createdAt: new Date() } })),
  ).rejects.toThrow(/row-level security/)
})

test('the functions refuse ids of another association', async () => {
  const mine = await meet(store, 'cross', masakin)
  const theirs = await meet(store, 'cross', canary)
  const request = await liveThrough(canary, 'cross-request', words).then((life) => life.request)
  // A conversation of theirs under my name.
  expect(await store.turns.commit({ ...turnOf(theirs), association: masakin, contact: mine.contact })).toBe('conflict')
  // The same, past our own code: the call itself.
  const call = joinTurns([prepareTurn({ ...turnOf(theirs), association: masakin }, randomBytes(32), { sure: true, draftVersion: null })])
  const answer = await store.pool.query('select result from turn_commit($1, $2, $3, $4)', call)
  expect(answer.rows).toEqual([{ result: 'conflict' }])
  // My conversation, with rows of theirs.
  const foreign = [
    { rare: { advanced: { request, from: 'incomplete' as const, to: 'complete' as const, staff: staffOf(store, masakin), note: null } } },
    { rare: { discarded: { request, reason: 'person' as const } } },
    { rare: { position: { request, flow: 'x', node: 'y' } } },
    { rare: { rating: [{ request, dimension: 'service' as const, score: 1 }] } },
    { rare: { takeOver: { staff: staffOf(store, canary) } } },
    { arrived: [{ ...arrival(store, 'cross-1'), account: accountOf(store, canary) }] },
    { contact: theirs.contact },
  ]
  for (const over of foreign) {
    const before = await reload(store, mine)
    const turn = turnOf(before, over)
    const outcome = 'contact' in over ? store.turns.commit(turn).catch(() => 'refused') : store.turns.commit(turn)
    expect([over, ['conflict', 'refused'].includes(await outcome)]).toEqual([over, true])
    expect((await reload(store, mine)).version).toBe(before.version)
  }
  await expect(
    store.turns.meet({ association: masakin, account: accountOf(store, canary), external: 'x', phone: null }, now),
  ).rejects.toThrow('no such account')
  await expect(store.turns.store({ ...contactOf(mine), conversation: theirs.conversation }, arrival(store, 'cross-2'))).rejects.toThrow(
    'no such conversation',
  )
})

test('turns, moves of requests and changes of owner are never changed or removed by the application', async () => {
  for (const table of ['turn', 'request_event', 'handover', 'release', 'consent', 'commitment']) {
    await expect(store.pool.query(`update ${table} set association = association`)).rejects.toThrow('permission denied')
    await expect(store.pool.query(`delete from ${table}`)).rejects.toThrow('permission denied')
  }
})

test('nothing that a person or a member of staff wrote stands in plain text anywhere', async () => {
  await liveThrough(masakin, 'external-canary-77', words)
  const tables = await rows<{ relname: string }>(
    store,
    `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  let dumped = 0
  for (const { relname } of tables) {
    for (const { text } of await rows<{ text: string }>(store, `select t::text as text from ${relname} t`)) {
      dumped += 1
      const plain = text.replace(/\\x([0-9a-f]+)/g, (_, hex) => Buffer.from(hex, 'hex').toString('utf8'))
      // What the channel calls the person is sealed as well; ids of their messages are the channel's own.
      for (const word of [...Object.values(words), '500000042'])
        expect([relname, word, text.includes(word) || plain.includes(word)]).toEqual([relname, word, false])
      if (relname !== 'inbox' && relname !== 'request') expect([relname, plain.includes('external-canary-77')]).toEqual([relname, false])
    }
  }
  expect(dumped).toBeGreaterThan(30)
})

test('erasing a person destroys the key, and with it everything sealed', async () => {
  const { first } = await liveThrough(masakin, 'erased', words)
  await inAssociation(store.prisma, masakin, (tx) =>
    tx.contact.update({ where: { id: first.contact }, data: { key: null, erasedAt: new Date(now) } }),
  )
  await expect(store.turns.load({ association: masakin, conversation: first.conversation })).rejects.toThrow(DomainError)
  await expect(store.keyring.contactKey(masakin, first.contact)).rejects.toThrow(DomainError)
  expect((await store.outbox.lease({ conversations: [first] }, 10, 1000)).leases).toEqual([])
})

test('closed lists of the database are those of the program', async () => {
  const domain = async (name: string) => {
    const [row] = await rows<{ text: string }>(
      store,
      `select pg_get_constraintdef(oid) as text from pg_constraint where contypid = $1::regtype`,
      [name],
    )
    return [...required(row).text.matchAll(/'([a-z-]+)'/g)].map((match) => match[1])
  }
  const check = async (table: string, column: string) => {
    const found = await rows<{ text: string }>(
      store,
      `select pg_get_constraintdef(oid) as text from pg_constraint where conrelid = $1::regclass and conname = $2`,
      [table, `${table}_${column}_check`],
    )
    return [...required(found[0]).text.matchAll(/'([a-z-]+)'/g)].map((match) => match[1])
  }
  expect(await domain('handover_reason')).toEqual([...handoverReasons])
  expect(await domain('content_kind')).toEqual([...contentKinds])
  expect(await domain('message_class')).toEqual([...messageClasses])
  expect(await domain('send_failure')).toEqual(Object.keys(sendFailures))
  expect(await domain('timer_kind')).toEqual([...timerKinds])
  expect(await check('channel_account', 'kind')).toEqual([...channelKinds])
  expect(await domain('request_stage')).toEqual([...requestStages])
  expect(await check('inbox', 'seal')).toEqual([...sealedSpans])
  expect(await check('outbox', 'seal')).toEqual([...sealedSpans])
  const undeclared = (await check('request', 'submitted')).filter((name) => name !== 'draft' && name !== 'discarded')
  expect(undeclared).toEqual(Object.keys(services).filter((service) => !serviceOf(service).declared))
})
