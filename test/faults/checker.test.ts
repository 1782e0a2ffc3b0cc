/** The checker itself: a ledger that is whole passes, and each way to break it is named. */
import { expect, test } from 'vitest'
import { judge } from './scenario.ts'
import { compare, type Tables, type Witness } from './support/check-ledger.ts'

interface Run {
  tables: Tables
  witness: Witness
  crashes: number
}

/** Two chats; in each somebody writes twice, is answered twice, and has one request. */
const whole = (): Run => {
  const chats = [1, 2]
  const steps = [1, 2]
  return {
    crashes: 0,
    tables: {
      inbox: chats.flatMap((chat) =>
        steps.map((n) => ({ external_id: `in-${chat}-${n}`, state: 'taken', disposition: 'answered', conversation_id: `c${chat}` })),
      ),
      outbox: chats.flatMap((chat) =>
        steps.map((seq) => ({
          conversation_id: `c${chat}`,
          seq,
          n: 0,
          state: 'sent',
          external_id: `out-${chat}-${seq}`,
          of_staff: false,
        })),
      ),
      requests: chats.map((chat) => ({ conversation_id: `c${chat}`, stage: 'submitted' })),
      turnsBroken: 0,
    },
    witness: {
      said: chats.flatMap((chat) => steps.map((n) => ({ chat, externalId: `in-${chat}-${n}` }))),
      visible: chats.flatMap((chat) => steps.map((seq) => ({ chat, name: `out-${chat}-${seq}`, text: 'نعم', at: seq * 1_000 }))),
      takeOvers: [],
      applied: () => true,
    },
  }
}

const judged = ({ tables, witness, crashes }: Run): string[] =>
  judge({ ledger: compare(tables, witness), crashes, lostAnswers: 0, notes: {}, broken: [] })

const first = <T>(rows: readonly T[]): T => {
  const [row] = rows
  if (row === undefined) throw new Error('nothing to break')
  return row
}
const seenTwice = (run: Run): void => {
  run.witness.visible = [...run.witness.visible, { chat: 1, name: 'nobody-knows', text: 'نعم', at: 3_000 }]
}

const breaks: readonly (readonly [what: string, make: (run: Run) => void, said: RegExp])[] = [
  ['a row of the inbox is gone', ({ tables }) => void tables.inbox.shift(), /^inbound lost .*: 1$/],
  ['a row still waits', ({ tables }) => void Object.assign(first(tables.inbox), { state: 'waiting' }), /^inbound lost .*: 1$/],
  ['a row has no disposition', ({ tables }) => void Object.assign(first(tables.inbox), { disposition: null }), /^inbound lost .*: 1$/],
  [
    'a row that nobody sent',
    ({ tables }) => void tables.inbox.push({ ...first(tables.inbox), external_id: 'from-nowhere' }),
    /^inbound that nobody sent: 1$/,
  ],
  ['a request is gone', ({ tables }) => void tables.requests.shift(), /chat 1: 0 requests and 0 drafts/],
  ['a request was made twice', ({ tables }) => void tables.requests.push({ ...first(tables.requests) }), /chat 1: 2 requests/],
  [
    'a draft was left beside it',
    ({ tables }) => void tables.requests.push({ conversation_id: 'c2', stage: 'draft' }),
    /chat 2: 1 requests and 1 drafts/,
  ],
  [
    'two messages changed places',
    (run) => {
      const [one, two, ...others] = run.witness.visible
      if (one && two) run.witness.visible = [two, one, ...others]
    },
    /^order broken in chats 1$/,
  ],
  ['a message was never sent', ({ tables }) => void Object.assign(first(tables.outbox), { state: 'queued' }), /^messages never sent: 1$/],
  [
    'a message hangs in sending',
    ({ tables }) => void Object.assign(first(tables.outbox), { state: 'sending' }),
    /^messages never sent: 1$/,
  ],
  [
    'marked as sent and never seen',
    (run) => {
      run.witness.visible = run.witness.visible.slice(1)
    },
    /^marked as sent and never seen: 1$/,
  ],
  ['a message was seen twice without a crash', seenTwice, /^1 messages seen twice after 0 crashes/],
  [
    'one more than the crashes allow',
    (run) => {
      run.crashes = 1
      seenTwice(run)
      seenTwice(run)
    },
    /^2 messages seen twice after 1 crashes/,
  ],
  [
    'turns that do not add up',
    ({ tables }) => void Object.assign(tables, { turnsBroken: 1 }),
    /^conversations whose turns do not add up: 1$/,
  ],
  [
    'the bot went on after a take-over',
    (run) => {
      run.witness.takeOvers = [{ chat: 1, from: 500, until: 9_000 }]
    },
    /^the bot spoke after a take-over in chats 1$/,
  ],
  [
    'nobody wrote at all',
    ({ tables, witness }) => {
      tables.inbox = []
      Object.assign(witness, { said: [] })
    },
    /^nobody wrote/,
  ],
]

test('a whole ledger passes', () => {
  expect(judged(whole())).toEqual([])
})

test.each(breaks)('%s: it is named', (_what, make, said) => {
  const run = whole()
  make(run)
  expect(judged(run)).toContainEqual(expect.stringMatching(said))
})

test('what is allowed: one message seen twice after a crash, one on its way at a take-over, words of staff', () => {
  const run = whole()
  run.crashes = 1
  seenTwice(run)
  run.witness.takeOvers = [{ chat: 2, from: 1_500, until: 9_000 }]
  run.tables.outbox.push({ conversation_id: 'c2', seq: 3, n: 0, state: 'sent', external_id: 'out-2-3', of_staff: true })
  run.witness.visible = [...run.witness.visible, { chat: 2, name: 'out-2-3', text: 'معك سارة', at: 3_000 }]
  expect(judged(run)).toEqual([])
})
