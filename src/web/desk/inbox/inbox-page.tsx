/** Conversations beside the one that is open; on a phone one or the other. */
import { IconHourglassHigh, IconInbox, IconMessages, IconUserCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useMatch, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Tab as AriaTab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { ConversationRow } from '../../../http/contract.ts'
import { conversationsQuery } from '../lib/queries.ts'
import { useSession } from '../lib/session.ts'
import { useWords } from '../lib/words.ts'
import { Button } from '../parts/button.tsx'
import { Chip } from '../parts/chip.tsx'
import { Empty, Failed, ListSkeleton } from '../parts/states.tsx'
import { conversationRoute, inboxRoute, type Tab, tabs } from '../router.tsx'
import { AccountMenu } from '../shell.tsx'
import { ConversationList } from './conversation-list.tsx'

const inTab = (tab: Tab, me: string, row: ConversationRow): boolean => {
  switch (tab) {
    case 'waiting':
      return row.waitingSince !== null
    case 'mine':
      return row.owner?.id === me
    case 'all':
      return true
    default:
      return tab satisfies never
  }
}

const emptyIcons = { waiting: IconHourglassHigh, mine: IconUserCheck, all: IconMessages } as const

export const useInbox = () => {
  const { staff } = useSession()
  const conversations = useQuery(conversationsQuery)
  const { tab: asked } = inboxRoute.useSearch()
  const rows = conversations.data ?? []
  const waiting = rows.filter((row) => inTab('waiting', staff.id, row)).length
  // Without a choice: what waits, and when nothing does, everything.
  const tab = asked ?? (waiting > 0 ? 'waiting' : 'all')
  return { conversations, tab, of: (wanted: Tab) => rows.filter((row) => inTab(wanted, staff.id, row)) }
}

const ListPane = ({ isMain }: { isMain: boolean }) => {
  const { t, language } = useWords()
  const { association } = useSession()
  const navigate = useNavigate()
  const { conversations, tab, of } = useInbox()
  const show = (wanted: Tab) => void navigate({ to: '.', search: { tab: wanted }, replace: true })

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name
    <div role={isMain ? 'main' : 'region'} aria-label={t('inbox.title')} className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex items-center justify-between gap-3 px-4 pt-3 pb-1">
        <div className="min-w-0">
          <h1 className="text-title">{t('inbox.title')}</h1>
          <p className="flex items-center gap-2 truncate text-small text-text-2">
            <span className="truncate">{language === 'ar' ? association.name : association.nameEn}</span>
            {association.sample && <Chip>{t('app.sample')}</Chip>}
          </p>
        </div>
        <span className="sm:hidden">
          <AccountMenu />
        </span>
      </div>
      <Tabs
        selectedKey={tab}
        onSelectionChange={(key) => show(key as Tab)} /* its keys are our tabs */
        className="flex min-h-0 grow flex-col"
      >
        <TabList aria-label={t('inbox.tabs')} className="mx-4 my-2 flex rounded-sm bg-raised p-1">
          {tabs.map((each) => (
            <AriaTab
              key={each}
              id={each}
              className="flex min-h-9 grow cursor-pointer items-center justify-center gap-1.5 rounded-sm px-2 text-small whitespace-nowrap text-text-2 data-selected:bg-surface data-selected:font-semibold data-selected:text-text data-selected:shadow-[0_1px_2px_rgb(0_0_0/0.14)]"
            >
              {t(`inbox.tab.${each}`)}
              {each !== 'all' && of(each).length > 0 && (
                <span
                  className={`grid h-5 min-w-5 place-items-center rounded-full px-1 text-tiny ${each === 'waiting' ? 'bg-warn-soft text-warn' : 'bg-staff-soft text-staff'}`}
                >
                  {of(each).length}
                </span>
              )}
            </AriaTab>
          ))}
        </TabList>
        {tabs.map((each) => {
          const rows = of(each)
          const Icon = emptyIcons[each]
          return (
            <TabPanel key={each} id={each} className="min-h-0 grow overflow-y-auto outline-none">
              {conversations.data !== undefined ? (
                rows.length > 0 ? (
                  <ConversationList rows={rows} label={t(`inbox.tab.${each}`)} />
                ) : (
                  <Empty
                    icon={<Icon size={26} stroke={1.5} />}
                    title={t(`inbox.empty.${each}`)}
                    more={t(`inbox.empty.${each}-more`)}
                    action={
                      each !== 'all' && of('all').length > 0 ? (
                        <Button onPress={() => show('all')}>{t('inbox.empty.show-all')}</Button>
                      ) : undefined
                    }
                  />
                )
              ) : conversations.isError ? (
                <Failed error={conversations.error} retry={() => void conversations.refetch()} />
              ) : (
                <ListSkeleton />
              )}
            </TabPanel>
          )
        })}
      </Tabs>
    </div>
  )
}

export const InboxPage = () => {
  const { t } = useWords()
  const { of } = useInbox()
  const open = useMatch({ from: conversationRoute.id, shouldThrow: false }) !== undefined
  const waiting = of('waiting').length
  useEffect(() => {
    const title = t('app.title', { page: t('inbox.title') })
    document.title = waiting > 0 ? `(${waiting}) ${title}` : title
  }, [t, waiting])
  return (
    <>
      <div className={`h-full w-full shrink-0 border-hairline sm:block sm:border-e sm:w-76 lg:w-86 ${open ? 'hidden' : ''}`}>
        <ListPane isMain={!open} />
      </div>
      <div className={`h-full min-w-0 grow sm:block ${open ? '' : 'hidden'}`}>
        <Outlet />
      </div>
    </>
  )
}

export const NothingPicked = () => {
  const { t } = useWords()
  const { of } = useInbox()
  const waiting = of('waiting').length
  return (
    <section aria-label={t('inbox.pick')} className="h-full">
      <Empty
        icon={<IconInbox size={26} stroke={1.5} />}
        title={t('inbox.pick')}
        {...(waiting > 0 ? { more: t('inbox.pick-waiting', { count: waiting }) } : {})}
      />
    </section>
  )
}
