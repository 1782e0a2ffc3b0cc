/** Who is signed in at the desk. Passwords and sessions stay behind this port. */
import type { Slug, StaffId } from '../core/ids.ts'

/** What a member of staff is at an association. `app/desk/permissions.ts` says what each may do. */
export const staffRoles = ['agent', 'researcher', 'supervisor', 'auditor', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]

export interface SignedIn {
  /** Opaque name of the session: to end its streams, never a credential. */
  session: string
  association: Slug
  staff: { id: StaffId; name: string; role: StaffRole }
  /** ISO instant after which the session is over whatever happens. */
  expiresAt: string
}

/** Characters of the longest password that is looked at. */
export const longestPassword = 128

export interface StaffAccess {
  /**
   * @returns null for an unknown e-mail, a wrong password and a member who is no longer active alike,
   * after the same work. `cookies` are whole Set-Cookie values.
   */
  signIn(email: string, password: string): Promise<{ cookies: string[]; who: SignedIn } | null>
  /**
   * Reads the Cookie header of a request. @returns null when it names no live session, the session
   * was idle too long, or the member is no longer active.
   * @param active counts as use: the idle clock starts again
   */
  find(cookie: string, active: boolean): Promise<SignedIn | null>
  /** Ends the session. @returns Set-Cookie values that clear the browser. */
  signOut(cookie: string): Promise<string[]>
}

export interface StaffMember {
  id: StaffId
  name: string
  email: string
  role: StaffRole
  active: boolean
}

export interface StaffRegister {
  /**
   * Adds a member, with the password given or a readable strong one (returned once, kept nowhere).
   * Someone who already signs in at another association keeps their password; `password` is then null.
   * @throws DomainError `invalid-input` for a bad e-mail, role or password, or a member who exists
   */
  addStaff(who: {
    association: Slug
    name: string
    email: string
    role: StaffRole
    password?: string
  }): Promise<{ id: StaffId; password: string | null }>
  listStaff(association: Slug): Promise<StaffMember[]>
}
