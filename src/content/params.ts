/**
 * Names that a turn may put into a text, beside the association's own variables. One typed list: the checker
 * refuses any other name and measures each text at the longest value given here.
 */
import type { Param } from '../core/engine/effect.ts'

export interface ParamSpec {
  about: string
  /** Longest real value. */
  longest: Param
  /** Where it may be missing, its line is left out without anybody being told. */
  optional: boolean
}

const ofKey = (key: `${string}:${string}`): Param => ({ kind: 'text', key })
/** Neutral filler for words of people: letters only, so that no rule of tone sees anything in them. */
const words = (length: number): Param => ({ kind: 'quote', value: '\u0645'.repeat(length) })

export const paramSpecs = {
  step: { about: 'Number of the question.', longest: { kind: 'number', value: 12 }, optional: true },
  total: { about: 'Number of questions of the form.', longest: { kind: 'number', value: 12 }, optional: true },
  count: { about: 'Decides the plural form.', longest: { kind: 'number', value: 1100 }, optional: false },
  value: { about: 'Answer just saved or read back.', longest: { kind: 'money', value: 999_999.5 }, optional: false },
  last: { about: 'Last four digits of an identifier.', longest: { kind: 'identifier', value: '0008' }, optional: false },
  min: { about: 'Smallest number accepted.', longest: { kind: 'number', value: 1 }, optional: true },
  max: { about: 'Largest number or length accepted.', longest: { kind: 'number', value: 2000 }, optional: true },
  fields: {
    about: 'Answers of a draft, one line each.',
    longest: {
      kind: 'fields',
      rows: ['name', 'national-id', 'phone', 'city', 'family', 'need', 'housing', 'income', 'documents'].map((field) => ({
        label: `fields:${field}` as const,
        value: words(field === 'need' || field === 'city' ? 80 : 25),
      })),
    },
    optional: false,
  },
  missing: {
    about: 'Names of fields without an answer.',
    longest: { kind: 'list', items: [ofKey('fields:city'), ofKey('fields:family'), ofKey('fields:income'), ofKey('fields:documents')] },
    optional: true,
  },
  reference: { about: 'Number of a request.', longest: { kind: 'identifier', value: 'MSK-1000423' }, optional: true },
  since: {
    about: 'Day on which a request came to its stage.',
    longest: { kind: 'date', value: '2026-12-22', style: 'day' },
    optional: true,
  },
  notBefore: {
    about: 'Day before which no reply is expected; absent when it has passed.',
    longest: { kind: 'date', value: '2027-01-26', style: 'commitment' },
    optional: true,
  },
  keptUntil: { about: 'Day until which a draft is kept.', longest: { kind: 'date', value: '2026-12-22', style: 'day' }, optional: true },
  note: { about: 'Words of staff that belong to a status.', longest: words(140), optional: true },
  statement: { about: 'Status of one or more requests.', longest: words(220), optional: false },
  role: { about: 'Who answers.', longest: ofKey('association:role.relations'), optional: false },
  until: {
    about: 'Next change of the office: closing when open, opening when closed.',
    longest: { kind: 'moment', value: '2026-12-22T05:00:00.000Z' },
    optional: true,
  },
  moment: { about: 'When staff are back.', longest: { kind: 'moment', value: '2026-12-22T05:00:00.000Z' }, optional: true },
  name: { about: 'Shown name of a member of staff.', longest: words(24), optional: false },
  staff: { about: 'Shown name of a member of staff.', longest: words(24), optional: false },
  from: { about: 'Start of a shift.', longest: words(8), optional: false },
  to: { about: 'End of a shift.', longest: words(8), optional: false },
  days: { about: 'Days of a line of the hours.', longest: words(18), optional: false },
  ranges: { about: 'Shifts of a line of the hours.', longest: words(40), optional: false },
  place: { about: 'Another channel, as people call it.', longest: ofKey('common:link.place.web-chat'), optional: false },
  places: {
    about: 'The channels a conversation is linked with.',
    longest: { kind: 'list', items: [ofKey('common:link.place.telegram'), ofKey('common:link.place.web-chat')] },
    optional: false,
  },
  link: {
    about: 'A one-time address.',
    longest: { kind: 'link', value: `https://www.example.org.sa/c/association#link=l_${'x'.repeat(43)}` },
    optional: false,
  },
  first: { about: 'First day of a row of equal days.', longest: words(8), optional: false },
} as const satisfies Record<string, ParamSpec>

export const isOptionalParam = (name: string): boolean => (paramSpecs as Record<string, ParamSpec>)[name]?.optional ?? false
