/** ★ Which address shows which page. All state of a page is in its address. Pages beyond the first look are loaded when they are opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { AttackPage } from './pages/attack.tsx'
import { AttacksPage } from './pages/attacks.tsx'
import { draftSearch } from './pages/draft/draft-search.ts'
import { NotFoundPage } from './pages/not-found.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { RequestPage } from './pages/request.tsx'
import { SitesPage } from './pages/sites.tsx'
import {
  attackSearch,
  attacksSearch,
  listsSearch,
  logSearch,
  overviewSearch,
  parseSearch,
  textSearch,
  writeSearch,
} from './search.ts'
import { Shell } from './shell/shell.tsx'
import { ProblemView } from './ui/problem-view.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage })
const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: overviewSearch,
  component: OverviewPage,
})
const attacks = createRoute({
  getParentRoute: () => root,
  path: '/attacks',
  validateSearch: attacksSearch,
  component: AttacksPage,
})
const attack = createRoute({
  getParentRoute: () => root,
  path: '/attacks/$id',
  validateSearch: attackSearch,
  component: AttackPage,
})
const request = createRoute({
  getParentRoute: () => root,
  path: '/requests/$id',
  component: RequestPage,
})
const sites = createRoute({ getParentRoute: () => root, path: '/sites', component: SitesPage })
const policy = createRoute({
  getParentRoute: () => root,
  path: '/policy',
  component: lazyRouteComponent(() => import('./pages/policy.tsx'), 'PolicyPage'),
})
const commit = createRoute({
  getParentRoute: () => root,
  path: '/policy/commits/$revision',
  component: lazyRouteComponent(() => import('./pages/commit.tsx'), 'CommitPage'),
})
const draft = createRoute({
  getParentRoute: () => root,
  path: '/policy/drafts/$id',
  validateSearch: draftSearch,
  component: lazyRouteComponent(() => import('./pages/draft.tsx'), 'DraftPage'),
})
const rules = createRoute({
  getParentRoute: () => root,
  path: '/rules',
  component: lazyRouteComponent(() => import('./pages/rules.tsx'), 'RulesPage'),
})
const exceptions = createRoute({
  getParentRoute: () => root,
  path: '/exceptions',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./pages/exceptions.tsx'), 'ExceptionsPage'),
})
const lists = createRoute({
  getParentRoute: () => root,
  path: '/lists',
  validateSearch: listsSearch,
  component: lazyRouteComponent(() => import('./pages/lists.tsx'), 'ListsPage'),
})
const nodes = createRoute({
  getParentRoute: () => root,
  path: '/nodes',
  component: lazyRouteComponent(() => import('./pages/nodes.tsx'), 'NodesPage'),
})
const node = createRoute({
  getParentRoute: () => root,
  path: '/nodes/$id',
  component: lazyRouteComponent(() => import('./pages/node.tsx'), 'NodePage'),
})
const log = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: logSearch,
  component: lazyRouteComponent(() => import('./pages/log.tsx'), 'LogPage'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
})
const users = createRoute({
  getParentRoute: () => root,
  path: '/settings/users',
  component: lazyRouteComponent(() => import('./pages/users.tsx'), 'UsersPage'),
})
const tokens = createRoute({
  getParentRoute: () => root,
  path: '/settings/tokens',
  component: lazyRouteComponent(() => import('./pages/tokens.tsx'), 'TokensPage'),
})
const security = createRoute({
  getParentRoute: () => root,
  path: '/settings/security',
  component: lazyRouteComponent(() => import('./pages/security.tsx'), 'SecurityPage'),
})
const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'ActivityPage'),
})

function Broken({ error, reset }: ErrorComponentProps) {
  return <ProblemView error={error} onRetry={reset} />
}

export function consoleRouter() {
  return createRouter({
    routeTree: root.addChildren([
      overview,
      attacks,
      attack,
      request,
      sites,
      policy,
      commit,
      draft,
      rules,
      exceptions,
      lists,
      nodes,
      node,
      log,
      settings,
      users,
      tokens,
      security,
      activity,
    ]),
    parseSearch,
    stringifySearch: writeSearch,
    scrollRestoration: true,
    defaultErrorComponent: Broken,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof consoleRouter>
  }
}
