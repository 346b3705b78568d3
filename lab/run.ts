/**
 * `npm run lab [-- NAME …]`: runs the scenarios one after the other; the last line sums up. `npm run lab -- nodes [NAME …]`
 * runs those of a cluster (cluster/run.ts), `-- crash` the parts that are killed (crash.ts); without names everything runs.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { crashes } from './crash.ts'
import { scenarios } from './scenarios.ts'
import { labWorld } from './world.ts'

const asked = process.argv.slice(2)
if (asked[0] === 'nodes') process.exit(nodes(asked.slice(1)))
if (asked[0] === 'crash') process.exit((await crashes()) ? 0 : 1)
const unknown = asked.filter((name) => !scenarios.some((s) => s.name === name))
if (unknown.length > 0) {
  console.error(
    `lab: unknown scenario ${unknown.join(', ')}: expected nodes, crash, ${scenarios.map((s) => s.name).join(', ')}`,
  )
  process.exit(2)
}
const chosen = scenarios.filter((s) => asked.length === 0 || asked.includes(s.name))
const sums = new Map<string, number>()
let failed = 0
for (const scenario of chosen) {
  const start = performance.now()
  try {
    await using prepared = await scenario.prepare?.()
    await using world = await labWorld(prepared?.options)
    const figures = await scenario.run(world)
    for (const [key, value] of Object.entries(figures))
      if (!key.endsWith('_max')) sums.set(key, (sums.get(key) ?? 0) + value)
    const told = Object.entries(figures).map(([key, value]) => `${key} ${value}`)
    console.log(
      `ok    ${scenario.name}  ${told.join(', ')}  (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    )
  } catch (error) {
    failed++
    console.log(`FAIL  ${scenario.name}`)
    console.log(error)
  }
}
console.log([...sums].map(([key, value]) => `${key} ${value}`).join(', '))
console.log(`${chosen.length - failed} passed, ${failed} failed`)
const nodes_failed = asked.length === 0 && nodes([]) !== 0
const crashes_failed = asked.length === 0 && !(await crashes())
process.exit(failed > 0 || nodes_failed || crashes_failed ? 1 : 0)

function nodes(names: readonly string[]): number {
  const file = join(import.meta.dirname, 'cluster/run.ts')
  return spawnSync(process.execPath, [file, ...names], { stdio: 'inherit' }).status ?? 1
}
