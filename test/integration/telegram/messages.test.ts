/** Deliveries as updates: pure, total, the same ids for the same delivery. */
import type { Update as WireUpdate } from '@grammyjs/types'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foreignPress, readPress, writePress } from '../../../src/channels/telegram/press.ts'
import { createReading, standingOf } from '../../../src/channels/telegram/to-updates.ts'
import { keyOf, readUpdate, type TelegramUpdate } from '../../../src/channels/telegram/update.ts'
import type { Content } from '../../../src/core/engine/input.ts'

const now = new Date('2026-11-24T07:00:00.000Z')
const date = Math.floor(now.getTime() / 1000) - 60
const limit = 10 * 1024 * 1024
const read = createReading({ fileSize: limit, now: () => now, hide: (id) => `h${id.length}` })

const from = { id: 7001, is_bot: false, first_name: 'أم علي' }
const chat = { id: 7001, type: 'private', first_name: 'أم علي' }
const message = (fields: object, id = 5): TelegramUpdate => ({
  update_id: 100 + id,
  message: { message_id: id, date, chat, from, ...fields },
})
const contentOf = (fields: object): Content | undefined => read(message(fields))[0]?.content
const file = (size?: number, name?: string) => ({ file_id: 'F1', file_unique_id: 'u', file_size: size, file_name: name })
const remote = (size: number, name: string | null = null) => ({ id: null, mime: null, size, name, problem: null, remote: 'F1' })

describe('messages', () => {
  test('a text is a text, with who, when and a name without the person in it', () => {
    expect(read(message({ text: 'وين طلبي' }))).toEqual([
      {
        external: '7001',
        externalId: 'h4:5',
        at: '2026-11-24T06:59:00.000Z',
        content: { kind: 'text', text: 'وين طلبي' },
        phone: null,
      },
    ])
    expect(contentOf({ text: 'نعم', reply_to_message: { message_id: 3 } })).toEqual({ kind: 'text', text: 'نعم', quotes: 'h4:3' })
    expect(contentOf({ text: 'أ\u202eب\u0000' })).toEqual({ kind: 'text', text: 'أب' })
  })

  test.each([
    ['/start', { kind: 'start', payload: null }],
    ['/start req_abc-123', { kind: 'start', payload: 'req_abc-123' }],
    ['/start@sila_bot  x1 ', { kind: 'start', payload: 'x1' }],
    ['/start drop table', { kind: 'start', payload: null }],
    [`/start ${'x'.repeat(65)}`, { kind: 'start', payload: null }],
    ['/menu', { kind: 'text', text: '/menu' }],
    ['/startled', { kind: 'text', text: '/startled' }],
    ['\u0001\u0002', { kind: 'unknown' }],
  ] as const)('%j', (text, content) => {
    expect(contentOf({ text })).toEqual(content)
  })

  test.each<[string, object, Content]>([
    [
      'the largest size of a photo',
      { photo: [file(10), file(500)], caption: 'العقد' },
      { kind: 'image', file: remote(500), caption: 'العقد' },
    ],
    ['a document', { document: file(9, 'عقد.pdf') }, { kind: 'document', file: remote(9, 'عقد.pdf'), caption: null }],
    ['a file without a size', { document: file() }, { kind: 'document', file: remote(0), caption: null }],
    ['a voice note', { voice: { ...file(9), duration: 3 } }, { kind: 'voice', file: remote(9), caption: null }],
    ['a recording', { audio: file(9, 'a.mp3') }, { kind: 'voice', file: remote(9, 'a.mp3'), caption: null }],
    ['a video', { video: file(9) }, { kind: 'video', file: remote(9), caption: null }],
    ['a video note', { video_note: file(9) }, { kind: 'video', file: remote(9), caption: null }],
    [
      'an animation, which is a document as well',
      { document: file(9), animation: file(9) },
      { kind: 'video', file: remote(9), caption: null },
    ],
    [
      'a file that is too large is not fetched',
      { video: file(limit + 1) },
      { kind: 'video', file: { ...remote(limit + 1), problem: 'too-large', remote: null }, caption: null },
    ],
    ['a sticker', { sticker: { ...file(9), emoji: '🙂' } }, { kind: 'sticker' }],
    ['a location', { location: { latitude: 24.7, longitude: 46.6 } }, { kind: 'location', latitude: 24.7, longitude: 46.6 }],
    ['a venue', { venue: {}, location: { latitude: 24.7, longitude: 46.6 } }, { kind: 'location', latitude: 24.7, longitude: 46.6 }],
    ['a contact', { contact: { phone_number: '966500000000', first_name: 'x' } }, { kind: 'contact' }],
    ['a poll', { poll: { id: '1' } }, { kind: 'unknown' }],
    ['a die', { dice: { value: 3 } }, { kind: 'unknown' }],
    ['what comes next year', { hologram: {} }, { kind: 'unknown' }],
    ['a photo that is none', { photo: 'x' }, { kind: 'unknown' }],
  ])('%s', (_what, fields, content) => {
    expect(contentOf(fields)).toEqual(content)
  })

  test('Telegram speaking of the chat is nobody saying anything', () => {
    expect(read(message({ pinned_message: {} }))).toEqual([])
    expect(read(message({ message_auto_delete_timer_changed: {} }))).toEqual([])
    expect(read({ update_id: 1, message_reaction: {} })).toEqual([])
  })

  test('only a contact of their own is a number of theirs', () => {
    const share = (user_id?: number) => read(message({ contact: { phone_number: '+966 50 000 0000', first_name: 'x', user_id } }))[0]?.phone
    expect(share(7001)).toBe('+966500000000')
    expect(share(7002)).toBeNull()
    expect(share()).toBeNull()
  })

  test('an edit reads as it does now, each one for itself; without words it is one more picture, or nothing', () => {
    const edit = (fields: object, update_id = 900): TelegramUpdate => ({
      update_id,
      edited_message: { message_id: 5, date, edit_date: date + 5, chat, from, ...fields },
    })
    const [first] = read(edit({ text: 'بل الرياض' }))
    expect(first).toMatchObject({ content: { kind: 'edit', text: 'بل الرياض' }, at: '2026-11-24T06:59:05.000Z' })
    expect(read(edit({ text: 'بل الرياض' }))[0]?.externalId).toBe(first?.externalId)
    expect(read(edit({ text: 'بل جدة' }, 901))[0]?.externalId).not.toBe(first?.externalId)
    expect(first?.externalId).not.toBe(read(message({ text: 'x' }))[0]?.externalId)
    expect(read(edit({ photo: [file(5)], caption: 'العقد الجديد' }))[0]?.content).toEqual({ kind: 'edit', text: 'العقد الجديد' })
    expect(read(edit({ photo: [file(5)] }))[0]?.content.kind).toBe('image')
    expect(read(edit({ location: { latitude: 1, longitude: 2 } }))).toEqual([])
  })

  test('groups, channels and other bots say nothing to us', () => {
    expect(read(message({ text: 'x', chat: { id: -5, type: 'group' } }))).toEqual([])
    expect(read(message({ text: 'x', from: { id: 9, is_bot: true } }))).toEqual([])
    expect(read({ update_id: 1, callback_query: { id: '1', from, data: 'x', message: { chat: { id: -5, type: 'supergroup' } } } })).toEqual(
      [],
    )
  })

  test('who may be written to', () => {
    const member = (status: string, type = 'private') =>
      standingOf({ update_id: 1, my_chat_member: { chat: { ...chat, type }, new_chat_member: { status } } })
    expect(member('kicked')).toEqual({ external: '7001', reachable: false })
    expect(member('member')).toEqual({ external: '7001', reachable: true })
    expect(member('kicked', 'group')).toBeNull()
    expect(standingOf(message({ text: 'x' }))).toBeNull()
  })

  test('of anything at all: no failure, one key for one person, the same twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('message', 'edited_message', 'callback_query', 'my_chat_member', 'x'), (value, kind) => {
        expect(readUpdate(value) === null || typeof readUpdate(value) === 'object').toBe(true)
        const wild: TelegramUpdate = { update_id: 1, [kind]: value }
        expect(read(wild)).toEqual(read(wild))
        expect(typeof keyOf(wild)).toBe('string')
        standingOf(wild)
        for (const field of ['text', 'photo', 'document', 'location', 'contact', 'sticker', 'caption', 'reply_to_message'])
          for (const { content } of read(message({ [field]: value }))) expect(content.kind).toBeTypeOf('string')
      }),
      { numRuns: 300 },
    )
    const press = { update_id: 9, callback_query: { id: '88', from, message: { message_id: 1, date: 0, chat }, data: 'x' } }
    expect(keyOf(press)).toBe(keyOf(message({ text: 'x' })))
  })

  test('what the real server declares is understood', () => {
    // Compile time: the library's own types of the present Bot API.
    const wire: WireUpdate = {
      update_id: 1,
      message: { message_id: 2, date, chat: { id: 7001, type: 'private', first_name: 'x' }, from, text: 'سلام' },
    }
    const update = readUpdate(JSON.parse(JSON.stringify(wire)))
    expect(update && read(update)[0]?.content).toEqual({ kind: 'text', text: 'سلام' })
  })
})

describe('presses', () => {
  const prompt = '0197f3c2-7b1e-7abc-8def-000000000001'
  const press = (data: unknown) =>
    read({ update_id: 9, callback_query: { id: '4382', from, message: { message_id: 1, date: 0, chat }, data } })[0]

  test('a button carries its prompt and its option, and so does an old one', () => {
    const data = writePress(prompt, 'article/housing-support-conditions')
    expect(Buffer.byteLength(data ?? '')).toBeLessThanOrEqual(64)
    expect(readPress(data)).toEqual({ promptId: prompt, optionId: 'article/housing-support-conditions' })
    expect(press(data)).toEqual({
      external: '7001',
      externalId: 'ch4',
      at: now.toISOString(),
      content: { kind: 'choice', promptId: prompt, optionId: 'article/housing-support-conditions' },
      phone: null,
    })
  })

  test('of any prompt and option: read as written, or not written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string()), fc.string(), (promptId, optionId) => {
        const data = writePress(promptId, optionId)
        if (data === null) return
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64)
        expect(readPress(data)).toEqual({ promptId, optionId })
      }),
    )
    expect(writePress(prompt, 'x'.repeat(42))).toBeNull()
  })

  test.each([undefined, '', 'buy_now', '9later', `1${'!'.repeat(22)}x`, 'x'.repeat(100)])('foreign data %j is an old press', (data) => {
    expect(readPress(data)).toEqual(foreignPress)
    expect(press(data)?.content).toEqual({ kind: 'choice', ...foreignPress })
  })

  test('a press without its message is still the person’s', () => {
    expect(read({ update_id: 9, callback_query: { id: '1', from, data: 'x' } })[0]?.external).toBe('7001')
  })
})
