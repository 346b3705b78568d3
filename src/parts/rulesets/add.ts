/** Keeps rule sets side by side, each verified before it is kept, none ever half written. */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { compileRuleset } from '#parts/waf/ruleset.ts'
import { rulesetFaults } from './faults.ts'
import { resolveRuleset } from './resolve.ts'
import { readTarGz, type TarFile } from './tar.ts'

export type AddedRuleset = {
  /** The name by which settings choose it. */
  readonly name: string
  readonly path: string
  readonly signature: string
  readonly rule_count: number
}

/** What a rule set needs to run; tests and tools of a release are not kept. */
const isWanted = (path: string) =>
  /^(?:crs-setup\.conf(?:\.example)?|LICENSE|(?:rules|plugins)\/[^/]+\.(?:conf|data|example|lua))$/.test(
    path,
  )

/**
 * Unpacks an archive (.tar.gz) or copies a folder to `kept_dir/NAME/`; NAME is the version its rules name
 * (`4.28.0`) unless given. It is compiled first: what does not load is not kept. Throws `rulesets.*` faults and those
 * of the rules (`seclang.*`, `waf.*`).
 */
export function addRuleset(
  source: string,
  options: { readonly kept_dir: string; readonly name?: string },
): AddedRuleset {
  const { kept_dir } = options
  const files = lstatSync(source, { throwIfNoEntry: false })?.isDirectory()
    ? folderContent(source)
    : archiveContent(source)
  mkdirSync(kept_dir, { recursive: true })
  const incoming = join(kept_dir, `.incoming-${randomBytes(6).toString('hex')}`)
  try {
    for (const { path, content } of files) {
      const target = join(incoming, path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content, { flush: true })
    }
    const { signature, rule_count } = verified(incoming, source)
    const name = options.name ?? versionOf(signature)
    if (name === undefined) throw rulesetFaults.no_version({ path: source })
    const path = join(kept_dir, name)
    if (existsSync(path)) throw rulesetFaults.already_kept({ name, path })
    renameSync(incoming, path)
    return { name, path, signature, rule_count }
  } finally {
    rmSync(incoming, { recursive: true, force: true })
  }
}

function verified(dir: string, source: string) {
  if (!existsSync(dir)) {
    throw rulesetFaults.not_a_rule_set({ path: source, missing: 'folder "rules"' })
  }
  const resolved = resolveRuleset(dir, {
    kept_dir: dirname(dir),
    paranoia_level: 1,
    inbound_threshold: 5,
    outbound_threshold: 4,
    files: [],
  })
  return compileRuleset(resolved.sources, resolved)
}

/** `OWASP_CRS/4.28.0` is 4.28.0. */
function versionOf(signature: string): string | undefined {
  return /^[^/ ]+\/([0-9A-Za-z][0-9A-Za-z.+-]*)$/.exec(signature)?.[1]
}

function archiveContent(path: string): readonly TarFile[] {
  if (!existsSync(path)) {
    throw rulesetFaults.bad_archive({ path, reason: 'there is no such file' })
  }
  return readTarGz(path, readFileSync(path), isWanted)
}

function folderContent(dir: string): readonly TarFile[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => isWanted(path))
    .map((path) => {
      if (!lstatSync(join(dir, path)).isFile()) {
        throw rulesetFaults.bad_archive({ path: dir, reason: `"${path}" is no regular file` })
      }
      return { path, content: readFileSync(join(dir, path)) }
    })
}
