/** Three nodes: `ps` (policy, analytics, edge) and two edges that joined it; a site behind them; clients beside them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeView } from '../../src/model/node-view.ts'
import type { PolicyDocument } from '../../src/model/policy.ts'
import { until } from '../world.ts'
import type { Network } from './network.ts'
import { type LabNode, labNode } from './node.ts'

export type ClusterWorld = AsyncDisposable & {
  readonly network: Network
  readonly dir: string
  readonly ps: LabNode
  readonly edges: readonly [LabNode, LabNode]
  readonly all: readonly LabNode[]
  /** As the policy server sees them, by name. */
  views(): Promise<ReadonlyMap<string, NodeView>>
  /** Resolves when every node (or those named) enforces the newest commit; with the time it took. */
  inSync(names?: readonly string[], limit_ms?: number): Promise<number>
  /** Changes the newest policy and commits it; resolves with its revision when the commit is acknowledged. */
  commit(message: string, change: (policy: PolicyDocument) => PolicyDocument): Promise<number>
}

export const hostNames = ['client', 'ps', 'edge-1', 'edge-2'] as const

const edgeSettings = (client: string): string => `edge:
  workers: 2
  listen: [{ address: "*:80" }]
  trusted_proxies: [${client}/32]
  limits: { connections_per_client: 5000 }
`

/** Starts the policy server alone; `joinEdges` brings in the others. */
export async function clusterWorld(network: Network): Promise<ClusterWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  const { client, ps: first, 'edge-1': second, 'edge-2': third } = network.hosts
  if (!client || !first || !second || !third) throw new Error('lab: a host is missing')
  const site = await sampleSite()
  const ps = labNode(first, {
    dir,
    settings: `cluster: { listen: "*:12346", address: ${first.address} }
analytics: { listen: "*:3313" }
${edgeSettings(client.address)}sites:
  - name: lab
    hosts: ["*"]
    upstreams: [{ url: "http://${client.address}:3000" }]
`,
  })
  const edges = [second, third].map((host) =>
    labNode(host, {
      dir,
      settings: `cluster: { address: ${host.address} }\n${edgeSettings(client.address)}`,
    }),
  ) as [LabNode, LabNode]
  const all = [ps, ...edges]
  const views = async (): Promise<ReadonlyMap<string, NodeView>> => {
    const { nodes } = await ps.api((api) => api.call('GET /api/v1/nodes'))
    return new Map(nodes.map((node) => [node.name, node]))
  }
  const world: ClusterWorld = {
    network,
    dir,
    ps,
    edges,
    all,
    views,
    inSync: (names = all.map((node) => node.name), limit_ms = 30_000) =>
      until(`${names.join(', ')} are in sync`, limit_ms, async () => {
        const seen = await views()
        return names.every((name) => {
          const view = seen.get(name)
          return view?.sync_status === 'in_sync' && view.connection_status === 'connected'
        })
      }),
    async commit(message, change) {
      const head = await ps.api((api) => api.call('GET /api/v1/policy'))
      const document = change(head.document as PolicyDocument)
      const { commit } = await ps.api((api) =>
        api.call('POST /api/v1/policy/apply', {
          body: { document: document as Record<string, unknown>, message },
        }),
      )
      return commit.revision
    },
    async [Symbol.asyncDispose]() {
      for (const node of all) await node[Symbol.asyncDispose]()
      site.kill('SIGKILL')
      if (!process.env['GATEHOUSE_LAB_KEEP']) rmSync(dir, { recursive: true, force: true })
    },
  }
  return world
}

async function sampleSite(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'site.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`lab: the site ended with ${code}`)))
  })
  return child
}

/** A policy with one more rule of its own: it blocks requests whose header `x-probe` is this word. */
export function withProbe(policy: PolicyDocument, word: string): PolicyDocument {
  const text = `SecRule REQUEST_HEADERS:X-Probe "@streq ${word}" "id:9900001,phase:1,deny,status:403,log,msg:'probe'"`
  const others = (policy.own_rules ?? []).filter((rules) => rules.name !== 'probe')
  return { ...policy, own_rules: [...others, { name: 'probe', text }] }
}
