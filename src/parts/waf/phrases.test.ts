import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compilePhrases } from './phrases.ts'

/** The same answer by trying each end, then the longest phrase first. */
function slowly(phrases: readonly string[], value: string): string | undefined {
  const text = value.toLowerCase()
  const longest_first = phrases
    .filter((phrase) => phrase !== '')
    .toSorted((left, right) => right.length - left.length)
  for (let end = 1; end <= text.length; end++) {
    const found = longest_first.find((phrase) => text.slice(0, end).endsWith(phrase.toLowerCase()))
    if (found !== undefined) return found
  }
  return undefined
}

describe('compilePhrases()', () => {
  it('finds a phrase anywhere, whatever the case, and gives it back as it was written', () => {
    const phrases = compilePhrases(['Sqlmap', '/etc/passwd', 'nikto'])
    assert.equal(phrases.find('User-Agent: SQLMAP/1.0'), 'Sqlmap')
    assert.equal(phrases.find('GET /etc/PASSWD'), '/etc/passwd')
    assert.equal(phrases.find('nikt'), undefined)
    assert.equal(phrases.find(''), undefined)
  })

  it('answers the phrase that ends first, and the longest that ends there', () => {
    assert.equal(compilePhrases(['bcd', 'abcde', 'c']).find('abcde'), 'c')
    assert.equal(compilePhrases(['bcd', 'abcd', 'd']).find('abcd'), 'abcd')
    assert.equal(compilePhrases(['d', 'bcd', 'abcdx']).find('abcd'), 'bcd')
  })

  it('finds bytes that are not ASCII, and folds only ASCII letters', () => {
    assert.equal(compilePhrases(['\xe9t\xe9']).find('l\xe9T\xe9'), '\xe9t\xe9')
    assert.equal(compilePhrases(['\xe9']).find('\xc9'), undefined)
    assert.equal(compilePhrases(['[']).find('{'), undefined)
    assert.equal(compilePhrases(['\0']).find('a\0'), '\0')
  })

  it('never finds the empty phrase, and nothing in no phrases', () => {
    assert.equal(compilePhrases(['']).find('a'), undefined)
    assert.equal(compilePhrases([]).find('a'), undefined)
  })

  it('answers as a slow search does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c', '\xff'), maxLength: 12 })
    let found = 0
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { maxLength: 6, selector: (t) => t.toLowerCase() }),
        text,
        (list, value) => {
          const want = slowly(list, value)
          assert.equal(compilePhrases(list).find(value), want)
          if (want !== undefined) found++
        },
      ),
      { numRuns: 5_000 },
    )
    assert.ok(found > 1_000)
  })
})
