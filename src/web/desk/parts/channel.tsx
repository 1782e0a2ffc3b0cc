import { IconBrandTelegram, IconBrandWhatsapp, IconTerminal2, IconWorld } from '@tabler/icons-react'
import { useWords } from '../lib/words.ts'

const icons = {
  'web-chat': IconWorld,
  console: IconTerminal2,
  telegram: IconBrandTelegram,
  'whatsapp-web': IconBrandWhatsapp,
  'whatsapp-cloud': IconBrandWhatsapp,
} as const

export const ChannelIcon = ({ channel }: { channel: string }) => {
  const { t } = useWords()
  const Icon = icons[channel as keyof typeof icons] ?? IconWorld // a channel newer than this page
  const name = t(`channel.${channel}`, { defaultValue: channel })
  return <Icon size={16} stroke={1.75} className="shrink-0" role="img" aria-label={name} />
}
