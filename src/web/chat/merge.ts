/** Messages in the order of their ids, each once: streams repeat, and replays overlap. */
import type { ChatMessage } from '../../http/contract.ts'

/** @returns `known` itself when nothing is new */
export const mergeMessages = (known: ChatMessage[], fresh: ChatMessage[]): ChatMessage[] => {
  const byId = new Map(known.map((message) => [message.id, message]))
  const added = fresh.filter((message) => !byId.has(message.id))
  if (added.length === 0) return known
  for (const message of added) byId.set(message.id, message)
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** Arabic-Indic digits as ordinary ones. */
const plainDigits = (text: string): string => text.replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))

/** @returns the option that these words of the person name: its label, or its number */
export const namedOption = (options: ChatMessage['options'], text: string): string | null => {
  const said = text.trim()
  return options.find((option) => option.label === said || String(option.n) === plainDigits(said))?.id ?? null
}

export interface Question {
  /** May be pressed: the newest question, not answered by a press or its number yet. */
  open: boolean
  /** Option that the person chose. */
  chosen: string | null
}

/**
 * What became of each message that asked something, by message id.
 * @param said texts of this tab that are still on their way, in order
 */
export const questionsOf = (messages: ChatMessage[], said: string[]): Map<string, Question> => {
  const questions = new Map<string, Question>()
  let asked: ChatMessage | null = null
  const hear = (text: string) => {
    const question = asked === null ? undefined : questions.get(asked.id)
    if (asked === null || question === undefined || question.chosen !== null) return
    question.chosen = namedOption(asked.options, text)
    if (question.chosen !== null) question.open = false
  }
  for (const message of messages) {
    if (message.from === 'me') hear(message.text)
    else if (message.promptId !== null) {
      const before = asked === null ? undefined : questions.get(asked.id)
      if (before !== undefined) before.open = false
      asked = message
      questions.set(message.id, { open: true, chosen: null })
    }
  }
  for (const text of said) hear(text)
  return questions
}
