/** How fast an account may send: what its settings say, else what its channel can. */
import type { Pool } from 'pg'
import { z } from 'zod'
import type { AccountId } from '../core/ids.ts'
import type { Pace } from '../ports/channel.ts'
import { DomainError } from '../ports/errors.ts'

const Rate = z.strictObject({ perSecond: z.number().positive().max(10_000), burst: z.number().int().min(1).max(10_000) })

/** What stands in `channel_account.settings` about sending. `pace: null`: nobody counts. */
export const PaceSettings = z.object({ pace: z.strictObject({ account: Rate, chat: Rate }).nullable().optional() })

export const applyPace = async (pool: Pool, account: AccountId, fallback: Pace | null): Promise<void> => {
  const { rows } = await pool.query<{ settings: unknown }>('select settings from outbox_account($1)', [account])
  const settings = PaceSettings.safeParse(rows[0]?.settings ?? {})
  const said = settings.success ? settings.data.pace : undefined
  const pace = said === undefined ? fallback : said
  await pool.query('select outbox_pace($1, $2, $3, $4, $5)', [
    account,
    pace?.account.perSecond ?? null,
    pace?.account.burst ?? null,
    pace?.chat.perSecond ?? null,
    pace?.chat.burst ?? null,
  ])
  if (!settings.success) throw new DomainError('invalid-input', `settings.pace of the account ${account} are not a pace`)
}
