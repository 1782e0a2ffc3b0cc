/** The register of staff: rows of `staff`, with sign-in data in auth_*. */
import { randomInt } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { StaffId } from '../core/ids.ts'
import { DomainError } from '../ports/errors.ts'
import { longestPassword, type StaffRegister, staffRoles } from '../ports/staff-access.ts'
import type { PrismaClient } from './generated/client.ts'
import { inAssociation } from './prisma.ts'
import type { StaffAuth } from './staff-auth.ts'

/** No letter that is mistaken for another when read aloud or copied from paper. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Five groups of four: 31^20 ≈ 2^99 possibilities, and still easy to type. */
const makePassword = (): string =>
  Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')).join('-')

const Member = z.object({
  name: z.string().trim().min(1).max(120),
  email: z.email().max(254),
  role: z.enum(staffRoles),
  // NIST SP 800-63B: length, not composition.
  password: z.string().min(12).max(longestPassword),
})

export const createStaffStore = (prisma: PrismaClient, auth: StaffAuth): StaffRegister => ({
  async addStaff({ association, ...who }) {
    const wanted = Member.safeParse({ ...who, email: who.email.trim().toLowerCase(), password: who.password ?? makePassword() })
    if (!wanted.success) throw new DomainError('invalid-input', z.prettifyError(wanted.error))
    const { name, email, role, password } = wanted.data
    const { password: passwords } = await auth.$context
    const hash = await passwords.hash(password)
    const id = uuidv7()
    const isNew = await inAssociation(prisma, association, async (tx) => {
      const known = await tx.authUser.findUnique({ where: { email } })
      const user = known ?? (await tx.authUser.create({ data: { id: uuidv7(), name, email, emailVerified: true } }))
      if (known === null)
        await tx.authAccount.create({
          data: { id: uuidv7(), userId: user.id, accountId: user.id, providerId: 'credential', password: hash },
        })
      const there = await tx.staff.findFirst({ where: { association, userId: user.id } })
      if (there !== null) throw new DomainError('invalid-input', `${email} already belongs to ${association}`)
      await tx.staff.create({ data: { id, association, userId: user.id, name, role } })
      return known === null
    })
    return { id: StaffId.parse(id), password: isNew ? password : null }
  },

  async listStaff(association) {
    return inAssociation(prisma, association, async (tx) => {
      const rows = await tx.staff.findMany({ where: { association }, orderBy: { createdAt: 'asc' } })
      const users = await tx.authUser.findMany({ where: { id: { in: rows.map((row) => row.userId) } }, select: { id: true, email: true } })
      const emails = new Map(users.map((user) => [user.id, user.email]))
      return rows.flatMap((row) => {
        const role = staffRoles.find((known) => known === row.role)
        if (role === undefined) return []
        return { id: StaffId.parse(row.id), name: row.name, email: emails.get(row.userId) ?? '', role, active: row.active }
      })
    })
  },
})
