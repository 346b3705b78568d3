/** From the nudge of a commit to the line on the streams. Run: node src/services/notifier/notifier.bench.ts */
import { testAgent, testCluster } from './notifier.support.ts'

const commits = 30

await using cluster = await testCluster()
const identities = [cluster.identity]
for (const name of ['edge-1', 'edge-2']) identities.push(await cluster.joinNode(name))
const agents = await Promise.all(
  identities.map((identity) => testAgent(cluster.notifier.address, identity)),
)
const [policy, ...edges] = agents
const first: number[] = []
const all: number[] = []
for (let i = 0; i < commits; i++) {
  const bundle = await cluster.commit(`policy ${i}`)
  const nudged = performance.now()
  await policy?.next('bundle')
  first.push(performance.now() - nudged)
  await policy?.apply(bundle)
  await Promise.all(
    edges.map(async (edge) => {
      await edge.next('bundle')
      await edge.apply(bundle)
    }),
  )
  while ((await cluster.notifier.rollout())?.state !== 'done') await new Promise(setImmediate)
  all.push(performance.now() - nudged)
}
for (const agent of agents) await agent[Symbol.asyncDispose]()

const of = (values: number[], share: number) =>
  (values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0).toFixed(1)
console.log(
  `${commits} commits, 3 nodes: nudge to the first line ${of(first, 0.5)} ms (p90 ${of(first, 0.9)}), ` +
    `nudge to done ${of(all, 0.5)} ms (p90 ${of(all, 0.9)})`,
)
