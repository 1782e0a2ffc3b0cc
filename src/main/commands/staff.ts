import { readConfig } from '../../config/read-config.ts'
import type { Slug } from '../../core/ids.ts'
import { createLogger } from '../../platform/logger.ts'
import { DomainError } from '../../ports/errors.ts'
import { staffRoles } from '../../ports/staff-access.ts'
import { createStaffAuth } from '../../store/staff-auth.ts'
import { createStaffStore } from '../../store/staff-store.ts'
import { openApplication } from '../open-application.ts'

export const runStaffAdd = async (options: { name: string; email: string; role: string; json?: boolean }): Promise<void> => {
  const config = readConfig()
  const role = staffRoles.find((known) => known === options.role)
  if (!role) throw new DomainError('invalid-input', `«${options.role}» is no role: ${staffRoles.join(', ')}`)
  const opened = await openApplication({ config, how: 'command', logger: createLogger({ level: 'silent' }) })
  try {
    const { prisma } = opened.application.store
    const auth = createStaffAuth(prisma, {
      secret: opened.keys.auth,
      secure: config.publicUrl.startsWith('https:'),
      origin: config.publicUrl,
    })
    const added = await createStaffStore(prisma, auth).addStaff({
      association: config.association as Slug,
      name: options.name,
      email: options.email,
      role,
    }) // its release has just been loaded
    if (options.json) process.stdout.write(`${JSON.stringify({ ...added, email: options.email, role })}\n`)
    else process.stdout.write(`${options.email}  ${added.password ?? '(keeps the password of the other association)'}\n`)
  } finally {
    await opened.close()
  }
}
