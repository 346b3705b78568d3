/** Two machines join with one command each; bad invitations are refused in words. */
import assert from 'node:assert/strict'
import type { ClusterScenario } from '../scenario.ts'

export const join: ClusterScenario = {
  name: 'join',
  async run(world) {
    const { ps, edges } = world
    await ps.start()
    await world.inSync(['ps'])
    const took_ms: number[] = []
    let used = ''
    for (const edge of edges) {
      const start = performance.now()
      const line = await invitation(ps)
      await edge.run(...line)
      used = line.join(' ')
      await edge.start()
      await world.inSync([edge.name])
      took_ms.push(performance.now() - start)
    }
    for (const node of world.all) {
      assert.equal(await node.ask('/'), 200, `${node.name} passes an honest request`)
      assert.equal(await node.ask('/etc/passwd'), 403, `${node.name} blocks an attack`)
    }
    const [first] = edges
    await assert.rejects(
      first.run(...used.split(' ')),
      /belongs to/,
      'a machine that joined already',
    )
    return { joined: edges.length, join_ms_max: Math.round(Math.max(...took_ms)) }
  },
}

/** `join HOST --token … --pin …`, from what `gatehouse node invite` prints. */
export async function invitation(ps: {
  run(...args: string[]): Promise<string>
}): Promise<string[]> {
  const printed = await ps.run('node', 'invite', '--roles', 'edge', '--ttl', '15m')
  const line = printed.split('\n').find((one) => one.includes('gatehouse join')) ?? ''
  assert.ok(line, `no join line in: ${printed}`)
  return line.trim().split(/\s+/).slice(1)
}
