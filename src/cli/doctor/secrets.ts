/** Are secrets for nobody else to read? */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { databaseOf } from '../settings.ts'
import { type Check, critical, type Finding, ok, type Patient, warning } from './finding.ts'

export const secrets: Check = async (patient) => {
  const found: Finding[] = []
  let seen = 0
  for (const path of secretFiles(patient)) {
    const stats = statOf(path)
    if (stats === undefined) continue
    seen += 1
    if (typeof stats === 'string') {
      const fix = 'run gatehouse doctor as root or as the user that Gatehouse runs as'
      found.push(warning(`${path} cannot be looked at: ${stats}`, { fix }))
    } else if ((stats.mode & 0o077) !== 0) {
      found.push(open(path, stats))
    }
  }
  return found.length > 0
    ? found
    : [ok(`${seen} files and folders with secrets are closed to others`)]
}

/** Others' reading is worse than the group's, which some installations mean: `ssl-cert`, `gatehouse`. */
function open(path: string, { mode }: Stats): Finding {
  const is_dir = (mode & 0o170000) === 0o040000
  const more = {
    why: 'whoever reads it can pose as this node or its sites',
    fix: `chmod ${is_dir ? '700' : '600'} ${path}`,
  }
  const sentence = `${path} is open to others (mode ${(mode & 0o777).toString(8)})`
  return (mode & 0o007) === 0 ? warning(sentence, more) : critical(sentence, more)
}

function secretFiles({ settings, file }: Patient): string[] {
  const { state_dir, edge, policy } = settings
  const identity = join(state_dir, 'identity')
  const database = databaseOf(settings)
  const has_password =
    database.kind === 'postgres' && /^[^/]*\/\/[^@/]*:[^@/]*@/.test(settings.database)
  return [
    state_dir,
    identity,
    ...keysIn(identity),
    ...keysIn(join(state_dir, 'tls')),
    join(state_dir, 'first-login'),
    ...edge.certificates.map(({ key }) => key),
    ...(policy.certificate ? [policy.certificate.key] : []),
    ...(has_password ? [file] : []),
  ]
}

function keysIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.key'))
      .map((name) => join(dir, name))
  } catch {
    return []
  }
}

/** Undefined when it is not there, a sentence when we may not look. */
function statOf(path: string): Stats | string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    return messageOf(error)
  }
}
