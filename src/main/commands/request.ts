/** Requests from the command line. */
import { advanceRequest, previewAdvance } from '../../app/advance-request.ts'
import { type Config, readConfig } from '../../config/read-config.ts'
import type { Slug } from '../../core/ids.ts'
import { RequestStage } from '../../core/requests/request.ts'
import { readReference } from '../../core/text/identifiers.ts'
import { createLogger } from '../../platform/logger.ts'
import { DomainError } from '../../ports/errors.ts'
import type { RequestFile } from '../../ports/request-store.ts'
import { createStaffAuth } from '../../store/staff-auth.ts'
import { createStaffStore } from '../../store/staff-store.ts'
import { type OpenApplication, openApplication } from '../open-application.ts'

interface Output {
  json?: boolean
}

const withApplication = async <T>(work: (opened: OpenApplication, association: Slug, config: Config) => Promise<T>): Promise<T> => {
  const config = readConfig()
  const opened = await openApplication({ config, how: 'command', logger: createLogger({ level: 'silent' }) })
  try {
    return await work(opened, config.association as Slug, config) // its release has just been loaded
  } finally {
    await opened.close()
  }
}

const line = ({ view }: RequestFile): string =>
  [
    view.reference ?? '—',
    view.service,
    view.stage,
    view.submittedAt?.slice(0, 10) ?? '',
    view.notBefore ? `not before ${view.notBefore}` : '',
  ].join('  ')

const print = (value: unknown, text: string, { json }: Output): void =>
  void process.stdout.write(`${json ? JSON.stringify(value) : text}\n`)

export const runRequestList = (options: Output): Promise<void> =>
  withApplication(async ({ application }, association) => {
    const files = await application.requests.list(association, 200)
    print(
      files.map(({ view }) => view),
      files.length === 0 ? 'No requests yet.' : files.map(line).join('\n'),
      options,
    )
  })

const find = async (opened: OpenApplication, association: Slug, words: string): Promise<RequestFile> => {
  const { prefix } = opened.application.contents.current(association).association
  const reference = readReference(words, prefix)
  if (!reference) throw new DomainError('invalid-input', `«${words}» is no reference of this association (${prefix}-…)`)
  return opened.application.requests.findByReference(association, reference)
}

export const runRequestShow = (reference: string, options: Output): Promise<void> =>
  withApplication(async (opened, association) => {
    const file = await find(opened, association, reference)
    print(file.view, line(file), options)
  })

export const runRequestAdvance = (
  reference: string,
  stage: string,
  options: Output & { note?: string; preview?: boolean; staff: string },
): Promise<void> =>
  withApplication(async (opened, association, config) => {
    const to = RequestStage.safeParse(stage)
    if (!to.success) throw new DomainError('invalid-input', `«${stage}» is no stage: ${RequestStage.options.join(', ')}`)
    const { application, keys } = opened
    const file = await find(opened, association, reference)
    const move = { association, request: file.view.id, to: to.data, note: options.note ?? null }
    const told = await previewAdvance({ requests: application.requests, contents: application.contents, clock: application.clock }, move)
    if (!options.preview) {
      const auth = createStaffAuth(application.store.prisma, { secret: keys.auth, secure: false, origin: config.publicUrl })
      const members = await createStaffStore(application.store.prisma, auth).listStaff(association)
      const staff = members.find(({ email, active }) => active && email === options.staff.toLowerCase())
      if (!staff) throw new DomainError('not-found', `${options.staff} is no active member of staff`)
      await advanceRequest(
        { requests: application.requests, runner: application.runner, clock: application.clock },
        { ...move, version: file.version, staff },
      )
    }
    print(
      { reference: file.view.reference, stage: options.preview ? file.view.stage : to.data, told },
      told ?? '(the person is told nothing)',
      options,
    )
  })
