import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeyPress, keyReader } from './keys.ts'

const press = (key: string, rest: Partial<KeyPress> = {}): KeyPress => ({
  key,
  is_ctrl: false,
  is_meta: false,
  is_alt: false,
  is_in_field: false,
  at_ms: 0,
  ...rest,
})

test('g and a letter within a second are one command', () => {
  const read = keyReader()
  assert.equal(read(press('g')), undefined)
  assert.equal(read(press('a', { at_ms: 900 })), 'g a')
  assert.equal(read(press('a', { at_ms: 950 })), 'a')
})

test('g is forgotten after a second', () => {
  const read = keyReader()
  read(press('g'))
  assert.equal(read(press('a', { at_ms: 1000 })), 'a')
})

test('typing text commands nothing, but Escape and Ctrl K do', () => {
  const read = keyReader()
  assert.equal(read(press('j', { is_in_field: true })), undefined)
  assert.equal(read(press('/', { is_in_field: true })), undefined)
  assert.equal(read(press('Escape', { is_in_field: true })), 'Escape')
  assert.equal(read(press('k', { is_in_field: true, is_ctrl: true })), 'mod+k')
})

test('keys of the browser stay with the browser', () => {
  const read = keyReader()
  assert.equal(read(press('r', { is_ctrl: true })), undefined)
  assert.equal(read(press('ArrowLeft', { is_alt: true })), undefined)
})
