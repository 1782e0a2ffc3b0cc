/**
 * Names of messages and presses. They stand in plain columns, and Telegram's own ids hold the person's: the chat of a
 * private conversation is the person, the upper half of a press's id as well. So that part is hidden.
 */

/** Equal ids give equal names of letters and digits, and no name gives its id back: a keyed hash. */
export type Hide = (id: string) => string

export const messageName = (hide: Hide, chat: number, message: number): string => `${hide(String(chat))}:${message}`
