import { Link } from '@tanstack/react-router'
import type { SiteView } from '#model/site-view.ts'
import { compact, whole } from '../../format/number.ts'
import { State } from '../../ui/state.tsx'
import { words } from '../../words.ts'
import { hostsOf, ModeTag } from './site-card.tsx'

const text = words.sites

/** Many sites, one line each: a name leads to its attacks. */
export function SiteRows({ sites }: { readonly sites: readonly SiteView[] }) {
  return (
    <ul className="panel divide-y divide-line">
      {sites.map((site) => (
        <li
          key={site.name}
          className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1.5fr)_9rem_13rem_6rem]"
        >
          <Link
            to="/attacks"
            search={{ q: `site:${site.name}` }}
            title={text.see_attacks}
            className="touch min-w-0 break-all font-medium hover:underline max-lg:grow"
          >
            {site.name}
          </Link>
          <span className="min-w-0 break-words font-mono text-ink-2 text-sm max-lg:order-last max-lg:w-full">
            {hostsOf(site)}
          </span>
          <span>
            <ModeTag site={site} />
          </span>
          <span
            className="whitespace-nowrap text-sm"
            title={text.row_hint(whole(site.requests), whole(site.blocked))}
          >
            {text.row_numbers(compact(site.requests), compact(site.blocked))}
          </span>
          <Upstreams site={site} />
        </li>
      ))}
    </ul>
  )
}

function Upstreams({ site: { upstreams } }: { readonly site: SiteView }) {
  const up = upstreams.filter(({ is_up }) => is_up).length
  const is_whole = up === upstreams.length
  return (
    <State
      tone={is_whole ? 'good' : up === 0 ? 'bad' : 'warning'}
      icon={is_whole ? 'check' : 'warning'}
      word={text.row_up(up, upstreams.length)}
    />
  )
}
