import type { ConversationId, Slug } from '../core/ids.ts'
import { cleanText } from '../core/text/clean.ts'
import { DomainError } from '../ports/errors.ts'
import type { Actor, TurnRunner } from './turn-runner.ts'

/**
 * Words of the owner, sent as written.
 * @returns id of the message
 * @throws DomainError `not-owner` unless this member of staff owns the conversation; `invalid-input` for empty words
 */
export const reply = async (
  runner: TurnRunner,
  act: { association: Slug; conversation: ConversationId; staff: Actor; text: string },
): Promise<{ id: string }> => {
  const text = cleanText(act.text).trim()
  if (text === '') throw new DomainError('invalid-input', 'an empty reply')
  const commit = await runner.take(
    act,
    { kind: 'staff-replied', staff: act.staff, text },
    { check: ({ owner }) => requireOwner(owner, act.staff) },
  )
  const sent = commit.outbox[0]
  if (!sent) throw new Error('a reply makes a message')
  return { id: sent.id }
}

/** @throws DomainError `not-owner` */
export const requireOwner = (owner: { kind: 'bot' } | { kind: 'staff'; id: string; name: string }, staff: Actor): void => {
  if (owner.kind !== 'staff') throw new DomainError('not-owner', 'the bot owns the conversation')
  if (owner.id !== staff.id) throw new DomainError('not-owner', 'owned by another', { owner: owner.name })
}
