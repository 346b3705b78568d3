/** Another machine's API on the command line: `--server URL --token-file FILE [--ca FILE]`. */
import { readFileSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { messageOf } from '#base/fault.ts'
import type { Remote } from '#parts/client/remote-transport.ts'
import { cliFaults } from './faults.ts'

export type RemoteOptions = {
  readonly server?: string
  readonly tokenFile?: string
  readonly ca?: string
}

/** Verbs that only speak to the API. The others are about this machine, whatever server is named. */
const far_verbs: ReadonlySet<string> = new Set([
  'apply',
  'attacks',
  'audit',
  'ban',
  'commit',
  'diff',
  'draft',
  'export',
  'fix',
  'history',
  'list',
  'log',
  'node',
  'replay',
  'rollback',
  'rollout',
  'token',
  'unban',
  'user',
  'why',
])

export function addRemoteOptions(root: Command): void {
  root
    .option('--server <url>', 'ask the API of another machine, such as https://gate.example:8443')
    .option(
      '--token-file <file>',
      'with --server: file that holds a token (gatehouse token create)',
    )
    .option('--ca <file>', 'with --server: PEM file of the authority that signed its certificate')
    .hook('preAction', (_root, action) => {
      const { server, tokenFile, ca } = action.optsWithGlobals<RemoteOptions>()
      const verb = verbOf(action, root)
      if (server === undefined && (tokenFile !== undefined || ca !== undefined)) {
        throw cliFaults.usage({ why: 'Cannot use --token-file and --ca without --server' })
      }
      if (server !== undefined && !far_verbs.has(verb)) {
        throw cliFaults.usage({
          why: `Cannot run "${verb}" on another machine: it is about this one; leave --server out`,
        })
      }
    })
}

/** `gatehouse node list` → `node`. */
function verbOf(action: Command, root: Command): string {
  let verb = action
  while (verb.parent && verb.parent !== root) verb = verb.parent
  return verb.name()
}

/** Undefined when this machine is meant. Throws cli.usage, cli.token_file. */
export function remoteOf({ server, tokenFile, ca }: RemoteOptions): Remote | undefined {
  if (server === undefined) return undefined
  if (tokenFile === undefined) {
    throw cliFaults.usage({ why: `Cannot ask ${server} without a token: add --token-file FILE` })
  }
  const token = readTokenFile(tokenFile)
  return { server, token, ...(ca === undefined ? {} : { ca: readFile(ca) }) }
}

function readTokenFile(path: string): string {
  const text = readFile(path).trim()
  // A pipe or a device has no mode of its own.
  const stats = statSync(path)
  if (stats.isFile() && (stats.mode & 0o077) !== 0) {
    throw cliFaults.token_file({ path, reason: 'others may read it; chmod 600 it' })
  }
  if (/^gh_[\w-]{43}$/.test(text)) return text
  throw cliFaults.token_file({ path, reason: 'it does not hold a token, which begins with gh_' })
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw cliFaults.token_file({ path, reason: messageOf(cause) }, { cause })
  }
}
