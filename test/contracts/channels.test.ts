import { type ConsolePayload, createConsoleChannel, layOut } from '../../src/channels/console/channel.ts'
import { createWebChatChannel, type WebChatPayload } from '../../src/channels/web-chat/channel.ts'
import { describeChannel } from './describe-channel.ts'

const at = '2026-11-24T07:00:00.000Z'

describeChannel<WebChatPayload>({
  kind: 'web-chat',
  open: () => {
    const channel = createWebChatChannel()
    const seen: { to: string; text: string; options: string[] }[] = []
    for (const person of ['person-1', 'person-2']) {
      channel.listen(
        person,
        ({ external, message }) => void seen.push({ to: external, text: message.text, options: message.options.map(({ label }) => label) }),
      )
    }
    return { channel, seen: () => seen, close: async () => {} }
  },
  payload: (content, id) => ({ visitor: 'person-1', clientId: id, at, content }),
})

describeChannel<ConsolePayload>({
  kind: 'console',
  open: () => {
    const seen: { to: string; text: string; options: string[] }[] = []
    const channel = createConsoleChannel((message, to) => {
      // What stands in the terminal: the text, then one numbered line for each option.
      const lines = layOut(message).split('\n')
      const options = lines.splice(lines.length - message.options.length).map((line) => line.replace(/^[٠-٩]+\. /, ''))
      seen.push({ to, text: lines.join('\n'), options })
    })
    return { channel, seen: () => seen, close: async () => {} }
  },
  payload: (content, id) => ({ person: 'person-1', id, at, content }),
})
