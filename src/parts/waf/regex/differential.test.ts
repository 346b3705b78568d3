import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Fault } from '#base/fault.ts'
import { compileRegex } from '../regex.ts'
import { Dfa } from './dfa.ts'
import { emit } from './emit.ts'
import { parse } from './parse.ts'
import { relax } from './relax.ts'
import { settle } from './settle.ts'

/**
 * One expression in both dialects. V8 names every group, so that its helpers do not shift numbers.
 */
type Both = {
  readonly pcre: string
  readonly v8: string
  readonly may_be_empty: boolean
  /** The expression is one class or literal, so that a possessive repeat of it is accepted. */
  readonly is_single: boolean
}

const bytes = 'abcxA_ \n-'

const flags = {
  ignore_case: false,
  dot_all: true,
  multiline: true,
  extended: false,
  ungreedy: false,
}

/** Rounds of each comparison, times the values tried on each expression. */
const expressions = 4_000
const values_each = 12

const plain = (text: string): Both => ({
  pcre: text,
  v8: text,
  may_be_empty: false,
  is_single: true,
})
const edge = (pcre: string, v8: string): Both => ({
  pcre,
  v8,
  may_be_empty: true,
  is_single: false,
})

const singles = fc.constantFrom(
  ...['a', 'b', 'c', 'x', '_', ' ', '-', '\\n', '.', '\\w', '\\W', '\\s', '\\S', '[ab]', '[^a]'],
  ...['[a-c]', '[^\\n]', '[\\w-]', '[^\\sa]', '\\x61', '\\x{62}'],
)

const v8Single = (text: string) => text.replace('\\x{62}', 'b')

const edges = fc.constantFrom(
  edge('^', '(?:(?<![^])|(?<=\\n)(?=[^]))'),
  edge('$', '(?=\\n|(?![^]))'),
  edge('\\A', '(?<![^])'),
  edge('\\z', '(?![^])'),
  edge('\\Z', '(?=\\n?(?![^]))'),
  edge('\\b', '\\b'),
  edge('\\B', '\\B'),
)

const atoms: fc.Arbitrary<Both> = fc.oneof(
  {
    weight: 12,
    arbitrary: singles.map((text) => ({ ...plain(text), v8: v8Single(text) })),
  },
  { weight: 2, arbitrary: edges },
)

const quantifiers = fc.constantFrom(
  ...[
    '*',
    '+',
    '?',
    '*?',
    '+?',
    '??',
    '{2}',
    '{1,3}',
    '{2,}',
    '{0,2}?',
    '{3,}?',
    '{2,9}',
    '{0,12}',
  ],
)

const { tree } = fc.letrec<{ tree: Both; part: Both }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: atoms },
    { weight: 2, arbitrary: tie('tree') },
    { weight: 3, arbitrary: fc.tuple(tie('part'), quantifiers).map(repeat) },
    { weight: 1, arbitrary: fc.tuple(tie('part'), fc.boolean(), fc.boolean()).map(look) },
    { weight: 1, arbitrary: singles.chain((text) => possessives(text)) },
  ),
  tree: fc
    .array(fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map(cat), {
      minLength: 1,
      maxLength: 3,
    })
    .map(alternatives),
}))

function possessives(text: string): fc.Arbitrary<Both> {
  return fc.constantFrom('*', '+', '?').map((mark) => ({
    pcre: `${text}${mark}+`,
    v8: `(?=(?<TEMP>${v8Single(text)}${mark}))\\k<TEMP>`,
    may_be_empty: mark !== '+',
    is_single: false,
  }))
}

function repeat([item, mark]: readonly [Both, string]): Both {
  // A round that matches nothing ends a loop in PCRE and fails in JavaScript: give it a byte.
  const body = item.may_be_empty ? cat([item, plain('b')]) : item
  return {
    pcre: `(?:${body.pcre})${mark}`,
    v8: `(?:${body.v8})${mark}`,
    may_be_empty: /^[*?]|^\{0/.test(mark),
    is_single: false,
  }
}

function look([item, is_behind, is_negative]: readonly [Both, boolean, boolean]): Both {
  // Only single bytes: a look-around has to be bounded and free of groups.
  const body = item.is_single ? item : plain('a')
  const sign = `?${is_behind ? '<' : ''}${is_negative ? '!' : '='}`
  return edge(`(${sign}${body.pcre})`, `(${sign}${body.v8})`)
}

function cat(items: readonly Both[]): Both {
  return {
    pcre: items.map((item) => item.pcre).join(''),
    v8: items.map((item) => item.v8).join(''),
    may_be_empty: items.every((item) => item.may_be_empty),
    is_single: false,
  }
}

function alternatives(items: readonly Both[]): Both {
  return {
    pcre: `(?:${items.map((item) => item.pcre).join('|')})`,
    v8: `(?:${items.map((item) => item.v8).join('|')})`,
    may_be_empty: items.some((item) => item.may_be_empty),
    is_single: false,
  }
}

/**
 * Groups outside loops, where both dialects agree: up to three alternatives of up to two groups,
 * some of which take no part in a match.
 */
const grouped = fc
  .array(fc.array(tree, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map((branches) => {
    let count = 0
    return alternatives(
      branches.map((parts) =>
        cat(
          parts.map((part) => ({
            ...part,
            pcre: `((${part.pcre})x?)`,
            v8: `(?<g${++count}>(?<g${++count}>${part.v8})x?)`,
          })),
        ),
      ),
    )
  })

/** Names the helper groups of atomic parts apart. */
function named(v8: string): string {
  let count = 0
  return v8.replace(/\(\?<TEMP>|\\k<TEMP>/g, (text) =>
    text.startsWith('(') ? `(?<t${++count}>` : `\\k<t${count}>`,
  )
}

function expected(v8: RegExp, value: string) {
  const match = v8.exec(value)
  if (match === null) return undefined
  const groups = Object.entries(match.groups ?? {}).filter(([name]) => name.startsWith('g'))
  groups.sort(([left], [right]) => Number(left.slice(1)) - Number(right.slice(1)))
  return {
    start: match.index,
    end: match.index + match[0].length,
    groups: [match[0], ...groups.map(([, text]) => text)],
  }
}

/** Repeats of repeats may unroll to more than we take: such an expression is no case. */
function compiled(...given: Parameters<typeof compileRegex>): ReturnType<typeof compileRegex> {
  try {
    return compileRegex(...given)
  } catch (error) {
    fc.pre(!(error instanceof Fault && error.code === 'regex.too_large'))
    throw error
  }
}

describe('an expression beside V8', () => {
  const values = fc.array(fc.string({ unit: fc.constantFrom(...bytes), maxLength: 14 }), {
    minLength: values_each,
    maxLength: values_each,
  })

  it('agrees on verdict, span and groups', () => {
    let compared = 0
    let matched = 0
    fc.assert(
      fc.property(
        grouped,
        values,
        fc.boolean(),
        fc.boolean(),
        (both, texts, ignore_case, dot_all) => {
          const options = { ignore_case, dot_all, multiline: true }
          const ours = compiled(both.pcre, options)
          const marks = `${ignore_case ? 'i' : ''}${dot_all ? 's' : ''}`
          const theirs = new RegExp(named(both.v8), marks)
          for (const text of texts) {
            const want = expected(theirs, text)
            assert.equal(ours.test(text), want !== undefined, `test ${JSON.stringify(text)}`)
            assert.deepEqual(ours.exec(text), want, JSON.stringify(text))
            compared++
            if (want !== undefined) matched++
          }
        },
      ),
      { numRuns: expressions },
    )
    assert.equal(compared, expressions * values_each)
    assert.ok(matched > compared / 10 && matched < compared * 0.95, `${matched} of ${compared}`)
  })

  it('agrees when it may build no more states', () => {
    let compared = 0
    fc.assert(
      fc.property(tree, values, (both, texts) => {
        const settled = settle(parse(both.pcre, flags))
        const frugal = new Dfa(emit(relax(settled.root), 0), { added_max: 1 })
        const patient = new Dfa(emit(relax(settled.root), 0))
        for (const text of texts) {
          assert.equal(frugal.test(text), patient.test(text), `${both.pcre} on ${text}`)
          compared++
        }
      }),
      { numRuns: 1_000 },
    )
    assert.equal(compared, 1_000 * values_each)
  })

  it('agrees on words that come twice', () => {
    const middle = fc.constantFrom('\\s*', '[ -]+?', ' ', '.*?', '[^x]*')
    const last = fc.constantFrom(
      '\\1',
      '\\b\\1\\b',
      '(?!\\b\\1\\b)\\w+',
      '(?!\\1)\\w',
      '(?=\\1\\b)',
    )
    let matched = 0
    fc.assert(
      fc.property(middle, last, values, (between, end, texts) => {
        const pattern = `\\b(\\w+)\\b${between}${end}`
        const ours = compileRegex(pattern, { dot_all: true })
        const theirs = new RegExp(pattern, 's')
        for (const text of texts) {
          const match = theirs.exec(text)
          const found = ours.exec(text)
          assert.deepEqual(found?.groups, match === null ? undefined : [...match], pattern + text)
          if (match !== null) matched++
        }
      }),
      { numRuns: 500 },
    )
    assert.ok(matched > 500)
  })
})
