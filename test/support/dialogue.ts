/** Dialogues as a charity reads them: who said what, what happened, and how much time passed. */
import { parse, stringify } from 'yaml'

/** One line of a dialogue. `آلي` and `صار` are what the runner compares. */
export type Step =
  | { person: string }
  | { press: string | number }
  | { sends: string }
  | { together: string[] }
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
  talk: Step[]
}

export const isOutcome = (step: Step): boolean => 'آلي' in step || 'صار' in step || 'موظف' in step

export const readDialogue = (text: string): Dialogue => parse(text) as Dialogue // reviewed files of this repository

/** What the players need to carry out the acts; each adds the lines it saw to `seen`. */
export interface Player {
  person(text: string): Promise<void>
  together(texts: string[]): Promise<void>
  press(option: string | number): Promise<void>
  sends(kind: string): Promise<void>
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
  if ('press' in step) return player.press(step.press)
  if ('sends' in step) return player.sends(step.sends)
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

/** References and ids differ from run to run. */
export const settle = (text: string): string => text.replace(/MSK-\d+/g, 'MSK-10421')

/** Effects that a reviewer cares for, one short line each. */
export const noteworthy = new Set([
  'open-request',
  'submit-request',
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
