/** Who is in the middle of a form that pins a release from before the follower journeys is answered all the same. */
import { expect, test } from 'vitest'
import { openRelease } from '../../../src/content/release.ts'
import type { Effect } from '../../../src/core/engine/effect.ts'
import { type Content, type Env, type Input, nothingUnderstood } from '../../../src/core/engine/input.ts'
import { type ConversationState, initialState } from '../../../src/core/engine/state.ts'
import { takeTurn } from '../../../src/core/engine/take-turn.ts'
import { RequestId, Slug } from '../../../src/core/ids.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'

const current = loadReleases(Slug.parse('masakin'), true)[0]
if (!current) throw new Error('masakin did not load')

const since = /^(?:complaint|claim|link|unlink|volunteer|suggestion|need-help)$/
const youngTexts = /^(?:complaint|claim|link|unlink|volunteer|suggestion|need-help):|^common:(?:edit|link|cancel\.(?:short|filed))/
const withoutYoung = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).filter(([key]) => !youngTexts.test(key)))
const older = openRelease({
  ...current.body,
  flows: current.body.flows.filter(({ flow }) => !since.test(flow)),
  texts: { ar: withoutYoung(current.body.texts.ar), en: withoutYoung(current.body.texts.en) },
})

const request = RequestId.parse('00000000-0000-7000-8000-000000000001')
const atPhone: ConversationState = {
  ...initialState(),
  introduced: true,
  lastHeard: '2026-11-24T07:00:00.000Z',
  run: {
    id: 'run',
    release: older.id,
    requestId: request,
    frames: [{ flow: 'support-request', node: 'phone', trail: ['name'], tries: 0, vars: {}, returnTo: null }],
  },
  prompt: { id: 'p', flow: 'support-request', node: 'phone', options: [], at: '2026-11-24T07:00:00.000Z' },
}
const env: Env = {
  now: '2026-11-24T07:01:00.000Z',
  seed: '00000000-0000-7000-8000-0000000f0000',
  release: current.id,
  owner: { kind: 'bot' },
  profile: { name: null, gender: null, language: null, stopped: false },
  draft: {
    id: request,
    service: 'support',
    answers: { name: { kind: 'text', value: 'خالد' } },
    release: older.id,
    flow: 'support-request',
    node: 'phone',
    touchedAt: '2026-11-24T07:00:00.000Z',
    keptUntil: null,
    reminded: false,
  },
  office: { open: true, changesAt: null },
  channel: { kind: 'telegram', phone: null },
}

const hear = (content: Content, command: 'complaint' | 'unlink' | null, replies: unknown[] = []) => {
  const input: Input = {
    kind: 'message-received',
    messages: [{ id: 'm', at: env.now, content }],
    understanding: { ...nothingUnderstood, command, rest: 'text' in content ? content.text : '' },
  }
  const turn = takeTurn({ current, pinned: older }, atPhone, input, env, replies)
  if (turn.kind !== 'taken') throw new Error(`needs ${turn.need.call}`)
  return turn
}
const said = (effects: Effect[]) => effects.flatMap((effect) => (effect.kind === 'say' ? [[effect.key, effect.release]] : []))

test('the older release knows nothing of it', () => {
  expect(older.id).not.toBe(current.id)
  expect(older.flows.has('complaint')).toBe(false)
  expect(older.label('ar', 'common:edit.kept')).toBeNull()
})

test('«شكوى» is heard in the newest release, and the draft is said to be kept', () => {
  const { state, effects } = hear({ kind: 'text', text: 'شكوى' }, 'complaint')
  expect(said(effects)).toEqual([
    ['common:menu.form-kept', older.id],
    ['complaint:what.ask', current.id],
  ])
  expect(state.run).toMatchObject({ release: current.id, frames: [{ flow: 'complaint' }] })
  expect(effects.some(({ kind }) => kind === 'discard-request')).toBe(false)
})

test('a text that the pinned release does not have is said from the newest', () => {
  const { state, effects } = hear({ kind: 'edit', text: 'خالد محمد العتيبي' }, null)
  expect(said(effects)).toEqual([
    ['common:edit.kept', current.id],
    ['support-request:phone.again', older.id],
  ])
  expect(state.run?.release).toBe(older.id)
})

test('a link opened there is looked at, and unlinking answers', () => {
  const { effects } = hear({ kind: 'start', payload: `l_${'a'.repeat(43)}` }, null, [{ state: 'gone' }])
  expect(said(effects).map(([key]) => key)).toEqual(['common:menu.form-kept', 'claim:gone.text'])
  const none = hear({ kind: 'text', text: 'فك الربط' }, 'unlink', [{ to: null, linked: [] }])
  expect(said(none.effects).map(([key]) => key)).toEqual(['common:menu.form-kept', 'unlink:none.text'])
})
