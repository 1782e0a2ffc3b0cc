/** What can take the turns of the benchmark. */
export interface System {
  name: string
  /**
   * Makes its tables where needed and `conversations` people who are known already.
   * @param url of an empty database, as its owner
   */
  setup(url: string, conversations: number): Promise<void>
  /** One turn, durable when the promise resolves. @param step 0 … 11, in order per conversation, then again from 0 */
  turn(conversation: number, step: number): Promise<void>
  close(): Promise<void>
}

export const steps = 12

/** What the person writes at each step: as long as such answers are. */
export const words = [
  'السلام عليكم ورحمة الله',
  'أبغى أقدم على دعم سكني',
  'نعم موافق',
  'سالم بن عبدالله التجريبي',
  '1000000008',
  '0500000001',
  'الرياض، حي النسيم',
  '6',
  'نحتاج ترميم سقف المطبخ لأنه يسرب مع المطر',
  '3500',
  'نعم صحيحة',
  'أقر بصحة البيانات',
] as const

/** What is answered, 150–250 bytes: the floor and telegraf get the same texts. */
export const answers = words.map(
  (_, step) =>
    `سؤال ${step + 1} من ${steps}\nشكرًا لك. اكتب الجواب كما هو في وثيقتك الرسمية، ولو أردت أحدًا من الفريق فاكتب «موظف» في أي وقت.`,
)

export const wordOf = (step: number): string => words[step % steps] ?? ''
export const answerOf = (step: number): string => answers[step % steps] ?? ''
