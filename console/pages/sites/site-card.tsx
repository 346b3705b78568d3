import { Link } from '@tanstack/react-router'
import type { UpstreamState } from '#model/node.ts'
import type { SiteView } from '#model/site-view.ts'
import { compact, whole } from '../../format/number.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { words } from '../../words.ts'

const text = words.sites

const modes = {
  block: { look: 'bg-good-soft text-good', icon: 'shield_check' },
  safe_blocking: { look: 'bg-monitored-soft text-monitored', icon: 'shield' },
  monitor: { look: 'bg-monitored-soft text-monitored', icon: 'monitored' },
  off: { look: 'bg-sunken text-ink-2', icon: 'close' },
} as const satisfies Record<SiteView['mode'], { look: string; icon: IconName }>

export function SiteCard({ site }: { readonly site: SiteView }) {
  return (
    <article className="panel flex flex-col gap-4 p-4">
      <header className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="truncate font-semibold text-lg">{site.name}</h2>
          <p className="break-words font-mono text-ink-2 text-sm">{hostsOf(site)}</p>
        </div>
        <ModeTag site={site} />
      </header>
      <LastHour site={site} />
      <div>
        <h3 className="mb-1 font-medium text-sm">{text.upstreams}</h3>
        <ul className="flex flex-col gap-1">
          {site.upstreams.map((upstream) => (
            <Upstream key={upstream.url} upstream={upstream} />
          ))}
        </ul>
      </div>
      <footer className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 border-line border-t pt-3">
        <Settings site={site} />
        <Link
          to="/attacks"
          search={{ q: `site:${site.name}` }}
          className="touch flex items-center gap-1 text-accent text-sm hover:underline"
        >
          {text.see_attacks}
          <Icon name="right" size={14} />
        </Link>
      </footer>
    </article>
  )
}

export function ModeTag({ site }: { readonly site: SiteView }) {
  const mode = modes[site.mode]
  return (
    <span
      title={text.mode_text[site.mode]}
      className={`inline-flex shrink-0 items-center gap-1.5 rounded px-2 py-0.5 font-medium text-sm ${mode.look}`}
    >
      <Icon name={mode.icon} size={14} />
      {text.modes[site.mode]}
    </span>
  )
}

export function hostsOf({ hosts, path }: SiteView): string {
  const names = hosts.map((host) => (host === '*' ? text.any_host : host)).join(', ')
  return path === '/' ? names : `${names} ${path}`
}

function LastHour({ site }: { readonly site: SiteView }) {
  const numbers = [
    [text.requests, site.requests],
    [text.attacks, site.attacks],
    [text.blocked, site.blocked],
  ] as const
  return (
    <div>
      <h3 className="mb-1 font-medium text-sm">{text.last_hour}</h3>
      <dl className="grid grid-cols-3 gap-3">
        {numbers.map(([label, n]) => (
          <div key={label}>
            <dt className="label">{label}</dt>
            <dd className="font-semibold text-xl" title={whole(n)}>
              {compact(n)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Upstream({ upstream }: { readonly upstream: UpstreamState }) {
  const { url, is_up, is_backup, fails } = upstream
  return (
    <li className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-sm">
      <span className={`flex items-center gap-1 ${is_up ? 'text-good' : 'text-blocked'}`}>
        <Icon name={is_up ? 'check' : 'warning'} size={14} />
        {is_up ? text.up : text.down}
      </span>
      <span className="min-w-0 break-all font-mono">{url}</span>
      {is_backup && <span className="label">{text.backup}</span>}
      {fails > 0 && <span className="label">{text.fails(fails)}</span>}
    </li>
  )
}

function Settings({ site }: { readonly site: SiteView }) {
  const facts = [
    [text.rule_set, site.rule_set],
    [text.block_status, site.block_status],
    [text.on_fault, text.faults[site.on_fault]],
    [text.responses, site.inspect_responses ? text.inspected : text.not_inspected],
  ] as const
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="label">{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
