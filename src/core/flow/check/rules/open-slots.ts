import type { Finding, Rule } from '../rule.ts'

export const openSlots: Rule = {
  id: 'open-slots',
  about: 'What the association has not given yet: its lines are left out or the question goes to a person.',
  check: ({ release }) => {
    const { association, articles } = release
    const open = (part: string, message: string): Finding => ({
      ...release.placeOf('association', association.slug, part),
      level: 'warning',
      message,
    })
    const users = (name: string) => [...articles.values()].filter(({ needs }) => needs.includes(name)).map(({ id }) => id)
    const consequence = (name: string) => (users(name).length > 0 ? `; until then staff answer ${users(name).join(', ')}` : '')
    return [
      ...(association.licence === null ? [open('licence', 'licence is not given')] : []),
      ...(association.hours === null ? [open('hours', `hours are not given${consequence('hours.week')}`)] : []),
      ...(association.draftDays === null ? [open('draftDays', 'draftDays is not given: reminders name no date and drafts are kept')] : []),
      ...(association.policy.approval === null ? [open('policy/approval', 'the policy has no approval record: it is a draft')] : []),
      ...Object.entries(association.slots)
        .filter(([, value]) => value === null)
        .map(([name]) => open(`slots/${name}`, `slot «${name}» is not given${consequence(`slot.${name}`)}`)),
    ]
  },
}
