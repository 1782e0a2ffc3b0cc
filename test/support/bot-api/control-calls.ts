/** The control plane's calls: `POST /control/<name>` with a JSON object, answered with one. */

import type { Entry } from './call-log.ts'
import type { DriveOptions, DriveReport } from './drive.ts'
import type { Rule } from './faults.ts'
import type { Press } from './person.ts'
import type { Limits, Violation } from './rate-limiter.ts'
import type { SentKind } from './sent-files.ts'
import type { Shown } from './shown.ts'
import type { Arrival } from './update-queue.ts'

/** What a person does. */
export type Act = { person: number } & (
  | { does: 'says'; text: string }
  | { does: 'starts'; payload?: string }
  | { does: 'presses'; label: string | Press }
  | { does: 'edits'; messageId: number; text: string }
  | { does: 'sends'; kind: SentKind; base64?: string; name?: string; mime?: string; declaredSize?: number; caption?: string }
  | { does: 'blocks' }
  | { does: 'unblocks' }
  | { does: 'deactivates' }
)

/** A file's bytes stay where they are. */
export type ShownRemotely = Omit<Shown, 'file'> & { file?: { kind: string; name: string | null; mime: string; size: number } }

export interface FaultOrders {
  /** Forgets all earlier ones first. */
  clear?: boolean
  add?: Rule[]
  duplicate?: number
  reorder?: number
  seed?: number
  paused?: boolean
  limit?: Limits | null
}

interface ControlShapes {
  bot: { asked: { token: string; username?: string; id?: number }; given: { webhook: { url: string; secret: string | null } | null } }
  act: { asked: { token: string; acts: Act[] }; given: { updates: number[] } }
  messages: { asked: { token: string; person: number }; given: { messages: ShownRemotely[] } }
  waitFor: { asked: { token: string; person: number; count: number; ms?: number }; given: { messages: ShownRemotely[] } }
  faults: { asked: { token: string } & FaultOrders; given: { hits: number[]; violations: readonly Violation[] } }
  log: { asked: { from?: number }; given: { entries: Entry[]; next: number } }
  updates: { asked: { token: string; from?: number }; given: { updates: Arrival[]; next: number } }
  drive: { asked: { token: string } & DriveOptions; given: DriveReport }
}

export type ControlCall = keyof ControlShapes
export type Asked<C extends ControlCall> = ControlShapes[C]['asked']
export type Given<C extends ControlCall> = ControlShapes[C]['given']
