import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, sameOrigin, signedInClient, signIn } from '../../support/desk-client.ts'
import { type FakeDesk, password, startFakeDesk } from '../../support/fake-desk.ts'

let desk: FakeDesk
beforeAll(async () => {
  desk = await startFakeDesk({ signInLimits: { perAddress: 1000, perEmail: 4 }, beatMs: 100 })
})
afterAll(() => desk.close())

test('a session says who is signed in, in a cookie that scripts and other sites do not get', async () => {
  const { email } = await desk.staff('نورة', 'agent')
  const response = await signIn(desk.url, `  ${email.toUpperCase()} `, password)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    staff: { name: 'نورة', role: 'agent' },
    association: { slug: 'masakin', name: 'جمعية مساكن' },
  })
  const [cookie] = response.headers.getSetCookie()
  expect(cookie).toMatch(/^sila\.sila-desk=|^sila-desk=/)
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=Lax/i)
  expect(cookie).not.toMatch(/Secure/i)
})

test('an unknown e-mail, a wrong password and a member who left are answered alike', async () => {
  const left = await desk.staff('فهد', 'agent')
  await desk.owner.query('update staff set active = false where id = $1', [left.id])
  const { email } = await desk.staff('سعد', 'agent')
  const answers = await Promise.all(
    [
      signIn(desk.url, 'nobody@example.org', password),
      signIn(desk.url, 'no e-mail at all', password),
      signIn(desk.url, email, 'another-long-password'),
      signIn(desk.url, left.email, password),
    ].map(async (answer) => {
      const response = await answer
      return { status: response.status, cookies: response.headers.getSetCookie(), body: await response.text() }
    }),
  )
  for (const answer of answers) expect(answer).toEqual({ ...answers[0], status: 401, cookies: [] })
  const { rows } = await desk.owner.query('select 1 from auth_session s join staff f on f.user_id = s.user_id where f.id = $1', [left.id])
  expect(rows).toEqual([])
})

test('BI-163: a password longer than 128 characters is refused before it is hashed', async () => {
  const { email } = await desk.staff('منى', 'agent')
  await signIn(desk.url, email, 'a'.repeat(129))
  const began = performance.now()
  const response = await signIn(desk.url, email, 'a'.repeat(129))
  // Hashing takes some 60 ms on this kind of machine; refusing takes one.
  expect(performance.now() - began).toBeLessThan(30)
  expect(response.status).toBe(422)
  expect((await signIn(desk.url, email, 'a'.repeat(1_000_000))).status).toBe(413)
})

test('guessing one e-mail is slowed down whatever the address', async () => {
  const { email } = await desk.staff('لطيفة', 'agent')
  const statuses: number[] = []
  for (let n = 0; n < 5; n += 1) statuses.push((await signIn(desk.url, email, 'a-wrong-password')).status)
  expect(statuses).toEqual([401, 401, 401, 401, 429])
  expect((await signIn(desk.url, email, password)).status).toBe(429)
})

test('BI-160: a change that does not come from our own pages is refused', async () => {
  const { email } = await desk.staff('هند', 'agent')
  const foreign: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ]
  for (const headers of foreign) expect([headers, (await signIn(desk.url, email, password, headers)).status]).toEqual([headers, 403])
  expect((await signIn(desk.url, email, password, { origin: desk.url })).status).toBe(200)
})

test('an idle session ends after two hours, any session after twelve', async () => {
  const { email } = await desk.staff('ريم', 'agent')
  const idle = await signedInClient(desk.url, email)
  expect((await idle.call('GET', '/session')).status).toBe(200)
  await desk.owner.query(
    "update auth_session set updated_at = now() - interval '121 minutes' where user_id = (select user_id from staff where name = 'ريم')",
  )
  expect((await idle.call('GET', '/session')).status).toBe(401)
  const old = await signedInClient(desk.url, email)
  const { rows } = await desk.owner.query(
    "select extract(epoch from expires_at - created_at)::int as seconds from auth_session where user_id = (select user_id from staff where name = 'ريم')",
  )
  expect(rows).toHaveLength(1)
  expect(Math.abs(rows[0].seconds - 12 * 3600)).toBeLessThan(5)
  await desk.owner.query(
    "update auth_session set expires_at = now() - interval '1 second' where user_id = (select user_id from staff where name = 'ريم')",
  )
  expect((await old.call('GET', '/session')).status).toBe(401)
})

test('a forged or altered cookie is nobody', async () => {
  const { email } = await desk.staff('جود', 'agent')
  const client = await signedInClient(desk.url, email)
  const [name, value = ''] = client.cookie.split('=')
  const { rows } = await desk.owner.query('select token from auth_session order by created_at desc limit 1')
  for (const forged of [rows[0].token, `${decodeURIComponent(value).slice(0, -3)}AA=`, ''])
    expect((await fetch(`${desk.url}/api/desk/session`, { headers: { cookie: `${name}=${encodeURIComponent(forged)}` } })).status).toBe(401)
})

test('signing out, leaving and a new role end the open streams', async () => {
  const ended = async (end: (email: string, id: string, call: (method: string, path: string) => Promise<unknown>) => Promise<unknown>) => {
    const { email, id } = await desk.staff('وليد', 'agent')
    const client = await signedInClient(desk.url, email)
    const stream = await listen(desk.url, client.cookie)
    await expect.poll(() => stream.events.length).toBe(1)
    expect(stream.state.ended).toBe(false)
    await end(email, id, client.call)
    await expect.poll(() => stream.state.ended).toBe(true)
    await stream.stop()
  }
  await ended((_email, _id, call) => call('DELETE', '/session'))
  await ended((_email, id) => desk.owner.query('update staff set active = false where id = $1', [id]))
  await ended((_email, id) => desk.owner.query("update staff set role = 'auditor' where id = $1", [id]))
})

test('nobody signs up', async () => {
  for (const path of ['/api/desk/sign-up', '/api/auth/sign-up/email', '/api/desk/auth/sign-up/email']) {
    const response = await fetch(desk.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sameOrigin },
      body: JSON.stringify({ name: 'x', email: 'x@example.org', password }),
    })
    expect([path, response.status]).toEqual([path, 404])
  }
})
