/** What the turns need of the world. */
import type { ConversationId, Slug } from '../core/ids.ts'
import type { ChannelKind } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/content.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { Events } from '../ports/events.ts'
import type { LinkStore } from '../ports/link-store.ts'
import type { Random } from '../ports/random.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import type { Deliverer } from './deliver.ts'
import type { FetchDeps } from './fetch-files.ts'

/** One line per turn; never text, name or phone. */
export interface TurnLog {
  turn(line: { association: Slug; conversation: ConversationId; turn: string; kind: string; outcome: string; ms: number }): void
  /** Facts that the association has not filled in were needed. */
  slots(names: string[]): void
  failure(line: { association: Slug; conversation: ConversationId; kind: string; error: unknown }): void
}

export interface RunnerDeps {
  turns: TurnStore
  deadLetters: Pick<DeadLetters, 'put'>
  files: FetchDeps['files']
  /** How this process fetches files of an account. */
  source: FetchDeps['source']
  contents: Contents
  links: LinkStore
  /** `https://…` as people reach the web chat; null where nobody outside this machine does. */
  publicUrl: string | null
  clock: Clock
  random: Random
  events: Events
  log: TurnLog
  /** Wait for more of a burst, ms, by channel; 0 answers at once. */
  window(channel: ChannelKind): { text: number; media: number }
  /** Sends what a turn says, after its commit. */
  sender: Pick<Deliverer, 'wake' | 'ready' | 'send' | 'giveBack'>
  /** Rings the alarm clock; the timer's row is the truth. */
  ring(dueAt: Date): void
  /** The bot is about to answer, or no longer. */
  typing(of: { association: Slug; conversation: ConversationId }, on: boolean): void
  /** Keyed hash of what was declared. */
  hash(text: string): string
}
