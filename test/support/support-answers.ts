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
