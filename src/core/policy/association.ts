/**
 * An association's policy as data: `flows/associations/<slug>/association.yaml`. What the policy text
 * does not give is a slot: `null` here, filled by the association, listed by the checker until then.
 */
import { z } from 'zod'
import { Slug } from '../ids.ts'

/** Both languages, always. */
export const Bilingual = z.strictObject({ ar: z.string().min(1), en: z.string().min(1) })
export type Bilingual = z.infer<typeof Bilingual>

/** Clause of `policy.md` that says so, or `procedure`: our own («إجراء من المنصة»), never quoted as policy. */
const source = z.string().regex(/^(clause:\d+(\.\d+)*|procedure)$/)

const slot = <T extends z.ZodType>(schema: T) => schema.nullable()

/** Local time of day, Asia/Riyadh. */
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const shifts = z.array(z.tuple([time, time]))

export const Hours = z.strictObject({
  week: z.strictObject({
    sunday: shifts,
    monday: shifts,
    tuesday: shifts,
    wednesday: shifts,
    thursday: shifts,
    friday: shifts,
    saturday: shifts,
  }),
  /** Single days that differ; an empty list is a closed day. */
  days: z.record(day, shifts).default({}),
})
export type Hours = z.infer<typeof Hours>

/** Period of the reply. A floor and a ceiling are different promises and are kept apart. */
export const ReplyPeriod = z.strictObject({
  /** Words of the policy, quoted as they stand. */
  quote: Bilingual,
  min: z.strictObject({ count: z.number().int().positive(), unit: z.enum(['day', 'week', 'working-day']) }).nullable(),
  max: z.strictObject({ count: z.number().int().positive(), unit: z.enum(['day', 'week', 'working-day']) }).nullable(),
  /** From when it is counted. Where the text does not say, the association chooses (`source: procedure`). */
  from: z.strictObject({ event: z.enum(['submission', 'completion', 'committee']), source }),
  source,
})
export type ReplyPeriod = z.infer<typeof ReplyPeriod>

export const Association = z.strictObject({
  slug: Slug,
  name: Bilingual,
  /** First line of a push, at most 60 characters; tells nothing of the case. */
  shortName: Bilingual,
  /** Latin letters before the number of a reference: MSK-1042. */
  prefix: z.string().regex(/^[A-Z]{2,4}$/),
  /** Registration number as the policy or the association gives it. */
  licence: slot(z.string()),
  digits: z.enum(['arab', 'latn']).default('arab'),
  policy: z.strictObject({
    title: Bilingual,
    version: z.string(),
    approval: z.strictObject({ body: z.string(), session: z.string(), hijri: z.string(), gregorian: day }).nullable(),
  }),
  committees: z.array(z.strictObject({ id: z.string(), name: Bilingual, source })).min(1),
  reply: ReplyPeriod,
  /** Who answers what the bot cannot: `social-research` at least. */
  roles: z.array(z.strictObject({ id: z.string(), name: Bilingual, source })).min(1),
  hours: slot(Hours),
  /** No push that nobody asked for leaves in these hours. */
  quiet: z.strictObject({ from: time, to: time }),
  /** Days a draft is kept after the last answer. */
  draftDays: slot(z.number().int().positive()),
  /** Ours, until the association changes them. */
  followUps: z.strictObject({
    draftReminderDays: z.number().int().positive(),
    ratingHours: z.number().positive(),
    absenceMinutes: z.number().int().positive(),
    ownerReturnMinutes: z.number().int().positive(),
  }),
  /** Facts that texts and articles name as `{{slot.conditions}}`. */
  slots: z.record(z.string(), slot(Bilingual)),
})
export type Association = z.infer<typeof Association>
