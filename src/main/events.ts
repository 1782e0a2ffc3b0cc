/** After-commit events inside one process. */
import { EventEmitter } from 'node:events'
import type { Event, Events } from '../ports/events.ts'

export const createEvents = (): Events => {
  const emitter = new EventEmitter<{ event: [Event] }>()
  emitter.setMaxListeners(0)
  return {
    publish: (event) => void emitter.emit('event', event),
    subscribe: (listener) => {
      emitter.on('event', listener)
      return () => emitter.off('event', listener)
    },
  }
}
