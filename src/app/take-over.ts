import type { ConversationId, Slug } from '../core/ids.ts'
import { DomainError } from '../ports/errors.ts'
import type { Actor, TurnRunner } from './turn-runner.ts'

/**
 * A member of staff becomes the owner: the bot is silent from this commit on, whatever was in flight.
 * @throws DomainError `already-owned` with `details.owner`, the name of the one who was first
 */
export const takeOver = async (
  runner: TurnRunner,
  act: { association: Slug; conversation: ConversationId; staff: Actor },
): Promise<void> => {
  await runner.take(
    act,
    { kind: 'staff-took-over', staff: act.staff },
    {
      check: ({ owner }) => {
        if (owner.kind === 'staff')
          throw new DomainError('already-owned', 'owned by another', { owner: owner.name, mine: owner.id === act.staff.id })
      },
    },
  )
}
