/** Whether the office is open, worked out once per change instead of once per turn. */
import type { Office } from '../core/engine/input.ts'
import type { Hours } from '../core/policy/association.ts'
import { officeAt } from '../core/policy/office.ts'

interface Known {
  /** Instants between which the answer holds. */
  from: string
  until: string
  office: Office
}

const known = new WeakMap<Hours, Known>()

/** The same as `officeAt`; a release's hours never change, so an answer holds until `changesAt`. */
export const currentOffice = (hours: Hours | null, now: string): Office => {
  if (hours === null) return officeAt(null, now)
  const last = known.get(hours)
  if (last && now >= last.from && now < last.until) return last.office
  const office = officeAt(hours, now)
  if (office.changesAt !== null) known.set(hours, { from: now, until: office.changesAt, office })
  return office
}
