/** Sessions of staff: who they are by better-auth, where they belong by our own `staff` rows. */
import { Slug, StaffId } from '../core/ids.ts'
import { type SignedIn, type StaffAccess, staffRoles } from '../ports/staff-access.ts'
import type { PrismaClient } from './generated/client.ts'
import { inAssociation } from './prisma.ts'
import type { StaffAuth } from './staff-auth.ts'

/** A desk left alone this long asks for the password again. */
const idleMs = 2 * 60 * 60_000
/** How stale the mark of last use may be: saves a write per request. */
const markMs = 60_000

const setCookies = (headers: Headers | undefined): string[] => headers?.getSetCookie() ?? []

export const createStaffAccess = (prisma: PrismaClient, auth: StaffAuth): StaffAccess => {
  const placeOf = async (userId: string): Promise<Pick<SignedIn, 'association' | 'staff'> | null> => {
    const places = await prisma.$queryRaw<{ association: string; id: string }[]>`select association, id from staff_places(${userId})`
    const place = places[0]
    if (place === undefined) return null
    const row = await inAssociation(prisma, place.association, (tx) => tx.staff.findUnique({ where: { id: place.id } }))
    const role = staffRoles.find((known) => known === row?.role)
    if (row === null || !row.active || role === undefined) return null
    return { association: Slug.parse(place.association), staff: { id: StaffId.parse(row.id), name: row.name, role } }
  }

  return {
    async signIn(email, password) {
      try {
        const { headers, response } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true })
        const place = await placeOf(response.user.id)
        const session = await prisma.authSession.findUnique({ where: { token: response.token } })
        if (place === null || session === null) {
          await prisma.authSession.deleteMany({ where: { token: response.token } })
          return null
        }
        return { cookies: setCookies(headers), who: { ...place, session: session.id, expiresAt: session.expiresAt.toISOString() } }
      } catch (error) {
        // better-auth says 400 for an e-mail that is none and 401 for the rest: here they are the same.
        if (error instanceof Error && error.name === 'APIError') return null
        throw error
      }
    },

    async find(cookie, active) {
      if (cookie === '') return null
      const found = await auth.api.getSession({ headers: new Headers({ cookie }) })
      if (found === null) return null
      const { id, updatedAt, expiresAt, userId } = found.session
      const unused = Date.now() - updatedAt.getTime()
      if (unused > idleMs) {
        await prisma.authSession.deleteMany({ where: { id } })
        return null
      }
      const place = await placeOf(userId)
      if (place === null) return null
      if (active && unused > markMs) await prisma.authSession.updateMany({ where: { id }, data: { updatedAt: new Date() } })
      return { ...place, session: id, expiresAt: expiresAt.toISOString() }
    },

    async signOut(cookie) {
      const { headers } = await auth.api.signOut({ headers: new Headers({ cookie }), returnHeaders: true })
      return setCookies(headers)
    },
  }
}
