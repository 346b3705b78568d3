/** What a child process finds in its environment besides ours. */
import { join } from 'node:path'

/**
 * Which process it is, and where compiled code is kept between starts (a third of a start is compiling). The folder is
 * ours alone: whoever may write there decides what runs.
 */
export function childEnvironment(
  kind: 'edge' | 'office',
  state_dir: string,
): Record<string, string> {
  return { GATEHOUSE_PROCESS: kind, NODE_COMPILE_CACHE: join(state_dir, 'code') }
}
