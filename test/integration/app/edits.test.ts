/** An edit that arrives while its message still waits for the rest of a burst: the message reads as it was put right. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replay } from '../../../src/app/replay.ts'
import type { Content } from '../../../src/core/engine/input.ts'
import { Slug } from '../../../src/core/ids.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { createMailbox } from '../../support/app-player.ts'
import { openTestApplication, type TestApplication } from '../../support/application.ts'

const masakin = Slug.parse('masakin')
const mailbox = createMailbox()
let opened: TestApplication

beforeAll(async () => {
  const channels = [mailbox.as('telegram')]
  opened = await openTestApplication({ releases: loadReleases(masakin, true), channels, window: { text: 1_000, media: 1_000 } })
})
afterAll(() => opened.close())

test('what is understood is what the turn hears: the words as they stand after the edit', async () => {
  const { application } = opened
  const account = await application.account(masakin, 'telegram')
  const external = randomUUID()
  const send = (content: Content) =>
    application.runner.receive({
      association: masakin,
      account,
      update: { external, externalId: randomUUID(), at: new Date().toISOString(), content, phone: null },
    })
  const first = await send({ kind: 'text', text: 'السقف يسرب والمطر قادم' })
  const second = await send({ kind: 'edit', text: 'موظف' })
  expect(second.conversation).toBe(first.conversation)
  await application.idle()
  const records = await application.store.turns.records(masakin, first.conversation)
  expect(records).toHaveLength(1)
  const [turn] = records
  expect(turn?.input).toMatchObject({ kind: 'message-received', understanding: { command: 'human' } })
  expect(turn?.effects).toContainEqual(expect.objectContaining({ kind: 'hand-over', reason: 'asked' }))
  const { turns } = application.store
  expect((await replay({ turns, contents: application.contents }, masakin, first.conversation)).differences).toEqual([])
})
