/** Plays a dialogue through the whole application: real database, store, turns, outbox and sender. */
import { randomUUID } from 'node:crypto'
import { createConsoleChannel, layOut } from '../../src/channels/console/channel.ts'
import type { Content } from '../../src/core/engine/input.ts'
import { type AccountId, ConversationId, FileId, RequestId, type Slug, StaffId } from '../../src/core/ids.ts'
import { RequestStage } from '../../src/core/requests/request.ts'
import type { Application } from '../../src/main/application.ts'
import type { AbstractMessage, Channel, ChannelKind } from '../../src/ports/channel.ts'
import { channelOf, newestToken, noteworthy, type Player, type Step, settle } from './dialogue.ts'
import { lineOfEffect, mediaOf } from './dialogue-lines.ts'

/** Messages as the console channel really sent them, by person. */
interface Mailbox {
  channel: Channel
  /** The same box behind other kinds of channel. */
  as(kind: ChannelKind): Channel
  read(external: string): AbstractMessage[]
}

export const createMailbox = (): Mailbox => {
  const boxes = new Map<string, AbstractMessage[]>()
  const channel = createConsoleChannel((message, external) => void boxes.set(external, [...(boxes.get(external) ?? []), message]))
  return {
    channel,
    as: (kind) => ({ ...channel, kind }),
    read: (external) => {
      const messages = boxes.get(external) ?? []
      boxes.set(external, [])
      return messages
    },
  }
}

/** A clock that tests move. */
export const createTestClock = (starts: string) => {
  let now = Date.parse(starts)
  return {
    now: () => new Date(now),
    set: (iso: string) => {
      now = Date.parse(iso)
    },
    to: (ms: number) => {
      now = Math.max(now, ms)
    },
  }
}

export const createAppPlayer = async (
  application: Application,
  mailbox: Mailbox,
  clock: ReturnType<typeof createTestClock>,
  association: Slug,
  window: { text: number; media: number },
  channel = 'console',
): Promise<Player & { conversation(): Promise<ConversationId>; conversations(): Promise<ConversationId[]> }> => {
  const chats = new Map<string, { external: string; account: AccountId; turns: number }>()
  const enter = async (name: string) => {
    const known = chats.get(name)
    if (known) return known
    // The dialogues name kinds of channel that exist.
    const account = await application.account(association, channelOf(name) as ChannelKind)
    const made = { external: `person-${randomUUID()}`, account, turns: 0 }
    chats.set(name, made)
    return made
  }
  let chat = await enter(channel)
  let token: string | null = null
  let staff = { id: StaffId.parse(randomUUID()), name: '' }
  /** Newest last. */
  let shown: AbstractMessage[] = []
  let acting = false

  const conversationOf = async ({ account, external }: typeof chat): Promise<ConversationId> => {
    const loaded = await application.store.turns.load({ association, account, external })
    if (!loaded) throw new Error('nobody has written yet')
    return ConversationId.parse(loaded.conversation)
  }
  const conversation = () => conversationOf(chat)
  const send = async (content: Content): Promise<void> => {
    const { account, external } = chat
    await application.runner.receive({
      association,
      account,
      update: { external, externalId: randomUUID(), at: clock.now().toISOString(), content, phone: null },
    })
    await application.idle()
  }
  const of = async () => ({ association, conversation: await conversation() })
  let seen: Step[] = []

  /** What the last acts caused, from the turn records and from the channel. */
  const collect = async (): Promise<void> => {
    await application.idle()
    const records = await application.store.turns.records(association, await conversation())
    for (const { effects } of records.slice(chat.turns)) {
      for (const effect of effects) if (noteworthy.has(effect.kind)) seen.push({ صار: lineOfEffect(effect) })
    }
    chat.turns = records.length
    for (const message of mailbox.read(chat.external)) {
      token = newestToken([message.text], token)
      if (message.promptId || !acting) shown.push(message)
      seen.push(acting ? { موظف: message.text } : { آلي: settle(layOut(message)) })
    }
    acting = false
  }

  const player: Awaited<ReturnType<typeof createAppPlayer>> = {
    conversation,
    conversations: () => Promise.all([...chats.values()].map(conversationOf)),
    person: async (text) => {
      await send({ kind: 'text', text })
      await collect()
    },
    together: async (texts) => {
      window.text = 150
      const { account, external } = chat
      for (const text of texts) {
        await application.runner.receive({
          association,
          account,
          update: { external, externalId: randomUUID(), at: clock.now().toISOString(), content: { kind: 'text', text }, phone: null },
        })
      }
      await application.idle()
      window.text = 0
      await collect()
    },
    press: async (wanted, before = 0) => {
      const last = shown.at(-1 - before)
      const option = last?.options.find(({ id, n }) => id === wanted || n === wanted)
      await send({ kind: 'choice', promptId: last?.promptId ?? 'none', optionId: option?.id ?? String(wanted) })
      await collect()
    },
    sends: async (kind) => {
      await send(mediaOf(kind, FileId.parse(randomUUID())))
      await collect()
    },
    start: async (payload) => {
      await send({ kind: 'start', payload })
      await collect()
    },
    edit: async (text) => {
      await send({ kind: 'edit', text })
      await collect()
    },
    opens: async () => {
      await send({ kind: 'start', payload: token })
      await collect()
    },
    at: async (name) => {
      const known = chats.has(name)
      chat = await enter(name)
      shown = []
      await application.fireDue()
      if (known) await collect()
    },
    wait: async (ms) => {
      const until = clock.now().getTime() + ms
      for (;;) {
        // The clock stops at each due time in turn, as the sweep of a running program would.
        const at = await nextDue(application, association, await conversation())
        if (at === null || at > until) break
        clock.to(at)
        await application.fireDue()
        await collect()
      }
      clock.to(until)
      await application.sweep()
      await collect()
    },
    takes: async (name) => {
      staff = { id: await staffNamed(application, association, name), name }
      await application.acts.takeOver({ ...(await of()), staff })
      await collect()
    },
    staff: async (text) => {
      acting = true
      await application.acts.reply({ ...(await of()), staff, text, idempotencyKey: randomUUID() })
      await collect()
    },
    releases: async () => {
      await application.acts.release({ ...(await of()), staff })
      await collect()
    },
    moves: async (to, note) => {
      const { conversation: id } = await of()
      const request = (await application.requests.list(association, 500)).find((file) => file.conversation === id)
      if (!request) throw new Error('no request to move')
      await application.acts.advance({
        association,
        request: RequestId.parse(request.view.id),
        to: RequestStage.parse(to),
        note,
        version: request.version,
        staff,
      })
      await collect()
    },
    take: () => {
      const lines = seen
      seen = []
      return lines
    },
  }
  return player
}

const staffNamed = async (application: Application, association: Slug, name: string): Promise<StaffId> => {
  const id = StaffId.parse(randomUUID())
  const { prisma } = application.store
  await prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select set_config('app.association', ${association}, true)`
    await tx.staff.create({ data: { id, association, userId: id, name, role: 'researcher' } })
  })
  return id
}

const nextDue = async (application: Application, association: Slug, conversation: ConversationId): Promise<number | null> => {
  const { prisma } = application.store
  return prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select set_config('app.association', ${association}, true)`
    const timer = await tx.timer.findFirst({ where: { conversationId: conversation, state: 'set' }, orderBy: { dueAt: 'asc' } })
    return timer?.dueAt.getTime() ?? null
  })
}
