import assert from 'node:assert/strict'
import { bench, do_not_optimize, group, run } from 'mitata'
import { detectSqli } from './sqli.ts'
import { detectXss } from './xss.ts'

/** Values of the length that arguments have; none may be detected. */
const honest = {
  word: 'blue-suede-shoes-42-eu',
  sentence: 'two tickets for friday',
  quote: "Brian O'Brien, Galway ",
  address: 'https://example.org/?a=1',
  number: '12345',
} as const

const attack = {
  sqli: "1' or '1'='1' -- x",
  xss: '"><img src=x onerror=alert(1)>',
} as const

const size = 128 * 1024

/** What costs a scanner that starts again too often. */
const hostile: Readonly<Record<string, string>> = {
  quotes: "'".repeat(size),
  both_quotes: `'"`.repeat(size / 2),
  comments: '/*'.repeat(size / 2),
  short_comments: "1'/**/".repeat(size / 6),
  parentheses: '('.repeat(size),
  sum: `1${'+1'.repeat(size / 2)}`,
  calls: 'sum('.repeat(size / 4),
  dollars: '$a'.repeat(size / 2),
  brackets: '['.repeat(size),
  spaces: `1${' '.repeat(size)}`,
  tags: '<a '.repeat(size / 3),
  attributes: '<a x="'.repeat(size / 6),
  lines: "1'--\n".repeat(size / 5),
  names: `<${'a'.repeat(size)}`,
  assignments: 'a=`'.repeat(size / 3),
  addresses: '<a href=&#'.repeat(size / 10),
}

for (const value of Object.values(honest)) {
  assert.equal(detectSqli(value), undefined)
  assert.equal(detectXss(value), undefined)
}
assert.notEqual(detectSqli(attack.sqli), undefined)
assert.notEqual(detectXss(attack.xss), undefined)

for (const [name, detect] of [
  ['sqli', detectSqli],
  ['xss', detectXss],
] as const) {
  group(name, () => {
    for (const [kind, value] of Object.entries(honest))
      bench(`${name} honest ${kind} (${value.length} bytes)`, () => do_not_optimize(detect(value)))
    bench(`${name} attack`, () => do_not_optimize(detect(attack[name])))
  })
}

await run({ colors: false })

for (const [kind, value] of Object.entries(hostile)) {
  const costs = [detectSqli, detectXss].map((detect) => {
    const before = process.cpuUsage()
    for (let round = 0; round < 5; round++) detect(value)
    return (process.cpuUsage(before).user / 5000).toFixed(2)
  })
  console.log(`hostile ${kind} 128 KB: sqli ${costs[0]} ms, xss ${costs[1]} ms`)
}
