import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operatorWords, transformationWords, variableWords } from './operator-words.ts'

test('operatorWords() says what an operator asks, and keeps its argument', () => {
  assert.deepEqual(operatorWords('@rx (?i)union\\s+select'), {
    sentence: 'matches the regular expression',
    argument: '(?i)union\\s+select',
  })
  assert.deepEqual(operatorWords('@detectSQLi'), {
    sentence: 'reads as SQL injection',
    argument: '',
  })
})

test('operatorWords() says when an operator was turned round', () => {
  assert.equal(
    operatorWords('!@rx ^\\d+$').sentence,
    'does not hold: matches the regular expression',
  )
})

test('operatorWords() keeps what it does not know', () => {
  assert.deepEqual(operatorWords('@fuzzyHash x 1'), {
    sentence: 'fits',
    argument: '@fuzzyHash x 1',
  })
})

test('transformationWords() knows names with and without their prefix', () => {
  assert.equal(transformationWords('t:urlDecodeUni'), 'URL decoded')
  assert.equal(transformationWords('lowercase'), 'Lower case')
  assert.equal(transformationWords('rot13'), 'rot13')
})

test('variableWords() names the place of a payload', () => {
  assert.equal(variableWords('ARGS:id'), 'the parameter “id”')
  assert.equal(variableWords('REQUEST_HEADERS:User-Agent'), 'the header “User-Agent”')
  assert.equal(variableWords(''), 'the request as a whole')
  assert.equal(variableWords('TX:score'), 'TX:score')
})

test('operatorWords() reads an expression without a name as @rx, as the rule language does', () => {
  assert.deepEqual(operatorWords('!^[\\w ]+$'), {
    sentence: 'does not hold: matches the regular expression',
    argument: '^[\\w ]+$',
  })
})
