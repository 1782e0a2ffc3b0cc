/** What pages and server say to each other. Pages import nothing else of the server. */
import { z } from 'zod'

// ── Web chat: /c/:slug and /api/chat/:slug ───────────────────────────────────────────────────────

/** One line of the conversation as its person sees it. `id` orders and deduplicates. */
export const ChatMessage = z.object({
  id: z.string(),
  from: z.enum(['me', 'bot', 'staff']),
  /** ISO instant. */
  at: z.string(),
  text: z.string(),
  language: z.enum(['ar', 'en']),
  options: z.array(z.object({ id: z.string(), n: z.number(), label: z.string() })),
  promptId: z.string().nullable(),
  layout: z.enum(['list', 'scale']),
  /** Shown name, when staff wrote it. */
  staff: z.string().nullable(),
  file: z.object({ id: z.string(), mime: z.string(), size: z.number(), name: z.string().nullable() }).nullable(),
  /** Id that the page gave its own message. */
  clientId: z.string().nullable(),
})
export type ChatMessage = z.infer<typeof ChatMessage>

export const ChatSend = z.object({
  /** UUID made by the page: a repeat is the same message. */
  clientId: z.uuid(),
  content: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), text: z.string().max(65_536) }),
    z.object({ kind: z.literal('choice'), promptId: z.string().max(64), optionId: z.string().max(64), label: z.string().max(200) }),
    z.object({ kind: z.literal('sticker') }),
    /** What the link that led to the page carried. */
    z.object({ kind: z.literal('start'), payload: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
    z.object({ kind: z.literal('location'), latitude: z.number(), longitude: z.number() }),
  ]),
})
export type ChatSend = z.infer<typeof ChatSend>

export const ChatOpen = z.object({
  association: z.object({ slug: z.string(), name: z.string(), nameEn: z.string(), sample: z.boolean() }),
  /** Bytes. */
  fileLimit: z.number(),
  messages: z.array(ChatMessage),
  /** The bot is about to answer. */
  typing: z.boolean(),
  owner: z.enum(['bot', 'staff']),
})
export type ChatOpen = z.infer<typeof ChatOpen>

// ── Desk: /desk and /api/desk ────────────────────────────────────────────────────────────────────

export const SignIn = z.object({
  email: z
    .string()
    .max(254)
    .transform((email) => email.trim().toLowerCase()),
  /** Longer ones are refused before anything is hashed. */
  password: z.string().min(1).max(128),
})
export type SignIn = z.input<typeof SignIn>

export const DeskSession = z.object({
  /** What this member may do (`conversation.take` …): decides what a page offers, never what is allowed. */
  may: z.array(z.string()),
  staff: z.object({ id: z.string(), name: z.string(), role: z.string() }),
  association: z.object({ slug: z.string(), name: z.string(), nameEn: z.string(), sample: z.boolean() }),
})
export type DeskSession = z.infer<typeof DeskSession>

export const ConversationRow = z.object({
  id: z.string(),
  /** Name the person gave; null before. */
  name: z.string().nullable(),
  channel: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  waitingSince: z.string().nullable(),
  waitingReason: z.string().nullable(),
  lastInAt: z.string().nullable(),
  /** First line of the newest message, at most 80 characters. */
  preview: z.string(),
  /** Content kind of the newest message, which a page puts into words when `preview` is empty; null without one. */
  previewKind: z.string().nullable(),
  /** Who wrote it. */
  previewFrom: z.enum(['person', 'bot', 'staff']).nullable(),
  unanswered: z.number(),
  /** Stage of the newest request. */
  request: z.object({ id: z.string(), reference: z.string().nullable(), stage: z.string() }).nullable(),
})
export type ConversationRow = z.infer<typeof ConversationRow>

export const TranscriptLine = z.object({
  id: z.string(),
  from: z.enum(['person', 'bot', 'staff', 'notice']),
  at: z.string(),
  kind: z.string(),
  text: z.string(),
  options: z.array(z.object({ n: z.number(), label: z.string() })),
  staff: z.string().nullable(),
  file: z.object({ id: z.string(), mime: z.string(), size: z.number(), name: z.string().nullable() }).nullable(),
  /** Delivery of what we sent; disposition of what they sent. */
  state: z.string(),
})
export type TranscriptLine = z.infer<typeof TranscriptLine>

export const ConversationDetail = ConversationRow.extend({
  /** Nothing of ours arrives there at present. */
  unreachable: z.boolean(),
  language: z.enum(['ar', 'en']),
  gender: z.enum(['female', 'male']).nullable(),
  version: z.number(),
  lines: z.array(TranscriptLine),
  /** There is more before the first line. */
  more: z.boolean(),
  requests: z.array(
    z.object({
      id: z.string(),
      service: z.string(),
      reference: z.string().nullable(),
      stage: z.string(),
      submittedAt: z.string().nullable(),
    }),
  ),
})
export type ConversationDetail = z.infer<typeof ConversationDetail>

export const RequestDetail = z.object({
  id: z.string(),
  conversation: z.string(),
  /** Name the person gave; null before. */
  person: z.string().nullable(),
  reference: z.string().nullable(),
  service: z.string(),
  stage: z.string(),
  /** Stages of its service, in the order in which most requests come to them. */
  way: z.array(z.string()),
  /** What staff may choose next, with what it needs. */
  next: z.array(z.object({ stage: z.string(), note: z.enum(['required', 'optional', 'none']), told: z.boolean() })),
  answers: z.array(
    z.object({
      field: z.string(),
      label: z.string(),
      /** Kind of the answer (`text`, `money`, `national-id` …): decides how `value` is laid out. */
      kind: z.string(),
      /** Words, canonical digits, or E.164; empty for files and for `by-staff`. */
      value: z.string(),
      files: z.array(z.object({ id: z.string(), mime: z.string(), name: z.string().nullable() })),
      sensitive: z.boolean(),
    }),
  ),
  openedAt: z.string(),
  submittedAt: z.string().nullable(),
  notBefore: z.string().nullable(),
  declaration: z.object({ text: z.string(), at: z.string() }).nullable(),
  events: z.array(
    z.object({ at: z.string(), from: z.string(), to: z.string(), staff: z.string().nullable(), note: z.string().nullable() }),
  ),
  version: z.number(),
})
export type RequestDetail = z.infer<typeof RequestDetail>

/** Words of staff to a person, as written. */
export const DeskReply = z.object({ text: z.string().trim().min(1).max(4096) })
export type DeskReply = z.infer<typeof DeskReply>

/** What the event stream of the desk says with `change`; `reset` (refetch everything) carries nothing. */
export const DeskEvent = z.object({ kind: z.enum(['conversation', 'request']), id: z.string() })
export type DeskEvent = z.infer<typeof DeskEvent>

export const Advance = z.object({ to: z.string(), note: z.string().max(2000).nullable(), version: z.number() })
export type Advance = z.infer<typeof Advance>

/** What the person will be told, rendered but not sent; null when this move tells nothing. */
export const AdvancePreview = z.object({ text: z.string().nullable() })
export type AdvancePreview = z.infer<typeof AdvancePreview>

export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  /** Shown name of who owns the conversation, with `already-owned`. */
  owner: z.string().optional(),
})
export type Problem = z.infer<typeof Problem>
