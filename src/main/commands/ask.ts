/** One inquiry, answered from the articles as the bot would. */
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { readConfig } from '../../config/read-config.ts'
import { createContents } from '../../content/contents.ts'
import type { Effect } from '../../core/engine/effect.ts'
import type { Slug } from '../../core/ids.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Contents } from '../../ports/content.ts'
import { DomainError } from '../../ports/errors.ts'
import { loadReleases } from '../load-releases.ts'
import { usesSample } from '../open-application.ts'

export interface AskOptions {
  jsonl?: boolean
  json?: boolean
  sample?: boolean
}

interface Answer {
  question: string
  band: string
  /** `article:<id>`, `flow:<id>`, or null when it would be handed over. */
  source: string | null
  score: number
  answer: string | null
  command: string | null
}

const answer = (contents: Contents, association: Slug, question: string): Answer => {
  const understanding = contents.understand(association, cleanText(question))
  const release = contents.current(association)
  const best = understanding.candidates[0]
  const certain = understanding.band === 'answer' || understanding.band === 'certain'
  const article = certain && best?.kind === 'article' ? release.articles.get(best.id) : undefined
  const effect: Effect | null =
    article && article.unfilled.length === 0 ? { kind: 'say-article', release: release.id, language: 'ar', article: article.id } : null
  const rendered = effect ? contents.render([effect], { gender: null, now: new Date().toISOString() })[0] : undefined
  return {
    question,
    band: understanding.command ? 'command' : understanding.band,
    source: certain && best ? `${best.kind}:${best.id}` : null,
    score: best?.score ?? 0,
    answer: rendered?.text ?? null,
    command: understanding.command,
  }
}

export const runAsk = async (question: string[], options: AskOptions): Promise<void> => {
  const config = readConfig()
  const association = config.association as Slug // loadReleases throws for an association without a folder
  const releases = loadReleases(config.association, options.sample === true || usesSample(config))
  const contents = createContents({ releases, loadSnapshot: async () => null })
  if (options.jsonl) {
    let n = 0
    for await (const line of createInterface({ input: process.stdin })) {
      n += 1
      if (line.trim() === '') continue
      const parsed = z.object({ text: z.string() }).safeParse(parseJson(line))
      if (!parsed.success) throw new DomainError('invalid-input', `standard input:${n}: expected {"text": …}`)
      process.stdout.write(`${JSON.stringify(answer(contents, association, parsed.data.text))}\n`)
    }
    return
  }
  const text = question.join(' ').trim()
  if (text === '') throw new DomainError('invalid-input', 'Ask something: sila ask «كم تأخذ دراسة الطلب؟»')
  const found = answer(contents, association, text)
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`)
  else
    process.stdout.write(
      `${found.answer ?? `(no approved answer: ${found.command ?? found.source ?? found.band}; a person would answer)`}\n`,
    )
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
