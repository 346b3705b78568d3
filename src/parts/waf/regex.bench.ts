/**
 * What expressions cost, on every `@rx` of a rule directory.
 * Usage: node src/parts/waf/regex.bench.ts [directory of *.conf, the distribution's CRS by default]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pool } from './regex/pool.ts'
import { work } from './regex/steps.ts'
import { compileRegex, type Regex } from './regex.ts'

const options = { dot_all: true, multiline: true }
const bytes_long = 8_192

const words =
  'the quick fox jumps name value user comment order page 2024 10 text, with more. of it'
const fragments = [
  ..."' or |1=1|union |select |<script|alert(|/etc/|passwd|../|$(|`|; cat |&&|onerror=|javascript:"
    .split('|')
    .filter((text) => text !== ''),
  ...['|', '\n', '\r\n', '%0a', '<?php', 'eval(', "'", '"', '--', '/*', '*/', '#', '@@', 'sleep('],
  ...['0x', 'char(', '\\x', '<!--', '{', '}', '[', ']', '=', '<', '>', ' ', '\t', 'a', '1', '_'],
  ...['having ', 'exec ', 'system(', 'wget ', 'cmd.exe', '\0', '\xbc', '&#x', 'style=', '${jndi:'],
]

function patternsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.conf'))
    .flatMap((name) => readFileSync(join(directory, name), 'latin1').split('\n'))
    .flatMap((line) => {
      const found = /"!?@rx (.*)" *\\?$/.exec(line)?.[1]
      return found === undefined || found.includes('%{') ? [] : [found.replaceAll('\\"', '"')]
    })
}

/** Pseudo-random, and the same in every run. */
function chooser(seed: number): (list: readonly string[]) => string {
  let state = seed
  return (list) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return list[(state >>> 8) % list.length] ?? ''
  }
}

function makeValue(
  list: readonly string[],
  size: number,
  choose: ReturnType<typeof chooser>,
): string {
  let text = ''
  while (text.length < size) text += choose(list)
  return Buffer.from(text.slice(0, size), 'latin1').toString('latin1')
}

function cpuOf(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const used = process.cpuUsage(before)
  return (used.user + used.system) / 1_000
}

function testAll(regexes: readonly Regex[], value: string, rounds = 1): void {
  for (let round = 0; round < rounds; round++) for (const regex of regexes) regex.test(value)
}

const directory = process.argv[2] ?? '/usr/share/modsecurity-crs/rules'
const patterns = patternsIn(directory)
if (patterns.length === 0) throw new Error(`${directory} has no @rx`)
const print = (name: string, value: number, unit: string) =>
  console.log(`${name.padEnd(58)} ${value.toFixed(2).padStart(10)} ${unit}`)

const choose = chooser(7)
const text = words.split(/(?<= )/)
const regexes: Regex[] = []
console.log(`${patterns.length} expressions of ${directory}; CPU time of this thread`)
print(
  'parse all',
  cpuOf(() => regexes.push(...patterns.map((p) => compileRegex(p, options)))),
  'ms',
)
print(
  'first test of all: programs and automata',
  cpuOf(() => testAll(regexes, 'x=1 and y')),
  'ms',
)
for (let count = 0; count < 300; count++) {
  testAll(regexes, makeValue(count % 3 === 0 ? fragments : text, 80, choose))
}
for (const [name, list, size, rounds] of [
  ['words, 22 bytes', text, 22, 500],
  ['words, 1,000 bytes', text, 1_000, 200],
  ['attack fragments, 8 KB', fragments, bytes_long, 20],
] as const) {
  const value = makeValue(list, size, choose)
  print(
    `${name}: first time, all`,
    cpuOf(() => testAll(regexes, value)),
    'ms',
  )
  const read = work.bytes
  const warm = cpuOf(() => testAll(regexes, value, rounds))
  print(`${name}: again, all`, warm / rounds, 'ms')
  print(`${name}: again, a byte read`, (warm * 1e6) / Math.max(1, work.bytes - read), 'ns')
}
let worst = 0
for (let count = 0; count < 20; count++) {
  const value = makeValue(fragments, bytes_long, choose)
  worst = Math.max(
    worst,
    cpuOf(() => testAll(regexes, value)),
  )
}
print('attack fragments, 8 KB: worst of 20 fresh values, all', worst, 'ms')
print('automata', pool.used_bytes / 1e6, 'MB')
