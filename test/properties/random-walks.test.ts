/** People do anything, in any order: the engine never throws, never falls silent, never speaks over staff. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConversationState } from '../../src/core/engine/state.ts'
import { Slug } from '../../src/core/ids.ts'
import { loadReleases } from '../../src/main/load-releases.ts'
import type { Step } from '../support/dialogue.ts'
import { createPurePlayer } from '../support/pure-player.ts'
import { supportAnswers } from '../support/support-answers.ts'

const masakin = Slug.parse('masakin')
const releases = loadReleases(masakin, true)

const words = [
  'السلام عليكم',
  'ابي دعم',
  '١',
  '٢',
  '٣',
  '٤',
  '٥',
  'نعم',
  'لا',
  'أوافق',
  'موافق',
  'لا أوافق',
  'صح',
  'تعديل',
  'الدخل غلط',
  'خالد محمد العتيبي',
  '١٠٠٠٠٠٠٠٠٨',
  '1000000080',
  '0500000001',
  '0112345678',
  'الرياض',
  'سته',
  '40',
  '٣٥٠٠',
  '٣ آلاف',
  'ايجار',
  'لا يوجد دخل',
  'نكمل',
  'من البداية',
  'كم ياخذ الرد',
  'وين طلبي',
  'موظف',
  'إلغاء',
  'رجوع',
  'القائمة',
  'أعد',
  'شكوى',
  'المندوب رفع صوته علي قدام الناس',
  'عندي اقتراح',
  'زيدوا مقاعد الانتظار في المقر',
  'أتطوع',
  'متابعة على الموقع',
  'فك الربط',
  'إيقاف',
  'ابدأ',
  'English',
  'العربية',
  'بياناتي',
  'من أنتم',
  'أنت روبوت؟',
  'ما فهمت',
  'مع السلامة',
  'شكرا',
  'جزاكم الله خير',
  'حسبي الله ونعم الوكيل',
  'كخنت شسي',
  '',
  '🌹',
  '?',
  '{{7*7}} $t(common:yes)',
  'MSK-10421',
  'a'.repeat(3000),
]
const payloads = [null, 'volunteer', 'support', 'suggestion', 'complaint', 'status', 'somewhere', `l_${'0'.repeat(43)}`]
const media = ['photo', 'pdf', 'voice', 'video', 'sticker', 'location', 'contact', 'unknown', 'huge', 'zip', 'empty', 'locked']

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...words).map((person) => ({ person })) },
  { weight: 2, arbitrary: fc.constantFrom(1, 2, 3, 'agree', 'nonsense').map((press) => ({ press })) },
  { weight: 2, arbitrary: fc.constantFrom(...words.filter((word) => word !== '')).map((edit) => ({ edit })) },
  { weight: 1, arbitrary: fc.constantFrom(...payloads).map((start) => ({ start })) },
  { weight: 2, arbitrary: fc.constantFrom(...media).map((sends) => ({ sends })) },
  { weight: 1, arbitrary: fc.constantFrom('20m', '3h', '13h', '4d', '40d').map((wait) => ({ wait })) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ takes: 'نورة' }, { releases: true }, { staff: 'معك نورة' }, { moves: 'closed' }) },
)

/** Shortest way to a submitted request, so that walks also start beyond it. */
const form: Step[] = supportAnswers.map((person) => ({ person }))

const starts: Step[][] = [
  [],
  form.slice(0, 3),
  form.slice(0, 6),
  form,
  [...form, { sends: 'pdf' }, { person: 'صح' }],
  [...form, { sends: 'pdf' }, { person: 'صح' }, { person: 'أوافق' }],
  // A rating is due while a second request is being filled in.
  [...form, { sends: 'pdf' }, { person: 'صح' }, { person: 'أوافق' }, { moves: 'closed' }, ...form.slice(0, 8), { wait: '20m' }],
]

const run = async (channel: string, steps: Step[]): Promise<void> => {
  const player = createPurePlayer(releases, masakin, '2026-11-24T10:00:00+03:00', channel)
  let owned = false
  let submitted = false
  for (const step of steps) {
    const before = player.state()
    const asked = before.prompt
    const top = before.run?.frames.at(-1)
    const tries = (top?.tries ?? 0) + (top?.vars.mode === undefined ? 0 : 1)
    if ('person' in step) await player.person(step.person)
    else if ('press' in step) await player.press(step.press)
    else if ('sends' in step) await player.sends(step.sends)
    else if ('start' in step) await player.start(step.start)
    else if ('edit' in step) await player.edit(step.edit)
    else if ('wait' in step) {
      const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[step.wait.slice(-1)] ?? 0
      await player.wait(Number(step.wait.slice(0, -1)) * unit)
    } else if ('moves' in step) {
      if (submitted) await player.moves(step.moves, null)
    } else if ('takes' in step) {
      if (owned) continue
      await player.takes(step.takes)
      owned = true
    } else if ('releases' in step || 'staff' in step) {
      if (!owned) continue
      if ('staff' in step) await player.staff(step.staff)
      else await player.releases()
    }
    if ('person' in step || 'press' in step || 'sends' in step) {
      // Whatever was pushed meanwhile: an answer belongs to the question that was open, and to no other.
      for (const effect of player.effects()) {
        const node = asked ? releases[0]?.flows.get(asked.flow)?.nodes[asked.node] : undefined
        const expected = node?.kind === 'ask' ? node : null
        if (effect.kind === 'save-answer')
          expect({ saved: effect.field, step }).toEqual({ saved: expected?.save ?? 'nothing was asked', step })
        if (effect.kind === 'rate') {
          expect({ rated: effect.dimension, step }).toEqual({
            rated: expected?.expect.kind === 'rating' ? expected.expect.dimension : 'nothing was asked',
            step,
          })
        }
      }
    }
    const lines = player.take()
    if (lines.some((line) => 'صار' in line && line.صار.startsWith('release'))) owned = false
    submitted ||= lines.some((line) => 'صار' in line && line.صار.startsWith('submit-request'))
    const state = player.state()
    if (
      'wait' in step &&
      asked?.flow === 'support-request' &&
      !lines.some((line) => 'صار' in line && line.صار.startsWith('discard-request'))
    ) {
      // Nothing that comes by itself takes the place of a question that waits: «٤» stays the answer to it.
      expect({ open: state.prompt?.id, step }).toEqual({ open: asked.id, step })
    }
    ConversationState.parse(state)
    const said = lines.flatMap((line) => ('آلي' in line ? [line.آلي] : []))
    for (const text of said) {
      expect(text).not.toMatch(/undefined|\[object|NaN|\{\{(?!7\*7)/)
      expect(text.trim()).not.toBe('')
    }
    if (owned && ('person' in step || 'press' in step || 'sends' in step)) {
      // One true line per silence at most, and never a question.
      expect(said.length).toBeLessThanOrEqual(1)
      expect(state.prompt?.at === undefined || said.length === 0 || !said[0]?.includes('١. ')).toBe(true)
    }
    if (!owned && 'start' in step) expect({ said: said.length > 0, step }).toEqual({ said: true, step })
    // Nothing taken is overwritten by an edit: at most the open question, which had refused what was said, takes it.
    if ('edit' in step && asked?.flow === 'support-request') {
      const saved = player.effects().filter((effect) => effect.kind === 'save-answer')
      if (tries === 0) expect({ saved, step }).toEqual({ saved: [], step })
    }
    if (!owned && 'person' in step && step.person === 'موظف') expect(state.waiting).not.toBeNull()
    if (!owned && ('person' in step || 'press' in step || 'sends' in step)) {
      // Silence only for thanks, stickers, nothing said, or a place in the queue.
      const quiet =
        state.waiting !== null ||
        state.farewell ||
        ('sends' in step && step.sends === 'sticker') ||
        ('person' in step && ['', '🌹', '?'].includes(step.person))
      if (said.length === 0) expect({ quiet, step }).toEqual({ quiet: true, step })
    }
  }
}

test('random walks from everywhere', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('console', 'telegram', 'web-chat'),
      fc.constantFrom(...starts),
      fc.array(stepOf, { minLength: 1, maxLength: 25 }),
      (channel, start, steps) => run(channel, [...start, ...steps]),
    ),
    { numRuns: Number(process.env.WALKS ?? 150) },
  )
})
