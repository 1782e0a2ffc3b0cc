/** What people see: web chat, desk and the page that says what is here, on one port. */
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/read-config.ts'
import { readErrorTexts } from '../content/describe-error.ts'
import type { Language } from '../core/engine/state.ts'
import type { Slug } from '../core/ids.ts'
import { chatPlugin } from '../http/chat/plugin.ts'
import { deskPlugin } from '../http/desk/plugin.ts'
import type { HomePage } from '../http/home.ts'
import type { MachineOptions } from '../http/machine-routes.ts'
import { createServer } from '../http/server.ts'
import type { Contents } from '../ports/content.ts'
import { createDeskStore } from '../store/desk-store.ts'
import { createStaffAccess } from '../store/staff-access.ts'
import { createStaffAuth } from '../store/staff-auth.ts'
import { createStaffStore } from '../store/staff-store.ts'
import { ensureFirstStaff, type FirstStaff } from './first-staff.ts'
import { type OpenApplication, usesSample } from './open-application.ts'
import { pagesDir, root } from './root.ts'

export interface Gateway {
  server: FastifyInstance
  firstStaff: FirstStaff
}

/** Not yet listening. Makes the first sign-in when there is none. */
export const openGateway = async (
  { application, data, keys }: OpenApplication,
  config: Config,
  machine: MachineOptions,
  /** Where channels deliver. */
  webhooks: ((app: FastifyInstance) => unknown)[],
): Promise<Gateway> => {
  const association = config.association as Slug // its release has been loaded
  const https = config.publicUrl.startsWith('https:')
  const { prisma, keyring } = application.store
  const auth = createStaffAuth(prisma, { secret: keys.auth, secure: https, origin: config.publicUrl })
  const current = application.contents.current(association)
  const firstName = current.label('ar', 'common:first-staff') ?? 'admin'
  const firstStaff = await ensureFirstStaff(createStaffStore(prisma, auth), association, data.dataDir, firstName)
  const server = await createServer({
    ...machine,
    pages: pagesDir,
    publicUrl: https ? config.publicUrl : null,
    ...(config.trustProxy && { trustProxy: config.trustProxy }),
    describeError: readErrorTexts(root),
    home: (language) => homeOf(association, current, language),
    plugins: [
      (app) => app.register(chatPlugin, { chat: application.visits, https }),
      (app) =>
        app.register(deskPlugin, {
          store: createDeskStore(prisma, keyring, application.clock),
          access: createStaffAccess(prisma, auth),
          acts: application.acts,
          files: application.files,
          contents: application.contents,
          sample: usesSample(config),
        }),
      ...webhooks,
    ],
  })
  return { server, firstStaff }
}

const homeOf = (slug: Slug, { association, label }: ReturnType<Contents['current']>, language: Language): HomePage => {
  const words = (key: string): string => label(language, `common:home.${key}`) ?? ''
  return {
    language,
    title: words('title'),
    lead: association.name[language],
    links: [
      { href: `/c/${slug}`, label: words('chat'), note: words('chat-note') },
      { href: '/desk', label: words('desk'), note: words('desk-note') },
    ],
  }
}
