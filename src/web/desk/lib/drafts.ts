/**
 * Replies begun and not sent, one per conversation. They last as long as the tab and its reloads, and go
 * with sign-out: an office machine is shared, and a draft speaks of a person.
 */
const prefix = 'sila-desk-draft:'

export const keptDraft = (conversation: string): string => sessionStorage.getItem(prefix + conversation) ?? ''

export const keepDraft = (conversation: string, text: string): void => {
  if (text.trim() === '') sessionStorage.removeItem(prefix + conversation)
  else sessionStorage.setItem(prefix + conversation, text)
}

export const forgetDrafts = (): void => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key)
}
