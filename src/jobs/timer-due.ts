import { z } from 'zod'
import { defineJob } from './job.ts'

/** A bell for one moment. Which timers are due is read from the table, so a bell too many or too few changes nothing. */
export const timerDue = defineJob({
  name: 'timer-due',
  payload: z.object({ dueAt: z.iso.datetime() }),
  run: (_, deps) => deps.fireDue(),
})
