import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Exception } from '#model/exception.ts'
import type { Hit } from '#model/hit.ts'
import { hitAt, noonPlus } from '#parts/records/records.support.ts'
import { candidatesFor, scoreLeft, uniqueName } from './candidates.ts'

const [match] = hitAt(noonPlus(0)).matches
assert.ok(match)
const matched = (words: Partial<Hit['matches'][number]>) => ({ ...match, ...words })
const none: ReadonlySet<string> = new Set()

const hit = hitAt(noonPlus(0), {
  request: { ...hitAt(noonPlus(0)).request, uri: '/wp-admin/post.php?x=1' },
  matches: [
    matched({ rule_id: 942100, variable: 'ARGS:Content' }),
    matched({ rule_id: 942190, variable: 'ARGS:Content' }),
    matched({ rule_id: 941100, variable: 'REQUEST_HEADERS:Referer', tags: ['attack-xss'] }),
    matched({ rule_id: 949110, variable: 'TX:blocking_score', score: 5 }),
    matched({ rule_id: 920000, variable: 'ARGS:other', score: 0 }),
  ],
})

test('fixes come from the narrowest to the widest, each as exceptions that the schema takes', () => {
  const made = candidatesFor([hit], none)
  assert.deepEqual(
    made.map((one) => one.sentence),
    [
      'Rule 942100 does not look at ARGS:Content on /wp-admin/post.php of shop',
      'Rule 942190 does not look at ARGS:Content on /wp-admin/post.php of shop',
      'Rule 941100 does not look at REQUEST_HEADERS:Referer on /wp-admin/post.php of shop',
      'Rules 942100, 942190 do not look at ARGS:Content, Rule 941100 does not look at REQUEST_HEADERS:Referer on /wp-admin/post.php of shop',
      'Rules 942100, 942190 do not look at ARGS:Content, Rule 941100 does not look at REQUEST_HEADERS:Referer on all of shop',
      'No rule of attack-sqli looks at ARGS:Content, No rule of attack-xss looks at REQUEST_HEADERS:Referer on /wp-admin/post.php of shop',
      'Rules 941100, 942100, 942190 do not run on /wp-admin/post.php of shop',
      'No rule looks at ARGS:Content, REQUEST_HEADERS:Referer on /wp-admin/post.php of shop',
      'Rules 941100, 942100, 942190 do not run on all of shop',
    ],
  )
  for (const { exceptions } of made) {
    for (const exception of exceptions) assert.deepEqual(Exception.parse(exception), exception)
  }
  const names = made.flatMap((one) => one.exceptions.map((exception) => exception.name))
  assert.equal(new Set(names).size, names.length)
  assert.equal(names[0], 'fix-content-942100')
})

test('a variable that no exception can name turns the rule off on that path', () => {
  const odd = { ...hit, matches: [matched({ variable: 'ARGS:two words' })] }
  const made = candidatesFor([odd], none)
  assert.deepEqual(
    made.map((one) => one.sentence),
    [
      'Rule 942100 does not run on /wp-admin/post.php of shop',
      'Rule 942100 does not run on all of shop',
    ],
  )
})

test('a path that no exception can say becomes its beginning', () => {
  for (const [uri, path] of [
    ['/a*b/c', '/a*'],
    ['/caf\\xe9', '/caf*'],
    ['http://shop.example/x?y', '/x'],
    ['*', '/*'],
    ['/a#b', '/a'],
  ] as const) {
    const odd = { ...hit, request: { ...hit.request, uri } }
    assert.equal(candidatesFor([odd], none)[0]?.exceptions[0]?.path, path, uri)
  }
})

test('a hit without rules has no fix', () => {
  assert.deepEqual(candidatesFor([{ ...hit, matches: [], action: 'refused' }], none), [])
  assert.deepEqual(candidatesFor([], none), [])
})

test('names are free and short', () => {
  assert.equal(uniqueName('fix-ä b-1', new Set(['fix-b-1'])), 'fix-b-1-2')
  assert.equal(uniqueName('x'.repeat(300), none).length, 90)
})

test('the score that is left counts what no exception covers', () => {
  const [first] = candidatesFor([hit], none)
  assert.equal(scoreLeft([hit], []), 15)
  assert.equal(scoreLeft([hit], first?.exceptions ?? []), 10)
})
