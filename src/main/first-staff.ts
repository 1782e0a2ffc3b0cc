/** The first sign-in of the desk: made once, printed once, kept in a file that only the owner reads. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Slug } from '../core/ids.ts'
import type { StaffRegister } from '../ports/staff-access.ts'

export interface FirstStaff {
  email: string
  /** Null when it was made by an earlier start. */
  password: string | null
  file: string
}

export const ensureFirstStaff = async (staff: StaffRegister, association: Slug, dataDir: string, name: string): Promise<FirstStaff> => {
  const email = `admin@${association}.local`
  const file = join(dataDir, 'first-sign-in.txt')
  const exists = async (): Promise<boolean> => (await staff.listStaff(association)).length > 0
  if (await exists()) return { email, password: null, file }
  let password: string | null
  try {
    ;({ password } = await staff.addStaff({ association, name, email, role: 'admin' }))
  } catch (error) {
    // Another gateway was starting at the same moment, and was first.
    if (await exists()) return { email, password: null, file }
    throw error
  }
  await writeFile(file, `${email}\n${password ?? ''}\n`, { mode: 0o600 })
  return { email, password, file }
}
