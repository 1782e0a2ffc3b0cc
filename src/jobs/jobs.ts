import { sweep } from './sweep.ts'
import { timerDue } from './timer-due.ts'

/** Every job there is. A name that is not here is not run. */
export const jobs = [sweep, timerDue] as const
