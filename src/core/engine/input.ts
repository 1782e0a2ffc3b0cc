/** What the engine consumes. Everything a turn may depend on is in the input or in `Env`. */
import type { FileId, ReleaseId, RequestId, StaffId } from '../ids.ts'
import type { AnswerValue, RequestStage } from '../requests/request.ts'
import type { Language } from './state.ts'

/** A file that arrived and was stored, or the reason why it was not. */
export interface ReceivedFile {
  id: FileId | null
  /** Decided by content, never by what the sender declared. */
  mime: string | null
  /** Bytes. */
  size: number
  name: string | null
  problem: FileProblem | null
  /** The channel's name of a file that has yet to be fetched. */
  remote?: string | null
}
export const fileProblems = ['too-large', 'type', 'empty', 'locked', 'failed'] as const
export type FileProblem = (typeof fileProblems)[number]

/** The kinds of message a channel may deliver. One typed list: every node answers each of them. */
export const contentKinds = [
  'text',
  'choice',
  'start',
  'edit',
  'image',
  'document',
  'voice',
  'video',
  'sticker',
  'location',
  'contact',
  'unknown',
] as const
export type ContentKind = (typeof contentKinds)[number]

/** Words and presses; the other kinds are media, which get a text of their own. */
export const isSpoken = (kind: ContentKind): boolean => kind === 'text' || kind === 'choice' || kind === 'start' || kind === 'edit'

/** What one update of a person said. Text is cleaned (`core/text/clean.ts`) before it gets here. */
export type Content =
  | { kind: 'text'; text: string; quotes?: string | null }
  | { kind: 'choice'; promptId: string; optionId: string }
  /** The channel's button that begins a conversation; `payload` is what the link that led here carried. */
  | { kind: 'start'; payload: string | null }
  /** An earlier message as it reads now. */
  | { kind: 'edit'; text: string }
  | { kind: 'image' | 'document' | 'voice' | 'video'; file: ReceivedFile; caption: string | null }
  | { kind: 'location'; latitude: number; longitude: number }
  | { kind: 'sticker' | 'contact' | 'unknown' }

/** Edits of a burst put right what was said just before them; one that stands alone stays an edit. */
export const settleEdits = (contents: readonly Content[]): Content[] => {
  const settled: Content[] = []
  for (const content of contents) {
    const before = content.kind === 'edit' ? settled.findLastIndex(({ kind }) => kind === 'text' || kind === 'edit') : -1
    if (content.kind === 'edit' && before >= 0)
      settled[before] = { ...(settled[before] as { kind: 'text'; text: string }), text: content.text } // of the kinds just looked for
    else settled.push(content)
  }
  return settled
}

/** Words that work from everywhere. */
export const commands = [
  'human',
  'cancel',
  'back',
  'menu',
  'repeat',
  'status',
  'complaint',
  'stop',
  'start',
  'arabic',
  'english',
  'my-data',
  'who-are-you',
  'robot',
  'not-understood',
  'goodbye',
  'link',
  'unlink',
] as const
export type Command = (typeof commands)[number]

export interface Candidate {
  kind: 'article' | 'flow'
  id: string
  /** Calibrated confidence, 0–1. */
  score: number
}

/** Computed by `app` before the turn; recorded with it; never recomputed by replay. */
export interface Understanding {
  command: Command | null
  /** Key of the greeting returned (`smalltalk` texts), when the text holds one. */
  greeting: string | null
  /** Thanks, dua, farewell … when the text is nothing else. */
  smalltalk: string | null
  /** The text without its greeting; empty when nothing else was said. */
  rest: string
  /** The text is wholly in another language than the conversation's. */
  language: Language | null
  candidates: Candidate[]
  /** What the score of the best candidate allows. `certain` may interrupt a free-text question. */
  band: 'certain' | 'answer' | 'clarify' | 'none'
  /** Version of the knowledge that produced the candidates. */
  knowledge: string
}

/** The best candidate is sure enough to be acted on where nothing else is asked. */
export const isClear = ({ band }: Understanding): boolean => band === 'answer' || band === 'certain'

/** Of messages without text. */
export const nothingUnderstood: Understanding = {
  command: null,
  greeting: null,
  smalltalk: null,
  rest: '',
  language: null,
  candidates: [],
  band: 'none',
  knowledge: '',
}

export interface ReceivedMessage {
  /** Inbox id: gets the disposition of the turn. */
  id: string
  /** ISO instant at which the channel delivered it. */
  at: string
  content: Content
}

/** When a person can be reached, said truthfully. */
export interface Office {
  open: boolean
  /** ISO instant of the next opening (when closed) or closing (when open); null when hours are unknown. */
  changesAt: string | null
}

/** Request as the person may know it. */
export interface RequestView {
  id: RequestId
  service: string
  stage: RequestStage
  reference: string | null
  /** ISO instants. */
  openedAt: string
  submittedAt: string | null
  stageAt: string
  /** Not-before date (YYYY-MM-DD) told to the person. */
  notBefore: string | null
  /** Words of staff that came with the present stage. */
  note: string | null
  /** Its person wishes to hear nothing more of it. */
  silent?: boolean
}

/** A draft and where the person stopped in it. */
export interface DraftView {
  id: RequestId
  service: string
  answers: Record<string, AnswerValue>
  release: ReleaseId
  flow: string
  node: string
  /** ISO instant of the last answer. */
  touchedAt: string
  /** YYYY-MM-DD until which it is kept; null while the association has not said. */
  keptUntil: string | null
  reminded: boolean
}

/** The facts of a turn besides its input. Recorded with the turn. */
export interface Env {
  /** ISO instant of business time. */
  now: string
  /** Source of every id the turn makes: ids are `seed` + counter, so replay makes the same. */
  seed: string
  release: ReleaseId
  owner: { kind: 'bot' } | { kind: 'staff'; id: StaffId; name: string }
  profile: { name: string | null; gender: 'female' | 'male' | null; language: Language | null; stopped: boolean }
  draft: DraftView | null
  office: Office
  /** A web visitor has no number of their own; WhatsApp has. */
  channel: { kind: string; phone: string | null }
}

export const timerKinds = ['draft-reminder', 'draft-expiry', 'rating', 'absence', 'owner-return', 'link-told'] as const
export type TimerKind = (typeof timerKinds)[number]

export type Input =
  | { kind: 'message-received'; messages: ReceivedMessage[]; understanding: Understanding }
  | { kind: 'timer-fired'; timer: TimerKind; subject: string }
  | { kind: 'staff-took-over'; staff: { id: StaffId; name: string } }
  | { kind: 'staff-replied'; staff: { id: StaffId; name: string }; text: string }
  | { kind: 'staff-released'; staff: { id: StaffId; name: string } }
  | {
      kind: 'request-advanced'
      request: RequestView
      from: RequestStage
      /** Words of the staff member that belong to the message (missing documents, reason, next step). */
      note: string | null
    }
