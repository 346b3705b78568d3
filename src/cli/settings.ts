/** The whole settings file of a node, put together from the services' schemas. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from '#base/schema.ts'
import { readSettings, type SettingsProblem, type SettingsResult } from '#base/settings.ts'
import { RuleChoice } from '#model/policy.ts'
import { Site } from '#model/site.ts'
import type { DatabaseSettings } from '#parts/records/database.ts'
import { AnalyticsSettings } from '#services/analytics/settings.ts'
import { EdgeSettings } from '#services/edge/settings.ts'
import { PolicySettings } from '#services/policy/settings.ts'

const is_root = process.getuid?.() === 0

/** Where state lives unless the settings say otherwise: `/var/lib/gatehouse` for root, else below XDG_STATE_HOME. */
function defaultStateDir(): string {
  if (is_root) return '/var/lib/gatehouse'
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'gatehouse')
}

export const RuleSettings = RuleChoice.extend({
  files: z.array(z.string()).default([]).describe('Rule files of your own, loaded after the set'),
})
export type RuleSettings = z.infer<typeof RuleSettings>

export const ClusterSettings = z.strictObject({
  listen: z
    .string()
    .regex(/^(\[[0-9a-f:.]+\]|[\w.-]+|\*):\d{1,5}$/i, 'expected address:port, such as *:12346')
    .default('127.0.0.1:12346')
    .describe('Where a policy server takes other nodes (mTLS); *:12346 for every address'),
  address: z
    .string()
    .regex(/^(\[[0-9a-f:.]+\]|[\w.-]+)$/, 'expected a host name or address, no port')
    .optional()
    .describe('Under which name or address other nodes reach this one; default: that of listen'),
})
export type ClusterSettings = z.infer<typeof ClusterSettings>

export const Settings = z.strictObject({
  node: z
    .string()
    .regex(/^[\w.-]{1,63}$/, 'expected a short name of letters, digits, dot, dash')
    .default(hostname)
    .describe('Name of this machine in records and on block pages'),
  state_dir: z.string().default(defaultStateDir).describe('Spool, embedded database, rule sets'),
  database: z
    .string()
    .regex(/^(embedded|postgres(ql)?:\/\/.+)$/, 'expected embedded or postgresql://user@host/name')
    .default('embedded')
    .describe('embedded, or the address of PostgreSQL 15 or newer; DATABASE_URL overrides it'),
  log: z.enum(['detail', 'event', 'trouble']).default('event').describe('How much is logged'),
  cluster: ClusterSettings.prefault({}),
  rules: RuleSettings.prefault({}),
  edge: EdgeSettings.prefault({}),
  analytics: AnalyticsSettings.prefault({}),
  policy: PolicySettings.prefault({}),
  sites: z.array(Site).default([]).describe('What is protected'),
})
export type Settings = z.infer<typeof Settings>

/** The file that is meant: what was asked for, GATEHOUSE_SETTINGS, ./gatehouse.yaml, /etc/gatehouse/gatehouse.yaml. */
export function settingsFile(asked: string | undefined): string {
  const named = asked ?? process.env['GATEHOUSE_SETTINGS']
  if (named) return resolve(named)
  const here = resolve('gatehouse.yaml')
  return existsSync(here) ? here : '/etc/gatehouse/gatehouse.yaml'
}

/** Reads the file and checks what one value alone cannot tell: names used twice, files that are missing. */
export function loadSettings(file: string): SettingsResult<Settings> {
  const result = readSettings(file, Settings, process.env)
  if (result.kind === 'invalid') return result
  const settings = withPaths(result.data, resolve(file, '..'))
  const problems = crossChecks(settings).map(({ path, message }) => ({
    file,
    ...result.positionOf(path),
    path: path.join('.'),
    message,
  }))
  if (problems.length > 0)
    return { kind: 'invalid', problems: problems satisfies SettingsProblem[] }
  return { ...result, data: settings }
}

/** What to say when the file calls this machine something else than its cluster does; the host name is nobody's choice. */
export function otherName(written: string, known: string): string | undefined {
  if (written === known || written === hostname()) return undefined
  return `this machine is known to its cluster as ${known}, not as ${written}: node: in the file counts only when a machine founds or joins a cluster`
}

/** What `database:` and DATABASE_URL mean together. */
export function databaseOf(settings: Settings): DatabaseSettings {
  const address = process.env['DATABASE_URL'] || settings.database
  return address === 'embedded'
    ? { kind: 'embedded', dir: join(settings.state_dir, 'database') }
    : { kind: 'postgres', url: address }
}

/** Relative paths are meant from the folder of the file that names them. */
function withPaths(settings: Settings, base: string): Settings {
  const at = (path: string): string => (isAbsolute(path) ? path : join(base, path))
  const pair = (c: { cert: string; key: string }) => ({ cert: at(c.cert), key: at(c.key) })
  const { rules, edge, policy, analytics } = settings
  const is_path = rules.set.includes('/') || rules.set.startsWith('.')
  return {
    ...settings,
    state_dir: at(settings.state_dir),
    rules: { ...rules, set: is_path ? at(rules.set) : rules.set, files: rules.files.map(at) },
    edge: { ...edge, certificates: edge.certificates.map(pair) },
    analytics: { ...analytics, export: analytics.export.map((one) => exportAt(one, at)) },
    policy: policy.certificate ? { ...policy, certificate: pair(policy.certificate) } : policy,
  }
}

type Target = Settings['analytics']['export'][number]

function exportAt(target: Target, at: (path: string) => string): Target {
  if (target.kind === 'syslog') return { ...target, ...(target.ca && { ca: at(target.ca) }) }
  return { ...target, ...(target.secret && { secret: at(target.secret) }) }
}

type Located = { readonly path: (string | number)[]; readonly message: string }

function crossChecks(settings: Settings): Located[] {
  return [...sitesTwice(settings), ...tlsWithoutCertificate(settings), ...missingFiles(settings)]
}

function sitesTwice({ sites }: Settings): Located[] {
  const found: Located[] = []
  const names = new Set<string>()
  const places = new Map<string, string>()
  sites.forEach((site, i) => {
    if (names.has(site.name)) {
      found.push({
        path: ['sites', i, 'name'],
        message: `a site named "${site.name}" stands above`,
      })
    }
    names.add(site.name)
    site.hosts.forEach((host, h) => {
      const other = places.get(host + site.path)
      if (other !== undefined) {
        const message = `"${host}${site.path}" belongs to the site "${other}" already`
        found.push({ path: ['sites', i, 'hosts', h], message })
      }
      places.set(host + site.path, site.name)
    })
  })
  return found
}

function tlsWithoutCertificate({ edge }: Settings): Located[] {
  const index = edge.listen.findIndex((l) => l.tls)
  if (index < 0 || edge.certificates.length > 0) return []
  return [
    {
      path: ['edge', 'listen', index, 'tls'],
      message: 'TLS needs at least one of edge.certificates',
    },
  ]
}

function missingFiles({ edge, rules, policy, analytics }: Settings): Located[] {
  const named: (readonly [path: (string | number)[], file: string])[] = [
    ...rules.files.map((file, i) => [['rules', 'files', i], file] as const),
    ...edge.certificates.flatMap((c, i) => [
      [['edge', 'certificates', i, 'cert'], c.cert] as const,
      [['edge', 'certificates', i, 'key'], c.key] as const,
    ]),
    ...(policy.certificate
      ? [
          [['policy', 'certificate', 'cert'], policy.certificate.cert] as const,
          [['policy', 'certificate', 'key'], policy.certificate.key] as const,
        ]
      : []),
    ...analytics.export.flatMap((target, i) => {
      const [key, file] =
        target.kind === 'syslog'
          ? (['ca', target.ca] as const)
          : (['secret', target.secret] as const)
      return file ? [[['analytics', 'export', i, key], file] as const] : []
    }),
  ].map(([path, file]) => [[...path], file] as const)
  return named.flatMap(([path, file]) => {
    try {
      readFileSync(file)
      return []
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
      return [{ path, message: `cannot read "${file}": ${code}` }]
    }
  })
}
