/** A turn that always throws harms nobody but its own message, and nothing is lost on the way. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { handBack } from '../../../src/app/hand-back.ts'
import { sweep } from '../../../src/app/sweep.ts'
import { takeOver } from '../../../src/app/take-over.ts'
import type { ConversationId } from '../../../src/core/ids.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import { isUnavailable } from '../../../src/ports/unavailable.ts'
import { inAssociation } from '../../../src/store/prisma.ts'
import { openJson } from '../../../src/store/seal.ts'
import { canary, masakin, openTestStore, required, rows, staffOf } from '../store/support.ts'
import { importRealContent, inboxOf, openProcess, type Process } from './runner.ts'
import { openBot } from './support.ts'

const store = await openTestStore()
await importRealContent(store)
const account = await openBot(store, null)
const one = openProcess(store, { poison: 'سم' })
/** Another process, on the same poison. */
const two = openProcess(store, { poison: 'سم' })
let person = 0
let external = ''

afterAll(async () => {
  await one.close()
  await two.close()
})
beforeEach(() => {
  person += 1
  external = `poison-${person}`
})

const sweepBy = async (process: Process): Promise<void> => {
  await process.age()
  await sweep(process.sweepDeps)
  await process.runner.idle()
}
const states = async (of = external) =>
  (await inboxOf(store, of, account)).map(({ state, disposition, reason }) => [state, disposition, reason])
const waitingFor = async (of = external) =>
  (
    await rows<{ reason: string | null }>(
      store,
      'select c.waiting_reason as reason from conversation c join address a on a.id = c.address_id where a.external_index = $1 and a.account_id = $2',
      [store.keyring.blindIndex(masakin, 'external', of), account],
    )
  )[0]?.reason
const parked = ['parked', 'handed-over', 'failed']

test('a message that always throws is tried three times, then it is with staff, and the next ones go on', async () => {
  await one.write(account, external, 'السلام عليكم')
  const poison = await one.write(account, external, 'هذا سم')
  expect(poison.duplicate).toBe(false)
  await one.runner.idle()
  expect((await inboxOf(store, external, account)).map(({ state, attempts }) => [state, attempts])).toEqual([
    ['taken', 0],
    ['waiting', 1],
  ])
  await sweepBy(two)
  expect(await waitingFor()).toBeNull()
  await sweepBy(one)
  expect((await states())[1]).toEqual(parked)
  expect(await waitingFor()).toBe('failed')
  await one.write(account, external, 'وين طلبي')
  expect((await states())[2]?.[0]).toBe('taken')
  // Delivered again by the channel, it is known.
  const [, row] = await inboxOf(store, external, account)
  expect((await one.write(account, external, 'هذا سم', required(row).external_id)).duplicate).toBe(true)
})

test('those that wait with it are neither counted nor parked, and keep their order', async () => {
  const burst = openProcess(store, { window: { text: 60_000, media: 60_000 } })
  for (const text of ['كلام أول', 'كلام ثان', 'هذا سم', 'كلام رابع', 'كلام خامس']) await burst.write(account, external, text)
  const attempts = async () => (await inboxOf(store, external, account)).map(({ state, attempts: count }) => `${state} ${count}`)
  expect(await attempts()).toEqual(Array.from({ length: 5 }, () => 'waiting 0'))
  await sweepBy(one)
  // What stood before it has gone; what stands behind waits until it is out of the way.
  expect(await attempts()).toEqual(['taken 0', 'taken 0', 'waiting 1', 'waiting 0', 'waiting 0'])
  await sweepBy(two)
  expect(await attempts()).toEqual(['taken 0', 'taken 0', 'waiting 2', 'waiting 0', 'waiting 0'])
  await sweepBy(one)
  expect(await attempts()).toEqual(['taken 0', 'taken 0', 'parked 3', 'taken 0', 'taken 0'])
  const turns = await rows<{ id: string; seq: number }>(
    store,
    'select i.id, t.seq from inbox i join turn t on t.id = i.turn_id and t.conversation_id = i.conversation_id where i.id = any($1) order by i.id',
    [(await inboxOf(store, external, account)).map(({ id }) => id)],
  )
  const seqs = turns.map(({ seq }) => seq)
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  await burst.runner.takeWaiting({
    association: masakin,
    conversation: required(await one.store.turns.locate({ association: masakin, account, external })).conversation,
  })
  await burst.close()
})

test('a message that comes behind a poisonous one is stored, and brings its end nearer', async () => {
  await one.write(account, external, 'هذا سم')
  for (const text of ['ثانية', 'ثالثة']) {
    expect((await one.write(account, external, text)).duplicate).toBe(false)
    await one.runner.idle()
  }
  expect((await states()).map(([state]) => state)).toEqual(['parked', 'taken', 'taken'])
})

test('a state that does not open: acknowledged, three tries, with staff; later messages likewise; others unaffected', async () => {
  await one.write(account, external, 'السلام عليكم')
  await rows(store, 'update conversation c set state = $2 from address a where a.id = c.address_id and a.external_index = $1', [
    store.keyring.blindIndex(masakin, 'external', external),
    randomBytes(80),
  ])
  // Another process, which does not remember the conversation.
  for (const text of ['أولى', 'ثانية']) expect(await two.write(account, external, text)).toMatchObject({ duplicate: false })
  expect((await states()).slice(1).map(([state]) => state)).toEqual(['waiting', 'waiting'])
  for (let round = 0; round < 3; round += 1) await sweepBy(two)
  expect((await states()).slice(1)).toEqual([parked, parked])
  expect(await waitingFor()).toBe('failed')
  await two.write(account, external, 'ثالثة')
  for (let round = 0; round < 3; round += 1) await sweepBy(two)
  expect((await states()).slice(1)).toEqual([parked, parked, parked])
  // A person can help, and afterwards the bot as well.
  const [place] = await rows<{ id: ConversationId }>(
    store,
    'select c.id from conversation c join address a on a.id = c.address_id where a.external_index = $1',
    [store.keyring.blindIndex(masakin, 'external', external)],
  )
  const of = { association: masakin, conversation: required(place).id }
  const staff = { id: staffOf(store, masakin), name: 'سارة' }
  await takeOver(two.runner, { ...of, staff })
  await handBack(two.runner, { ...of, staff })
  await two.write(account, external, 'رابعة')
  expect((await states()).at(-1)?.[0]).toBe('taken')
  await two.write(account, `${external}-other`, 'السلام عليكم')
  expect((await states(`${external}-other`)).map(([state]) => state)).toEqual(['taken'])
})

test('not even the person’s key opens: the update is kept, sealed for the association, once', async () => {
  await one.write(account, external, 'السلام عليكم')
  const fresh = openProcess(store)
  await rows(store, 'update contact p set key = $2 from address a where a.contact_id = p.id and a.external_index = $1', [
    store.keyring.blindIndex(masakin, 'external', external),
    randomBytes(61),
  ])
  const before = await fresh.deadLetters.count()
  expect((await fresh.write(account, external, 'كلام لا يضيع', 'letter-1')).duplicate).toBe(false)
  expect((await fresh.write(account, external, 'كلام لا يضيع', 'letter-1')).duplicate).toBe(true)
  expect(await fresh.deadLetters.count()).toBe(before + 1)
  const [letter] = await rows<{ id: string; body: Buffer }>(store, `select id, body from dead_letter where external_id = 'letter-1'`)
  const { id, body } = required(letter)
  expect(body.toString('latin1')).not.toContain('letter')
  const opened = openJson<{ body: string; error: string }>(
    await store.keyring.associationKey(masakin),
    { association: masakin, table: 'dead_letter', row: id, column: 'body' },
    body,
  )
  expect(JSON.parse(opened.body)).toMatchObject({ content: { text: 'كلام لا يضيع' } })
  expect(opened.error).toContain('sealed value')
  await fresh.close()
})

test('dead letters of an association are seen by no other; their number by the operator', async () => {
  const put = (externalId: string, body: string) =>
    one.deadLetters.put({ association: masakin, account, externalId, body, error: new TypeError('no chat') })
  const before = await one.deadLetters.count()
  expect(await put('raw-1', '{"update_id":1}')).toBe(true)
  expect(await put('raw-1', '{"update_id":1}')).toBe(false)
  expect(await put('raw-2', 'not json')).toBe(true)
  expect(await one.deadLetters.count()).toBe(before + 2)
  expect(await inAssociation(store.prisma, canary, (tx) => tx.deadLetter.count())).toBe(0)
  expect(await inAssociation(store.prisma, masakin, (tx) => tx.deadLetter.count())).toBe(before + 2)
  await expect(store.pool.query('delete from dead_letter')).rejects.toThrow('permission denied')
})

test('a database that is away is nobody’s fault: the channel hears «unavailable», nothing is counted', async () => {
  const away = openProcess(store, { url: store.url.replace(/:\d+\//, ':1/') })
  const refusal = await away.write(account, external, 'السلام عليكم').catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(DomainError)
  expect(refusal).toMatchObject({ code: 'unavailable' })
  await away.close()

  // It goes away between the load and the commit, and while a row waits.
  await one.write(account, external, 'السلام عليكم')
  const { commit } = one.store.turns
  const gone = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
  one.store.turns.commit = () => Promise.reject(gone)
  expect((await one.write(account, external, 'حين انقطعت')).duplicate).toBe(false)
  const { conversation } = required(await one.store.turns.locate({ association: masakin, account, external }))
  for (let round = 0; round < 4; round += 1)
    await expect(one.runner.takeWaiting({ association: masakin, conversation })).rejects.toThrow('terminating connection')
  expect((await inboxOf(store, external, account)).map(({ state, attempts }) => [state, attempts])).toEqual([
    ['taken', 0],
    ['waiting', 0],
  ])
  one.store.turns.commit = commit
  await sweepBy(one)
  expect((await states()).map(([state]) => state)).toEqual(['taken', 'taken'])
})

test('which errors are the database’s', async () => {
  const real = await Promise.all([
    store.pool.query('select 1/0').catch((error: unknown) => error),
    store.owner.query('select pg_terminate_backend(pg_backend_pid())').catch((error: unknown) => error),
    store.owner.query(`set statement_timeout = 20; select pg_sleep(1)`).catch((error: unknown) => error),
  ])
  expect(real.map(isUnavailable)).toEqual([false, true, true])
  const away = openProcess(store, { url: store.url.replace(/:\d+\//, ':1/') })
  for (const ask of [() => away.store.turns.conversations(masakin), () => away.store.turns.overdue(new Date().toISOString(), 1)])
    expect(isUnavailable(await ask().catch((error: unknown) => error))).toBe(true)
  await away.close()
  for (const message of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Query read timeout'])
    expect(isUnavailable(new Error(message))).toBe(true)
  for (const error of [new Error('a bug'), new TypeError('x is undefined'), new DomainError('not-found'), null, 'ECONNREFUSED'])
    expect(isUnavailable(error)).toBe(false)
  expect(isUnavailable(new Error('wrapped', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }))).toBe(true)
})
