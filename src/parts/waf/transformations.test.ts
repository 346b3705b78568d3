import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import cases from './transformations.cases.json' with { type: 'json' }
import { transformations } from './transformations.ts'

const names = [...transformations.keys()]

/** Byte strings that are rich in what the decoders look for. */
const byteString = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        '%',
        '+',
        '\\',
        '&',
        '#',
        'x',
        'u',
        '0',
        '4',
        '/',
        '.',
        '*',
        '-',
        '<!--',
        ';',
      ),
      fc.constantFrom(
        '%41',
        '%u00',
        '%uff1c',
        '\\u00',
        '\\x4',
        '&#x3',
        '&lt',
        '/*',
        '*/',
        '-->',
        '0x',
      ),
      fc.constantFrom(
        '\0',
        ' ',
        '\t',
        '\n',
        '\xa0',
        '\xc0\xaf',
        '\xe2\x88\x95',
        '\xf0\x9f',
        '../',
        '\\..',
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

/** How long a result may be for a value of so many bytes. */
const lengthMax: Readonly<Record<string, (length: number) => number>> = {
  base64encode: (length) => Math.ceil(length / 3) * 4,
  hexencode: (length) => length * 2,
  length: () => 16,
  md5: () => 16,
  sha1: () => 20,
  urlencode: (length) => length * 3,
  utf8tounicode: (length) => length * 3,
}

const idempotent = [
  'cmdline',
  'compresswhitespace',
  'lowercase',
  'normalizepath',
  'normalizepathwin',
  'parityeven7bit',
  'parityodd7bit',
  'parityzero7bit',
  'removenulls',
  'removewhitespace',
  'replacenulls',
  'trim',
  'trimleft',
  'trimright',
  'uppercase',
]

function apply(name: string, value: string): string {
  const transformation = transformations.get(name.toLowerCase())
  assert.ok(transformation, `no transformation ${name}`)
  return transformation(value)
}

test('every transformation has a table of cases and every table a transformation', () => {
  assert.deepEqual(
    Object.keys(cases)
      .map((name) => name.toLowerCase())
      .sort(),
    [...names].sort(),
  )
})

for (const [name, pairs] of Object.entries(cases)) {
  test(`${name} gives what the manual says`, () => {
    assert.ok(pairs.length > 0)
    for (const [value = '', expected = ''] of pairs) {
      assert.equal(apply(name, value), expected, JSON.stringify(value))
    }
  })
}

test('every transformation takes any bytes, gives bytes and stays within its bound of length', () => {
  fc.assert(
    fc.property(byteString, fc.constantFrom(...names), (value, name) => {
      const result = apply(name, value)
      const bound = lengthMax[name]?.(value.length) ?? value.length
      assert.ok(result.length <= bound, `${name}: ${result.length} > ${bound}`)
      for (let i = 0; i < result.length; i++) assert.ok(result.charCodeAt(i) < 256)
    }),
    { numRuns: 5_000 },
  )
})

test('clean-up transformations change nothing the second time', () => {
  fc.assert(
    fc.property(byteString, fc.constantFrom(...idempotent), (value, name) => {
      const once = apply(name, value)
      assert.equal(apply(name, once), once, name)
    }),
    { numRuns: 3_000 },
  )
})

test('what is encoded decodes to itself', () => {
  fc.assert(
    fc.property(byteString, (value) => {
      assert.equal(apply('base64decode', apply('base64encode', value)), value)
      assert.equal(apply('hexdecode', apply('hexencode', value)), value)
      assert.equal(apply('urldecode', apply('urlencode', value)), value)
      assert.equal(apply('urldecodeuni', apply('urlencode', value)), value)
    }),
  )
})

test('a result does not change when another value is transformed after it', () => {
  const first = apply('urldecode', '%41%42%43%44%45%46%47%48%49%4a%4b%4c%4d%4e%4f%50')
  apply('urldecode', '%61'.repeat(40))
  assert.equal(first, 'ABCDEFGHIJKLMNOP')
})

test('a megabyte of triggers costs each transformation less than a second', () => {
  for (const seed of [
    '/*',
    '*/',
    '-',
    '<!--',
    '&',
    '&#1',
    '&a',
    '\\',
    '\\1',
    '%',
    '%u',
    '0x',
    '0',
    '../',
    'a/',
  ]) {
    const value = seed.repeat(Math.floor(1_000_000 / seed.length))
    for (const name of names) {
      const begin = performance.now()
      apply(name, value)
      const took_ms = performance.now() - begin
      assert.ok(took_ms < 1_000, `${name} took ${took_ms} ms on ${JSON.stringify(seed)}`)
    }
  }
})
