import { bytes } from '../../format/number.ts'
import type { ListedNode } from '../../queries/nodes.ts'
import { State } from '../../ui/state.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { words } from '../../words.ts'

type Props = { readonly node: ListedNode }

const head = 'label border-line border-b py-1 pr-3 text-left font-medium'
const cell = 'border-line border-b py-1 pr-3'

export function Workers({ node: { status } }: Props) {
  if (!status || status.workers.length === 0) return <p className="text-ink-2">{text.no_workers}</p>
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{text.workers}</caption>
        <thead>
          <tr>
            {Object.values(text.worker).map((name) => (
              <th key={name} scope="col" className={head}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {status.workers.map((worker) => (
            <tr key={worker.pid}>
              <td className={cell}>{worker.index}</td>
              <td className={cell}>{worker.pid}</td>
              <td className={cell}>
                <State
                  tone={worker.state === 'ready' ? 'good' : 'busy'}
                  icon={worker.state === 'ready' ? 'check' : 'sync'}
                  word={text.worker_states[worker.state]}
                />
              </td>
              <td className={`${cell} whitespace-nowrap`}>{bytes(worker.rss_bytes)}</td>
              <td className={cell}>{worker.restarts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Upstreams({ node: { status } }: Props) {
  if (!status || status.upstreams.length === 0) {
    return <p className="text-ink-2">{text.no_upstreams}</p>
  }
  return (
    <ul className="flex flex-col gap-1.5">
      {status.upstreams.map((upstream) => (
        <li
          key={`${upstream.site} ${upstream.url}`}
          className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-sm"
        >
          <State
            tone={upstream.is_up ? 'good' : 'bad'}
            icon={upstream.is_up ? 'check' : 'warning'}
            word={upstream.is_up ? words.sites.up : words.sites.down}
          />
          <span className="text-ink-2">{upstream.site}</span>
          <code className="min-w-0 break-all font-mono">{upstream.url}</code>
          {upstream.is_backup && <span className="label">{words.sites.backup}</span>}
          {upstream.fails > 0 && <span className="label">{words.sites.fails(upstream.fails)}</span>}
        </li>
      ))}
    </ul>
  )
}
