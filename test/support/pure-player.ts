/** Plays a dialogue through the pure engine alone: state goes through JSON between turns, the world is a few maps. */
import { layOut } from '../../src/channels/console/channel.ts'
import { createContents } from '../../src/content/contents.ts'
import type { LoadedRelease } from '../../src/content/load-content.ts'
import type { Effect } from '../../src/core/engine/effect.ts'
import {
  type Content,
  type DraftView,
  type Env,
  type Input,
  nothingUnderstood,
  type RequestView,
  type TimerKind,
} from '../../src/core/engine/input.ts'
import { type ConversationState, initialState } from '../../src/core/engine/state.ts'
import { takeTurn } from '../../src/core/engine/take-turn.ts'
import { FileId, RequestId, type Slug, StaffId } from '../../src/core/ids.ts'
import { officeAt } from '../../src/core/policy/office.ts'
import { RequestStage } from '../../src/core/requests/request.ts'
import { cleanText } from '../../src/core/text/clean.ts'
import { addDays, riyadhDate } from '../../src/core/text/dates.ts'
import type { AbstractMessage } from '../../src/ports/channel.ts'
import { noteworthy, type Player, type Step, settle } from './dialogue.ts'
import { lineOfEffect, mediaOf } from './dialogue-lines.ts'

const staffId = StaffId.parse('00000000-0000-7000-8000-0000000000aa')

export const createPurePlayer = (
  releases: LoadedRelease[],
  slug: Slug,
  starts: string,
): Player & { state(): ConversationState; effects(): Effect[] } => {
  const contents = createContents({ releases, loadSnapshot: async () => null })
  const release = contents.current(slug)
  let now = Date.parse(starts)
  let stored = JSON.stringify(initialState())
  let turn = 0
  let number = 1000
  let owner: Env['owner'] = { kind: 'bot' }
  let staff = { id: staffId, name: '' }
  const profile: Env['profile'] = { name: null, gender: null, language: null, stopped: false }
  let draft: DraftView | null = null
  const requests = new Map<string, RequestView>()
  const timers = new Map<string, { timer: TimerKind; subject: string; dueAt: number }>()
  let last: AbstractMessage | null = null
  let seen: Step[] = []
  let effects: Effect[] = []

  const env = (): Env => ({
    now: new Date(now).toISOString(),
    seed: `00000000-0000-7000-8000-${turn.toString(16).padStart(8, '0')}0000`,
    release: release.id,
    owner,
    profile: { ...profile },
    draft,
    office: officeAt(release.association.hours, new Date(now).toISOString()),
    channel: { kind: 'console', phone: null },
  })

  const apply = (effect: Effect, at: Env): void => {
    const kept = release.association.draftDays === null ? null : addDays(riyadhDate(at.now), release.association.draftDays)
    switch (effect.kind) {
      case 'open-request':
        draft = {
          id: effect.request,
          service: effect.service,
          answers: {},
          release: effect.release,
          flow: effect.flow,
          node: effect.node,
          touchedAt: at.now,
          keptUntil: kept,
          reminded: false,
        }
        return
      case 'save-answer':
        if (draft) draft = { ...draft, answers: { ...draft.answers, [effect.field]: effect.value }, touchedAt: at.now, keptUntil: kept }
        return
      case 'mark-position':
        if (draft) draft = { ...draft, flow: effect.flow, node: effect.node }
        return
      case 'mark-reminded':
        if (draft) draft = { ...draft, reminded: true }
        return
      case 'discard-request':
        draft = null
        return
      case 'submit-request': {
        const opened = draft?.touchedAt ?? at.now
        requests.set(effect.request, {
          id: effect.request,
          service: draft?.service ?? '',
          stage: 'submitted',
          reference: effect.reference,
          openedAt: opened,
          submittedAt: at.now,
          stageAt: at.now,
          notBefore: effect.notBefore,
          note: null,
        })
        draft = null
        return
      }
      case 'set-timer':
        timers.set(`${effect.timer}/${effect.subject}`, { timer: effect.timer, subject: effect.subject, dueAt: Date.parse(effect.dueAt) })
        return
      case 'clear-timer':
        timers.delete(`${effect.timer}/${effect.subject}`)
        return
      case 'take-over':
        owner = { kind: 'staff', ...staff }
        return
      case 'release':
        owner = { kind: 'bot' }
        return
      case 'set-profile':
        if (effect.gender !== undefined) profile.gender = effect.gender
        if (effect.language !== undefined) profile.language = effect.language
        if (effect.stopped !== undefined) profile.stopped = effect.stopped
        return
      default:
        return
    }
  }

  const take = (input: Input): void => {
    turn += 1
    const at = env()
    const replies: unknown[] = []
    for (;;) {
      const result = takeTurn(
        { current: release, pinned: release },
        JSON.parse(stored) as ConversationState,
        JSON.parse(JSON.stringify(input)) as Input,
        at,
        replies,
      )
      if (result.kind === 'needs') {
        if (result.need.call === 'reserve-reference') {
          number += 1
          replies.push(number)
        } else if (result.need.call === 'queue-ahead') replies.push(0)
        else replies.push([...requests.values()].reverse())
        continue
      }
      stored = JSON.stringify(result.state)
      effects = result.effects
      const gender = result.effects.reduce(
        (found, effect) => (effect.kind === 'set-profile' && effect.gender !== undefined ? effect.gender : found),
        at.profile.gender,
      )
      for (const effect of result.effects) apply(effect, at)
      const groups: Effect[][] = []
      let of = ''
      for (const effect of result.effects) {
        if (noteworthy.has(effect.kind)) seen.push({ صار: lineOfEffect(effect) })
        if (effect.kind === 'say-staff') groups.push([effect])
        if (effect.kind !== 'say' && effect.kind !== 'say-article') continue
        const kind = effect.kind === 'say' ? effect.class : 'reply'
        if (kind !== of || groups.length === 0) groups.push([])
        of = kind
        groups.at(-1)?.push(effect)
      }
      for (const group of groups) {
        const first = group[0]
        if (first?.kind === 'say-staff') {
          seen.push({ موظف: first.text })
          continue
        }
        for (const message of contents.render(group, { gender, now: at.now })) {
          if (message.text === '') continue
          last = message
          seen.push({ آلي: settle(layOut(message)) })
        }
      }
      return
    }
  }

  const hear = (received: Content[]): void => {
    const text = received.flatMap((content) => (content.kind === 'text' ? [content.text] : [])).join('\n')
    const understanding = text === '' ? nothingUnderstood : contents.understand(slug, text)
    const at = new Date(now).toISOString()
    take({
      kind: 'message-received',
      messages: received.map((content, index) => ({ id: `m${turn}-${index}`, at, content })),
      understanding,
    })
  }

  return {
    person: async (text) => hear([{ kind: 'text', text: cleanText(text) }]),
    together: async (texts) => hear(texts.map((text) => ({ kind: 'text', text: cleanText(text) }))),
    press: async (wanted) => {
      const option = last?.options.find(({ id, n }) => id === wanted || n === wanted)
      hear([{ kind: 'choice', promptId: last?.promptId ?? 'none', optionId: option?.id ?? String(wanted) }])
    },
    sends: async (kind) => hear([mediaOf(kind, FileId.parse(`00000000-0000-7000-8000-00000000f${String(turn).padStart(3, '0')}`))]),
    wait: async (ms) => {
      const until = now + ms
      for (;;) {
        const next = [...timers.entries()].sort(([, a], [, b]) => a.dueAt - b.dueAt)[0]
        if (!next || next[1].dueAt > until) break
        timers.delete(next[0])
        now = Math.max(now, next[1].dueAt)
        take({ kind: 'timer-fired', timer: next[1].timer, subject: next[1].subject })
      }
      now = until
    },
    takes: async (name) => {
      staff = { id: staffId, name }
      take({ kind: 'staff-took-over', staff })
    },
    staff: async (text) => take({ kind: 'staff-replied', staff, text }),
    releases: async () => take({ kind: 'staff-released', staff }),
    moves: async (to, note) => {
      const request = [...requests.values()].at(-1)
      if (!request) throw new Error('no request to move')
      const moved = { ...request, stage: RequestStage.parse(to), stageAt: new Date(now).toISOString(), note }
      take({ kind: 'request-advanced', request: moved, from: request.stage, note })
      requests.set(RequestId.parse(request.id), moved)
    },
    take: () => {
      const lines = seen
      seen = []
      return lines
    },
    state: () => JSON.parse(stored) as ConversationState,
    effects: () => effects,
  }
}
