/**
 * The floors, doors and homes of DESIGN.md as one test. It reads every import in src/ and console/ as text, so a
 * broken rule names the file and the line that breaks it.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const floors = ['base', 'model', 'parts', 'services', 'cli'] as const

type Import = {
  readonly file: string
  readonly line: number
  readonly to: string
  readonly is_type: boolean
}

const files = globSync('src/**/*.ts', { cwd: root }).sort()
const sources = files.filter((f) => !isTest(f))
const imports = sources.flatMap(importsOf)

function isTest(file: string): boolean {
  return /\.(test|bench|fuzz|suite|support|fixture)\.ts$/.test(file)
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  for (const match of text.matchAll(pattern)) {
    const to = match[2] ?? match[3] ?? match[4] ?? ''
    const line = text.slice(0, match.index).split('\n').length
    found.push({ file, line, to, is_type: match[1] !== undefined })
  }
  return found
}

/** The file in src/ that an import means, undefined for a package. */
function targetOf(i: Import): string | undefined {
  if (i.to.startsWith('.')) return normalize(join(dirname(i.file), i.to))
  if (i.to.startsWith('#')) return `src/${i.to.slice(1)}`
  return undefined
}

/** `src/parts/waf/operators/rx.ts` → floor parts, room waf. */
function placeOf(file: string): { floor: string; room: string; depth: number } {
  const [, floor = '', room = '', ...rest] = file.split('/')
  return { floor, room: room.endsWith('.ts') ? '' : room, depth: rest.length }
}

function none(broken: readonly string[], rule: string): void {
  assert.deepEqual(broken, [], `${rule}:\n  ${broken.join('\n  ')}\n`)
}

test('the test looked at something', () => {
  assert.ok(sources.length > 100, `only ${sources.length} source files`)
  assert.ok(imports.length > 300, `only ${imports.length} imports`)
  for (const floor of floors)
    assert.ok(
      sources.some((f) => f.startsWith(`src/${floor}/`)),
      floor,
    )
  for (const i of imports) {
    const target = targetOf(i)
    if (target)
      assert.ok(files.includes(target), `${i.file}:${i.line} imports ${i.to}: no such file`)
  }
})

test('imports go down: base < model < parts < services < cli', () => {
  none(
    imports.flatMap((i) => {
      const target = targetOf(i)
      if (!target) return []
      const from = floors.indexOf(placeOf(i.file).floor as (typeof floors)[number])
      const to = floors.indexOf(placeOf(target).floor as (typeof floors)[number])
      return to > from ? [`${i.file}:${i.line} → ${target}`] : []
    }),
    'a lower floor imports a higher one',
  )
})

test('services never import each other', () => {
  none(
    imports.flatMap((i) => {
      const target = targetOf(i)
      if (!target) return []
      const from = placeOf(i.file)
      const to = placeOf(target)
      const is_other = from.floor === 'services' && to.floor === 'services' && from.room !== to.room
      return is_other ? [`${i.file}:${i.line} → ${target}`] : []
    }),
    'services meet in words, shelf, data and API',
  )
})

test('a room is entered by its face: only files at its top are imported from other rooms', () => {
  none(
    imports.flatMap((i) => {
      const target = targetOf(i)
      if (!target) return []
      const from = placeOf(i.file)
      const to = placeOf(target)
      if (to.floor === 'model' || to.floor === 'base') return []
      const is_same = from.floor === to.floor && (from.room === to.room || to.floor === 'cli')
      return !is_same && to.depth > 1 ? [`${i.file}:${i.line} → ${target}`] : []
    }),
    'drawers are private',
  )
})

test('own rooms are imported with ./, others with #floor/room/', () => {
  none(
    imports.flatMap((i) => {
      const target = targetOf(i)
      if (!target) return []
      const from = placeOf(i.file)
      const to = placeOf(target)
      const is_same =
        from.floor === to.floor &&
        (from.room === to.room || ['cli', 'model', 'base'].includes(to.floor))
      const is_relative = i.to.startsWith('.')
      return is_same === is_relative ? [] : [`${i.file}:${i.line} → ${i.to}`]
    }),
    'one look at the imports tells what a file touches',
  )
})

test('the data plane outlives the database, rules run no programs', () => {
  const reach = reachable()
  const forbidden: readonly (readonly [from: string, to: string])[] = [
    ['src/services/edge/', 'src/parts/records/'],
    ['src/services/egress/', 'src/parts/records/'],
    ['src/services/director/', 'src/parts/records/'],
    ['src/services/cluster/', 'src/parts/records/'],
    ['src/parts/waf/', 'src/parts/host/'],
    ['src/parts/seclang/', 'src/parts/waf/'],
  ]
  const broken: string[] = []
  for (const [from, to] of forbidden) {
    for (const file of sources.filter((f) => f.startsWith(from))) {
      const bad = [...(reach.get(file) ?? [])].find((f) => f.startsWith(to))
      if (bad) broken.push(`${file} reaches ${bad}`)
    }
  }
  none(broken, 'never, however far')
})

function reachable(): Map<string, Set<string>> {
  const direct = new Map<string, string[]>()
  for (const i of imports) {
    const target = targetOf(i)
    if (target && !i.is_type) direct.set(i.file, [...(direct.get(i.file) ?? []), target])
  }
  const all = new Map<string, Set<string>>()
  for (const file of sources) {
    const seen = new Set<string>()
    const todo = [...(direct.get(file) ?? [])]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      todo.push(...(direct.get(next) ?? []))
    }
    all.set(file, seen)
  }
  return all
}

test('no circles: no file imports itself, however far (types excepted)', () => {
  const reach = reachable()
  none(
    sources.filter((file) => reach.get(file)?.has(file)),
    'in a circle',
  )
})

/** Each library and each dangerous module has one home (or a few): prefix of the files that may import it. */
const homes: Readonly<Record<string, readonly string[]>> = {
  zod: ['src/base/schema.ts'],
  yaml: ['src/base/settings.ts'],
  pino: ['src/base/log.ts'],
  '@prometheus-io/client': ['src/base/metrics.ts'],
  'node:timers/promises': ['src/base/clock.ts'],
  'node:child_process': ['src/parts/host/exec.ts', 'src/cli/supervisor/office-child.ts'],
  'node:cluster': ['src/cli/supervisor.ts', 'src/cli/supervisor/'],
  'node:worker_threads': ['src/parts/records/', 'src/services/policy/publish/'],
  pg: ['src/parts/records/'],
  kysely: ['src/parts/records/'],
  '@electric-sql/pglite': ['src/parts/records/'],
  saxes: ['src/parts/waf/bodies/xml.ts'],
  undici: ['src/parts/http/', 'src/parts/client/'],
  fastify: ['src/services/policy/'],
  commander: ['src/cli/'],
  'cli-table3': ['src/cli/output.ts'],
  picocolors: ['src/cli/output.ts'],
  '@node-rs/argon2': ['src/parts/identity/passwords.ts'],
  '@peculiar/x509': ['src/parts/identity/certificates'],
  otpauth: ['src/parts/identity/totp.ts'],
}

test('every dependency has its home', () => {
  none(
    imports.flatMap((i) => {
      const home = homes[i.to]
      const is_home = home?.some((prefix) => i.file.startsWith(prefix))
      return home && !is_home
        ? [`${i.file}:${i.line} imports ${i.to}: its home is ${home.join(', ')}`]
        : []
    }),
    'to replace a dependency is to change one place',
  )
})

test('time, the process and the log come from the world, not from globals', () => {
  const rules: readonly (readonly [pattern: RegExp, allowed: readonly string[]])[] = [
    [/\bDate\.now\(|new Date\(\)|performance\.now\(/, ['src/base/clock.ts']],
    [/(?<![.\w])set(Timeout|Interval)\(/, ['src/base/clock.ts']],
    [/\bprocess\.(env|exit|on|argv)\b/, ['src/cli/']],
    [/\bconsole\.(log|error|warn)\(/, ['src/cli/main.ts']],
  ]
  const broken: string[] = []
  for (const file of sources) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    lines.forEach((line, i) => {
      for (const [pattern, allowed] of rules) {
        const is_comment = /^\s*(\*|\/\/|\/\*)/.test(line)
        const is_allowed =
          allowed.some((prefix) => file.startsWith(prefix)) || line.includes('not ours:')
        if (!is_comment && !is_allowed && pattern.test(line))
          broken.push(`${file}:${i + 1}: ${line.trim()}`)
      }
    })
  }
  none(broken, 'see World in base/service.ts')
})

test('no file eats everything: 400 lines is the end', () => {
  const all = [
    ...globSync('{src,console,lab,bench,conformance,tools,e2e}/**/*.{ts,tsx}', {
      cwd: root,
      exclude: (f) => f.includes('node_modules') || f.includes('dist'),
    }),
  ]
  assert.ok(all.length > 150)
  none(
    all.flatMap((file) => {
      if (file.endsWith('.data.ts')) return []
      const lines = readFileSync(join(root, file), 'utf8').split('\n').length
      return lines > 400 ? [`${file}: ${lines} lines`] : []
    }),
    'split it',
  )
})

test('names: kebab-case files, no barrels, no drawer of everything', () => {
  const bad = /^(utils?|helpers?|common|misc|manager|types|index)\.ts$/
  none(
    files.filter((f) => {
      const name = f.split('/').at(-1) ?? ''
      return bad.test(name) || !/^(\d{4}_)?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(name)
    }),
    'a name says what the file holds or does',
  )
})

test('every service has service.ts and settings.ts', () => {
  const services = new Set(
    sources.filter((f) => f.startsWith('src/services/')).map((f) => placeOf(f).room),
  )
  assert.ok(services.size >= 3)
  for (const room of services) {
    for (const file of ['service.ts', 'settings.ts']) {
      assert.ok(files.includes(`src/services/${room}/${file}`), `src/services/${room}/${file}`)
    }
  }
})

test('the console imports only words and the client from src/', () => {
  const pages = globSync('console/**/*.{ts,tsx}', { cwd: root, exclude: (f) => f.includes('dist') })
  assert.ok(pages.length > 20, `only ${pages.length} console files`)
  const broken: string[] = []
  for (const file of pages) {
    for (const i of importsOf(file)) {
      if (!i.to.startsWith('#')) continue
      const is_words = i.to.startsWith('#model/') || i.to.startsWith('#parts/client/')
      if (!is_words) broken.push(`${file}:${i.line} imports ${i.to}`)
    }
  }
  none(broken, 'the browser must not pull in the server')
})

test('nothing of this machine stands in the project', () => {
  const all = globSync(
    '{src,console,lab,bench,conformance,tools,e2e,scripts,docs,packaging}/**/*',
    { cwd: root, withFileTypes: true, exclude: (f) => f.name === 'dist' },
  )
  /** The folder that this checkout lies in. */
  const workplace = join(root, '../')
  const broken: string[] = []
  for (const entry of all) {
    if (!entry.isFile()) continue
    const path = relative(root, join(entry.parentPath, entry.name))
    if (path === 'tools/architecture.test.ts') continue
    const text = readFileSync(join(root, path), 'latin1')
    if (text.includes(workplace) || /\/(home|Users)\/\w+\//.test(text)) broken.push(path)
  }
  none(broken, 'a path of a workplace')
})
