/** Every dialogue, pure and through the whole application: the conversation must be the one that was reviewed. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replay } from '../../src/app/replay.ts'
import { Slug } from '../../src/core/ids.ts'
import { loadReleases } from '../../src/main/load-releases.ts'
import { createAppPlayer, createMailbox, createTestClock } from '../support/app-player.ts'
import { openTestApplication, type TestApplication } from '../support/application.ts'
import { playDialogue, readDialogue, testBot, testUrl, writeDialogue } from '../support/dialogue.ts'
import { createPurePlayer } from '../support/pure-player.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const masakin = Slug.parse('masakin')
const releases = loadReleases(masakin, true)
/** `UPDATE_DIALOGUES=1` writes what really happened, for a person to review in the diff. */
const update = process.env.UPDATE_DIALOGUES === '1'

const load = (file: string) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { text, dialogue: readDialogue(text) }
}

describe('pure', () => {
  test.each(files)('%s', async (file) => {
    const { text, dialogue } = load(file)
    const played = writeDialogue(await playDialogue(dialogue, createPurePlayer(releases, masakin, dialogue.starts, dialogue.channel)))
    if (update) writeFileSync(join(folder, file), played)
    else expect(played).toBe(text)
  })
})

describe('through the application', () => {
  const clock = createTestClock('2026-11-24T10:00:00+03:00')
  const mailbox = createMailbox()
  const window = { text: 0, media: 0 }
  let opened: TestApplication

  beforeAll(async () => {
    const channels = [mailbox.channel, mailbox.as('telegram'), mailbox.as('web-chat')]
    opened = await openTestApplication({ releases, clock, channels, window, publicUrl: testUrl })
    // As the Telegram side does when the bot has said its name.
    const account = await opened.application.account(masakin, 'telegram')
    await opened.application.store.links.nameBot({ association: masakin, account }, testBot)
  })
  afterAll(() => opened.close())

  test.each(files)('%s', async (file) => {
    const { text, dialogue } = load(file)
    clock.set(dialogue.starts)
    // Nobody else waits: «دورك هو التالي» is true in each dialogue.
    await opened.pools.owner.query('update conversation set waiting_since = null')
    const player = await createAppPlayer(opened.application, mailbox, clock, masakin, window, dialogue.channel)
    expect(writeDialogue(await playDialogue(dialogue, player))).toBe(text)
    const { contents } = opened.application
    let taken = 0
    for (const conversation of await player.conversations()) {
      const result = await replay({ turns: opened.application.store.turns, contents }, masakin, conversation)
      expect(result.differences).toEqual([])
      taken += result.turns
    }
    expect(taken).toBeGreaterThan(1)
    // The comparison is no formality: a record that was changed is found.
    const { turns } = opened.application.store
    const changed = {
      ...turns,
      records: async (...of: Parameters<typeof turns.records>) =>
        (await turns.records(...of)).map((record, index) => (index === 0 ? { ...record, effects: record.effects.slice(1) } : record)),
    }
    const other = await replay({ turns: changed, contents }, masakin, await player.conversation())
    expect(other.differences.length).toBeGreaterThan(0)
  })
})
