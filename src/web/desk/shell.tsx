/** The frame of every page behind the sign-in: rail, news of the connection, the page. */
import { IconCloudOff, IconInbox, IconLanguage, IconLogout, IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { conversationsQuery } from './lib/queries.ts'
import { endSession, forgetSession, SessionContext, useSession, useSessionQuery, watchForExpiry } from './lib/session.ts'
import { useLive, useOnline } from './lib/use-live.ts'
import { useWords } from './lib/words.ts'
import { Name } from './parts/bidi.tsx'
import { Failed } from './parts/states.tsx'
import { router } from './router.tsx'

const item = 'flex cursor-pointer items-center gap-2 rounded-sm px-3 py-2.5 text-fine outline-none data-focused:bg-raised'

/** Who I am here, the other language, the way out. */
export const AccountMenu = () => {
  const { t, language, setLanguage } = useWords()
  const { staff, association } = useSession()
  const leave = async () => {
    await endSession()
    await router.navigate({ to: '/sign-in', search: { why: 'done' } })
    forgetSession()
  }
  return (
    <MenuTrigger>
      <AriaButton
        aria-label={`${t('app.account')}: ${staff.name}`}
        className="grid size-11 place-items-center rounded-full bg-staff-soft font-semibold text-staff sm:size-10"
      >
        <span aria-hidden="true">{[...staff.name.trim()][0]}</span>
      </AriaButton>
      <Popover placement="top end" className="rise min-w-56 rounded-md border border-hairline bg-surface p-1.5 shadow-lift">
        <div className="px-3 py-2">
          <p className="font-semibold">
            <Name>{staff.name}</Name>
          </p>
          <p className="text-small text-text-2">{t(`role.${staff.role}`)}</p>
          <p className="text-small text-text-2">{language === 'ar' ? association.name : association.nameEn}</p>
        </div>
        <Separator className="my-1 border-t border-hairline" />
        <Menu className="outline-none" aria-label={t('app.account')}>
          <MenuItem className={item} onAction={() => setLanguage(language === 'ar' ? 'en' : 'ar')}>
            <IconLanguage size={18} stroke={1.75} />
            {t('app.language')}
          </MenuItem>
          <MenuItem className={item} onAction={() => void leave()}>
            <IconLogout size={18} stroke={1.75} className="rtl:-scale-x-100" />
            {t('app.sign-out')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

const Rail = () => {
  const { t } = useWords()
  const { data } = useQuery(conversationsQuery)
  const waiting = data?.filter((row) => row.waitingSince !== null).length ?? 0
  return (
    <nav
      aria-label={t('app.desk')}
      className="hidden w-16 shrink-0 flex-col items-center gap-2 border-e border-hairline bg-surface py-3 sm:flex"
    >
      <Link to="/" title={t('app.inbox')} className="relative grid size-12 place-items-center rounded-md bg-selected text-primary">
        <IconInbox size={24} stroke={1.75} aria-hidden="true" />
        <span className="sr-only">{t('app.inbox')}</span>
        {waiting > 0 && (
          <span className="absolute -end-1 -top-1 grid h-5 min-w-5 place-items-center rounded-full bg-warn px-1 text-tiny font-semibold text-warn-soft">
            {waiting}
            <span className="sr-only"> {t('inbox.tab.waiting')}</span>
          </span>
        )}
      </Link>
      <span className="grow" />
      <AccountMenu />
    </nav>
  )
}

const Connection = () => {
  const { t } = useWords()
  const online = useOnline()
  const live = useLive()
  if (online && live === 'live') return null
  return (
    <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-2 text-fine text-warn">
      {online ? (
        <IconRefresh size={18} stroke={1.75} className="shrink-0" />
      ) : (
        <IconCloudOff size={18} stroke={1.75} className="shrink-0" />
      )}
      {t(online ? 'live.lost' : 'live.offline')}
    </p>
  )
}

/** Where we are, inside the desk: where the sign-in returns to. */
const here = (): string => location.pathname.slice('/desk'.length) + location.search

export const Shell = () => {
  const session = useSessionQuery()
  const wasIn = useRef(false)
  const isOut = session.data === null
  useEffect(watchForExpiry, [])
  useEffect(() => {
    if (!isOut) return
    const back = here()
    void router.navigate({
      to: '/sign-in',
      search: { ...(back === '' || back === '/' ? {} : { back }), ...(wasIn.current ? { why: 'expired' } : {}) },
      replace: true,
    })
  }, [isOut])
  if (session.isError && session.data === undefined)
    return (
      <main className="h-full">
        <Failed error={session.error} retry={() => void session.refetch()} />
      </main>
    )
  if (session.data === undefined || session.data === null) return null
  wasIn.current = true
  return (
    <SessionContext value={session.data}>
      <div className="flex h-full flex-col">
        <Connection />
        <div className="flex min-h-0 grow">
          <Rail />
          <Outlet />
        </div>
      </div>
    </SessionContext>
  )
}
