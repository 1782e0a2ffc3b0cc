/** One person's channels: who sees what, whoever holds the link, however often and however late it is opened. */
import { expect, test } from 'vitest'
import { ContactId, RequestId } from '../../../src/core/ids.ts'
import type { Loaded } from '../../../src/ports/turn-store.ts'
import { inAssociation } from '../../../src/store/prisma.ts'
import { canary, contactOf, count, masakin, meet, now, openTestStore, release, reload, required, rows, turnOf } from '../store/support.ts'

const store = await openTestStore()

const later = (minutes: number): string => new Date(Date.parse(now) + minutes * 60_000).toISOString()
const offerOf = (of: Loaded): Promise<string> => store.links.offer(contactOf(of), now, later(15))
const sight = (of: Loaded, token: string, at = now) => store.links.read(contactOf(of), { token }, at)
const openOffer = async (of: Loaded, token: string): Promise<string> => {
  const seen = await sight(of, token)
  if (seen.state !== 'open') throw new Error(`the link is ${seen.state}`)
  return seen.offer
}
const claim = async (of: Loaded, offer: string, at = now) =>
  store.turns.commit(turnOf(await reload(store, of), { now: at, rare: { linked: { offer, link: crypto.randomUUID() } } }))
const link = async (maker: Loaded, claimer: Loaded): Promise<void> => {
  expect(await claim(claimer, await openOffer(claimer, await offerOf(maker)))).toBe('committed')
}
/** Files a suggestion and gives its reference. */
let references = 0
const file = async (of: Loaded): Promise<string> => {
  references += 1
  const reference = `MSK-${references}`
  const filed = {
    request: RequestId.parse(crypto.randomUUID()),
    service: 'suggestion' as const,
    reference,
    answers: { suggestion: { kind: 'text' as const, value: 'افتحوا مساءً' } },
    release,
    flow: 'suggestion',
    node: 'file',
  }
  expect(await store.turns.commit(turnOf(await reload(store, of), { rare: { filed } }))).toBe('committed')
  return reference
}
const seenBy = async (of: Loaded): Promise<(string | null)[]> =>
  (await store.turns.requestsOf(of.association, of.contact)).map(({ reference }) => reference).toSorted()

test('requests show on both sides of a link, and to nobody else; when it is revoked, on their own side only', async () => {
  const [web, telegram, third] = [await meet(store, 'web-1'), await meet(store, 'telegram-1'), await meet(store, 'third-1')]
  const [mine, theirs] = [await file(web), await file(telegram)]
  const other = await file(third)
  expect(await seenBy(web)).toEqual([mine])
  await link(web, telegram)
  expect(await seenBy(web)).toEqual([mine, theirs].toSorted())
  expect(await seenBy(telegram)).toEqual([mine, theirs].toSorted())
  expect(await seenBy(third)).toEqual([other])
  expect(await store.links.linkedWith(masakin, web.contact)).toEqual(['web-chat'])
  expect(await store.links.linkedWith(masakin, third.contact)).toEqual([])

  // A third who is linked with one of them sees that one, not the other.
  await link(third, telegram)
  expect(await seenBy(third)).toEqual([theirs, other].toSorted())
  expect(await seenBy(web)).toEqual([mine, theirs].toSorted())

  expect(await store.turns.commit(turnOf(await reload(store, telegram), { rare: { unlinked: true } }))).toBe('committed')
  for (const [of, sees] of [
    [web, mine],
    [telegram, theirs],
    [third, other],
  ] as const)
    expect(await seenBy(of)).toEqual([sees])
  // Revoking twice changes nothing, and what was remains written.
  expect(await store.turns.commit(turnOf(await reload(store, telegram), { rare: { unlinked: true } }))).toBe('committed')
  const links = await rows<{ revoked: boolean; turns: boolean }>(
    store,
    'select revoked_at is not null as revoked, made_turn <> revoked_turn as turns from link where contact_b = $1',
    [telegram.contact],
  )
  expect(links).toEqual([
    { revoked: true, turns: true },
    { revoked: true, turns: true },
  ])
})

test('words of staff on a request of the other side open with the key of its owner', async () => {
  const [web, telegram] = [await meet(store, 'web-2'), await meet(store, 'telegram-2')]
  await file(web)
  const [request] = await store.turns.requestsOf(masakin, web.contact)
  const staff = required(store.staff[masakin])
  const advanced = { request: required(request).id, from: 'submitted', to: 'closed', staff, note: 'وضعنا اللوحة' } as const
  expect(await store.turns.commit(turnOf(await reload(store, web), { rare: { advanced } }))).toBe('committed')
  await link(web, telegram)
  expect(await store.turns.requestsOf(masakin, telegram.contact)).toMatchObject([{ note: 'وضعنا اللوحة', stage: 'closed' }])
})

test('a linked contact who was erased is seen no more, and takes nothing along', async () => {
  const [web, telegram] = [await meet(store, 'web-8'), await meet(store, 'telegram-8')]
  const mine = await file(web)
  await file(telegram)
  await link(web, telegram)
  await store.owner.query('update contact set key = null, erased_at = now() where id = $1', [telegram.contact])
  store.keyring.forget(telegram.contact)
  expect(await seenBy(web)).toEqual([mine])
  expect(await store.links.linkedWith(masakin, web.contact)).toEqual([])
})

test('a link works once, for a quarter of an hour, in its own association, and not where it was made', async () => {
  const [maker, claimer, second] = [await meet(store, 'web-3'), await meet(store, 'telegram-3'), await meet(store, 'telegram-3b')]
  const token = await offerOf(maker)
  expect(token).toMatch(/^l_[A-Za-z0-9_-]{43}$/)
  expect(await sight(maker, token)).toEqual({ state: 'own' })
  expect(await sight(await meet(store, 'elsewhere', canary), token)).toEqual({ state: 'gone' })
  expect(await sight(claimer, `l_${'A'.repeat(43)}`)).toEqual({ state: 'gone' })
  expect(await sight(claimer, token, later(14))).toMatchObject({ state: 'open', place: 'web-chat' })
  expect(await sight(claimer, token, later(15))).toEqual({ state: 'gone' })

  const offer = await openOffer(claimer, token)
  // The database refuses what the engine would never ask for: too late, the maker, another association.
  expect(await claim(claimer, offer, later(15))).toBe('conflict')
  expect(await claim(maker, offer)).toBe('conflict')
  expect(await claim(await meet(store, 'elsewhere-2', canary), offer)).toBe('conflict')
  expect(await store.links.linkedWith(masakin, maker.contact)).toEqual([])

  expect(await claim(claimer, offer)).toBe('committed')
  expect(await sight(claimer, token)).toEqual({ state: 'already', place: 'web-chat' })
  expect(await sight(second, token)).toEqual({ state: 'gone' })
  expect(await claim(second, offer)).toBe('conflict')
  expect(await seenBy(second)).toEqual([])
})

test('of many who claim at once, one has it; a turn that loses leaves no link', async () => {
  const maker = await meet(store, 'web-4')
  const offer = await openOffer(await meet(store, 'race-0'), await offerOf(maker))
  const people = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((n) => meet(store, `race-${n}`)))
  const results = await Promise.all(people.map((person) => claim(person, offer)))
  expect(results.filter((result) => result === 'committed')).toHaveLength(1)
  expect(results.filter((result) => result === 'conflict')).toHaveLength(7)
  expect(await rows(store, 'select id from link where contact_a = $1', [maker.contact])).toHaveLength(1)

  // A stale turn: the version has moved on.
  const [stale, other] = [await meet(store, 'race-stale'), await meet(store, 'web-5')]
  const waiting = await openOffer(stale, await offerOf(other))
  await store.turns.commit(turnOf(stale))
  expect(await store.turns.commit(turnOf(stale, { rare: { linked: { offer: waiting, link: crypto.randomUUID() } } }))).toBe('conflict')
  expect(await store.links.linkedWith(masakin, other.contact)).toEqual([])
})

test('the conversation that asked is told by a timer of its own, written with the claim', async () => {
  const [maker, claimer] = [await meet(store, 'web-6'), await meet(store, 'telegram-6')]
  await link(maker, claimer)
  const due = (await store.turns.dueTimers(now, 100)).filter(({ conversation }) => conversation === maker.conversation)
  expect(due).toMatchObject([{ timer: 'link-told', subject: expect.stringMatching(/^web-chat\/[0-9a-f-]{36}$/) }])
  const of = due[0]?.subject.split('/')[1]
  expect(await rows(store, 'select contact_a as a, contact_b as b from link where id = $1', [of])).toEqual([
    { a: maker.contact, b: claimer.contact },
  ])
})

test('of a token only a keyed hash is kept, and an offer that ended goes when the next is made', async () => {
  const maker = await meet(store, 'web-7')
  const token = await offerOf(maker)
  const dump = JSON.stringify(await rows(store, 'select o::text as text from link_offer o where contact_id = $1', [maker.contact]))
  expect(dump).not.toContain(token.slice(2, 12))
  expect(dump).not.toContain(Buffer.from(token).toString('hex'))
  await store.links.offer(contactOf(maker), later(16), later(31))
  expect(await rows(store, 'select id from link_offer where contact_id = $1', [maker.contact])).toHaveLength(1)
})

test('another association sees no link and makes none; the program changes none', async () => {
  expect(await count(store, 'link')).toBeGreaterThan(3)
  expect(await inAssociation(store.prisma, canary, (tx) => tx.link.count())).toBe(0)
  expect(await inAssociation(store.prisma, canary, (tx) => tx.linkOffer.count())).toBe(0)
  const [one] = await rows<{ contact_a: string }>(store, 'select contact_a from link limit 1')
  expect(await store.turns.requestsOf(canary, ContactId.parse(required(one).contact_a))).toEqual([])
  for (const sql of [
    'update link set revoked_at = now()',
    'delete from link',
    'insert into link select * from link',
    'update link_offer set used_at = null',
  ])
    await expect(store.pool.query(sql)).rejects.toThrow('permission denied')
})

test('the name of a bot is kept beside the other settings of its account', async () => {
  expect(await store.links.botName(masakin)).toBeNull()
  const account = await store.associations.ensureAccount({ association: masakin, kind: 'telegram', name: 'bot' })
  await store.owner.query(`update channel_account set settings = '{"pace":{"a":1}}' where id = $1`, [account])
  expect(await store.links.botName(masakin)).toBeNull()
  await store.links.nameBot({ association: masakin, account }, 'masakin_bot')
  expect(await store.links.botName(masakin)).toBe('masakin_bot')
  expect(await rows(store, 'select settings from channel_account where id = $1', [account])).toEqual([
    { settings: { pace: { a: 1 }, username: 'masakin_bot' } },
  ])
  await expect(store.links.nameBot({ association: masakin, account }, 'not a name')).rejects.toThrow()
  await store.owner.query('update channel_account set enabled = false where id = $1', [account])
  expect(await store.links.botName(masakin)).toBeNull()
})
