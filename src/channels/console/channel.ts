/** A conversation in a terminal, typed or scripted. Options are numbered lines. */
import type { Content } from '../../core/engine/input.ts'
import type { AbstractMessage, Capabilities, Channel } from '../../ports/channel.ts'

const capabilities: Capabilities = {
  buttons: 0,
  textLength: 65_536,
  fileSize: 10 * 1024 * 1024,
  window: { text: 0, media: 0 },
  pace: null,
}

/** A line of the terminal. `person` names who is talking; `id` is unique per line. */
export interface ConsolePayload {
  person: string
  id: string
  at: string
  content: Content
}

export interface ConsoleChannel extends Channel<ConsolePayload> {
  readonly kind: 'console'
}

/** @param print is given each message once, in order */
export const createConsoleChannel = (print: (message: AbstractMessage, external: string, id: string) => void): ConsoleChannel => ({
  kind: 'console',
  capabilities,
  toUpdates: ({ person, id, at, content }) => [{ external: person, externalId: id, at, content, phone: null }],
  async send(to, message, id) {
    print(message, to.external, id)
    return { ok: true, externalId: id }
  },
})

const digits = '٠١٢٣٤٥٦٧٨٩'

/** @returns the message as lines: text, then one numbered line for each option, in the digits of its language */
export const layOut = (message: AbstractMessage): string => {
  const number = (n: number) => (message.language === 'ar' ? String(n).replace(/\d/g, (digit) => digits.charAt(Number(digit))) : String(n))
  return [message.text, ...message.options.map(({ n, label }) => `${number(n)}. ${label}`)].join('\n')
}
