/** Who may call what, by a table written by hand and held against the routes that the server really has. */
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deskPlugin } from '../../../src/http/desk/plugin.ts'
import type { DeskOptions } from '../../../src/http/desk/use-cases.ts'
import { type StaffRole, staffRoles } from '../../../src/ports/staff-access.ts'
import { canary, type FakeDesk, masakin, type Person, password, startFakeDesk } from '../../support/fake-desk.ts'

const everyone = ['agent', 'researcher', 'supervisor', 'auditor', 'admin'] as const
const serving = ['agent', 'researcher', 'supervisor', 'admin'] as const
const deciding = ['researcher', 'supervisor', 'admin'] as const

const expected: Record<string, readonly StaffRole[] | 'public'> = {
  'POST /api/desk/session': 'public',
  'GET /api/desk/session': everyone,
  'DELETE /api/desk/session': everyone,
  'GET /api/desk/conversations': everyone,
  'GET /api/desk/conversations/:id': everyone,
  'POST /api/desk/conversations/:id/take': serving,
  'POST /api/desk/conversations/:id/reply': serving,
  'POST /api/desk/conversations/:id/release': serving,
  'GET /api/desk/requests/:id': everyone,
  'POST /api/desk/requests/:id/preview': deciding,
  'POST /api/desk/requests/:id/advance': deciding,
  'GET /api/desk/files/:id': everyone,
  'GET /api/desk/events': everyone,
}

let desk: FakeDesk
let ours: Person
let theirs: Person
let ids: Record<'ours' | 'theirs', { conversation: string; request: string }>

beforeAll(async () => {
  desk = await startFakeDesk({ signInLimits: { perAddress: 1000, perEmail: 1000 } })
  ours = await desk.person({ name: 'سارة' })
  theirs = await desk.person({ name: 'غيرها', association: canary })
  ids = {
    ours: { conversation: ours.conversation, request: await desk.request(ours) },
    theirs: { conversation: theirs.conversation, request: await desk.request(theirs) },
  }
})
afterAll(() => desk.close())

const cookieOf = async (role: StaffRole, association = masakin): Promise<string> => {
  const { email } = await desk.staff(`موظف ${role}`, role, association)
  const response = await fetch(`${desk.url}/api/desk/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ email, password }),
  })
  expect(response.status).toBe(200)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

const bodies: Record<string, object> = {
  take: {},
  release: {},
  reply: { text: 'وصلت رسالتك' },
  preview: { to: 'complete', note: null, version: 0 },
  advance: { to: 'complete', note: null, version: 0 },
}

const callRoute = async (route: string, whose: 'ours' | 'theirs', cookie: string | null): Promise<number> => {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replace(':id', pattern.includes('/requests/') ? ids[whose].request : ids[whose].conversation)
  const abort = new AbortController()
  const body = method === 'POST' ? (bodies[path.split('/').at(-1) ?? ''] ?? { email: 'nobody@example.org', password }) : null
  const response = await fetch(desk.url + path, {
    method,
    headers: {
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(cookie === null ? {} : { cookie }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    signal: abort.signal,
  })
  abort.abort()
  return response.status
}

test('the server has these routes and no others', async () => {
  const found = new Set<string>()
  const app = Fastify()
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) if (method !== 'HEAD') found.add(`${method} ${route.url}`)
  })
  // Only registered, never called: the parts are not touched.
  await app.register(deskPlugin, { acts: {}, store: {}, access: {} } as unknown as DeskOptions)
  await app.ready()
  expect([...found].sort()).toEqual(Object.keys(expected).sort())
  await app.close()
})

test('a route that does not say who may call it does not register', async () => {
  const { guardDesk } = await import('../../../src/http/desk/guard.ts')
  const app = Fastify()
  guardDesk(app, { signIn: async () => null, find: async () => null, signOut: async () => [] })
  expect(() => app.get('/open', async () => 'everything')).toThrow('does not say who may call it')
})

test('without a session nothing answers but the sign-in', async () => {
  for (const route of Object.keys(expected)) expect([route, await callRoute(route, 'ours', null)]).toEqual([route, 401])
})

test.each(staffRoles)('%s may do what the table says, and nothing of another association', async (role) => {
  const cookie = await cookieOf(role)
  for (const [route, who] of Object.entries(expected)) {
    if (who === 'public' || route.startsWith('DELETE')) continue
    const status = await callRoute(route, 'ours', cookie)
    if (who.some((allowed) => allowed === role)) expect([route, status]).not.toEqual([route, 403])
    else expect([route, status]).toEqual([route, 403])
    if (route.includes(':id') && who.some((allowed) => allowed === role))
      expect([route, await callRoute(route, 'theirs', cookie)]).toEqual([route, 404])
  }
  expect(await callRoute('DELETE /api/desk/session', 'ours', cookie)).toBe(204)
  expect(await callRoute('GET /api/desk/session', 'ours', cookie)).toBe(401)
})

test('ids that are none are not found, and lists hold only their own association', async () => {
  const cookie = await cookieOf('agent', canary)
  const list: unknown = await (await fetch(`${desk.url}/api/desk/conversations`, { headers: { cookie } })).json()
  expect(list).toMatchObject([{ id: theirs.conversation, name: 'غيرها' }])
  expect((await fetch(`${desk.url}/api/desk/conversations/1%20or%201`, { headers: { cookie } })).status).toBe(404)
})
