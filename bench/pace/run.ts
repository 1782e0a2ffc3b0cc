/** A backlog behind Telegram's own limits, with 429s at random: how much of the allowed rate is used, and what the server objects to. */
import { setPace } from '../../test/faults/support/set-pace.ts'
import { createWorld } from '../../test/faults/support/world.ts'

/** What an account may: Telegram's «about thirty a second, one a second in a chat», as the channel declares it. */
const pace = { account: { perSecond: 30, burst: 30 }, chat: { perSecond: 1, burst: 3 } }
/** The most that such a pace may send in a window: the burst, and what a second brings. */
const limits = {
  global: { count: pace.account.burst + pace.account.perSecond, windowMs: 1_000 },
  chat: { count: pace.chat.burst + pace.chat.perSecond, windowMs: 1_000 },
}
const throttled = { probability: 0.02, retryAfter: 1 }
/** Of the backlog's end, where single chats wait for their own second. */
const tail = 0.05

export const benchPace = async ({ quick }: { quick: boolean }): Promise<void> => {
  const people = quick ? 150 : 500
  const each = 4
  const world = await createWorld({ env: { SILA_BURST_TEXT_MS: '0', SILA_BURST_MEDIA_MS: '0' } })
  try {
    await setPace(world, pace)
    const { bot } = world
    bot.limit(limits)
    const rule = bot.faults.add({
      method: 'sendMessage',
      fault: { kind: 'answer', status: 429, retryAfter: throttled.retryAfter },
      probability: throttled.probability,
    })
    for (let line = 0; line < each; line += 1)
      for (let person = 0; person < people; person += 1) bot.person(1001 + person).says(line === 0 ? 'السلام عليكم' : 'وين طلبي')
    await world.settle(600_000)
    const sent = world.botApi
      .log()
      .filter(({ method, outcome }) => method === 'sendMessage' && outcome.accepted)
      .map(({ at }) => at)
    // The first burst is not the rate.
    const body = sent.slice(pace.account.burst, Math.floor(sent.length * (1 - tail)))
    const seconds = ((body.at(-1) ?? 0) - (body[0] ?? 0)) / 1000
    const rate = (body.length - 1) / seconds
    const ledger = await world.ledger({ applied: () => false })
    const violations = bot.violations()
    const of = (scope: 'global' | 'chat'): number => violations.filter((violation) => violation.scope === scope).length
    console.log(
      `${people} people, ${each} lines each at once; ${pace.account.perSecond}/s allowed, ${throttled.probability * 100} % of the sends throttled`,
    )
    console.log(`  sent                ${sent.length}, throttled at random ${rule.hits()}`)
    console.log(
      `  rate                ${rate.toFixed(1)}/s, ${(rate / pace.account.perSecond).toFixed(2)} of what is allowed (goal ≥ 0.90)`,
    )
    console.log(
      `  out of order        in ${ledger.orderBroken.length} chats (goal 0); twice ${ledger.visibleDuplicates}, unsent ${ledger.unsent}`,
    )
    console.log(`  limits exceeded     ${of('global')} for the bot, ${of('chat')} for a chat`)
  } finally {
    await world.close()
  }
}
