/** Where a running supervisor leaves its process id, so that verbs find it. */
import { join } from 'node:path'

export function pidFile(state_dir: string): string {
  return join(state_dir, 'gatehouse.pid')
}
