/** A row of `request` as the rest of Sila sees it. */
import type { RequestView } from '../core/engine/input.ts'
import { RequestId } from '../core/ids.ts'
import { RequestStage } from '../core/requests/request.ts'
import type { Tx } from './prisma.ts'

export type RequestRow = NonNullable<Awaited<ReturnType<Tx['request']['findUnique']>>>

/** @param note what staff wrote with the last move, opened */
export const viewOf = (row: RequestRow, note: string | null): RequestView => ({
  id: RequestId.parse(row.id),
  service: row.service,
  stage: RequestStage.parse(row.stage),
  reference: row.reference,
  openedAt: row.openedAt.toISOString(),
  submittedAt: row.submittedAt?.toISOString() ?? null,
  stageAt: row.stageAt.toISOString(),
  notBefore: row.notBefore?.toISOString().slice(0, 10) ?? null,
  note,
})
