/** Does the database answer, with its tables up to date? */
import { join } from 'node:path'
import { Fault, messageOf } from '#base/fault.ts'
import { withApi } from '../local.ts'
import { databaseOf } from '../settings.ts'
import {
  type Check,
  critical,
  type Finding,
  isAnalytics,
  isPolicyServer,
  ok,
  type Patient,
  warning,
} from './finding.ts'
import { probe } from './probe.ts'

export const database: Check = async (patient) => {
  if (!isPolicyServer(patient) && !isAnalytics(patient)) return []
  return patient.status ? asked(patient) : reached(patient)
}

/** The API answers from the database, and it migrated it before it listened. */
async function asked({ settings }: Patient): Promise<Finding[]> {
  try {
    const query = { limit: 1 }
    await withApi(settings, (api) => api.call('GET /api/v1/policy/commits', { query }), {
      timeout_ms: 4000,
    })
    return [ok(`the database answers (${databaseOf(settings).kind})`)]
  } catch (error) {
    const is_away = error instanceof Fault && error.code === 'records.unavailable'
    const what = is_away ? 'the database is away' : 'the API does not answer'
    return [
      critical(`${what}: ${messageOf(error)}`, {
        why: 'the edge protects on; console, commits and records wait',
        fix: is_away
          ? 'start the database server or bring it in reach; the log has the reason'
          : `is ${join(settings.state_dir, 'gatehouse.sock')} there and yours to open? The log has the reason`,
      }),
    ]
  }
}

async function reached({ settings, signal }: Patient): Promise<Finding[]> {
  const wanted = databaseOf(settings)
  if (wanted.kind === 'embedded') {
    return [ok(`the database is embedded, in ${wanted.dir}; it is opened at start`)]
  }
  if (!URL.canParse(wanted.url)) {
    const fix = 'expected postgresql://user@host/name in database or DATABASE_URL'
    return [critical('the address of the database is none', { fix })]
  }
  const { hostname, port } = new URL(wanted.url)
  // Without a host it is a local socket, which nobody reaches by a port.
  if (hostname === '') return [ok('the database is on a local socket')]
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 5432 }
  const why = await probe(place, signal)
  if (why === undefined) return [ok(`the database server ${place.host}:${place.port} answers`)]
  return [
    warning(`the database server ${place.host}:${place.port} is out of reach: ${why}`, {
      why: 'console, commits and records wait until it is there; the edge protects without it',
      fix: 'start it, or correct database in the settings or DATABASE_URL',
    }),
  ]
}
