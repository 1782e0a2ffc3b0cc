/** Greetings returned, and who we are on first contact. */
import { riyadhDate } from '../text/dates.ts'
import { type Context, say } from './context.ts'
import type { TextKey } from './effect.ts'
import type { Understanding } from './input.ts'

/** Returned once a day, in the same message as the answer. */
export const greet = (context: Context, greeting: string): void => {
  const today = riyadhDate(context.env.now)
  context.state.greetedOn = today
  say(context, `smalltalk:${greeting}` as TextKey)
}

/** First contact: who we are, that this is automatic, «موظف», privacy; in one line when the wish is clear. */
export const introduce = (context: Context, understanding: Understanding, how: 'full' | 'short'): void => {
  const { state, env } = context
  const today = riyadhDate(env.now)
  if (understanding.greeting && (state.greetedOn !== today || understanding.rest === '')) greet(context, understanding.greeting)
  if (state.introduced) {
    if (how === 'full' && understanding.greeting && understanding.rest === '' && !env.draft) say(context, 'common:how-can-we-serve')
    return
  }
  state.introduced = true
  say(context, how === 'full' ? 'common:introduction' : 'common:introduction-short')
}
