/** Each rule notices its own kind of damage, in the file and line where it was done. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readContent } from '../../src/content/load-content.ts'
import type { Issue } from '../../src/core/flow/check/issue.ts'
import { checkRelease, rules } from '../../src/core/flow/check.ts'
import { type ContentCopy, copyContent } from './copy.ts'

interface Damage {
  rule: string
  what: string
  do(copy: ContentCopy): ContentCopy
  file: string
  /** A text that stands in the line pointed at. */
  line?: string
  level?: 'warning'
}

const form = 'flows/support/support-request.yaml'
const ar = (name: string) => `locales/ar/${name}.yaml`
const en = (name: string) => `locales/en/${name}.yaml`
const association = 'flows/associations/masakin/association.yaml'
const knowledge = (name: string) => `flows/associations/masakin/knowledge/${name}.md`

const damages: Damage[] = [
  { rule: 'system-flows', what: 'no rating', file: 'flows', do: (c) => c.remove('flows/rating/rating.yaml') },
  {
    rule: 'node-references',
    what: 'a way to nowhere',
    file: form,
    line: 'next: citty',
    do: (c) => c.edit(form, 'next: city', 'next: citty'),
  },
  {
    rule: 'node-references',
    what: 'an option without a way',
    file: 'flows/menu/menu.yaml',
    line: 'choose:',
    do: (c) => c.edit('flows/menu/menu.yaml', '      status: open-status\n', ''),
  },
  {
    rule: 'node-references',
    what: 'an outcome that never comes',
    file: form,
    line: 'submitted: submitted',
    do: (c) => c.edit(form, '{ submitted: submitted, incomplete', '{ submitted: submitted, refused: incomplete, incomplete'),
  },
  {
    rule: 'node-references',
    what: 'an outcome forgotten',
    file: form,
    line: 'submit:',
    do: (c) => c.edit(form, '{ submitted: submitted, incomplete: incomplete }', '{ submitted: submitted }'),
  },
  {
    rule: 'node-references',
    what: 'a role nobody has',
    file: 'flows/menu/menu.yaml',
    line: 'human: { kind',
    do: (c) => c.edit('flows/menu/menu.yaml', 'role: relations', 'role: nobody'),
  },
  {
    rule: 'reachable',
    what: 'a node nothing leads to',
    file: form,
    line: '  kept:',
    do: (c) => c.edit(form, 'later: kept }', 'later: done }'),
  },
  {
    rule: 'can-end',
    what: 'a dead end',
    file: form,
    do: (c) => c.edit(form, 'submitted: { kind: say, next: follow }', 'submitted: { kind: say, next: submitted }'),
  },
  {
    rule: 'form-order',
    what: 'submitted without a declaration',
    file: form,
    line: 'submit:',
    do: (c) => c.edit(form, 'expect: { kind: review }\n    next: declaration', 'expect: { kind: review }\n    next: submit'),
  },
  {
    rule: 'form-order',
    what: 'submitted without a read-back',
    file: form,
    line: 'submit:',
    do: (c) =>
      c
        .edit(form, 'skippable: true\n    next: review', 'skippable: true\n    next: declaration')
        .edit(form, 'edit: review', 'edit: not-signed')
        .edit(form, '  review:\n    kind: ask\n    expect: { kind: review }\n    next: declaration\n\n', ''),
  },
  {
    rule: 'form-order',
    what: 'refusal that submits',
    file: form,
    line: 'declaration:',
    do: (c) => c.edit(form, 'decline: not-signed }', 'decline: submit }'),
  },
  { rule: 'form-order', what: 'asked before consent', file: form, line: '  name:', do: (c) => c.edit(form, 'new: privacy', 'new: name') },
  { rule: 'form-order', what: 'without the conditions', file: form, do: (c) => c.edit(form, 'start: conditions', 'start: open-draft') },
  {
    rule: 'short-forms',
    what: 'filed before anything was said',
    file: 'flows/follower/suggestion.yaml',
    line: '  file:',
    do: (c) => c.edit('flows/follower/suggestion.yaml', 'start: words', 'start: file'),
  },
  {
    rule: 'short-forms',
    what: 'added to before it is filed',
    file: 'flows/complaint/complaint.yaml',
    line: '  add:',
    do: (c) => c.edit('flows/complaint/complaint.yaml', 'save: what-happened\n    next: file', 'save: what-happened\n    next: add'),
  },
  {
    rule: 'short-forms',
    what: 'a name before consent',
    file: 'flows/follower/volunteer.yaml',
    line: '  name:',
    do: (c) => c.edit('flows/follower/volunteer.yaml', 'agree: agreed, decline', 'agree: name, decline'),
  },
  {
    rule: 'short-forms',
    what: 'the id of a volunteer',
    file: 'flows/follower/volunteer.yaml',
    line: '  city:',
    do: (c) => c.edit('flows/follower/volunteer.yaml', 'expect: { kind: text, min: 2, max: 200 }', 'expect: { kind: national-id }'),
  },
  {
    rule: 'short-forms',
    what: 'filed from a flow that is none',
    file: 'flows/follower/suggestion.yaml',
    line: '  file:',
    do: (c) => c.edit('flows/follower/suggestion.yaml', 'shortForm: suggestion\n', ''),
  },
  {
    rule: 'entries',
    what: 'one entry, two flows',
    file: 'flows/follower/volunteer.yaml',
    line: 'entry: complaint',
    do: (c) => c.edit('flows/follower/volunteer.yaml', 'entry: volunteer', 'entry: complaint'),
  },
  {
    rule: 'destructive-last',
    what: 'deleting first',
    file: 'flows/support/cancel.yaml',
    line: 'delete-check:',
    do: (c) => c.edit('flows/support/cancel.yaml', 'options: [keep, delete]', 'options: [delete, keep]'),
  },
  {
    rule: 'destructive-last',
    what: 'a human in the middle of the menu',
    file: 'flows/menu/menu.yaml',
    line: 'choose:',
    do: (c) => c.edit('flows/menu/menu.yaml', 'status, question, human]', 'human, status, question]'),
  },
  {
    rule: 'sensitive-basis',
    what: 'income without a basis',
    file: form,
    line: '  income:',
    do: (c) => c.edit(form, '    sensitive:\n      basis: clause:6.3\n', ''),
  },
  {
    rule: 'sensitive-basis',
    what: 'a basis the policy does not hold',
    file: form,
    line: '  income:',
    do: (c) => c.edit(form, 'basis: clause:6.3', 'basis: clause:9.9'),
  },
  {
    rule: 'sensitive-basis',
    what: 'an id nobody may leave to staff',
    file: form,
    line: '  national-id:',
    do: (c) => c.edit(form, 'save: national-id\n    counted: true\n    skippable: true', 'save: national-id\n    counted: true'),
  },
  {
    rule: 'sources-exist',
    what: 'a committee of no clause',
    file: association,
    line: 'committees:',
    do: (c) => c.edit(association, 'source: clause:7.5\n\n# A floor', 'source: clause:7.9\n\n# A floor'),
  },
  {
    rule: 'sources-exist',
    what: 'an article of no clause',
    file: knowledge('committee'),
    do: (c) => c.edit(knowledge('committee'), 'source: masakin/7.5', 'source: masakin/12'),
  },
  {
    rule: 'reply-period',
    what: 'a floor without a shortest time',
    file: association,
    line: 'reply:',
    do: (c) =>
      c.edit(association, 'min: { count: 2, unit: week }', 'min: null').edit(association, 'max: null', 'max: { count: 2, unit: week }'),
  },
  {
    rule: 'texts-exist',
    what: 'a question without words',
    file: form,
    line: '  city:',
    do: (c) => c.edit(ar('support-request'), 'city:\n  ask:', 'city:\n  asked:'),
  },
  {
    rule: 'texts-exist',
    what: 'an option without a label',
    file: form,
    line: '  housing:',
    do: (c) => c.edit(en('support-request'), '    own: Owned\n', ''),
  },
  {
    rule: 'texts-exist',
    what: 'a failure without words',
    file: ar('validation'),
    do: (c) => c.edit(ar('validation'), '  landline:', '  landlin:'),
  },
  {
    rule: 'same-keys',
    what: 'Arabic only',
    file: ar('menu'),
    line: 'extra:',
    do: (c) => c.edit(ar('menu'), 'question.text:', 'extra: كلمة\nquestion.text:'),
  },
  {
    rule: 'known-variables',
    what: 'a name misspelt',
    file: ar('support-request'),
    line: 'submitted.text:',
    do: (c) => c.edit(ar('support-request'), 'رقمه: {{reference}}', 'رقمه: {{refrence}}'),
  },
  {
    rule: 'slot-lines',
    what: 'a question that a slot takes away',
    file: ar('support-request'),
    line: 'ask: |-',
    do: (c) =>
      c.edit(ar('support-request'), 'بقيت صورة المستند.\n    المطلوب: {{slot.documents}}', 'بقيت صورة المستند: {{slot.documents}}'),
  },
  {
    rule: 'plural-forms',
    what: 'a form missing',
    file: ar('support-request'),
    line: 'saved_other: سجّلنا {{count}} فرد',
    do: (c) => c.edit(ar('support-request'), '  saved_few: سجّلنا {{count}} أفراد.\n', ''),
  },
  {
    rule: 'plural-forms',
    what: 'a digit where a word belongs',
    file: ar('fields'),
    line: 'files_two',
    do: (c) => c.edit(ar('fields'), 'files_two: وصل ملفان', "files_two: 'وصل {{count}} ملفان'"),
  },
  {
    rule: 'plural-forms',
    what: 'a count without forms',
    file: ar('rating'),
    line: 'thanks.text',
    do: (c) => c.edit(ar('rating'), 'شكرًا لك، وصلت كلمتك.', 'شكرًا لك، وصلت {{count}} كلمات.'),
  },
  {
    rule: 'gender-variants',
    what: 'one gender alone',
    file: ar('support-request'),
    line: 'pick_male',
    do: (c) => c.edit(ar('support-request'), '  pick_female: أي بيان تريدين تعديله؟\n', ''),
  },
  {
    rule: 'rating-descends',
    what: 'a scale from the bottom',
    file: ar('rating'),
    do: (c) => c.edit(ar('rating'), "  '5': ممتازة\n", '').edit(ar('rating'), "  '1': سيئة\n", "  '1': سيئة\n  '5': ممتازة\n"),
  },
  {
    rule: 'one-question',
    what: 'two questions',
    file: ar('cancel'),
    line: 'ask: |-',
    do: (c) => c.edit(ar('cancel'), 'لم يُرسل طلبك بعد، وإجاباته محفوظة.', 'هل نكمل؟'),
  },
  {
    rule: 'reworded',
    what: 'the same words again',
    file: ar('validation'),
    line: 'several-again: وصلنا أكثر من مبلغ',
    do: (c) =>
      c.edit(
        ar('validation'),
        'several-again: مبلغ واحد يكفي، وهو مجموع ما يدخل البيت في الشهر.',
        'several-again: وصلنا أكثر من مبلغ. كم مجموعها في الشهر؟',
      ),
  },
  {
    rule: 'sizes',
    what: 'a label too long for a button',
    file: ar('menu'),
    line: 'status:',
    do: (c) => c.edit(ar('menu'), 'status: متابعة طلب', 'status: متابعة طلب سابق من أي مرحلة كانت'),
  },
  {
    rule: 'sizes',
    what: 'a long sentence',
    file: ar('reminder'),
    line: 'draft-expired',
    do: (c) =>
      c.edit(
        ar('reminder'),
        'حذفنا مسودة طلبك القديم حفظًا لخصوصيتك.',
        'حذفنا مسودة طلبك القديم حفظًا لخصوصيتك كما هي عادة الجمعية في كل طلب قديم لم يصل إليها بعد.',
      ),
  },
  {
    rule: 'sizes',
    what: 'seven lines',
    file: ar('menu'),
    line: 'question.text',
    do: (c) => c.edit(ar('menu'), 'question.text: ما سؤالك؟ بكلماتك، كتابةً أو صوتًا.', 'question.text: "أ\\nب\\nج\\nد\\nه\\nو\\nز"'),
  },
  {
    rule: 'sizes',
    what: 'a first line for a lock screen',
    file: ar('status'),
    line: 'closed: |-',
    do: (c) =>
      c.edit(
        ar('status'),
        'السلام عليكم. لديك تحديث على طلبك {{reference}}.\n    أُغلق',
        'السلام عليكم. لديك اليوم تحديث جديد ومهم على طلبك ورقمه {{reference}}.\n    أُغلق',
      ),
  },
  {
    rule: 'tone',
    what: 'an imperative',
    file: ar('menu'),
    line: 'question.text',
    do: (c) => c.edit(ar('menu'), 'ما سؤالك؟ بكلماتك', 'اكتب سؤالك'),
  },
  {
    rule: 'tone',
    what: 'the quotation without its meaning',
    file: ar('common'),
    line: 'reply-in-full',
    do: (c) =>
      c
        .edit(ar('common'), '    معنى ذلك: {{reply.meaning}}.\n', '')
        .edit(ar('common'), '«{{reply.quote}}»', '«خلال مدة لا تقل عن أسبوعين»'),
  },
  {
    rule: 'tone',
    what: 'the quotation without its date',
    file: ar('support-request'),
    line: 'submitted.text:',
    do: (c) => c.edit(ar('common'), '{{reply.meaning}}.\n    لا نتوقع الرد قبل {{notBefore}}.', '{{reply.meaning}}.'),
  },
  {
    rule: 'tone',
    what: 'a decision on the lock screen',
    file: ar('status'),
    line: 'approved: |-',
    do: (c) =>
      c.edit(ar('status'), 'السلام عليكم. صدر القرار في طلبك {{reference}}.\n    وافقت', 'السلام عليكم. وافقت اللجنة على طلبك.\n    وافقت'),
  },
  {
    rule: 'tone',
    what: 'a Latin question mark',
    file: ar('hand-back'),
    line: 'again',
    do: (c) => c.edit(ar('hand-back'), 'الآن؟', 'الآن?'),
  },
  {
    rule: 'tone',
    what: 'a slot with a promise',
    file: association,
    line: 'retention',
    do: (c) => c.edit('flows/associations/masakin/sample.yaml', 'سنة واحدة بعد إغلاق الطلب', 'مدة قصيرة، ونحذفها قريبًا'),
  },
  {
    rule: 'articles-complete',
    what: 'nine ways of asking',
    file: knowledge('committee'),
    do: (c) =>
      c.edit(
        knowledge('committee'),
        '  - مين يوافق على الدعم\n  - القرار بيد من\n  - مين المسؤول عن القبول\n  - اقدر اكلم اللجنة\n  - كيف تقررون\n',
        '',
      ),
  },
  {
    rule: 'articles-complete',
    what: 'no English',
    file: knowledge('committee'),
    do: (c) => c.edit(knowledge('committee'), '## en', '## de'),
  },
  {
    rule: 'unused-texts',
    what: 'words nobody says',
    file: ar('menu'),
    line: 'orphan.text',
    level: 'warning',
    do: (c) => c.edit(ar('menu'), 'question.text:', 'orphan.text: كلمة\nquestion.text:'),
  },
  { rule: 'open-slots', what: 'a slot emptied', file: association, line: 'conditions: null', level: 'warning', do: (c) => c },
]

let copy: ContentCopy | null = null
afterEach(() => {
  copy?.drop()
  copy = null
})

const findings = (root: string, useSample: boolean): Issue[] => {
  const { releases, issues } = readContent({ root, slugs: ['masakin'], useSample })
  return [...issues, ...releases.flatMap(({ subject }) => checkRelease(subject.release, subject.texts))]
}

test.each(damages.map((damage) => [`${damage.rule}: ${damage.what}`, damage] as const))('%s', (_name, damage) => {
  copy = damage.do(copyContent())
  const found = findings(copy.root, damage.rule !== 'open-slots').filter(({ rule, file }) => rule === damage.rule && file === damage.file)
  expect(found.map(({ level }) => level)).toContain(damage.level ?? 'error')
  if (damage.line === undefined) return
  const lines = readFileSync(join(copy.root, damage.file), 'utf8').split('\n')
  expect(found.map(({ line }) => lines[(line ?? 0) - 1] ?? '').join('\n')).toContain(damage.line)
})

test('every rule has a copy on which it fires', () => {
  expect(rules.map(({ id }) => id).filter((id) => !damages.some(({ rule }) => rule === id))).toEqual([])
})
