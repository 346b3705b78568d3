import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from '#base/fault.ts'
import { recordsFaults } from '#parts/records/faults.ts'
import { policyFaults } from '../faults.ts'
import { problemOf } from './problem.ts'

const id = '0192e4a0-0000-7000-8000-000000000001'

test('a failure of ours says nothing about the inside', () => {
  const inner = faults('inner', { broken: (f: { path: string }) => `Cannot open ${f.path}` })
  for (const error of [
    new Error('connect to 10.0.0.5 with password secret'),
    new TypeError('x is undefined'),
    inner.broken({ path: '/secret' }),
    recordsFaults.broken({ dir: '/secret', why: 'secret' }),
    'secret',
    undefined,
  ]) {
    const problem = problemOf(error, id)
    assert.deepEqual([problem.status, problem.code], [500, 'policy.bug'])
    assert.doesNotMatch(JSON.stringify(problem), /secret|undefined/)
  }
})

test('every fault that a caller can meet has a status of its own', () => {
  const of_log_only = ['tls_needed', 'cannot_listen', 'socket_in_use', 'bug', 'secret_in_details']
  const names = Object.keys(policyFaults).filter((name) => !of_log_only.includes(name))
  assert.ok(names.length >= 15)
  for (const name of names) {
    const make = policyFaults[name as keyof typeof policyFaults] as (facts: object) => Error
    const problem = problemOf(make({}), id)
    assert.equal(problem.code, `policy.${name}`)
    assert.equal(problem.type, `urn:gatehouse:problem:policy.${name}`)
    // What Fastify could not read brings its own status.
    assert.ok(name === 'not_readable' || problem.status !== 500, name)
  }
})

test('a database that is away is told without its address', () => {
  const problem = problemOf(recordsFaults.unavailable({ why: 'connect ECONNREFUSED 10.0.0.5' }), id)
  assert.equal(problem.status, 503)
  assert.doesNotMatch(JSON.stringify(problem), /10\.0\.0\.5/)
})
