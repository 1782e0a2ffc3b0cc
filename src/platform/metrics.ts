import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Numbers for /metrics. Labels are from closed lists: never an id, never a person. */
export function createMetrics(options: { process?: boolean } = {}) {
  const registry = new Registry()
  const registers = [registry]
  if (options.process ?? true) collectDefaultMetrics({ register: registry })
  return {
    registry,
    turns: new Counter({ name: 'turns_total', help: 'Turns taken.', labelNames: ['kind', 'outcome'], registers }),
    turnDuration: new Histogram({
      name: 'turn_duration_seconds',
      help: 'From taking the inputs of a conversation to the commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    inboxWaiting: new Gauge({ name: 'inbox_waiting', help: 'Updates stored and not yet taken.', registers }),
    outboxOldestAge: new Gauge({ name: 'outbox_oldest_age_seconds', help: 'Age of the oldest message not yet sent.', registers }),
    sends: new Counter({ name: 'sends_total', help: 'Attempts to send.', labelNames: ['channel', 'outcome'], registers }),
    ambiguous: new Counter({
      name: 'ambiguous_total',
      help: 'Sends of which nobody knows whether they arrived.',
      labelNames: ['channel'],
      registers,
    }),
    sendAlerts: new Counter({
      name: 'send_alerts_total',
      help: 'Messages or credentials that a channel refused: someone should look.',
      labelNames: ['channel', 'failure'],
      registers,
    }),
    deadLetters: new Counter({ name: 'dead_letters_total', help: 'Updates that could not become a message of anybody.', registers }),
    slotsUnfilled: new Counter({
      name: 'slots_unfilled_total',
      help: 'Facts that an answer needed and the association has not filled in.',
      registers,
    }),
  }
}
