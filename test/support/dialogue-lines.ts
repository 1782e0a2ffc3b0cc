import type { Effect } from '../../src/core/engine/effect.ts'
import type { Content, ReceivedFile } from '../../src/core/engine/input.ts'
import type { FileId } from '../../src/core/ids.ts'
import { settle } from './dialogue.ts'

/** A noteworthy effect in one line. */
export const lineOfEffect = (effect: Effect): string => {
  switch (effect.kind) {
    case 'open-request':
      return `open-request ${effect.service}`
    case 'submit-request':
      return settle(`submit-request ${effect.reference} not-before ${effect.notBefore}`)
    case 'file-request':
      return settle(`file-request ${effect.service} ${effect.reference}: ${Object.keys(effect.answers).join(', ')}`)
    case 'add-answers':
      return `add-answers: ${Object.keys(effect.answers).join(', ')}`
    case 'discard-request':
      return `discard-request ${effect.reason}`
    case 'hand-over':
      return `hand-over ${effect.reason} → ${effect.role}`
    case 'release':
      return effect.queue ? 'release to the queue' : 'release to the bot'
    case 'consent':
      return `consent ${effect.purpose} ${effect.given}`
    case 'rate':
      return `rate ${effect.dimension} ${effect.score}`
    case 'set-profile': {
      const { kind: _, ...change } = effect
      return `set-profile ${JSON.stringify(change)}`
    }
    default:
      return effect.kind
  }
}

/** @param kind `photo`, `pdf`, `voice`, `video`, `sticker`, `location`, `contact`, `unknown`, `huge`, `zip` … */
export const mediaOf = (kind: string, id: FileId): Content => {
  const file = (mime: string): ReceivedFile => ({ id, mime, size: 1000, name: null, problem: null })
  const refused = (problem: ReceivedFile['problem']): ReceivedFile => ({ id: null, mime: null, size: 1000, name: null, problem })
  switch (kind) {
    case 'photo':
      return { kind: 'image', file: file('image/jpeg'), caption: null }
    case 'pdf':
      return { kind: 'document', file: file('application/pdf'), caption: null }
    case 'voice':
      return { kind: 'voice', file: file('audio/ogg'), caption: null }
    case 'video':
      return { kind: 'video', file: file('video/mp4'), caption: null }
    case 'location':
      return { kind: 'location', latitude: 24.7, longitude: 46.7 }
    case 'huge':
      return { kind: 'document', file: refused('too-large'), caption: null }
    case 'zip':
      return { kind: 'document', file: refused('type'), caption: null }
    case 'empty':
      return { kind: 'document', file: refused('empty'), caption: null }
    case 'locked':
      return { kind: 'document', file: refused('locked'), caption: null }
    case 'sticker':
    case 'contact':
    case 'unknown':
      return { kind }
    default:
      throw new Error(`no such media: ${kind}`)
  }
}
