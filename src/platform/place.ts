/** Which of the processes on one database this is: the same again when it comes back after a crash. */
import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/**
 * @param port that it listens on; 0 (any free one) makes a place of its own for each start
 * @returns letters and digits, unique among the processes that run at the same time
 */
export const placeOf = (port: number): string => {
  const place = port === 0 ? randomUUID() : `${hostname()}:${port}`
  return createHash('sha256').update(place).digest('hex').slice(0, 16)
}
