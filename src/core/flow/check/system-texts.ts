/** Texts that the engine says outside the nodes of a flow: each must exist in every language. */

import { handoverReasons } from '../../engine/effect.ts'
import { confirmKinds } from '../../engine/expect/spec.ts'
import { contentKinds, fileProblems, isSpoken } from '../../engine/input.ts'
import { linkable } from '../../engine/link-replies.ts'
import { requestStages } from '../../requests/request.ts'
import { shortServices } from '../../requests/services.ts'
import { greetingIds, smalltalkIds, withoutReply } from '../../text/smalltalk-ids.ts'

const each = <Id extends string>(start: string, ids: readonly Id[], end = ''): string[] => ids.map((id) => `${start}${id}${end}`)
const mediaKinds = contentKinds.filter((kind) => !isSpoken(kind))
const whens = ['closed', 'unknown-hours', 'queue'] as const

/** Reasons for which an answer may not fit, by kind of question. */
const failureReasons = {
  choice: ['none'],
  'yes-no': ['none'],
  text: ['too-short', 'too-long'],
  name: ['too-short', 'digits', 'too-long', 'question'],
  'national-id': ['empty', 'too-short', 'too-long', 'checksum', 'establishment', 'first-digit', 'negative', 'several', 'not-a-number'],
  phone: ['not-a-number', 'too-short', 'too-long', 'landline', 'foreign', 'not-mobile', 'several'],
  number: ['not-a-number', 'several', 'fraction', 'too-small', 'too-large', 'negative'],
  money: ['not-a-number', 'several', 'fraction', 'too-large', 'negative'],
  document: ['none'],
  review: ['none'],
  declaration: ['none'],
  rating: ['none'],
} as const

const failures = Object.entries(failureReasons).flatMap(([kind, reasons]) =>
  reasons.flatMap((reason) => [`validation:${kind}.${reason}`, `validation:${kind}.${reason}-again`]),
)

export const systemTexts: readonly string[] = [
  ...each('common:', [
    'yes',
    'no',
    'this-number',
    'introduction',
    'introduction-short',
    'introduction-menu',
    'welcome-back',
    'edit.kept',
    'link.offer',
    'link.told',
    'how-can-we-serve',
    'robot.yes',
    'who-are-you',
    'my-data.short',
    'our-fault',
    'explain',
    'clarify.ask',
    'clarify.other',
    'handover.form-kept',
    'staff.joined',
    'staff.returns',
    'staff.returns-unknown',
    'staff.busy',
    'staff.back-in-queue',
    'staff.left',
    'voice.second',
    'voice.options.call',
    'voice.options.stay',
    'menu.form-kept',
    'back.first',
    'cancel.nothing',
    'cancel.left',
    'cancel.short',
    'cancel.filed',
    'repeat.nothing',
    'stop.done',
    'start.done',
    'language.changed',
    'goodbye.plain',
    'goodbye.ready',
    'goodbye.with-draft',
    'first-staff',
    'home.title',
    'home.chat',
    'home.chat-note',
    'home.desk',
    'home.desk-note',
  ]),
  ...[...handoverReasons, 'already'].flatMap((reason) => each(`common:handover.${reason}.`, whens)),
  ...each('common:media.', mediaKinds),
  ...each('validation:media.', mediaKinds),
  'validation:media.voice-typed',
  'validation:media.voice-saved',
  ...fileProblems.flatMap((problem) => [`validation:file.${problem}`, `validation:file.${problem}-again`]),
  ...failures,
  'validation:third.ask',
  ...each('validation:third.options.', ['retry', 'skip', 'human']),
  ...each('validation:confirm.', confirmKinds),
  'validation:stale-press',
  'validation:number-unbound',
  ...each(
    'smalltalk:',
    [...new Set([...greetingIds, ...smalltalkIds])].filter((id) => !withoutReply.includes(id)),
  ),
  ...each('status:is.', requestStages),
  ...each('status:push.', requestStages),
  ...each('telegram:', ['description', 'about', 'group']),
  ...each('telegram:commands.', ['menu', 'status', 'human', 'back', 'cancel', 'stop', 'language']),
  ...shortServices.flatMap((service) => [
    ...each(`status:is.${service}.`, ['submitted', 'closed']),
    ...each(`status:push.${service}.`, ['closed']),
  ]),
  ...each('common:link.options.', linkable),
  ...each('common:link.place.', linkable),
  'reminder:draft',
  'reminder:draft-expired',
  ...each('fields:', ['missing', 'voice', 'no-income', 'by-staff', 'ends-with', 'files']),
  ...each('rating:scale.', ['5', '4', '3', '2', '1']),
]

/** Beginnings of keys that are said by name of something else (a field, a period, a day). */
export const systemTextFamilies = [
  'fields:',
  'common:reply.',
  'common:hours.',
  'common:days',
  'common:questions',
  // Of `core/text/mask-codes.ts`, which no turn calls yet.
  'validation:card',
  'validation:code',
] as const
