import type { Finding, Rule } from '../rule.ts'

export const sourcesExist: Rule = {
  id: 'sources-exist',
  about: 'Everything that rests on the policy names a clause that policy.md holds.',
  check: ({ release }) => {
    const { association, clauses } = release
    const found: Finding[] = []
    const look = (source: string, part: string) => {
      const clause = /^clause:(.+)$/.exec(source)?.[1]
      if (clause !== undefined && !clauses.has(clause))
        found.push({ ...release.placeOf('association', association.slug, part), message: `policy.md has no clause ${clause} (${part})` })
    }
    for (const [index, { source }] of association.committees.entries()) look(source, `committees/${index}`)
    for (const [index, { source }] of association.roles.entries()) look(source, `roles/${index}`)
    look(association.reply.source, 'reply/source')
    look(association.reply.from.source, 'reply/from')
    for (const { id, source } of release.articles.values()) {
      const clause = source.startsWith(`${association.slug}/`) ? source.slice(association.slug.length + 1) : null
      const place = release.placeOf('article', id)
      if (clause !== null && !clauses.has(clause)) found.push({ ...place, message: `${id}: policy.md has no clause ${clause}` })
      if (clause === null && source !== 'procedure')
        found.push({ ...place, message: `${id}: «${source}» is neither a clause of ${association.slug} nor procedure` })
    }
    return found
  },
}
