/** `gatehouse join`: make this machine a node of a cluster. Works before any settings file is there. */
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import { invalidSettings, parseSettings } from '#base/settings.ts'
import { lockDirectory } from '#parts/host/directory-lock.ts'
import { joinCluster, readPin } from '#parts/identity/join.ts'
import { type NodeIdentity, readIdentity, writeIdentity } from '#parts/identity/node-identity.ts'
import { placeOf } from '#parts/identity/servers.ts'
import { identityDir } from '../cluster.ts'
import { cliFaults } from '../faults.ts'
import type { GlobalOptions } from '../local.ts'
import type { Output } from '../output.ts'
import { loadSettings, Settings, settingsFile } from '../settings.ts'
import { version } from '../version.ts'
import { forgetAuthority, putAside } from './join/leave.ts'
import { forgetRequest, keptRequest } from './join/request-file.ts'
import { joinedSettingsText } from './join/settings-text.ts'

type Options = GlobalOptions & {
  readonly token: string
  readonly pin: string
  readonly name?: string
  readonly address?: string
  readonly listen: string
  readonly stateDir?: string
  readonly leave?: true
}

export function join(program: Command, output: Output): void {
  const port = process.getuid?.() === 0 ? 80 : 8000
  program
    .command('join')
    .description('make this machine a node of a cluster, with the line that `node invite` printed')
    .argument('<server>', 'policy server, HOST or HOST:PORT (12346)')
    .requiredOption('--token <token>', 'the invitation; works once')
    .requiredOption(
      '--pin <pin>',
      'sha256:… of the cluster, so that nobody else can take its place',
    )
    .option(
      '--name <name>',
      'name of this node (default: node of the settings, else the host name)',
    )
    .option('--address <host>', 'under which name or address other nodes know this one')
    .option('--listen <address>', 'where its edge listens, for the settings file', `*:${port}`)
    .option('--state-dir <dir>', 'where identity, policy and records live, for the settings file')
    .option('--leave', 'leave the cluster that this machine belongs to; Gatehouse must not run')
    .addHelpText(
      'after',
      `
The key of this machine is made here and is never sent. Without a settings file a small one is written.

Examples:
  gatehouse join gate-1.example --token kq3… --pin sha256:9f2c…
  gatehouse join 10.0.0.1:12346 --token kq3… --pin sha256:9f2c… --name edge-2 --address 10.0.0.2`,
    )
    .action(async (server: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const joined = await joinWith(withPort(server.trim()), options)
      const { identity, file, is_written, aside } = joined
      if (options.json) {
        const { cluster_id, node_id, name, roles, group } = identity
        return output.json({ cluster_id, node_id, name, roles, group, settings: file, aside })
      }
      const { bold } = output.colors
      const group = identity.group ? `, group ${identity.group}` : ''
      output.line(
        `Joined cluster ${identity.cluster_id} as ${bold(identity.name)} (${identity.roles.join(', ')}${group})`,
      )
      if (is_written) output.line(`Wrote ${file}`)
      if (aside) output.line(`What belonged to the old cluster lies in ${aside}`)
      output.note(`\nNow type:  gatehouse run --settings ${file}`)
    })
}

/** The port of clusters unless another one is named; a bare IPv6 address gets its brackets. */
export function withPort(server: string): string {
  if (isIPv6(server)) return `[${server}]:12346`
  return /:\d+$/.test(server) ? server : `${server}:12346`
}

type Joined = {
  readonly identity: NodeIdentity
  readonly file: string
  readonly is_written: boolean
  readonly aside: string | undefined
}

/** Everything that can be checked is checked before the token is sent: it works once. */
async function joinWith(server: string, options: Options): Promise<Joined> {
  const pin = readPin(options.pin)
  placeOf(server)
  const { file, settings, text } = settingsFor(options)
  const { state_dir } = settings
  const dir = identityDir(state_dir)
  const old = oldIdentity(dir, options.leave === true)
  if (old && !options.leave)
    throw cliFaults.member({ name: old.name, cluster_id: old.cluster_id, state_dir })
  mkdirSync(state_dir, { recursive: true, mode: 0o700 })
  const locked = await lockDirectory(state_dir)
  if (!locked.is_held) throw cliFaults.still_running({ state_dir, holder: locked.holder })
  await using _lock = locked.lock
  using draft = text === undefined ? undefined : draftFile(file, text)
  const name = options.name ?? settings.node
  const address = options.address ?? settings.cluster.address
  const { token } = options
  const request = await keptRequest(state_dir, token, name)
  const { answer, key } = await joinCluster({
    ...{ server, token, pin, name, version, request },
    ...(address !== undefined && { address }),
  })
  const identity = { ...answer, key, joined_at_server: server }
  const at = new Date(systemClock.now()).toISOString()
  const is_moving = options.leave === true && existsSync(dir)
  const aside = is_moving ? putAside(state_dir, old, answer.cluster_id, at) : undefined
  // Before the identity: whoever is cut off in between types the line again, and finds all of it.
  draft?.keep()
  writeIdentity(dir, identity)
  if (is_moving) forgetAuthority(state_dir)
  forgetRequest(state_dir)
  return { identity, file, is_written: draft !== undefined, aside }
}

/** A file that is there counts; else one is drafted, `text`. */
function settingsFor(options: Options): { file: string; settings: Settings; text?: string } {
  const found = settingsFile(options.settings)
  if (existsSync(found)) {
    const result = loadSettings(found)
    if (result.kind === 'invalid') throw invalidSettings(result.problems)
    if (options.stateDir && resolve(options.stateDir) !== result.data.state_dir)
      throw cliFaults.usage({ why: `Cannot use --state-dir: ${found} is there and names its own` })
    return { file: found, settings: result.data }
  }
  const file = resolve(options.settings ?? 'gatehouse.yaml')
  const name = options.name ?? hostname()
  const state_dir = options.stateDir && resolve(options.stateDir)
  const text = joinedSettingsText({ ...options, name, ...(state_dir && { stateDir: state_dir }) })
  const drafted = parseSettings(text, file, Settings, process.env)
  if (drafted.kind === 'ok') return { file, settings: drafted.data, text }
  const { path = '', message = '' } = drafted.problems[0] ?? {}
  const option = { node: '--name', state_dir: '--state-dir', 'cluster.address': '--address' }[path]
  throw cliFaults.usage({ why: `Cannot use ${option ?? '--listen'}: ${message}` })
}

/** Who we are so far. What is broken can be left too. */
function oldIdentity(dir: string, is_leaving: boolean): NodeIdentity | undefined {
  try {
    return readIdentity(dir)
  } catch (error) {
    if (is_leaving && error instanceof Fault) return undefined
    throw error
  }
}

/** The settings file under another name, until all is well: shows early that it can be written. */
function draftFile(file: string, text: string): Disposable & { keep(): void } {
  const draft = `${file}.joining`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(draft, text, { mode: 0o600 })
  } catch (cause) {
    throw cliFaults.unwritable({ file, why: messageOf(cause) }, { cause })
  }
  return {
    keep() {
      // Unlike a rename, a link never replaces a file that somebody made meanwhile.
      if (!existsSync(file)) linkSync(draft, file)
    },
    [Symbol.dispose]: () => rmSync(draft, { force: true }),
  }
}
