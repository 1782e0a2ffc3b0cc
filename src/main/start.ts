/** All in one: database, turns, sender, jobs, web chat and desk in one process. */
import { existsSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/read-config.ts'
import { readErrorTexts } from '../content/describe-error.ts'
import type { Slug } from '../core/ids.ts'
import { chatPlugin } from '../http/chat/plugin.ts'
import { deskPlugin } from '../http/desk/plugin.ts'
import { createServer } from '../http/server.ts'
import { startJobs } from '../jobs/start-jobs.ts'
import { createBackend } from '../platform/bullmq.ts'
import { codeOf, PlatformError } from '../platform/errors.ts'
import { createLogger, createPino } from '../platform/logger.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createDeskStore } from '../store/desk-store.ts'
import { createStaffAccess } from '../store/staff-access.ts'
import { createStaffAuth } from '../store/staff-auth.ts'
import { createStaffStore } from '../store/staff-store.ts'
import { buildPages } from './build-pages.ts'
import { ensureFirstStaff, type FirstStaff } from './first-staff.ts'
import { type OpenApplication, openApplication, usesSample } from './open-application.ts'
import { pagesDir, root } from './root.ts'
import { openTelegram, type TelegramBots } from './telegram.ts'

export interface Running {
  url: string
  /** First sign-in; its password only from the start that made it. */
  firstStaff: FirstStaff
  opened: OpenApplication
  telegram: TelegramBots
  server: FastifyInstance
  /** Milliseconds from call to listening. */
  took: number
  stop(): Promise<void>
}

export interface StartOptions {
  config: Config
  say(line: string): void
  window?: { text: number; media: number }
}

export const startAll = async ({ config, say, window }: StartOptions): Promise<Running> => {
  const began = performance.now()
  const logger = createLogger({ level: config.logLevel })
  const metrics = createMetrics()
  if (!existsSync(pagesDir)) await buildPages(say)
  const opened = await openApplication({ config, how: 'start', logger, metrics, ...(window && { window }) })
  const { application, data, pools, keys } = opened
  const association = config.association as Slug // the release of this slug has just been loaded
  try {
    const https = config.publicUrl.startsWith('https:')
    const { prisma, keyring } = application.store
    const auth = createStaffAuth(prisma, { secret: keys.auth, secure: https, origin: config.publicUrl })
    const access = createStaffAccess(prisma, auth)
    const current = application.contents.current(association)
    const firstName = current.label('ar', 'common:first-staff') ?? 'admin'
    const firstStaff = await ensureFirstStaff(createStaffStore(prisma, auth), association, data.dataDir, firstName)
    const ping = () => pools.app.query('select 1')
    const telegram = await openTelegram({ config, application, indexKey: keys.index, ping, logger })
    const server = await createServer({
      // Of the server only trouble, unless more is asked for: its first line would stand before ours.
      logger: createPino({ level: config.logLevel === 'info' ? 'warn' : config.logLevel }),
      pages: pagesDir,
      publicUrl: https ? config.publicUrl : null,
      ...(config.trustProxy && { trustProxy: config.trustProxy }),
      describeError: readErrorTexts(root),
      home: (language) => ({
        language,
        title: current.label(language, 'common:home.title') ?? '',
        lead: current.association.name[language],
        links: [
          {
            href: `/c/${association}`,
            label: current.label(language, 'common:home.chat') ?? '',
            note: current.label(language, 'common:home.chat-note') ?? '',
          },
          {
            href: '/desk',
            label: current.label(language, 'common:home.desk') ?? '',
            note: current.label(language, 'common:home.desk-note') ?? '',
          },
        ],
      }),
      health: async () => ({
        database: await ping().then(
          () => true,
          () => false,
        ),
      }),
      metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
      plugins: [
        (app) => app.register(chatPlugin, { chat: application.visits, https }),
        (app) =>
          app.register(deskPlugin, {
            store: createDeskStore(prisma, keyring, application.clock),
            access,
            acts: application.acts,
            files: application.files,
            contents: application.contents,
            sample: usesSample(config),
          }),
        telegram.plugin,
      ],
    })
    const address = await listen(server, config)
    const backend = await createBackend({ databaseUrl: data.url, redisUrl: config.redisUrl, logger })
    const jobs = await startJobs({
      backend,
      deps: { sweep: application.sweep, fireDue: async () => void (await application.fireDue()) },
      logger,
      clock: application.clock,
    })
    application.setBell((dueAt) => void jobs.ring(dueAt))
    await application.sweep()
    await data.announce(address)
    await telegram.start()
    return {
      url: address,
      firstStaff,
      opened,
      telegram,
      server,
      took: Math.round(performance.now() - began),
      stop: async () => {
        await telegram.stop()
        await server.close()
        await jobs.close()
        await opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** @throws PlatformError when the port is taken */
const listen = async (server: FastifyInstance, config: Config): Promise<string> => {
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
  return config.publicUrl.startsWith('http://localhost') ? `http://localhost:${address?.port ?? config.port}` : config.publicUrl
}
