import type { ConversationId, Slug } from '../core/ids.ts'
import { requireOwner } from './reply.ts'
import type { Actor, TurnRunner } from './turn-runner.ts'

/**
 * The bot owns again, at the step where the form was; the person is told.
 * @throws DomainError `not-owner`
 */
export const handBack = async (
  runner: TurnRunner,
  act: { association: Slug; conversation: ConversationId; staff: Actor },
): Promise<void> => {
  await runner.take(act, { kind: 'staff-released', staff: act.staff }, { check: ({ owner }) => requireOwner(owner, act.staff) })
}
