/** Shortest way from the first word to the document of masakin's support request: one message a line. */
export const supportAnswers: readonly string[] = [
  'ابغى اقدم على دعم',
  '١',
  'أوافق',
  '٣',
  'خالد محمد العتيبي',
  '١٠٠٠٠٠٠٠٠٨',
  '0500000001',
  'الرياض',
  '٤',
  'الإيجار متراكم',
  'ايجار',
  '٣٥٠٠',
]

/** And on to its reference, for who has no paper at hand: after the third time one may go on without it. */
export const supportRequest: readonly string[] = [
  ...supportAnswers,
  'ليس عندي ورق الآن',
  'ليس عندي ورق الآن',
  'ليس عندي ورق الآن',
  '٢',
  'صح',
  'أوافق',
]
