/** Releases of every association, and messages rendered from the effects of a turn. */
import type { Effect, MessageClass, Params } from '../core/engine/effect.ts'
import type { Understanding } from '../core/engine/input.ts'
import type { Language } from '../core/engine/state.ts'
import type { ReleaseId, Slug } from '../core/ids.ts'
import type { Contents, RenderContext, Rendered } from '../ports/content.ts'
import { DomainError } from '../ports/errors.ts'
import { type Missing, type OpenRelease, openRelease } from './release.ts'
import { openUnderstanding } from './understand.ts'

export interface ContentsOptions {
  /** The newest release of each association. */
  releases: readonly OpenRelease[]
  /** Body of an older release, or null. */
  loadSnapshot(association: Slug, id: ReleaseId): Promise<unknown | null>
  /** With it, what is missing is logged and a safe text is said; without it, a missing text or value throws. */
  log?: Missing
}

/** Pinned releases kept in memory; a run of an older one costs a load. */
const mostPinned = 32

/** The content of this process. `text` serves pages, which need a label or a preview outside a turn. */
export interface ReadyContents extends Contents {
  /** @throws DomainError `not-found` for an association that is not imported. */
  text(association: Slug, language: Language, key: string, params?: Params, context?: RenderContext): string
}

interface Piece {
  class: MessageClass
  language: Language
  text: string
  unfilled: string[]
  article: boolean
  prompt: Extract<Effect, { kind: 'say' }>['prompt']
  release: OpenRelease | null
}

export const createContents = ({ releases, loadSnapshot, log }: ContentsOptions): ReadyContents => {
  const newest = new Map<Slug, OpenRelease>(releases.map((release) => [release.association.slug, release]))
  const byId = new Map<ReleaseId, OpenRelease>(releases.map((release) => [release.id, release]))
  const older = new Map<ReleaseId, OpenRelease>()
  const understandings = new Map<Slug, (text: string) => Understanding>()
  const missing: Missing =
    log ??
    (({ language, key, name }) => {
      throw new Error(name === null ? `no text ${key} in ${language}` : `no value for {{${name}}} in ${key} (${language})`)
    })

  const current = (association: Slug): OpenRelease => {
    const release = newest.get(association)
    if (!release) throw new DomainError('not-found', `association ${association} is not imported`)
    return release
  }
  const inMemory = (id: ReleaseId): OpenRelease => {
    const release = byId.get(id) ?? older.get(id)
    if (!release) throw new Error(`release ${id} was not loaded before it was spoken`)
    return release
  }
  const remember = (release: OpenRelease): OpenRelease => {
    const oldest = older.keys().next()
    if (older.size >= mostPinned && !oldest.done) older.delete(oldest.value)
    older.set(release.id, release)
    return release
  }
  const pieceOf = (effect: Effect, context: RenderContext): Piece | null => {
    switch (effect.kind) {
      case 'say': {
        const release = inMemory(effect.release)
        const spoken = release.speak(effect.language, effect.key, effect.params, context, missing)
        return { ...spoken, class: effect.class, language: effect.language, article: false, prompt: effect.prompt, release }
      }
      case 'say-article': {
        const release = inMemory(effect.release)
        const spoken = release.speakArticle(effect.language, effect.article, context, missing)
        return { ...spoken, class: 'reply', language: effect.language, article: true, prompt: null, release }
      }
      case 'say-staff': {
        const language = /\p{Script=Arabic}/u.test(effect.text) ? 'ar' : 'en'
        return { text: effect.text, unfilled: [], class: 'staff', language, article: false, prompt: null, release: null }
      }
      default:
        return null
    }
  }
  const finish = (pieces: Piece[], context: RenderContext): Rendered => {
    const first = pieces[0] as Piece // a group begins with a piece
    const asked = pieces.findLast(({ prompt }) => prompt !== null)
    const options = (asked?.prompt?.options ?? []).map(({ id, n, label }) => ({
      id,
      n,
      label: asked?.release ? asked.release.speakParam(asked.language, label, context, missing) : id,
    }))
    return {
      class: first.class,
      text: joinPieces(pieces),
      language: first.language,
      options,
      promptId: asked?.prompt?.id ?? null,
      layout: asked?.prompt?.layout ?? 'list',
      unfilled: pieces.flatMap(({ unfilled }) => unfilled),
    }
  }

  return {
    current,
    pinned: async (association, id) => {
      const ready = byId.get(id) ?? older.get(id)
      if (ready) return ready
      const body = await loadSnapshot(association, id)
      if (body === null) throw new DomainError('not-found', `release ${id} of ${association} is not kept`)
      return remember(openRelease(body))
    },
    render: (effects, context) => {
      const groups: Piece[][] = []
      for (const effect of effects) {
        const piece = pieceOf(effect, context)
        if (piece === null) continue
        const last = groups.at(-1)
        const mergeable = last?.[0] && last[0].class === piece.class && last[0].language === piece.language && piece.class !== 'staff'
        if (mergeable) last.push(piece)
        else groups.push([piece])
      }
      return groups.map((pieces) => finish(pieces, context))
    },
    understand: (association, text) => {
      let understand = understandings.get(association)
      if (!understand) {
        understand = openUnderstanding(current(association))
        understandings.set(association, understand)
      }
      return understand(text)
    },
    associations: () => [...newest.keys()],
    text: (association, language, key, params = {}, context = { gender: null, now: new Date(0).toISOString() }) =>
      current(association).speak(language, key, params, context, missing).text,
  }
}

/** One below the other; an empty line where an answer or a longer text ends and something else begins. */
const joinPieces = (pieces: Piece[]): string => {
  let text = ''
  let before: Piece | null = null
  for (const piece of pieces) {
    if (piece.text === '') continue
    if (before === null) text = piece.text
    else text += (needsSpace(before, piece) ? '\n\n' : '\n') + piece.text
    before = piece
  }
  return text
}

const lineCount = (text: string): number => text.split('\n').length
const needsSpace = (before: Piece, piece: Piece): boolean => before.article || (lineCount(before.text) > 1 && lineCount(piece.text) > 1)
