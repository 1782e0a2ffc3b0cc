/** A change of the desk is made once per Idempotency-Key, whatever the network repeats. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { DeskStore } from '../../ports/desk-store.ts'
import { DomainError } from '../../ports/errors.ts'
import type { SignedIn } from '../../ports/staff-access.ts'
import { signedIn } from './guard.ts'
import { parse } from './problem.ts'

const Key = z.string().regex(/^[A-Za-z0-9-]{8,64}$/)

/** Says which change it is: method, path and body, keyed so that a guess of the words proves nothing without it. */
const hashOf = (request: FastifyRequest, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([key, request.method, request.url, request.body ?? null]))
    .digest('hex')

/**
 * Runs `change` once for the request's key and answers a repeat with the first answer. A refusal is not
 * kept: it changed nothing, and the same key may try again.
 */
export const changeOnce =
  (store: DeskStore, change: (request: FastifyRequest, who: SignedIn, key: string) => Promise<object>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const who = signedIn(request)
    const given = parse(Key, request.headers['idempotency-key'])
    // One member's key never meets another's.
    const key = `${who.staff.id}:${given}`
    const claim = await store.claim(who.association, key, hashOf(request, key))
    switch (claim.kind) {
      case 'busy':
        throw new DomainError('stale')
      case 'mismatch':
        throw new DomainError('invalid-input')
      case 'done':
        return reply.code(claim.status).type('application/json').send(claim.body)
      case 'fresh':
        break
      default:
        claim satisfies never
    }
    let body: string
    try {
      body = JSON.stringify(await change(request, who, given))
    } catch (error) {
      await store.dropClaim(who.association, key)
      throw error
    }
    await store.keepReply(who.association, key, { status: 200, body })
    return reply.code(200).type('application/json').send(body)
  }
