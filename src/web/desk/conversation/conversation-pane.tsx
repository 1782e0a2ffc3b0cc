import { IconArrowRight, IconInfoCircle } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { Dialog, DialogTrigger, Modal, ModalOverlay } from 'react-aria-components'
import type { ConversationDetail } from '../../../http/contract.ts'
import { conversationQuery } from '../lib/queries.ts'
import { useWords } from '../lib/words.ts'
import { Avatar } from '../parts/avatar.tsx'
import { Identifier, Name } from '../parts/bidi.tsx'
import { IconButton } from '../parts/button.tsx'
import { ChannelIcon } from '../parts/channel.tsx'
import { Failed, PaneSkeleton } from '../parts/states.tsx'
import { Composer } from './composer.tsx'
import { OwnerBar, UnreachableBar } from './owner-bar.tsx'
import { SideCard } from './side-card.tsx'
import { Transcript } from './transcript.tsx'
import { usePending } from './use-pending.ts'

/** Lines read at first, and with each «older»: below some 300 plain elements keep search in page and reading aloud. */
const step = 300

const Header = ({ detail }: { detail: ConversationDetail }) => {
  const { t } = useWords()
  const navigate = useNavigate()
  return (
    <header className="flex min-h-16 items-center gap-3 border-b border-hairline bg-surface px-2 py-2 sm:px-4">
      <IconButton label={t('app.back')} className="sm:hidden" onPress={() => void navigate({ to: '/', search: true })}>
        <IconArrowRight size={22} stroke={1.75} className="ltr:-scale-x-100" />
      </IconButton>
      <Avatar name={detail.name} held={detail.waitingSince !== null ? 'nobody' : detail.owner === null ? 'bot' : 'staff'} />
      <div className="min-w-0 grow">
        <h1 className="truncate text-title">{detail.name === null ? t('inbox.nobody') : <Name>{detail.name}</Name>}</h1>
        <p className="flex items-center gap-2 text-small text-text-2">
          <ChannelIcon channel={detail.channel} />
          <span className="truncate">{t(`channel.${detail.channel}`, { defaultValue: detail.channel })}</span>
          {detail.request?.reference && <Identifier>{detail.request.reference}</Identifier>}
        </p>
      </div>
      <span className="lg:hidden">
        <DialogTrigger>
          <IconButton label={t('conversation.details')}>
            <IconInfoCircle size={22} stroke={1.75} />
          </IconButton>
          <ModalOverlay isDismissable className="fixed inset-0 z-40 bg-[rgb(0_0_0/0.45)]">
            <Modal className="rise fixed inset-y-0 end-0 w-86 max-w-[88vw] bg-surface shadow-lift">
              <Dialog aria-label={t('conversation.details')} className="h-full overflow-y-auto outline-none">
                <SideCard detail={detail} closable />
              </Dialog>
            </Modal>
          </ModalOverlay>
        </DialogTrigger>
      </span>
    </header>
  )
}

export const ConversationPane = ({ id }: { id: string }) => {
  const { t } = useWords()
  const [lines, setLines] = useState(step)
  // The longer transcript replaces the shorter one when it is here; the pane is never empty in between.
  const query = useQuery({ ...conversationQuery(id, lines), placeholderData: keepPreviousData })
  const pending = usePending(id, query.data)
  const detail = query.data

  useEffect(() => {
    if (detail !== undefined) document.title = t('app.title', { page: detail.name ?? t('inbox.nobody') })
  }, [t, detail])

  if (detail === undefined)
    return (
      <main className="h-full">{query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <PaneSkeleton />}</main>
    )
  return (
    <div className="flex h-full">
      <main className="flex h-full min-w-0 grow flex-col">
        <Header detail={detail} />
        <OwnerBar detail={detail} />
        {detail.unreachable && <UnreachableBar />}
        <Transcript detail={detail} pending={pending.lines} older={() => setLines(lines + step)} isFetching={query.isFetching} />
        <Composer detail={detail} send={pending.send} />
      </main>
      <aside
        aria-label={t('conversation.details')}
        className="hidden h-full w-76 shrink-0 overflow-y-auto border-s border-hairline bg-surface lg:block"
      >
        <SideCard detail={detail} />
      </aside>
    </div>
  )
}
