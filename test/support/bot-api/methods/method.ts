/** How a method is written: its parameters with their readers, held against @grammyjs/types, and what it does. */
import type { ApiMethods, Opts } from '@grammyjs/types'
import type { BotState } from '../bot-state.ts'
import type { Upload } from '../multipart.ts'
import type { Reader } from '../parameters.ts'
import type { Received } from '../read-call.ts'

export type MethodName = keyof ApiMethods<Upload>
export type Answer<M extends MethodName> = ReturnType<ApiMethods<Upload>[M]>

/** One reader per parameter that is understood; a name or a type that Telegram does not know does not compile. */
type Parameters<M extends MethodName> = { [K in keyof Opts<Upload>[M]]?: Reader<NonNullable<Opts<Upload>[M][K]>> }
type Payload<P> = { [K in keyof P]?: P[K] extends Reader<infer T> ? T : never }
type NoOthers<P, M extends MethodName> = { [K in Exclude<keyof P, keyof Opts<Upload>[M]>]: never }

/** One call under way. */
export interface Call {
  bot: BotState
  onGone(listener: () => void): void
  /** The message that this call made or changed, for the log. */
  made(messageId: number): void
}

export interface Method<M extends MethodName> {
  /** Names it understands: the others are noted in the log. */
  parameters: ReadonlySet<string>
  run(received: Received, call: Call): Answer<M> | Promise<Answer<M>>
}

export const defineMethod =
  <M extends MethodName>() =>
  <P extends Parameters<M>>(
    parameters: P & NoOthers<P, M>,
    act: (payload: Payload<P>, call: Call) => Answer<M> | Promise<Answer<M>>,
  ): Method<M> => {
    const readers: [string, Reader<unknown>][] = Object.entries(parameters)
    return {
      parameters: new Set(readers.map(([name]) => name)),
      run: (received, call) => {
        const payload: Record<string, unknown> = {}
        for (const [name, read] of readers) {
          const value = received.fields[name]
          if (value === undefined && !received.files.has(name)) continue
          const meant = read(value ?? undefined, name, received)
          if (meant !== undefined) payload[name] = meant
        }
        // Every value came out of the reader that stands under its name in `P`.
        return act(payload as Payload<P>, call)
      },
    }
  }
