/**
 * The courtesies we know. Each id is a key of `locales/<language>/smalltalk.yaml`; an id that is in both
 * lists is one key, because the reply is the same whether or not something follows.
 */

/** Said before something else, or alone: the reply comes first, and what follows is served. */
export const greetingIds = [
  /** السلام عليكم */
  'salam',
  /** السلام عليكم ورحمة الله (وبركاته) */
  'salam-full',
  /** صباح الخير */
  'morning',
  /** مساء الخير */
  'evening',
  /** مرحبا، هلا، أهلين، يا هلا */
  'marhaba',
  /** كيف الحال؟ شلونكم؟ وش أخباركم؟ */
  'how-are-you',
  /** الله يعطيكم العافية */
  'afiya',
  /** رمضان مبارك، مبارك عليكم الشهر */
  'ramadan',
  /** عيدكم مبارك، كل عام وأنتم بخير، من العايدين */
  'eid',
  /** جمعة مباركة */
  'jumua',
  /** حج مبرور، عمرة مقبولة */
  'hajj',
  /** كل عام والوطن بخير */
  'nation',
  /** Hello, hi, good morning */
  'hello',
] as const
export type GreetingId = (typeof greetingIds)[number]

/** The message is nothing else. */
export const smalltalkIds = [
  'afiya',
  /** شكرًا، مشكورين، ما قصرتوا، thank you */
  'thanks',
  /** جزاكم الله خير */
  'jazak',
  /** تسلم، تسلمون، يسلمو */
  'taslam',
  /** بارك الله فيكم */
  'barak',
  /** الله يوفقكم، الله يسعدكم، الله يخليكم */
  'tawfiq',
  /** في ميزان حسناتكم */
  'mizan',
  /** رحم الله والديكم */
  'rahim',
  /** الله يشفيه، ادعوا لي بالشفاء */
  'shifa',
  'ramadan',
  'eid',
  'jumua',
  'hajj',
  'nation',
  /** مع السلامة، في أمان الله، bye (also the command `goodbye`) */
  'farewell',
  /** آمين، اللهم آمين: needs no reply */
  'amen',
  /** 🌹 🙏 ❤️ and nothing else: thanks that need no reply */
  'flower',
  /** حسبي الله ونعم الوكيل، الله بيني وبينكم: a grievance, never answered with thanks or «آمين» */
  'grievance-dua',
  /** إنا لله وإنا إليه راجعون، لا حول ولا قوة إلا بالله: may be bereavement, never cheerful */
  'sorrow-dua',
] as const
export type SmalltalkId = (typeof smalltalkIds)[number]

/** Those that have no words of their own: two end a farewell, and a grievance opens a complaint. */
export const withoutReply: readonly string[] = ['amen', 'flower', 'grievance-dua'] satisfies SmalltalkId[]
