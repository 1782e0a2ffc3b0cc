import { readScore } from '../../text/read-score.ts'
import type { OptionShown } from '../effect.ts'
import { answered, type ExpectSpec, failed, noMedia, noParams } from './spec.ts'

const scores = [5, 4, 3, 2, 1] as const

/** The number is the score, 5 on top. */
export const rating: ExpectSpec<'rating'> = {
  about: 'A score from 1 to 5.',
  layout: 'scale',
  free: false,
  options: (): OptionShown[] => scores.map((n) => ({ id: `score-${n}`, n, label: { kind: 'text', key: `rating:scale.${n}` } })),
  params: noParams,
  read: (_context, _frame, _node, { text, option }) => {
    const score = option?.startsWith('score-') ? Number(option.slice(6)) : readScore(text)
    return score === null ? failed('none') : answered({ kind: 'number', value: score }, null)
  },
  readMedia: noMedia,
}
