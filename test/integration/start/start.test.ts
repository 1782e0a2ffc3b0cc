/** `npm start` as a newcomer runs it: the program in a process of its own, its own data folder, real HTTP. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import sharp from 'sharp'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { ConversationRow, RequestDetail } from '../../../src/http/contract.ts'
import { createOfficer } from '../../support/officer.ts'
import { endPrograms, runProgram } from '../../support/program.ts'
import { createVisitor } from '../../support/visitor.ts'

const folder = mkdtempSync(join(tmpdir(), 'sila-start-'))
const data = join(folder, 'data')
const env = { PORT: '0', SILA_DATA_DIR: data, LOG_LEVEL: 'trace', SILA_BURST_TEXT_MS: '50', SILA_BURST_MEDIA_MS: '50' }
/** Everything the processes wrote to standard output and standard error. */
let written = ''

afterAll(async () => {
  endPrograms()
  await new Promise((resolve) => setTimeout(resolve, 300))
  rmSync(folder, { recursive: true, force: true })
})

/** Things that people typed, and that must be readable nowhere but in the chat and at the desk. */
const canaries = {
  name: 'زمردة كناري الفحص',
  id: '1000000008',
  phone: '0500000077',
  need: 'قصة كناري لا تقرأ في سجل',
  question: 'سؤال كناري خاص جدًا',
  reply: 'رد كناري من الموظفة',
  note: 'ملاحظة كناري للتسليم',
  file: 'كناري-العقد.jpg',
}

const start = async () => {
  const program = runProgram(['start'], env)
  const [, url = ''] = await program.until(/Web chat {3}(\S+)\/c\//)
  const [, email = '', password = ''] = await program.until(/Sign-in {4}(\S+) {2}(.+)\n/)
  await program.until(/Logs follow/)
  return { program, url, email, password }
}

const stop = async ({ program }: Awaited<ReturnType<typeof start>>): Promise<number | null> => {
  program.child.kill('SIGINT')
  const code = await program.ended
  written += program.output()
  return code
}

const postgresPid = (): number => Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('one journey', { timeout: 120_000 }, () => {
  let secret = ''
  let visitor: ReturnType<typeof createVisitor>

  test('a person is served, staff take over and hand back, the request moves to its end', async () => {
    const running = await start()
    const { url, email } = running
    secret = running.password
    expect(secret).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){4}$/)
    visitor = createVisitor(url)
    const officer = createOfficer(url)

    await visitor.say('السلام عليكم ابغى اقدم على دعم للسكن')
    let answer = await visitor.answer()
    expect(answer.text).toContain('وعليكم السلام ورحمة الله')
    expect(answer.text).toContain('هذا رد آلي')
    expect(answer.options.map(({ id }) => id)).toEqual(['start', 'eligible', 'question'])
    await visitor.choose(answer, 'start')
    answer = await visitor.answer()
    await visitor.choose(answer, 'agree')
    answer = await visitor.answer()
    await visitor.choose(answer, 'female')
    await visitor.answer()
    for (const said of [canaries.name, '١٠٠٠٠٠٠٠٠٨', '٠٥٠٠٠٠٠٠٧٧', 'الرياض', 'سته', canaries.need, 'ايجار', '٣٥٠٠']) {
      await visitor.say(said)
      answer = await visitor.answer()
    }
    expect(answer.text).toContain('سؤال ٩ من ٩')
    const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#ccd' } })
      .jpeg()
      .toBuffer()
    expect((await visitor.upload(photo, canaries.file, 'image/jpeg')).status).toBe(202)
    answer = await visitor.answer()
    expect(answer.text).toContain(canaries.name)
    expect(answer.text).not.toContain(canaries.id)
    await visitor.choose(answer, 'yes')
    answer = await visitor.answer()
    await visitor.choose(answer, 'agree')
    answer = await visitor.answer()
    expect(answer.text).toMatch(/MSK-\d+/)
    expect(answer.text).toContain('خلال مدة لا تقل عن أسبوعين')
    expect(answer.text).toContain('لجنة البحث')

    await officer.signIn(email, secret)
    await visitor.say('موظف')
    await visitor.answer()
    const [waiting] = await officer.get<ConversationRow[]>('/conversations')
    expect(waiting?.waitingReason).toBe('asked')
    await officer.post(`/conversations/${waiting?.id}/take`)
    await visitor.answer()
    await visitor.say(canaries.question)
    await officer.post(`/conversations/${waiting?.id}/reply`, { text: canaries.reply })
    answer = await visitor.answer()
    expect(answer).toMatchObject({ from: 'staff', text: canaries.reply })
    await officer.post(`/conversations/${waiting?.id}/release`)
    await visitor.answer()

    const request = waiting?.request?.id ?? ''
    const advance = async (to: string, note: string | null = null) => {
      const { version } = await officer.get<RequestDetail>(`/requests/${request}`)
      const { text } = await officer.post<{ text: string | null }>(`/requests/${request}/preview`, { to, note, version })
      await officer.post(`/requests/${request}/advance`, { to, note, version })
      if (text !== null) expect((await visitor.answer()).text).toBe(text)
      return text
    }
    await advance('complete')
    expect(await advance('committee')).toContain('لجنة البحث')
    expect(await advance('approved', canaries.note)).toContain(canaries.note)
    await advance('delivered')
    await advance('closed')
    await visitor.say('وين طلبي')
    expect((await visitor.answer()).text).toContain('أُغلق')

    const postgres = postgresPid()
    expect(isAlive(postgres)).toBe(true)
    expect(await stop(running)).toBe(0)
    expect(isAlive(postgres)).toBe(false)
    expect(existsSync(join(data, 'instance.json'))).toBe(false)
  })

  test('after a restart everything is there; after a kill −9 too', async () => {
    const again = await start()
    expect(again.password).toContain('first-sign-in.txt')
    expect(statSync(join(data, 'first-sign-in.txt')).mode & 0o077).toBe(0)
    const before = (await visitor.at(again.url).open()).messages.length
    expect(before).toBeGreaterThan(30)
    again.program.child.kill('SIGKILL')
    await again.program.ended
    written += again.program.output()
    const recovered = await start()
    expect((await visitor.at(recovered.url).open()).messages).toHaveLength(before)

    // A second program on the same folder is refused in one line.
    const second = runProgram(['start'], env)
    expect(await second.ended).toBe(1)
    expect(second.output().trim().split('\n')).toHaveLength(1)
    expect(second.output()).toContain('in use by process')

    // Commands join the running program.
    const list = runProgram(['request', 'list', '--json'], env)
    expect(await list.ended).toBe(0)
    expect(JSON.parse(list.output())).toMatchObject([{ stage: 'closed' }])
    const replayed = runProgram(['flows', 'replay', '--json'], env)
    expect(await replayed.ended).toBe(0)
    expect(JSON.parse(replayed.output())).toMatchObject({ conversations: 1, differences: [] })
    const health = runProgram(['doctor', '--json'], env)
    expect([0, 3]).toContain(await health.ended)
    expect(JSON.stringify(JSON.parse(health.output()))).toContain(recovered.url)
    written += list.output() + replayed.output() + health.output()

    // Nothing that was typed stands in a log, in PostgreSQL's log, or in a plain column.
    const url = await databaseUrl()
    const dump = await dumpTables(url)
    expect(dump.length).toBeGreaterThan(10_000)
    expect(await stop(recovered)).toBe(0)
    const logs = written.replaceAll(JSON.stringify(secret), '')
    const postgresLog = readFileSync(join(data, 'postgres.log'), 'utf8')
    for (const [what, canary] of Object.entries(canaries)) {
      expect({ what, in: logs.includes(canary) }).toEqual({ what, in: false })
      expect({ what, in: postgresLog.includes(canary) }).toEqual({ what, in: false })
      expect({ what, in: dump.includes(canary) || dump.includes(Buffer.from(canary).toString('hex')) }).toEqual({ what, in: false })
    }
    expect(dump).not.toContain('966500000077')
    expect(logs).not.toContain('966500000077')
    // The net is not torn: what is allowed to be there is found.
    expect(dump).toContain('message-received')
    expect(logs).toContain('"msg":"turn"')
  })

  const databaseUrl = async (): Promise<string> => {
    const instance = JSON.parse(readFileSync(join(data, 'instance.json'), 'utf8')) as { postgresPort: number }
    const password = readFileSync(join(data, 'keys', 'postgres.password'), 'utf8').trim()
    return `postgres://postgres:${password}@127.0.0.1:${instance.postgresPort}/sila`
  }
})

/** Every row of every table as text. */
const dumpTables = async (url: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ at: string }>(
    `select format('%I.%I', table_schema, table_name) as at from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  let text = ''
  for (const { at } of rows) {
    const found = await client.query<{ line: string }>(`select t::text as line from ${at} t`)
    // Releases hold the association's own words, not people's.
    if (at !== 'public.release') text += found.rows.map(({ line }) => line).join('\n')
  }
  await client.end()
  return text
}

describe('what an operator may get wrong: one clear line, exit 1', () => {
  const refuse = async (change: Record<string, string>, wanted: RegExp, options: { uid?: number; gid?: number } = {}) => {
    const program = runProgram(
      ['start'],
      { ...env, SILA_DATA_DIR: join(folder, `other-${Math.random()}`), LOG_LEVEL: 'silent', ...change },
      options,
    )
    expect({ code: await program.ended, output: program.output() }).toEqual({ code: 1, output: expect.stringMatching(wanted) })
    expect(program.output().trim().split('\n')).toHaveLength(1)
  }

  test('a taken port', { timeout: 30_000 }, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await refuse({ PORT: String(port) }, new RegExp(`Port ${port} is taken`))
    server.close()
  })

  test('a folder that cannot be written', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    await refuse({ SILA_DATA_DIR: join(file, 'data') }, /cannot be written/)
  })

  test('a DATABASE_URL where nothing listens, without its password in the line', async () => {
    await refuse(
      { DATABASE_URL: 'postgres://sila:secret-word@127.0.0.1:1/sila' },
      /^DATABASE_URL \(127\.0\.0\.1:1\/sila\) cannot be used: nothing listens there\.\n$/,
    )
  })

  test('keys that are lost: nothing is sealed with new ones, and the old ones put back serve again', { timeout: 60_000 }, async () => {
    const names = ['master.key', 'index.key', 'auth.key']
    const kept = names.map((name) => readFileSync(join(data, 'keys', name)))
    for (const name of names) rmSync(join(data, 'keys', name))
    for (let times = 0; times < 2; times++) {
      await refuse({ SILA_DATA_DIR: data }, /^The key \S+index\.key is missing, and this database has data already\. Put back the keys/)
      expect(existsSync(join(data, 'keys', 'master.key'))).toBe(false)
    }
    const write = (name: string, key: Buffer | undefined) => writeFileSync(join(data, 'keys', name), key ?? '', { mode: 0o600 })
    for (const [at, name] of names.entries()) write(name, kept[at])
    write('master.key', Buffer.alloc(32, 7))
    await refuse({ SILA_DATA_DIR: data }, /^The master key does not open this database: put back the keys/)
    write('master.key', kept[0])
    write('index.key', Buffer.alloc(32, 7))
    await refuse({ SILA_DATA_DIR: data }, /^The index key is not the one of this database: put back the key/)
    write('index.key', kept[1])
    const again = await start()
    expect(await stop(again)).toBe(0)
  })

  test('an association without a folder, a wrong variable', async () => {
    await refuse({ SILA_ASSOCIATION: 'nobody' }, /nobody/)
    await refuse({ PORT: 'three' }, /^PORT=three: must be a port number/)
  })
})

test('Ctrl-C while it starts: it ends with 0 and leaves no process', { timeout: 60_000 }, async () => {
  const early = join(folder, 'early')
  const program = runProgram(['start'], { ...env, SILA_DATA_DIR: early })
  const pidFile = join(early, 'postgres', 'postmaster.pid')
  await vi.waitFor(() => expect(readFileSync(pidFile, 'utf8')).toMatch(/^\d+\n/), { timeout: 30_000, interval: 5 })
  const postgres = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  program.child.kill('SIGINT')
  expect(await program.ended).toBe(0)
  expect(program.output()).not.toContain('Logs follow')
  expect(isAlive(postgres)).toBe(false)
})

test('an ordinary user can start it, too', { timeout: 60_000 }, async () => {
  if (process.getuid?.() !== 0) return // this whole file has just run as an ordinary user
  const home = mkdtempSync(join(tmpdir(), 'sila-user-'))
  mkdirSync(join(home, 'data'))
  execFileSync('chown', ['-R', '65534:65534', home])
  chmodSync(home, 0o755)
  const program = runProgram(['start'], { ...env, SILA_DATA_DIR: join(home, 'data'), HOME: home }, { uid: 65534, gid: 65534 })
  await program.until(/Logs follow/)
  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  rmSync(home, { recursive: true, force: true })
})
