/** Many people who ask for support at once: each reads what stands there and answers it, as people do. */
import type { BotSide, Person } from '../../support/bot-api/server.ts'
import { photo } from './photo.ts'

type Act = (person: Person) => void

/** What stands in the newest message, and what somebody does about it. */
const answers: readonly (readonly [RegExp, Act])[] = [
  [/ما يحتاجه طلب الدعم/, (person) => void person.presses('نبدأ')],
  [/قبل أن نبدأ، بياناتك أمانة/, (person) => void person.presses('أوافق')],
  [/حتى نخاطبك/, (person) => void person.says('٣')],
  [/سؤال ١ من/, (person) => void person.says('خالد محمد العتيبي')],
  [/سؤال ٢ من/, (person) => void person.says('١٠٠٠٠٠٠٠٠٨')],
  [/سؤال ٣ من/, (person) => void person.says('0500000001')],
  [/سؤال ٤ من/, (person) => void person.says('الرياض')],
  [/سؤال ٥ من/, (person) => void person.says('٤')],
  [/سؤال ٦ من/, (person) => void person.says('الإيجار متراكم علينا')],
  [/سؤال ٧ من/, (person) => void person.presses('إيجار')],
  [/سؤال ٨ من/, (person) => void person.says('٣٥٠٠')],
  [/سؤال ٩ من/, (person) => void person.sends('photo', { bytes: photo })],
  [/كل شيء صحيح/, (person) => void person.says('صح')],
  [/^إقرار/, (person) => void person.presses('أوافق')],
]
const reference = /MSK-\d+/

export interface Walk {
  chat: number
  /** Reference as told; null while none was. */
  reference: string | null
  /** Updates this person caused. */
  sent: number
  /** How often nothing came back and the person wrote again. */
  silences: number
}

export interface CrowdOptions {
  bot: BotSide
  /** Chat ids. */
  from: number
  people: number
  /** Conversations under way at once. */
  together: number
  /** Milliseconds without an answer after which a person writes again. */
  patience: number
  /** Milliseconds after which the whole is given up. */
  limit: number
}

/** @returns how each of them fared, when all have a reference or the limit is over */
export const walkCrowd = async ({ bot, from, people, together, patience, limit }: CrowdOptions): Promise<Walk[]> => {
  const end = Date.now() + limit
  const walks: Walk[] = []
  let next = from
  const walkOne = async (chat: number): Promise<void> => {
    const walk: Walk = { chat, reference: null, sent: 0, silences: 0 }
    walks.push(walk)
    const person = bot.person(chat)
    let read = 0
    const act = (does: Act): void => {
      does(person)
      walk.sent += 1
    }
    act(() => void person.says('ابغى اقدم على دعم'))
    while (Date.now() < end) {
      const heard = await person
        .waitFor((shown) => shown.length > read, Math.min(patience, Math.max(1, end - Date.now())))
        .then(
          () => true,
          () => false,
        )
      if (!heard) {
        walk.silences += 1
        act(() => void person.says('وين وصلنا؟'))
        continue
      }
      const shown = person.messages()
      const newest = shown.at(-1)?.text ?? ''
      read = shown.length
      const told = reference.exec(newest)
      if (told) {
        walk.reference = told[0]
        return
      }
      const [, does] = answers.find(([pattern]) => pattern.test(newest)) ?? []
      // What asks nothing (an interim line) is read and waited on.
      if (does) act(does)
    }
  }
  const lane = async (): Promise<void> => {
    while (next < from + people && Date.now() < end) {
      const chat = next
      next += 1
      await walkOne(chat)
    }
  }
  await Promise.all(Array.from({ length: together }, lane))
  return walks
}
