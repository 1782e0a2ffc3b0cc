/** Answers from the association's own articles, or a person when a fact is missing. */
import { type Context, releaseOf } from './context.ts'
import { handOver } from './hand-over.ts'
import { ask } from './walk.ts'

export const answerArticle = (context: Context, id: string): void => {
  sayArticle(context, id)
  if (context.state.run && context.state.prompt) ask(context, 'again')
}

export const sayArticle = (context: Context, article: string): void => {
  context.state.misses = 0
  const unfilled = releaseOf(context).articles.get(article)?.unfilled ?? []
  if (unfilled.length > 0) {
    for (const slot of unfilled) context.effects.push({ kind: 'count', name: 'slot', of: slot })
    return handOver(context, 'unfilled-slot', 'social-research')
  }
  context.effects.push({ kind: 'count', name: 'article', of: article })
  context.effects.push({ kind: 'say-article', release: releaseOf(context).id, language: context.state.language, article })
}
