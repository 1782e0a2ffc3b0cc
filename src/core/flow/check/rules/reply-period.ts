import type { Finding, Rule } from '../rule.ts'

export const replyPeriod: Rule = {
  id: 'reply-period',
  about: 'The period is a floor or a ceiling, as its quotation says, and never both unsaid.',
  check: ({ release }) => {
    const { reply, slug } = release.association
    const tell = (message: string): Finding => ({ ...release.placeOf('association', slug, 'reply'), message })
    if (reply.min === null && reply.max === null) return [tell('a quoted period needs a shortest or a longest time')]
    if (/not less than|at least/i.test(reply.quote.en) && reply.min === null) return [tell('the quotation is a floor, and min is empty')]
    if (/not (?:more than|exceeding)|at most/i.test(reply.quote.en) && reply.max === null)
      return [tell('the quotation is a ceiling, and max is empty')]
    return []
  },
}
