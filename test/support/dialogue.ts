/** Dialogues as a charity reads them: who said what, what happened, and how much time passed. */
import { parse, stringify } from 'yaml'

/** One line of a dialogue. `آلي` and `صار` are what the runner compares. */
export type Step =
  | { person: string }
  /** A button of the newest question, or of the one shown so many messages before it. */
  | { press: string | number; before?: number }
  | { sends: string }
  | { together: string[] }
  /** The channel's button that begins a conversation, with what the link behind it carried. */
  | { start: string | null }
  | { edit: string }
  /** Another chat: its channel, or its channel and a number for somebody else on it. The acts that follow are there. */
  | { at: string }
  /** Opens the newest one-time link that was said in any chat. */
  | { opens: 'link' }
  | { wait: string }
  | { takes: string }
  | { staff: string }
  | { releases: true }
  | { moves: string; note?: string }
  | { آلي: string }
  | { موظف: string }
  | { صار: string }

export interface Dialogue {
  about: string
  /** ISO instant with which it begins. */
  starts: string
  /** Kind of channel of the first chat; the console when it does not matter. */
  channel?: string
  talk: Step[]
}

const isOutcome = (step: Step): boolean => 'آلي' in step || 'صار' in step || 'موظف' in step

export const readDialogue = (text: string): Dialogue => parse(text) as Dialogue // reviewed files of this repository

/** What the players need to carry out the acts; each adds the lines it saw to `seen`. */
export interface Player {
  person(text: string): Promise<void>
  together(texts: string[]): Promise<void>
  press(option: string | number, before?: number): Promise<void>
  sends(kind: string): Promise<void>
  start(payload: string | null): Promise<void>
  edit(text: string): Promise<void>
  at(chat: string): Promise<void>
  opens(): Promise<void>
  wait(ms: number): Promise<void>
  takes(name: string): Promise<void>
  staff(text: string): Promise<void>
  releases(): Promise<void>
  moves(to: string, note: string | null): Promise<void>
  /** Lines since the last call. */
  take(): Step[]
}

const unit: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const act = async (player: Player, step: Step): Promise<void> => {
  if ('person' in step) return player.person(step.person)
  if ('together' in step) return player.together(step.together)
  if ('press' in step) return player.press(step.press, step.before)
  if ('sends' in step) return player.sends(step.sends)
  if ('start' in step) return player.start(step.start)
  if ('edit' in step) return player.edit(step.edit)
  if ('at' in step) return player.at(step.at)
  if ('opens' in step) return player.opens()
  if ('wait' in step) return player.wait(Number(step.wait.slice(0, -1)) * (unit[step.wait.slice(-1)] ?? 0))
  if ('takes' in step) return player.takes(step.takes)
  if ('staff' in step) return player.staff(step.staff)
  if ('releases' in step) return player.releases()
  if ('moves' in step) return player.moves(step.moves, step.note ?? null)
}

/** Plays the acts and returns the dialogue as it really went. */
export const playDialogue = async (dialogue: Dialogue, player: Player): Promise<Dialogue> => {
  const talk: Step[] = []
  for (const step of dialogue.talk) {
    if (isOutcome(step)) continue
    talk.push(step)
    await act(player, step)
    talk.push(...player.take())
  }
  return { ...dialogue, talk }
}

/** Readable form: the whole difference is one diff of the conversation. */
export const writeDialogue = (dialogue: Dialogue): string => stringify(dialogue, { lineWidth: 0, blockQuote: 'literal' })

/** References, ids and tokens differ from run to run. */
export const settle = (text: string): string => text.replace(/MSK-\d+/g, 'MSK-10421').replace(linkToken, 'l_…')

const linkToken = /l_[A-Za-z0-9_-]{43}/g
/** @returns the newest one-time token of these texts, or the one there was */
export const newestToken = (texts: string[], before: string | null): string | null => texts.join('\n').match(linkToken)?.at(-1) ?? before

/** `telegram 2` is somebody else on Telegram. */
export const channelOf = (chat: string): string => chat.split(' ', 1)[0] ?? chat

/** What the players' association can be reached by. */
export const testBot = 'masakin_bot'
export const testUrl = 'https://sila.example.org'

/** Effects that a reviewer cares for, one short line each. */
export const noteworthy = new Set([
  'open-request',
  'submit-request',
  'file-request',
  'add-answers',
  'claim-link',
  'unlink',
  'discard-request',
  'hand-over',
  'take-over',
  'release',
  'consent',
  'rate',
  'rating-comment',
  'set-profile',
  'mark-reminded',
])
