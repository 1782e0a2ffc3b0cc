/**
 * Stands between a program and PostgreSQL and knows which named statement is under way, so that a fault
 * can be placed exactly: before a statement reaches the server, or after it was carried out and before
 * the program hears of it. Also cuts, refuses and slows connections down.
 */
import net from 'node:net'

export type Phase = 'asked' | 'answered'

export interface StatementEvent {
  statement: string
  phase: Phase
}

export interface PostgresProxy {
  /** The database behind, as seen through the proxy. */
  url(behind: string): string
  /**
   * Called at each phase of each named statement, before the bytes go on. While the promise is pending,
   * that connection stands still in this direction.
   */
  watch(listener: (event: StatementEvent) => void | Promise<void>): () => void
  /** Ends every connection and refuses new ones until `restore`. */
  cut(): void
  restore(): void
  close(): Promise<void>
}

/** Splits a stream of protocol messages; the first one of a client has no type byte. */
const createReader = (startsBare: boolean, take: (type: string, body: Buffer, whole: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  let bare = startsBare
  return (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const head = bare ? 0 : 1
      if (rest.length < head + 4) return
      const size = head + rest.readUInt32BE(head)
      if (rest.length < size) return
      const whole = rest.subarray(0, size)
      take(bare ? '' : String.fromCharCode(whole[0] ?? 0), whole.subarray(head + 4), whole)
      bare = false
      rest = rest.subarray(size)
    }
  }
}

const textAt = (body: Buffer, from: number): string => body.toString('utf8', from, body.indexOf(0, from))

export const startPostgresProxy = async (
  target: { host: string; port: number } | (() => { host: string; port: number }),
): Promise<PostgresProxy> => {
  const behind = typeof target === 'function' ? target : () => target
  const listeners = new Set<(event: StatementEvent) => void | Promise<void>>()
  const open = new Set<net.Socket>()
  let refusing = false

  const tell = async (event: StatementEvent): Promise<void> => {
    for (const listener of listeners) await listener(event)
  }

  const server = net.createServer((client) => {
    if (refusing) return void client.destroy()
    const upstream = net.connect(behind())
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    /** Statements whose end has not been seen, oldest first. */
    const pending: string[] = []
    let asking = Promise.resolve()
    let answering = Promise.resolve()
    const fromClient = createReader(true, (type, body, whole) => {
      // Bind: portal, then the name of the prepared statement. Each Bind or simple Query ends with one ReadyForQuery.
      const statement = type === 'B' ? textAt(body, body.indexOf(0) + 1) : ''
      if (type === 'B' || type === 'Q') pending.push(statement)
      asking = asking.then(async () => {
        if (statement !== '' && listeners.size > 0) await tell({ statement, phase: 'asked' })
        if (!upstream.destroyed) upstream.write(whole)
      })
    })
    const fromServer = createReader(false, (type, _body, whole) => {
      const statement = type === 'Z' ? (pending.shift() ?? '') : ''
      answering = answering.then(async () => {
        if (statement !== '' && listeners.size > 0) await tell({ statement, phase: 'answered' })
        if (!client.destroyed) client.write(whole)
      })
    })
    client.on('data', fromClient)
    upstream.on('data', fromServer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a proxy without a port')
  return {
    url: (of) => {
      const changed = new URL(of)
      changed.hostname = '127.0.0.1'
      changed.port = String(address.port)
      return changed.href
    },
    watch: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    cut: () => {
      refusing = true
      for (const socket of open) socket.destroy()
    },
    restore: () => {
      refusing = false
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
