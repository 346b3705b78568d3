/** ★ Which address shows which page. All state of a page is in its address. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { AttackPage } from './pages/attack.tsx'
import { AttacksPage } from './pages/attacks.tsx'
import { NotFoundPage } from './pages/not-found.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { RequestPage } from './pages/request.tsx'
import { SitesPage } from './pages/sites.tsx'
import { attackSearch, attacksSearch, overviewSearch, parseSearch, writeSearch } from './search.ts'
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

function Broken({ error, reset }: ErrorComponentProps) {
  return <ProblemView error={error} onRetry={reset} />
}

export function consoleRouter() {
  return createRouter({
    routeTree: root.addChildren([overview, attacks, attack, request, sites]),
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
