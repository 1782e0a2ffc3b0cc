/** What a store would know of the chats of a pure dialogue: requests, drafts, timers and links. In a few maps. */
import type { ServiceCall } from '../../src/core/engine/context.ts'
import type { Effect } from '../../src/core/engine/effect.ts'
import type { DraftView, Env, RequestView, TimerKind } from '../../src/core/engine/input.ts'
import type { LinkPlaces, LinkSight } from '../../src/core/engine/link-replies.ts'
import { type ConversationState, initialState } from '../../src/core/engine/state.ts'
import type { ReleaseId } from '../../src/core/ids.ts'
import { serviceOf, wishes } from '../../src/core/requests/services.ts'
import { addDays, riyadhDate } from '../../src/core/text/dates.ts'
import { channelOf, testBot, testUrl } from './dialogue.ts'

export interface Chat {
  name: string
  channel: string
  state: string
  owner: Env['owner']
  profile: Env['profile']
  draft: DraftView | null
  requests: Map<string, RequestView>
  timers: Map<string, { timer: TimerKind; subject: string; dueAt: number }>
}

const quarter = 15 * 60_000

export const createWorld = (draftDays: number | null, release: () => ReleaseId) => {
  const chats = new Map<string, Chat>()
  const offers = new Map<string, { id: string; chat: Chat; until: number; used: boolean }>()
  let links: { a: Chat; b: Chat }[] = []
  let number = 1000

  const chat = (name: string): Chat => {
    const known = chats.get(name)
    if (known) return known
    const made: Chat = {
      name,
      channel: channelOf(name),
      state: JSON.stringify(initialState()),
      owner: { kind: 'bot' },
      profile: { name: null, gender: null, language: null, stopped: false },
      draft: null,
      requests: new Map(),
      timers: new Map(),
    }
    chats.set(name, made)
    return made
  }
  const linkedWith = (of: Chat): Chat[] => links.flatMap(({ a, b }) => (a === of ? [b] : b === of ? [a] : []))

  const sightOf = (of: Chat, by: { token: string } | { offer: string }, now: number): LinkSight => {
    const offer = 'token' in by ? offers.get(by.token) : [...offers.values()].find(({ id }) => id === by.offer)
    if (!offer) return { state: 'gone' }
    if (offer.chat === of) return { state: 'own' }
    if (linkedWith(of).includes(offer.chat)) return { state: 'already', place: offer.chat.channel }
    return offer.used || offer.until <= now ? { state: 'gone' } : { state: 'open', offer: offer.id, place: offer.chat.channel }
  }

  const answer = (of: Chat, need: ServiceCall, now: number): unknown => {
    switch (need.call) {
      case 'reserve-reference':
        number += 1
        return number
      case 'queue-ahead':
        return 0
      case 'requests-of-contact':
        return [of, ...linkedWith(of)]
          .flatMap(({ requests }) => [...requests.values()])
          .toSorted((a, b) => (a.openedAt < b.openedAt ? 1 : -1))
      case 'link-places': {
        const to = of.channel === 'telegram' ? 'web-chat' : 'telegram'
        return { to, linked: linkedWith(of).map(({ channel }) => channel) } satisfies LinkPlaces
      }
      case 'make-link': {
        const token = `l_${String(offers.size + 1).padStart(43, '0')}`
        offers.set(token, { id: `offer-${offers.size + 1}`, chat: of, until: now + quarter, used: false })
        return of.channel === 'telegram' ? `${testUrl}/c/masakin#link=${token}` : `https://t.me/${testBot}?start=${token}`
      }
      case 'read-link':
        return sightOf(of, need.by, now)
      default:
        return need satisfies never
    }
  }

  const apply = (of: Chat, effect: Effect, at: Env): void => {
    const kept = draftDays === null ? null : addDays(riyadhDate(at.now), draftDays)
    const filed = (id: RequestView['id'], service: string, reference: string, notBefore: string | null) => {
      const openedAt = of.draft?.id === id ? of.draft.touchedAt : at.now
      const view: RequestView = {
        id,
        service,
        stage: 'submitted',
        reference,
        openedAt,
        submittedAt: at.now,
        stageAt: at.now,
        notBefore,
        note: null,
      }
      of.requests.set(id, view)
    }
    switch (effect.kind) {
      case 'open-request':
        of.draft = {
          id: effect.request,
          service: effect.service,
          answers: {},
          release: release(),
          flow: effect.flow,
          node: effect.node,
          touchedAt: at.now,
          keptUntil: kept,
          reminded: false,
        }
        return
      case 'save-answer':
        if (of.draft)
          of.draft = { ...of.draft, answers: { ...of.draft.answers, [effect.field]: effect.value }, touchedAt: at.now, keptUntil: kept }
        return
      case 'mark-position':
        if (of.draft) of.draft = { ...of.draft, flow: effect.flow, node: effect.node }
        return
      case 'mark-reminded':
        if (of.draft) of.draft = { ...of.draft, reminded: true }
        return
      case 'discard-request':
        of.draft = null
        return
      case 'submit-request':
        if (of.draft?.answers.name?.kind === 'text') of.profile.name = of.draft.answers.name.value
        filed(effect.request, of.draft?.service ?? '', effect.reference, effect.notBefore)
        of.draft = null
        return
      case 'file-request':
        filed(effect.request, effect.service, effect.reference, null)
        return
      case 'add-answers': {
        const view = of.requests.get(effect.request)
        if (!view) throw new Error('added to what was never filed')
        const { silent } = wishes(view.service, effect.answers)
        if (silent && !serviceOf(view.service).declared) of.requests.set(effect.request, { ...view, silent })
        return
      }
      case 'claim-link': {
        const offer = [...offers.values()].find(({ id }) => id === effect.offer)
        if (!offer || offer.used) throw new Error('claimed what is not open')
        offer.used = true
        links.push({ a: offer.chat, b: of })
        const subject = `${of.channel}/${effect.link}`
        offer.chat.timers.set(`link-told/${subject}`, { timer: 'link-told', subject, dueAt: Date.parse(at.now) })
        return
      }
      case 'unlink':
        links = links.filter(({ a, b }) => a !== of && b !== of)
        return
      case 'set-timer':
        of.timers.set(`${effect.timer}/${effect.subject}`, {
          timer: effect.timer,
          subject: effect.subject,
          dueAt: Date.parse(effect.dueAt),
        })
        return
      case 'clear-timer':
        of.timers.delete(`${effect.timer}/${effect.subject}`)
        return
      case 'release':
        of.owner = { kind: 'bot' }
        return
      case 'set-profile':
        if (effect.gender !== undefined) of.profile.gender = effect.gender
        if (effect.language !== undefined) of.profile.language = effect.language
        if (effect.stopped !== undefined) of.profile.stopped = effect.stopped
        if (effect.name !== undefined) of.profile.name = effect.name
        return
      default:
        return
    }
  }

  return { chat, answer, apply, stateOf: (of: Chat) => JSON.parse(of.state) as ConversationState } // written by the players from states
}
