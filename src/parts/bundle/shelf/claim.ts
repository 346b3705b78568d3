/** Whose shelf it is: what another cluster left, to which this machine belonged before, is removed. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readWhole, replaceFile } from './durable.ts'
import { prune } from './stored.ts'

/** Its revisions would keep those of our cluster out. The name is written last: a death in between repeats all. */
export function claim(dir: string, cluster_id: string): void {
  const path = join(dir, 'cluster')
  const owner = readWhole(path, 100)?.toString('latin1')
  if (owner === cluster_id) return
  if (owner !== undefined) {
    for (const name of ['active.json', 'floor.json', 'lists.log', 'nodes.json'])
      rmSync(join(dir, name), { force: true })
    prune(dir, [])
  }
  replaceFile(path, cluster_id, 'sync')
}
