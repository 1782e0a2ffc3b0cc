/** Files of people, as the desk gives them to its staff. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ContactId, FileId } from '../../../src/core/ids.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import { signedInClient } from '../../support/desk-client.ts'
import { type FakeDesk, masakin, startFakeDesk } from '../../support/fake-desk.ts'

const kept = new Map<string, { mime: string; name: string | null }>([
  [randomUUID(), { mime: 'image/png', name: 'هوية "1".png' }],
  [randomUUID(), { mime: 'application/pdf', name: 'عقد\r\nset-cookie: x=1.pdf' }],
  [randomUUID(), { mime: 'text/html', name: null }],
])
let desk: FakeDesk
let cookie: string
beforeAll(async () => {
  desk = await startFakeDesk({
    files: {
      async read(association, id) {
        const file = kept.get(id)
        if (association !== masakin || file === undefined) throw new DomainError('not-found')
        return { info: { id: FileId.parse(id), size: 3, ...file }, contact: ContactId.parse(randomUUID()), bytes: Buffer.from('abc') }
      },
    },
  })
  cookie = (await signedInClient(desk.url, (await desk.staff('نورة', 'agent')).email)).cookie
})
afterAll(() => desk.close())

test('pictures are shown in place, everything else is downloaded, nothing runs and nothing is kept', async () => {
  const shown = await Promise.all(
    [...kept.keys()].map(async (id) => {
      const response = await fetch(`${desk.url}/api/desk/files/${id}`, { headers: { cookie } })
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('abc')
      const header = (name: string) => response.headers.get(name)
      expect(header('x-content-type-options')).toBe('nosniff')
      expect(header('content-security-policy')).toBe("default-src 'none'; sandbox")
      expect(header('cache-control')).toBe('private, no-store')
      expect(header('set-cookie')).toBe(null)
      return header('content-disposition')
    }),
  )
  expect(shown[0]).toBe(`inline; filename*=UTF-8''${encodeURIComponent('هوية "1".png')}`)
  expect(shown[1]).toMatch(/^attachment; filename\*=UTF-8''%D8%B9/)
  expect(shown[2]).toMatch(/^attachment; filename\*=UTF-8''[0-9a-f-]+$/)
})

test('a file that is not there, or of another association, is not found', async () => {
  expect((await fetch(`${desk.url}/api/desk/files/${randomUUID()}`, { headers: { cookie } })).status).toBe(404)
  expect((await fetch(`${desk.url}/api/desk/files/passwd`, { headers: { cookie } })).status).toBe(404)
})
