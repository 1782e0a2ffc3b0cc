/** Starts a process of any role on its data, and ends it without losing anything. */
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import type { Config } from '../config/read-config.ts'
import { createMachineServer, type MachineOptions } from '../http/machine-routes.ts'
import { type Jobs, startJobs } from '../jobs/start-jobs.ts'
import { createBackend } from '../platform/bullmq.ts'
import { codeOf, PlatformError } from '../platform/errors.ts'
import { createLogger, createPino, type Logger } from '../platform/logger.ts'
import { createMetrics } from '../platform/metrics.ts'
import { placeOf } from '../platform/place.ts'
import type { Bus } from '../platform/redis-bus.ts'
import { buildPages } from './build-pages.ts'
import { createSignals } from './events.ts'
import type { FirstStaff } from './first-staff.ts'
import { openGateway } from './gateway.ts'
import { type OpenApplication, openApplication } from './open-application.ts'
import { roles } from './roles.ts'
import { pagesDir } from './root.ts'
import { openTelegram, type TelegramBots } from './telegram.ts'

export interface Running {
  url: string
  /** First sign-in; its password only from the start that made it. Null where there is no desk. */
  firstStaff: FirstStaff | null
  opened: OpenApplication
  telegram: TelegramBots
  /** Milliseconds from call to listening. */
  took: number
  /** Takes nothing new, finishes what is under way, and closes. */
  stop(): Promise<void>
}

export interface StartOptions {
  config: Config
  say(line: string): void
  window?: { text: number; media: number }
}

export const start = async ({ config, say, window }: StartOptions): Promise<Running> => {
  const began = performance.now()
  const role = roles[config.role]
  const place = placeOf(config.port)
  const logger = createLogger({ level: config.logLevel })
  const metrics = createMetrics()
  if (role.pages && !existsSync(pagesDir)) await buildPages(say)
  const bus = await openBusOf(config, logger)
  const signals = createSignals(bus)
  const opened = await openApplication({ config, how: 'start', place, logger, metrics, signals, ...(window && { window }) }).catch(
    async (error: unknown) => {
      await bus?.close()
      throw error
    },
  )
  const { application, data, pools, keys } = opened
  const state = { started: false, staying: true }
  /** What has begun so far. */
  const begun: { telegram?: TelegramBots; server?: FastifyInstance; jobs?: Jobs } = {}
  const end = async (lingerMs: number): Promise<void> => {
    state.staying = false
    await begun.telegram?.stop()
    await setTimeout(lingerMs)
    // Without pages nobody waits for an answer, and /ready says until the end that this process leaves.
    if (role.pages) await begun.server?.close()
    await begun.jobs?.close()
    await application.idle()
    await bus?.close()
    if (!role.pages) await begun.server?.close()
    await opened.close()
  }
  const databaseAnswers = (): Promise<boolean> => answers(pools.app)
  const machine: MachineOptions = {
    // Of the server only trouble, unless more is asked for: its first line would stand before ours.
    logger: createPino({ level: config.logLevel === 'info' ? 'warn' : config.logLevel }),
    health: async () => ({ database: await databaseAnswers() }),
    // What is migrated and checked before anybody listens needs no part of its own.
    ready: () => ({ ...state }),
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
  }
  try {
    // Adapters send in every role; only where `role.receives` do they take in as well.
    const telegram = await openTelegram({
      config,
      application,
      indexKey: keys.index,
      databaseAnswers,
      logger,
      place,
    })
    begun.telegram = telegram
    const gateway = role.pages ? await openGateway(opened, config, machine, [telegram.plugin]) : null
    const server = gateway?.server ?? (await createMachineServer(machine))
    begun.server = server
    const port = await listen(server, config)
    const isHere = !role.pages || config.publicUrl.startsWith('http://localhost')
    const url = isHere ? `http://localhost:${port}` : config.publicUrl
    const backend = await createBackend({ databaseUrl: data.url, redisUrl: config.redisUrl, logger })
    const jobs = await startJobs({
      backend,
      deps: { sweep: application.sweep, fireDue: async () => void (await application.fireDue()) },
      logger,
      clock: application.clock,
      answers: role.answersBells,
    })
    begun.jobs = jobs
    application.setBell((dueAt) => void jobs.ring(dueAt))
    // What the process before this one had taken to send, when it was killed.
    await application.store.outbox.reclaim()
    await application.sweep()
    if (role.receives) await telegram.start()
    await data.announce(url)
    state.started = true
    return {
      url,
      firstStaff: gateway?.firstStaff ?? null,
      opened,
      telegram,
      took: Math.round(performance.now() - began),
      stop: () => end(role.lingerMs),
    }
  } catch (error) {
    await end(0)
    throw error
  }
}

/** Loaded only where there is a Redis: a start on one computer does not pay for it. */
const openBusOf = async ({ redisUrl }: Config, logger: Logger): Promise<Bus | null> => {
  if (redisUrl === undefined) return null
  const { openBus } = await import('../platform/redis-bus.ts')
  return openBus({ url: redisUrl, logger })
}

/** Longer than this, ms, is no answer. */
const patience = 2_000

const answers = (pool: Pool): Promise<boolean> =>
  Promise.race([
    pool.query('select 1').then(
      () => true,
      () => false,
    ),
    setTimeout(patience, false),
  ])

/**
 * @returns the port, also where any free one was asked for
 * @throws PlatformError when the port is taken
 */
const listen = async (server: FastifyInstance, config: Config): Promise<number> => {
  try {
    await server.listen({ port: config.port, host: config.host })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE')
      throw new PlatformError('port-taken', `Port ${config.port} is taken: set PORT to a free one.`, { cause: error })
    if (code === 'EACCES')
      throw new PlatformError('port-refused', `Port ${config.port} may not be opened by this user: set PORT to 1024 or more.`, {
        cause: error,
      })
    throw error
  }
  const address = server.addresses().find((bound) => typeof bound === 'object')
  return address?.port ?? config.port
}
