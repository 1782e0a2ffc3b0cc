/** Sign-in, who am I, sign-out. */
import type { FastifyInstance } from 'fastify'
import { deskPermissions } from '../../app/desk/permissions.ts'
import { DomainError } from '../../ports/errors.ts'
import type { SignedIn } from '../../ports/staff-access.ts'
import { type DeskSession, SignIn } from '../contract.ts'
import type { EventStreams } from './event-streams.ts'
import { signedIn } from './guard.ts'
import { parse } from './problem.ts'
import type { DeskOptions } from './use-cases.ts'

const quarterHour = 15 * 60_000

export const addSessionRoutes = (app: FastifyInstance, options: DeskOptions, streams: EventStreams): void => {
  const { access, contents } = options
  const limits = options.signInLimits ?? { perAddress: 30, perEmail: 8 }

  const present = (who: SignedIn): DeskSession => {
    const { association } = contents.current(who.association)
    return {
      may: [...deskPermissions[who.staff.role]],
      staff: who.staff,
      association: { slug: who.association, name: association.name.ar, nameEn: association.name.en, sample: options.sample ?? false },
    }
  }

  const byAddress = app.createRateLimit({ max: limits.perAddress, timeWindow: quarterHour })
  const byEmail = app.createRateLimit({
    max: limits.perEmail,
    timeWindow: quarterHour,
    keyGenerator: (request) => `sign-in ${parse(SignIn, request.body).email}`,
  })

  app.post('/session', { config: { desk: 'public' } }, async (request, reply) => {
    // The length is checked before anything is hashed, the limits before anything is looked up.
    const { email, password } = parse(SignIn, request.body)
    for (const limit of [byAddress, byEmail]) {
      const state = await limit(request)
      if (!state.isAllowed && state.isExceeded) throw new DomainError('too-many')
    }
    const result = await access.signIn(email, password)
    if (result === null) throw new DomainError('not-signed-in')
    return reply.header('set-cookie', result.cookies).send(present(result.who))
  })

  app.get('/session', { config: { desk: 'session.read' } }, async (request) => present(signedIn(request)))

  app.delete('/session', { config: { desk: 'session.read' } }, async (request, reply) => {
    const who = signedIn(request)
    const cookies = await access.signOut(request.headers.cookie ?? '')
    streams.endSession(who.session)
    return reply.code(204).header('set-cookie', cookies).send()
  })
}
