/** One suite for every adapter: what the application may rely on, whatever the channel. */
import { describe, expect, test } from 'vitest'
import type { Content, ReceivedFile } from '../../src/core/engine/input.ts'
import { FileId } from '../../src/core/ids.ts'
import type { AbstractMessage, Channel, ChannelKind, Update } from '../../src/ports/channel.ts'

/** An adapter with its other side in view. */
export interface ChannelHarness<Payload> {
  kind: ChannelKind
  open(): { channel: Channel<Payload>; seen(): { to: string; text: string; options: string[] }[]; close(): Promise<void> }
  /** A delivery of this content, as the channel's own side hands it over; a string is the reason why it cannot. */
  payload(content: Content, id: string): Payload | string
}

const message = (text: string, labels: string[] = []): AbstractMessage => ({
  text,
  language: 'ar',
  options: labels.map((label, index) => ({ id: `option-${index + 1}`, n: index + 1, label })),
  promptId: labels.length > 0 ? 'prompt-1' : null,
  layout: 'list',
})

const file: ReceivedFile = {
  id: FileId.parse('00000000-0000-7000-8000-00000000f001'),
  mime: 'image/jpeg',
  size: 10,
  name: null,
  problem: null,
}

const contents: Content[] = [
  { kind: 'text', text: 'السلام عليكم\nأبغى أعرف <b>وين</b> طلبي & {{7*7}}' },
  { kind: 'choice', promptId: 'prompt-1', optionId: 'option-2' },
  { kind: 'image', file, caption: 'العقد' },
  { kind: 'document', file: { ...file, mime: 'application/pdf' }, caption: null },
  { kind: 'voice', file: { ...file, mime: 'audio/ogg' }, caption: null },
  { kind: 'video', file: { ...file, mime: 'video/mp4' }, caption: null },
  { kind: 'location', latitude: 24.7, longitude: 46.7 },
  { kind: 'sticker' },
  { kind: 'contact' },
  { kind: 'unknown' },
]

export const describeChannel = <Payload>(harness: ChannelHarness<Payload>): void => {
  describe(`channel ${harness.kind}`, () => {
    test('says what it can', () => {
      const { channel } = harness.open()
      expect(channel.kind).toBe(harness.kind)
      const { buttons, textLength, fileSize, window } = channel.capabilities
      expect(buttons).toBeGreaterThanOrEqual(0)
      expect(textLength).toBeGreaterThanOrEqual(4096)
      expect(fileSize).toBeGreaterThan(0)
      expect(window.text).toBeGreaterThanOrEqual(0)
      expect(window.media).toBeGreaterThanOrEqual(window.text)
    })

    test.each(contents.map((content) => [content.kind, content] as const))(
      'translates %s, the same delivery to the same id',
      (_kind, content) => {
        const { channel } = harness.open()
        const payload = harness.payload(content, 'delivery-1')
        if (typeof payload === 'string') {
          // A reasoned skip: the reason is part of the contract and never empty.
          expect(payload.length).toBeGreaterThan(10)
          return
        }
        const once = channel.toUpdates(payload)
        const twice = channel.toUpdates(payload)
        expect(once).toEqual(twice)
        expect(once).toHaveLength(1)
        const update = once[0] as Update // its length was just checked
        expect(update.content).toEqual(content)
        expect(update.external).not.toBe('')
        expect(Date.parse(update.at)).not.toBeNaN()
        const other = harness.payload(content, 'delivery-2')
        if (typeof other !== 'string') expect(channel.toUpdates(other)[0]?.externalId).not.toBe(update.externalId)
      },
    )

    test('delivers words as they are: markup, isolates, emoji, line breaks, to the right person, in order', async () => {
      const { channel, seen, close } = harness.open()
      const words = ['رقمه: \u2066MSK-10421\u2069', '<b>تم</b> & *نص* _ت_ {{name}} $t(x)', 'سطر\nوسطر 🌿', 'ا'.repeat(4000)]
      for (const [index, text] of words.entries())
        expect(await channel.send({ external: 'person-1' }, message(text), `out-${index}`)).toMatchObject({ ok: true })
      await channel.send({ external: 'person-2' }, message('لغيره'), 'out-9')
      expect(
        seen()
          .filter(({ to }) => to === 'person-1')
          .map(({ text }) => text),
      ).toEqual(words)
      await close()
    })

    test('shows every option in its order', async () => {
      const { channel, seen, close } = harness.open()
      const labels = ['نبدأ', 'هل تنطبق عليّ الشروط؟', 'سؤال آخر', 'رابع', 'خامس', 'التحدث مع موظف']
      await channel.send({ external: 'person-1' }, message('كيف نخدمك؟', labels), 'out-1')
      const shown = seen().at(-1)
      expect(shown?.text.startsWith('كيف نخدمك؟')).toBe(true)
      expect(shown?.options).toEqual(labels)
      await close()
    })
  })
}
