/**
 * The cluster's scenarios: `npm run lab -- nodes [NAME …]`. The parent makes the network and runs this file again
 * inside the client's namespace, where the clients live; it takes the network down however that ends.
 */
import { spawn } from 'node:child_process'
import { clusterNetwork, inheritedNetwork, type Network, switchOf } from './network.ts'
import type { ClusterScenario } from './scenario.ts'
import { alone } from './scenarios/alone.ts'
import { ban } from './scenarios/ban.ts'
import { canary } from './scenarios/canary.ts'
import { catchUp } from './scenarios/catch-up.ts'
import { commit } from './scenarios/commit.ts'
import { jail } from './scenarios/jail.ts'
import { join } from './scenarios/join.ts'
import { kill } from './scenarios/kill.ts'
import { load } from './scenarios/load.ts'
import { revoke } from './scenarios/revoke.ts'
import { rollback } from './scenarios/rollback.ts'
import { clusterWorld, hostNames } from './world.ts'

/** In this order; `join` always runs, since the others need its nodes. */
const scenarios: readonly ClusterScenario[] = [
  join,
  commit,
  ban,
  jail,
  load,
  rollback,
  canary,
  catchUp,
  alone,
  kill,
  revoke,
]

const inherited = process.env['GATEHOUSE_LAB_NETWORK']
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !scenarios.some((s) => s.name === name))
if (unknown.length > 0) {
  console.error(
    `lab: unknown scenario ${unknown.join(', ')}: expected ${scenarios.map((s) => s.name).join(', ')}`,
  )
  process.exit(2)
}
process.exitCode = inherited ? await inside(inherited) : await outside()

async function outside(): Promise<number> {
  using network = clusterNetwork(hostNames)
  const client = network.hosts['client']
  if (!client) throw new Error('lab: no client')
  const told = JSON.stringify({ hosts: network.hosts, switch: switchOf(process.pid) })
  const child = spawn(
    'ip',
    ['netns', 'exec', client.namespace, process.execPath, import.meta.filename, ...asked],
    { stdio: 'inherit', env: { ...process.env, GATEHOUSE_LAB_NETWORK: told } },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

async function inside(told: string): Promise<number> {
  const { hosts, switch: wires } = JSON.parse(told) as { hosts: Network['hosts']; switch: string }
  await using world = await clusterWorld(inheritedNetwork(hosts, wires))
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void world[Symbol.asyncDispose]().then(() => process.exit(1)))
  const chosen = scenarios.filter((s) => s === join || asked.length === 0 || asked.includes(s.name))
  const figures: string[] = []
  let passed = 0
  for (const scenario of chosen) {
    const start = performance.now()
    try {
      const told_figures = Object.entries(await scenario.run(world)).map(
        ([key, value]) => `${key} ${value}`,
      )
      passed++
      figures.push(...told_figures)
      const took = ((performance.now() - start) / 1000).toFixed(1)
      console.log(`ok    ${scenario.name}  ${told_figures.join(', ')}  (${took} s)`)
    } catch (error) {
      console.log(`FAIL  ${scenario.name}`)
      console.log(error)
      console.log(world.all.map((node) => `${node.name} ${node.ending()}`).join(', '))
      if (scenario === join) break
    }
  }
  const failed = chosen.length - passed
  console.log(`nodes: ${passed} passed, ${failed} failed; ${figures.join(', ')}`)
  return failed > 0 ? 1 : 0
}
