/** May a worker open as many files as its connections need? */
import { readFileSync } from 'node:fs'
import { type Check, ok, warning } from './finding.ts'

/** Files, logs, spool and upstream connections that are kept open. */
const spare = 1024

export const limits: Check = async ({ settings, status }) => {
  const { connections } = settings.edge.limits
  const worker = status?.workers.find((one) => one.state === 'ready')
  // Node raises the soft limit to the hard one when it starts.
  const limit = openFilesMax(worker ? String(worker.pid) : 'self')
  if (limit === undefined) return []
  // A connection of a visitor and one to an upstream for each.
  const needed = 2 * connections + spare
  if (limit >= needed)
    return [ok(`a worker may open ${limit} files, its connections need ${needed}`)]
  const of = worker ? `worker ${worker.index}` : 'a process started from here'
  return [
    warning(
      `${of} may open ${limit} files, edge.limits.connections = ${connections} needs ${needed}`,
      {
        why: 'under load new connections are refused before the limit of the settings is reached',
        fix: `LimitNOFILE=${needed} in the unit (ulimit -Hn in a shell), or a lower edge.limits.connections`,
      },
    ),
  ]
}

/** The hard limit of a process. Source: proc_pid_limits(5). Undefined where /proc does not tell. */
function openFilesMax(pid: string): number | undefined {
  try {
    const [, hard] =
      /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard) || undefined
  } catch {
    return undefined
  }
}
