/** A release ready for use: what the engine walks, and the voice it speaks with. */
import type { Param, Params } from '../core/engine/effect.ts'
import type { Language } from '../core/engine/state.ts'
import type { Flow } from '../core/flow/schema.ts'
import type { Article, Release } from '../ports/content.ts'
import { isOptionalParam } from './params.ts'
import { type KnowledgeArticle, releaseId, Snapshot } from './snapshot.ts'
import { fill, type Spoken, speak, type Voice } from './speak.ts'
import { compileText, type Gender, openTexts, type Template, type Texts } from './template.ts'
import type { Values } from './value.ts'
import { isLiveVariable, readVariable } from './variables.ts'

export interface SpeakContext {
  gender: Gender
  /** ISO instant. */
  now: string
}

/** What is done about a text or a value that is not there: throw, or say something safe and tell the log. */
export type Missing = (what: { release: string; language: Language; key: string; name: string | null }) => void

export interface OpenRelease extends Release {
  /** Some slots hold sample values. */
  sample: boolean
  /** Says a text of the bank. Keys of `article:` are titles, of `association:` variables. */
  speak(language: Language, key: string, params: Params, context: SpeakContext, missing: Missing): Spoken
  speakArticle(language: Language, id: string, context: SpeakContext, missing: Missing): Spoken
  /** Names of the texts that others include: `part.declaration`. */
  partNames(language: Language): string[]
  speakParam(language: Language, param: Param, context: SpeakContext, missing: Missing): string
}

/**
 * Opens a snapshot, as `loadContent` made it and a column kept it.
 * @throws ZodError when it is no snapshot
 */
export const openRelease = (snapshot: unknown): OpenRelease => {
  const body = Snapshot.parse(snapshot)
  const id = releaseId(body)
  const flows = new Map<string, Flow>(body.flows.map((flow) => [flow.flow, { ...flow, nodes: Object.fromEntries(flow.nodes) }]))
  const { association } = body
  const texts: Record<Language, Texts> = {
    ar: openTexts('ar', withTitles(body, 'ar')),
    en: openTexts('en', withTitles(body, 'en')),
  }
  const answers = new Map<string, Record<Language, Template>>(
    body.articles.map((article) => [article.id, { ar: compileText(article.answer.ar), en: compileText(article.answer.en) }]),
  )
  const known: Record<Language, Map<string, string | null | undefined>> = { ar: new Map(), en: new Map() }

  let latest: { language: Language; context: SpeakContext; missing: Missing; voice: Voice } | null = null
  /** One voice serves a whole message: everything in it has one language, one person and one moment. */
  const voiceOf = (language: Language, context: SpeakContext, missing: Missing): Voice => {
    if (latest?.language === language && latest.context === context && latest.missing === missing) return latest.voice
    const voice = makeVoice(language, context, missing)
    latest = { language, context, missing, voice }
    return voice
  }
  const makeVoice = (language: Language, context: SpeakContext, missing: Missing): Voice => {
    const tell = (key: string, name: string | null) => missing({ release: id, language, key, name })
    const voice: Voice = {
      texts: texts[language],
      association,
      gender: context.gender,
      now: context.now,
      optional: isOptionalParam,
      missingText: (key) => {
        tell(key, null)
        const safe = texts[language].template('common:our-fault', null, null)
        return safe === null ? '' : fill(voice, 'common:our-fault', safe, {}).text
      },
      missingValue: (key, name) => tell(key, name),
      variable: (name) => {
        const { [language]: kept } = known
        if (kept.has(name)) return kept.get(name)
        const value = readVariable({ association, flows }, language, name, context.now)
        const words = value ? fill(neutral(), name, { plain: null, lines: [[{ name: 'value' }]] }, { value }).text || null : value
        if (!isLiveVariable(name)) kept.set(name, words)
        return words
      },
    }
    // A variable is the same for everybody.
    const neutral = (): Voice => ({ ...voice, gender: null })
    return voice
  }

  const release: OpenRelease = {
    id,
    association,
    flows,
    articles: new Map(),
    sample: body.sample,
    label: (language, key) => texts[language].raw(key),
    speak: (language, key, params, context, missing) => speak(voiceOf(language, context, missing), key, params),
    speakArticle: (language, article, context, missing) => {
      const voice = voiceOf(language, context, missing)
      const answer = answers.get(article)?.[language]
      if (!answer) return { text: voice.missingText(`article:${article}`), unfilled: [] }
      return fill(voice, `article:${article}`, answer, {})
    },
    partNames: (language) => [
      ...new Set(
        Object.keys(body.texts[language])
          .filter((key) => key.startsWith('common:part.'))
          .map((key) => key.slice('common:'.length).replace(/_(?:zero|one|two|few|many|other|male|female)$/, '')),
      ),
    ],
    speakParam: (language, param, context, missing) => {
      const values: Values = { value: param }
      return fill(voiceOf(language, context, missing), 'option', { plain: null, lines: [[{ name: 'value' }]] }, values).text
    },
  }
  const asArticle = (article: KnowledgeArticle): Article => {
    const context = { gender: null, now: '2026-01-04T09:00:00.000Z' }
    const voice = voiceOf('ar', context, () => undefined)
    const spoken = release.speakArticle('ar', article.id, context, () => undefined)
    const needed = article.needs.filter((name) => voice.variable(name) === null)
    const { id: name, questions, answer, source, reviewed } = article
    return { id: name, questions, answer, source, reviewed, unfilled: spoken.text === '' ? spoken.unfilled : needed }
  }
  return { ...release, articles: new Map(body.articles.map((article) => [article.id, asArticle(article)])) }
}

const withTitles = (body: Snapshot, language: Language): Record<string, string> => ({
  ...body.texts[language],
  ...Object.fromEntries(body.articles.map(({ id, title }) => [`article:${id}.title`, title[language]])),
})
