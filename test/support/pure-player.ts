/** Plays a dialogue through the pure engine alone: state goes through JSON between turns, the world is a few maps. */
import { layOut } from '../../src/channels/console/channel.ts'
import { createContents } from '../../src/content/contents.ts'
import type { LoadedRelease } from '../../src/content/load-content.ts'
import type { Effect } from '../../src/core/engine/effect.ts'
import { type Content, type Env, type Input, nothingUnderstood, settleEdits } from '../../src/core/engine/input.ts'
import type { ConversationState } from '../../src/core/engine/state.ts'
import { takeTurn } from '../../src/core/engine/take-turn.ts'
import { FileId, RequestId, type Slug, StaffId } from '../../src/core/ids.ts'
import { officeAt } from '../../src/core/policy/office.ts'
import { RequestStage } from '../../src/core/requests/request.ts'
import { cleanText } from '../../src/core/text/clean.ts'
import type { AbstractMessage } from '../../src/ports/channel.ts'
import { newestToken, noteworthy, type Player, type Step, settle } from './dialogue.ts'
import { lineOfEffect, mediaOf } from './dialogue-lines.ts'
import { createWorld } from './pure-world.ts'

const staffId = StaffId.parse('00000000-0000-7000-8000-0000000000aa')

export const createPurePlayer = (
  releases: LoadedRelease[],
  slug: Slug,
  starts: string,
  channel = 'console',
): Player & { state(): ConversationState; effects(): Effect[] } => {
  const contents = createContents({ releases, loadSnapshot: async () => null })
  const release = contents.current(slug)
  const world = createWorld(release.association.draftDays, () => release.id)
  let chat = world.chat(channel)
  let now = Date.parse(starts)
  let turn = 0
  let staff = { id: staffId, name: '' }
  /** Newest last. */
  let shown: AbstractMessage[] = []
  let token: string | null = null
  let seen: Step[] = []
  let effects: Effect[] = []

  const env = (): Env => ({
    now: new Date(now).toISOString(),
    seed: `00000000-0000-7000-8000-${turn.toString(16).padStart(8, '0')}0000`,
    release: release.id,
    owner: chat.owner,
    profile: { ...chat.profile },
    draft: chat.draft,
    office: officeAt(release.association.hours, new Date(now).toISOString()),
    channel: { kind: chat.channel, phone: null },
  })

  const take = (input: Input): void => {
    turn += 1
    const at = env()
    const replies: unknown[] = []
    for (;;) {
      const result = takeTurn(
        { current: release, pinned: release },
        world.stateOf(chat),
        JSON.parse(JSON.stringify(input)) as Input,
        at,
        replies,
      )
      if (result.kind === 'needs') {
        replies.push(world.answer(chat, result.need, now))
        continue
      }
      chat.state = JSON.stringify(result.state)
      effects = result.effects
      const gender = result.effects.reduce(
        (found, effect) => (effect.kind === 'set-profile' && effect.gender !== undefined ? effect.gender : found),
        at.profile.gender,
      )
      for (const effect of result.effects) {
        world.apply(chat, effect, at)
        if (effect.kind === 'take-over') chat.owner = { kind: 'staff', ...staff }
      }
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
          shown.push(message)
          token = newestToken([message.text], token)
          seen.push({ آلي: settle(layOut(message)) })
        }
      }
      return
    }
  }

  const hear = (received: Content[]): void => {
    const text = settleEdits(received)
      .flatMap((content) => (content.kind === 'text' || content.kind === 'edit' ? [content.text] : []))
      .join('\n')
    const understanding = text === '' ? nothingUnderstood : contents.understand(slug, text)
    const at = new Date(now).toISOString()
    take({
      kind: 'message-received',
      messages: received.map((content, index) => ({ id: `m${turn}-${index}`, at, content })),
      understanding,
    })
  }

  /** Timers of this chat up to an instant, each at its own. */
  const fireDue = (until: number): void => {
    for (;;) {
      const next = [...chat.timers.entries()].sort(([, a], [, b]) => a.dueAt - b.dueAt)[0]
      if (!next || next[1].dueAt > until) return
      chat.timers.delete(next[0])
      now = Math.max(now, next[1].dueAt)
      take({ kind: 'timer-fired', timer: next[1].timer, subject: next[1].subject })
    }
  }

  return {
    person: async (text) => hear([{ kind: 'text', text: cleanText(text) }]),
    together: async (texts) => hear(texts.map((text) => ({ kind: 'text', text: cleanText(text) }))),
    press: async (wanted, before = 0) => {
      const last = shown.at(-1 - before)
      const option = last?.options.find(({ id, n }) => id === wanted || n === wanted)
      hear([{ kind: 'choice', promptId: last?.promptId ?? 'none', optionId: option?.id ?? String(wanted) }])
    },
    sends: async (kind) => hear([mediaOf(kind, FileId.parse(`00000000-0000-7000-8000-00000000f${String(turn).padStart(3, '0')}`))]),
    start: async (payload) => hear([{ kind: 'start', payload }]),
    edit: async (text) => hear([{ kind: 'edit', text: cleanText(text) }]),
    opens: async () => hear([{ kind: 'start', payload: token }]),
    at: async (name) => {
      chat = world.chat(name)
      shown = []
      fireDue(now)
    },
    wait: async (ms) => {
      const until = now + ms
      fireDue(until)
      now = until
    },
    takes: async (name) => {
      staff = { id: staffId, name }
      take({ kind: 'staff-took-over', staff })
    },
    staff: async (text) => take({ kind: 'staff-replied', staff, text }),
    releases: async () => take({ kind: 'staff-released', staff }),
    moves: async (to, note) => {
      const request = [...chat.requests.values()].at(-1)
      if (!request) throw new Error('no request to move')
      const moved = { ...request, stage: RequestStage.parse(to), stageAt: new Date(now).toISOString(), note }
      take({ kind: 'request-advanced', request: moved, from: request.stage, note })
      chat.requests.set(RequestId.parse(request.id), moved)
    },
    take: () => {
      const lines = seen
      seen = []
      return lines
    },
    state: () => world.stateOf(chat),
    effects: () => effects,
  }
}
