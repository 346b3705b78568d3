import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, compact, micros, rate, share } from './number.ts'

const plain = (text: string) => text.replaceAll('\u202f', ' ')

test('compact() shortens from ten thousand on', () => {
  assert.deepEqual([0, 9999, 12_345, 1_234_567].map(compact), ['0', '9,999', '12.3K', '1.23M'])
})

test('rate() keeps small rates visible', () => {
  assert.deepEqual([0, 0.001, 0.25, 4.13, 120.4, 12_345].map(rate), [
    '0',
    '<0.01',
    '0.25',
    '4.1',
    '120',
    '12.3K',
  ])
})

test('share() never rounds something to nothing', () => {
  assert.equal(plain(share(1, 100_000)), '<0.1 %')
  assert.equal(plain(share(42, 1000)), '4.2 %')
  assert.equal(plain(share(37, 100)), '37 %')
  assert.equal(plain(share(0, 100)), '0 %')
  assert.equal(share(0, 0), '–')
})

test('micros() chooses the unit', () => {
  assert.deepEqual([85, 1234, 140_400, 2_500_000].map(micros).map(plain), [
    '85 µs',
    '1.2 ms',
    '140 ms',
    '2.5 s',
  ])
  assert.equal(micros(null), '–')
})

test('bytes() counts in 1024s', () => {
  assert.deepEqual([512, 13_312, 1_258_291].map(bytes).map(plain), ['512 B', '13 KiB', '1.2 MiB'])
})
