/** Many people who ask for support at once: each reads what stands there and answers it, as people do. */
import type { BotSide, Person } from '../../support/bot-api/server.ts'
import { photo } from './photo.ts'

type Act = { presses: string } | { says: string } | 'photo'

/** What stands in the newest message, and what somebody does about it. */
const answers: readonly (readonly [RegExp, Act])[] = [
  // After a while, and when staff have finished: the first choice is to go on.
  [/نكمل (?:طلبك |الطلب )?من السؤال|كيف نكمل؟/, { says: '١' }],
  [/ما يحتاجه طلب الدعم|نبدأ طلب الدعم؟/, { presses: 'نبدأ' }],
  [/قبل أن نبدأ، بياناتك أمانة|نحتاج موافقتك على حفظ/, { presses: 'أوافق' }],
  [/نكمله الآن؟|نكمل طلبك المحفوظ/, { presses: 'نكمل' }],
  [/حتى نخاطبك|أي خطاب يناسبك/, { says: '٣' }],
  [/سؤال ١ من/, { says: 'خالد محمد العتيبي' }],
  [/سؤال ٢ من/, { says: '١٠٠٠٠٠٠٠٠٨' }],
  [/سؤال ٣ من/, { says: '0500000001' }],
  [/سؤال ٤ من/, { says: 'الرياض' }],
  [/سؤال ٥ من/, { says: '٤' }],
  [/سؤال ٦ من/, { says: 'الإيجار متراكم علينا' }],
  [/سؤال ٧ من/, { presses: 'إيجار' }],
  [/سؤال ٨ من/, { says: '٣٥٠٠' }],
  [/سؤال ٩ من/, 'photo'],
  [/كل شيء صحيح/, { says: 'صح' }],
  [/^إقرار|بقي الإقرار/, { presses: 'أوافق' }],
]
const reference = /MSK-\d+/

export interface Walk {
  chat: number
  /** Reference as told; null while none was. */
  reference: string | null
  /** Messages and presses of this person. */
  sent: number
  /** What stood there last, and what was said to it. */
  last: string
  /** How often nothing came back that could be answered, and the person wrote again. */
  silences: number
  /** Milliseconds from each act to what came back. */
  waits: number[]
}

export interface CrowdOptions {
  bot: BotSide
  /** The first chat id. */
  from: number
  /** Without end until `stop` when left out. */
  people?: number
  /** Conversations under way at once. */
  together: number
  /** Milliseconds without an answer after which a person writes again. */
  patience: number
  /** Milliseconds after which the whole is given up. */
  limit: number
  /** Stops for good at a message like this. */
  upTo?: RegExp
  /** Says thanks at the moment of each press: the two come on different ways. */
  chatty?: boolean
}

export interface Crowd {
  /** Those who have begun. */
  walks: readonly Walk[]
  /** Nobody new comes. */
  stop(): void
  /** When all who came have a reference, or the limit is over. */
  finished: Promise<Walk[]>
}

export const startCrowd = (options: CrowdOptions): Crowd => {
  const { bot, from, people = Number.POSITIVE_INFINITY, together, patience, limit, upTo, chatty = false } = options
  const end = Date.now() + limit
  const walks: Walk[] = []
  let next = from
  let stopped = false

  const does = (person: Person, act: Act): void => {
    if (act === 'photo') person.sends('photo', { bytes: photo })
    else if ('says' in act) person.says(act.says)
    else person.presses(act.presses)
  }
  /** Reads on while more is coming, and answers what stands there then. */
  const readOn = async (person: Person): Promise<void> => {
    for (let count = -1; count !== person.messages().length; await new Promise((resolve) => setTimeout(resolve, 150)))
      count = person.messages().length
  }

  const walkOne = async (chat: number): Promise<void> => {
    const walk: Walk = { chat, reference: null, last: '', sent: 0, silences: 0, waits: [] }
    walks.push(walk)
    const person = bot.person(chat)
    let read = 0
    /** Messages that stood there when this person last answered. */
    let answered = 0
    const thanked = new Set<Act>()
    let since: number | null = null
    let before: Act = { says: 'ابغى اقدم على دعم' }
    const act = (what: Act): void => {
      since = performance.now()
      walk.sent += 1
      does(person, what)
    }
    act(before)
    while (Date.now() < end) {
      const heard = await person
        .waitFor((shown) => shown.length > read, Math.min(patience, Math.max(1, end - Date.now())))
        .then(
          () => true,
          () => false,
        )
      if (!heard) {
        walk.silences += 1
        // Asks for the question, then says again what may have been heard as something else, then asks whether all is done.
        act([before, { says: 'وين وصلنا؟' }, before, { says: 'طلبي' }][walk.silences % 4] ?? before)
        continue
      }
      if (since !== null) walk.waits.push(performance.now() - since)
      since = null
      if (chatty) await readOn(person)
      const shown = person.messages()
      const fresh = shown
        .slice(answered)
        .map(({ text }) => text)
        .reverse()
      read = shown.length
      if (upTo && fresh.some((text) => upTo.test(text))) return
      const told = fresh.map((text) => reference.exec(text)?.[0]).find((found) => found !== undefined)
      if (told !== undefined) {
        walk.reference = told
        return
      }
      // The newest question is answered, also when something that asks nothing stands below it.
      const question = fresh.find((text) => answers.some(([pattern]) => pattern.test(text)))
      const [, what] = answers.find(([pattern]) => question !== undefined && pattern.test(question)) ?? []
      walk.last = `${shown.at(-1)?.text ?? ''} → ${JSON.stringify(what ?? null)}`
      if (!what) continue
      answered = shown.length
      before = what
      act(what)
      if (chatty && typeof what === 'object' && 'presses' in what && !thanked.has(what)) person.says('شكرا')
      thanked.add(what)
    }
  }
  const lane = async (): Promise<void> => {
    while (!stopped && next < from + people && Date.now() < end) {
      const chat = next
      next += 1
      await walkOne(chat)
    }
  }
  return {
    walks,
    stop: () => {
      stopped = true
    },
    finished: Promise.all(Array.from({ length: together }, lane)).then(() => walks),
  }
}

export const walkCrowd = (options: CrowdOptions & { people: number }): Promise<Walk[]> => startCrowd(options).finished

/** One line for each thing that went wrong for them. */
export const strandedOf = (walks: readonly Walk[]): string[] => {
  const stranded = walks.filter(({ reference: told }) => told === null)
  const lines = stranded.map(({ chat, last }) => `\n        chat ${chat}: ${last.replaceAll('\n', ' / ')}`)
  return stranded.length > 0 ? [`${stranded.length} of ${walks.length} people without a reference${lines.join('')}`] : []
}

/** @returns the value below which this share of them lies */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
