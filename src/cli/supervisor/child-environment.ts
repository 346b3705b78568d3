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
  return {
    GATEHOUSE_PROCESS: kind,
    NODE_COMPILE_CACHE: join(state_dir, 'code'),
    MALLOC_ARENA_MAX: '2',
  }
}

/**
 * How V8 keeps house in an edge worker. By default it lets garbage grow with the memory of the machine: measured with
 * CRS 4.28 on mixed requests (`npm run bench -- memory`), a worker takes 390 MB, with these 216 MB, for a tenth more CPU.
 * A heap of 768 MB holds three times the bodies that `limits.buffered_bodies` lets in.
 */
export const workerFlags = ['--max-semi-space-size=8', '--max-old-space-size=768'] as const
