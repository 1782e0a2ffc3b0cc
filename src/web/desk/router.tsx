/** The desk's addresses. What is filtered stands in the address, so that it can be kept and shared. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { ConversationPane } from './conversation/conversation-pane.tsx'
import { InboxPage, NothingPicked } from './inbox/inbox-page.tsx'
import { Shell } from './shell.tsx'
import { SignInPage } from './sign-in/sign-in-page.tsx'

export const tabs = ['waiting', 'mine', 'all'] as const
export type Tab = (typeof tabs)[number]

const root = createRootRoute({ component: Outlet })

export const signInRoute = createRoute({
  getParentRoute: () => root,
  path: 'sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { back?: string; why?: 'expired' | 'done' } => ({
    // Only a path of the desk: never another site.
    ...(typeof search.back === 'string' && /^\/(?!\/)/.test(search.back) ? { back: search.back } : {}),
    ...(search.why === 'expired' || search.why === 'done' ? { why: search.why } : {}),
  }),
})

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

export const inboxRoute = createRoute({
  getParentRoute: () => shell,
  id: 'inbox',
  component: InboxPage,
  validateSearch: (search: Record<string, unknown>): { tab?: Tab } => {
    const tab = tabs.find((known) => known === search.tab)
    return tab === undefined ? {} : { tab }
  },
})

const nothing = createRoute({ getParentRoute: () => inboxRoute, path: '/', component: NothingPicked })

export const conversationRoute = createRoute({
  getParentRoute: () => inboxRoute,
  path: 'c/$conversation',
  component: function Conversation() {
    const { conversation } = conversationRoute.useParams()
    return <ConversationPane key={conversation} id={conversation} />
  },
})

export const requestRoute = createRoute({
  getParentRoute: () => shell,
  path: 'r/$request',
  component: lazyRouteComponent(() => import('./request/request-page.tsx'), 'RequestPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([signInRoute, shell.addChildren([inboxRoute.addChildren([nothing, conversationRoute]), requestRoute])]),
  basepath: '/desk',
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
