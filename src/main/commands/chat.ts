/** A conversation in the terminal, typed or scripted. */
import { randomUUID } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { cleanContent } from '../../app/chat-visits.ts'
import { type ConsoleChannel, createConsoleChannel, layOut } from '../../channels/console/channel.ts'
import { readConfig } from '../../config/read-config.ts'
import type { Content } from '../../core/engine/input.ts'
import { type AccountId, ContactId, type Slug } from '../../core/ids.ts'
import { createLogger } from '../../platform/logger.ts'
import type { AbstractMessage } from '../../ports/channel.ts'
import { DomainError } from '../../ports/errors.ts'
import { type OpenApplication, openApplication, usesSample } from '../open-application.ts'

export interface ChatOptions {
  as: string
  script?: string
  sample?: boolean
}

/** One line of a script. `choice`: number or id of an option shown last. `wait`: "90s", "20m", "5h", "3d". */
const Step = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ choice: z.union([z.string(), z.number()]) }),
  z.strictObject({ file: z.string() }),
  z.strictObject({ voice: z.string() }),
  z.strictObject({ sticker: z.literal(true) }),
  z.strictObject({ wait: z.string().regex(/^\d+[smhd]$/, 'a number and s, m, h or d') }),
])
type Step = z.infer<typeof Step>

const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const millisecondsOf = (wait: string): number => Number(wait.slice(0, -1)) * (unit[wait.slice(-1) as keyof typeof unit] ?? 0) // the schema allows only these letters

interface Session {
  opened: OpenApplication
  association: Slug
  account: AccountId
  external: string
  last: { message: AbstractMessage | null }
  channel: ConsoleChannel
}

export const runChat = async (options: ChatOptions): Promise<void> => {
  const config = readConfig()
  const script = options.script === undefined ? null : readScript(options.script)
  let offset = 0
  const clock = { now: () => new Date(Date.now() + offset) }
  const last: Session['last'] = { message: null }
  const print = (message: AbstractMessage): void => {
    last.message = message
    if (script) writeJson({ from: 'bot', text: message.text, ...(message.options.length > 0 && { options: message.options }) })
    else process.stdout.write(`\n${layOut(message)}\n\n`)
  }
  const external = script && options.as === 'terminal' ? `console:${randomUUID()}` : `console:${options.as}`
  const channel = createConsoleChannel((message, to) => (to === external ? print(message) : undefined))
  const opened = await openApplication({
    config,
    how: 'command',
    clock,
    sample: options.sample === true || usesSample(config),
    logger: createLogger({ level: 'silent' }),
    channels: [channel],
  })
  try {
    const association = config.association as Slug // its release has just been loaded
    const account = await opened.application.account(association, 'console')
    const session: Session = { opened, association, account, external, last, channel }
    if (script) {
      for (const step of script) {
        if ('wait' in step) {
          offset += millisecondsOf(step.wait)
          await opened.application.fireDue()
          await opened.application.idle()
        } else await play(session, step)
      }
    } else await converse(session)
  } finally {
    await opened.close()
  }
}

/** @throws DomainError naming file and line of the first wrong step */
const readScript = (file: string): Step[] => {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new DomainError('invalid-input', `${file}:${index + 1}: not JSON`)
    }
    const step = Step.safeParse(value)
    if (!step.success) throw new DomainError('invalid-input', `${file}:${index + 1}: ${z.prettifyError(step.error).replaceAll('\n', ' ')}`)
    return [step.data]
  })
}

const play = async (session: Session, step: Exclude<Step, { wait: string }>): Promise<void> => {
  writeJson({ from: 'person', ...step })
  const before = await turnCount(session)
  await send(session, await contentOf(session, step))
  for (const { effects } of (await recordsOf(session)).slice(before)) {
    for (const effect of effects) if (effect.kind !== 'say') writeJson({ effect })
  }
}

const contentOf = async (session: Session, step: Exclude<Step, { wait: string }>): Promise<Content> => {
  if ('text' in step) return { kind: 'text', text: step.text }
  if ('sticker' in step) return { kind: 'sticker' }
  if ('choice' in step) {
    const { message } = session.last
    const option = message?.options.find(({ id, n }) => id === step.choice || n === step.choice)
    if (!message?.promptId || !option) throw new DomainError('invalid-input', `no option «${step.choice}» is open`)
    return { kind: 'choice', promptId: message.promptId, optionId: option.id }
  }
  const voice = 'voice' in step
  const path = voice ? step.voice : step.file
  const { application } = session.opened
  await application.store.turns.meet(
    { association: session.association, account: session.account, external: session.external, phone: null },
    application.clock.now().toISOString(),
  )
  const loaded = await application.store.turns.load({
    association: session.association,
    account: session.account,
    external: session.external,
  })
  if (!loaded) throw new Error('a contact was made and is not there')
  const owner = { association: session.association, contact: ContactId.parse(loaded.contact) }
  const kept = await application.files.keep(owner, createReadStream(path), basename(path), 10 * 1024 * 1024)
  const file = kept.ok
    ? { id: kept.file.id, mime: kept.file.mime, size: kept.file.size, name: kept.file.name, problem: null }
    : { id: null, mime: null, size: kept.size, name: kept.name, problem: kept.problem }
  const kind = voice ? 'voice' : file.mime?.startsWith('image/') ? 'image' : 'document'
  return { kind, file, caption: null }
}

const send = async ({ opened, association, account, external, channel }: Session, content: Content): Promise<void> => {
  const at = opened.application.clock.now().toISOString()
  for (const update of channel.toUpdates({ person: external, id: randomUUID(), at, content: cleanContent(content) })) {
    await opened.application.runner.receive({ association, account, update })
  }
  await opened.application.idle()
}

const recordsOf = async ({ opened, association, account, external }: Session) => {
  const loaded = await opened.application.store.turns.load({ association, account, external })
  return loaded ? opened.application.store.turns.records(association, loaded.conversation) : []
}

const turnCount = async (session: Session): Promise<number> => (await recordsOf(session)).length

const converse = async (session: Session): Promise<void> => {
  const { application } = session.opened
  const input = createInterface({ input: process.stdin, output: process.stdout })
  // Words of staff arrive while nobody types.
  const poll = setInterval(() => void application.deliverer.sweep().catch(() => undefined), 1_000)
  process.stdout.write('Write as a person would; Ctrl-D ends. /file PATH sends a file, /voice PATH a voice note.\n')
  try {
    for await (const line of input) {
      if (line.trim() === '') continue
      const [, command, path] = /^\/(file|voice)\s+(.+)$/.exec(line) ?? []
      const step = command === 'file' && path ? { file: path } : command === 'voice' && path ? { voice: path } : { text: line }
      await contentOf(session, step).then(
        (content) => send(session, content),
        (error: unknown) => process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`),
      )
    }
  } finally {
    clearInterval(poll)
    input.close()
  }
}

const writeJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
