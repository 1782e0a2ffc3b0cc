import { z } from 'zod'
import { defineJob } from './job.ts'

/** The truth is in the tables: whatever was missed is found here, bells or no bells. */
export const sweep = defineJob({
  name: 'sweep',
  payload: z.object({}),
  run: async (_, deps) => {
    await deps.sweep()
    await deps.fireDue()
  },
})
