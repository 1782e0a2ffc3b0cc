/** Branded identifiers: a string that was checked once and cannot be mistaken for another. */
import { z } from 'zod'

const uuid = z.uuid()

/** The association's short name (`masakin`): the tenant, part of every key. */
export const Slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/)
  .brand<'Slug'>()
export type Slug = z.infer<typeof Slug>

export const ContactId = uuid.brand<'ContactId'>()
export type ContactId = z.infer<typeof ContactId>
export const ConversationId = uuid.brand<'ConversationId'>()
export type ConversationId = z.infer<typeof ConversationId>
/** A row of `channel_account`: one number, bot or website of an association. */
export const AccountId = uuid.brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>
export const RequestId = uuid.brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>
export const StaffId = uuid.brand<'StaffId'>()
export type StaffId = z.infer<typeof StaffId>
export const FileId = uuid.brand<'FileId'>()
export type FileId = z.infer<typeof FileId>
/** Content of one release of flows, texts and policy (first 16 hex digits of its SHA-256). */
export const ReleaseId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'ReleaseId'>()
export type ReleaseId = z.infer<typeof ReleaseId>
