/**
 * Completes package-lock.json after `npm install`: a registry mirror that lacks the packages of other platforms makes npm
 * leave them out, and `npm ci` then refuses the file, also where they exist. What is added is skipped on every machine
 * whose platform it is not for. Run: node tools/complete-lock-file.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type LockedPackage = {
  readonly version?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly license?: string
  readonly dev?: boolean
  readonly [key: string]: unknown
}
export type LockFile = { packages: Record<string, LockedPackage> }

export const lockPath = join(import.meta.dirname, '../package-lock.json')

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'] as const
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'arm'] as const

/** Optional dependencies that the file names and does not hold: name, wanted version, and who wants it. */
export function missingOptionals(
  lock: LockFile,
): readonly (readonly [name: string, spec: string, parent: LockedPackage])[] {
  return Object.entries(lock.packages).flatMap(([path, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(lock, path, name))
      .map(([name, spec]) => [name, spec, parent] as const),
  )
}

/** Is `name` there for the package at `path`: in its own folder or one above? */
function isLocked(lock: LockFile, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true
    if (at === '' || !at.includes('/node_modules/'))
      return lock.packages[`node_modules/${name}`] !== undefined
  }
}

function entryFor(name: string, spec: string, parent: LockedPackage): LockedPackage {
  const words = (name.split('/').at(-1) ?? '').split('-')
  const system = systems.find((s) => words.includes(s))
  const processor = processors.find((p) => words.includes(p))
  const libc = words.some((w) => w.startsWith('musl'))
    ? 'musl'
    : words.includes('gnu')
      ? 'glibc'
      : undefined
  return {
    version: spec.replace(/^[~^]/, ''),
    ...(processor && { cpu: [processor] }),
    ...(parent.dev && { dev: true }),
    ...(parent.license && { license: parent.license }),
    optional: true,
    ...(system && { os: [system] }),
    ...(libc && { libc: [libc] }),
  }
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(readFileSync(lockPath, 'utf8')) as LockFile
  const missing = missingOptionals(lock)
  for (const [name, spec, parent] of missing) {
    lock.packages[`node_modules/${name}`] = entryFor(name, spec, parent)
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`added ${missing.length} packages of other platforms`)
}
