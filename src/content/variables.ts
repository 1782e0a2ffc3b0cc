/**
 * What a text may say about its association: one typed list, a member for each name or family of names.
 * A variable without a value leaves its line out and is reported, so that the question goes to a person.
 */
import { countedNodes } from '../core/engine/progress.ts'
import type { Language } from '../core/engine/state.ts'
import type { FlowSet } from '../core/flow/schema.ts'
import type { Association } from '../core/policy/association.ts'
import { describeToday, describeWeek } from './hours.ts'
import type { Value } from './value.ts'

export interface VariableSource {
  association: Association
  flows: FlowSet
}

const words = (value: string | null | undefined): Value | null => (value ? { kind: 'words', value } : null)

/** @returns null when the association has not given it, undefined when there is no such name. `of`: rest of the name of a family. */
type Read = (source: VariableSource, language: Language, of: string, now: string) => Value | null | undefined
/** `live`: changes with the hour of the day. */
const one = (about: string, read: Read, live = false) => ({ about, family: false, live, read }) as const
/** A family takes the rest of its name: `slot.conditions`. */
const family = (about: string, read: Read) => ({ about, family: true, live: false, read }) as const

const period = (part: 'at-least' | 'at-most' | 'least', of: { count: number; unit: string }): Value => ({
  kind: 'text',
  key: `common:reply.${part}.${of.unit}`,
  params: { count: { kind: 'number', value: of.count } },
})

export const variableSpecs = {
  'association.name': one('Official name.', ({ association }, language) => words(association.name[language])),
  'association.shortName': one('Name for the first line of a push.', ({ association }, language) => words(association.shortName[language])),
  'association.licence': one('Registration number.', ({ association }) =>
    association.licence === null ? null : { kind: 'identifier', value: association.licence },
  ),
  committee: one('Committee that studies requests: the first of the list.', ({ association }, language) =>
    words(association.committees[0]?.name[language]),
  ),
  'reply.quote': one('Words of the policy on the period, as they stand.', ({ association }, language) =>
    words(association.reply.quote[language]),
  ),
  'reply.meaning': one('The period in plain words: a floor says «على الأقل», a ceiling «على الأكثر».', ({ association: { reply } }) =>
    reply.min ? period('at-least', reply.min) : reply.max ? period('at-most', reply.max) : null,
  ),
  'reply.short': one('The period in a few words, for later mentions.', ({ association: { reply } }) =>
    reply.min ? period('least', reply.min) : reply.max ? period('at-most', reply.max) : null,
  ),
  'policy.title': one('Title of the policy.', ({ association }, language) => words(association.policy.title[language])),
  'policy.version': one('Version of the policy.', ({ association }) => words(association.policy.version)),
  'draft.days': one('How long an unfinished request is kept.', ({ association }) =>
    association.draftDays === null
      ? null
      : { kind: 'text', key: 'common:days', params: { count: { kind: 'number', value: association.draftDays } } },
  ),
  'hours.week': one('Working hours, a line for each row of equal days.', ({ association }) => describeWeek(association.hours)),
  'hours.today': one('Working hours of today.', ({ association }, _language, _of, now) => describeToday(association.hours, now), true),
  slot: family('A fact that the policy does not give.', ({ association }, language, of) => {
    const slot = association.slots[of]
    return slot === undefined ? undefined : words(slot?.[language])
  }),
  role: family('Name of a role.', ({ association }, language, of) => {
    const role = association.roles.find(({ id }) => id === of)
    return role === undefined ? undefined : words(role.name[language])
  }),
  questions: family('«٩ أسئلة»: counted questions of a flow.', ({ flows }, _language, of) => {
    const flow = flows.get(of)
    if (!flow) return undefined
    return { kind: 'text', key: 'common:questions', params: { count: { kind: 'number', value: countedNodes(flow).length } } }
  }),
} as const satisfies Record<string, { about: string; family: boolean; live: boolean; read: Read }>

export type VariableName = keyof typeof variableSpecs

const specOf = (name: string): { spec: (typeof variableSpecs)[VariableName]; of: string } | null => {
  const specs: Partial<Record<string, (typeof variableSpecs)[VariableName]>> = variableSpecs
  const exact = specs[name]
  if (exact && !exact.family) return { spec: exact, of: '' }
  const dot = name.indexOf('.')
  const group = dot < 0 ? undefined : specs[name.slice(0, dot)]
  return group?.family ? { spec: group, of: name.slice(dot + 1) } : null
}

/** @returns undefined for a name that is no variable, null for one that the association has not filled. */
export const readVariable = (source: VariableSource, language: Language, name: string, now: string): Value | null | undefined => {
  const found = specOf(name)
  return found ? found.spec.read(source, language, found.of, now) : undefined
}

export const isLiveVariable = (name: string): boolean => specOf(name)?.spec.live ?? false

/** Every name that a release knows, families spelled out. */
export const variableNames = ({ association, flows }: VariableSource): string[] => [
  ...Object.entries(variableSpecs)
    .filter(([, spec]) => !spec.family)
    .map(([name]) => name),
  ...Object.keys(association.slots).map((slot) => `slot.${slot}`),
  ...association.roles.map(({ id }) => `role.${id}`),
  ...[...flows.keys()].map((flow) => `questions.${flow}`),
]
