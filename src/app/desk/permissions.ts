/** Who may do what at the desk. Deny by default: what is not listed is refused. */
import type { StaffRole } from '../../ports/staff-access.ts'

export const deskActions = [
  'session.read',
  'conversation.read',
  'conversation.take',
  'conversation.reply',
  'conversation.release',
  'request.read',
  'request.preview',
  'request.advance',
  'file.read',
  'events.read',
] as const
export type DeskAction = (typeof deskActions)[number]

const reading = ['session.read', 'conversation.read', 'request.read', 'file.read', 'events.read'] as const
const serving = [...reading, 'conversation.take', 'conversation.reply', 'conversation.release'] as const
const deciding = [...serving, 'request.preview', 'request.advance'] as const

/**
 * - `agent` answers people; moving a request is the researcher's.
 * - `auditor` reads and changes nothing.
 * - `admin` may do what a supervisor may: in a small association they are one person.
 */
export const deskPermissions: Record<StaffRole, readonly DeskAction[]> = {
  agent: serving,
  researcher: deciding,
  supervisor: deciding,
  auditor: reading,
  admin: deciding,
}

/** @returns whether a member of this role may do it. */
export const mayDo = (role: StaffRole, action: DeskAction): boolean => deskPermissions[role].includes(action)
