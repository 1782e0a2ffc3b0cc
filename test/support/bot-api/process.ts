/** Starts the server in a process of its own and speaks to its control plane. */
import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Asked, ControlCall, Given } from './control-calls.ts'
import { isRecord, readJson } from './read-call.ts'
import type { BotApiOptions } from './server.ts'

export interface BotApiProcess {
  url: string
  /** @throws with the plane's words when it refuses */
  control<C extends ControlCall>(name: C, asked: Asked<C>): Promise<Given<C>>
  stop(): Promise<void>
}

const entry = fileURLToPath(new URL('run.ts', import.meta.url))

export const startBotApiProcess = async (options: Omit<BotApiOptions, 'control' | 'now'> = {}): Promise<BotApiProcess> => {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => {
      const said = readJson(line)
      if (isRecord(said) && typeof said.url === 'string') resolve(said.url)
      else reject(new Error(`not what a Bot API server says first: ${line}`))
    })
    child.once('close', (code) => reject(new Error(`the Bot API server ended with ${code}`)))
  })
  return {
    url,
    control: async <C extends ControlCall>(name: C, asked: Asked<C>) => {
      const { status, body } = await post(`${url}/control/${name}`, JSON.stringify(asked))
      if (status !== 200) throw new Error(isRecord(body) ? String(body.error) : `control answered ${status}`)
      // The other side of the same types (control.ts).
      return body as Given<C>
    },
    stop: () => {
      child.stdin.end()
      return ended
    },
  }
}

/** Not `fetch`: that gives up after five minutes, and a drive may take longer. */
const post = (url: string, text: string): Promise<{ status: number; body: unknown }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: readJson(Buffer.concat(chunks).toString('utf8')) }))
    })
    sent.on('error', reject)
    sent.end(text)
  })
