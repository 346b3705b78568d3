import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolloutView } from '#model/draft.ts'
import type { CommittingStatus } from '#model/node-view.ts'
import { api } from '../../api.ts'
import { micros } from '../../format/number.ts'
import { withShortTimes } from '../../format/time.ts'
import { nodesQuery } from '../../queries/nodes.ts'
import { rolloutQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { State, type Tone } from '../../ui/state.tsx'
import { nodeWords } from '../../words/nodes.ts'
import { policyWords as text } from '../../words/policy.ts'
import { Panel } from '../attack/panel.tsx'

type Wave = RolloutView['waves'][number]
type WaveNode = Wave['nodes'][number]
type Look = { readonly tone: Tone; readonly icon: IconName }

const states = {
  running: { tone: 'busy', icon: 'sync' },
  done: { tone: 'good', icon: 'check' },
  stopped: { tone: 'bad', icon: 'refused' },
  rolled_back: { tone: 'bad', icon: 'undo' },
  superseded: { tone: 'quiet', icon: 'minus' },
} as const satisfies Record<RolloutView['state'], Look>

const wave_states = {
  waiting: { tone: 'quiet', icon: 'clock' },
  running: { tone: 'busy', icon: 'sync' },
  watching: { tone: 'busy', icon: 'monitored' },
  done: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'warning' },
} as const satisfies Record<Wave['state'], Look>

export function RolloutState({ state }: { readonly state: RolloutView['state'] }) {
  return <State {...states[state]} word={text.rollout_states[state]} />
}

/** How the newest commit reaches the nodes, wave by wave, while it does. */
export function RolloutPanel() {
  const { data, error } = useQuery(rolloutQuery)
  const rollout = data?.rollout
  return (
    <Panel title={text.rollout}>
      {error && <ProblemView error={error} />}
      {rollout === null && <p className="text-ink-2">{text.no_rollout}</p>}
      {rollout && <Progress rollout={rollout} />}
    </Panel>
  )
}

function Progress({ rollout }: { readonly rollout: RolloutView }) {
  const nodes = rollout.waves.flatMap((wave) => wave.nodes)
  const done = nodes.filter((node) => node.state === 'applied').length
  const { started_at, ended_at } = rollout
  const took_ms = ended_at ? Date.parse(ended_at) - Date.parse(started_at) : undefined
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span role="status" className="flex">
          <RolloutState state={rollout.state} />
        </span>
        <code className="font-mono text-sm">{rollout.bundle}</code>
        <span className="text-ink-2 text-sm">
          {text.progress(done, nodes.length)}
          {took_ms !== undefined && ` ${text.in_all(micros(took_ms * 1000))}`}
        </span>
      </div>
      <progress
        aria-label={text.rollout}
        max={Math.max(1, nodes.length)}
        value={done}
        className="rollout-progress h-1.5 w-full"
      />
      <p className="text-sm first-letter:uppercase">{withShortTimes(rollout.why, new Date())}</p>
      <ol className="flex flex-col gap-3">
        {rollout.waves.map((wave) => (
          <WaveRow key={wave.name} wave={wave} />
        ))}
      </ol>
      {rollout.state === 'stopped' && <Resume />}
    </div>
  )
}

function WaveRow({ wave }: { readonly wave: Wave }) {
  return (
    <li>
      <h3 className="mb-1 flex flex-wrap items-center gap-x-3 text-sm">
        <span className="inline-block font-medium first-letter:uppercase">{wave.name}</span>
        <State {...wave_states[wave.state]} word={text.wave_states[wave.state]} />
      </h3>
      <ul className="flex flex-col gap-0.5 border-line border-l-2 pl-3">
        {wave.nodes.map((node) => (
          <NodeRow key={node.name} node={node} />
        ))}
      </ul>
    </li>
  )
}

/** While a node works on it, its own word counts: it tells of its two phases before its receipt comes. */
function NodeRow({ node }: { readonly node: WaveNode }) {
  const { data } = useQuery(nodesQuery)
  const view = data?.nodes.find((one) => one.name === node.name)
  return (
    <li className="flex flex-wrap items-center gap-x-3 text-sm">
      {view ? (
        <Link
          to="/nodes/$id"
          params={{ id: view.id }}
          className="touch min-w-28 text-accent hover:underline"
        >
          {node.name}
        </Link>
      ) : (
        <span className="min-w-28">{node.name}</span>
      )}
      <NodeState node={node} committing={view?.committing_status} />
      {node.took_ms !== null && (
        <span className="label">{text.took(micros(node.took_ms * 1000))}</span>
      )}
      {node.message !== '' && <span className="w-full break-words text-ink-2">{node.message}</span>}
    </li>
  )
}

type NodeStateProps = {
  readonly node: WaveNode
  readonly committing: CommittingStatus | undefined
}

function NodeState({ node, committing }: NodeStateProps) {
  const word = text.node_states[node.state]
  switch (node.state) {
    case 'waiting':
      return <State tone="quiet" icon="clock" word={word} />
    case 'offered':
      return committing === 'committing_changes' ? (
        <State tone="busy" icon="play_circle" word={nodeWords.committing.committing_changes} />
      ) : (
        <State tone="busy" icon="sync" word={word} />
      )
    case 'applied':
      return <State tone="good" icon="check" word={word} />
    case 'refused':
      return <State tone="bad" icon="refused" word={word} />
    case 'absent':
      return <State tone="warning" icon="unplugged" word={word} />
  }
}

function Resume() {
  const client = useQueryClient()
  const may = useMay()
  const resume = useMutation({
    mutationFn: () => api.call('POST /api/v1/policy/rollout/resume'),
    onSettled: () => client.invalidateQueries({ queryKey: rolloutQuery.queryKey }),
  })
  if (!may('administrator')) return null
  return (
    <div className="flex flex-col items-start gap-2">
      {resume.error && <ProblemView error={resume.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={resume.isPending} onClick={() => resume.mutate()}>
          <Icon name="play" size={12} />
          {text.resume}
        </Button>
        <span className="label">{text.resume_hint}</span>
      </div>
    </div>
  )
}
