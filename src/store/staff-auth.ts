/**
 * better-auth with the one thing the desk needs: e-mail and password. Nobody signs up; its HTTP handler is
 * not mounted, so that none of its other endpoints exists.
 */
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { betterAuth } from 'better-auth/minimal'
import { longestPassword } from '../ports/staff-access.ts'
import type { PrismaClient } from './generated/client.ts'

/** Seconds that a session lasts at most (OWASP ASVS 5.0 V7.3.2, for staff who work one shift). */
const absoluteSeconds = 12 * 60 * 60

export const createStaffAuth = (prisma: PrismaClient, options: { secret: string; secure: boolean; origin: string }) =>
  betterAuth({
    appName: 'sila',
    baseURL: options.origin,
    secret: options.secret,
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    user: { modelName: 'authUser' },
    session: { modelName: 'authSession', expiresIn: absoluteSeconds, disableSessionRefresh: true, cookieCache: { enabled: false } },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: longestPassword },
    advanced: {
      useSecureCookies: options.secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: options.secure },
      cookies: { session_token: { name: 'sila-desk' } },
    },
  })

export type StaffAuth = ReturnType<typeof createStaffAuth>
