import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transformations } from '../transformations.ts'
import { transformationTriggers } from './triggers.ts'

/** Numbers that look random and are the same in every run (Lehmer's generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

const capital = (byte: string) => (byte >= 'a' && byte <= 'z' ? byte.toUpperCase() : byte)

const everyByte = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

for (const [name, { bytes, adds }] of transformationTriggers) {
  test(`${name} leaves values alone that hold none of its bytes`, () => {
    const transform = transformations.get(name)
    assert.ok(transform)
    const others = everyByte.filter((byte) => !bytes.includes(byte))
    const values = ['', ...others, ...others.flatMap((a) => others.map((b) => a + b))]
    const next = numbers(7)
    for (let round = 0; round < 2000; round++) {
      let value = ''
      for (let size = next(80); size >= 0; size--) value += others[next(others.length)]
      values.push(value)
    }
    const changed = values.filter((value) => transform(value) !== value)
    assert.deepEqual(changed.map((value) => [value, transform(value)]).slice(0, 3), [])
  })

  if (adds === undefined) continue
  test(`${name} adds no bytes but its own`, () => {
    const transform = transformations.get(name)
    assert.ok(transform)
    const next = numbers(11)
    const likely = [...bytes, ...everyByte]
    for (let round = 0; round < 3000; round++) {
      let value: string = ''
      for (let size = next(40); size >= 0; size--) value += likely[next(likely.length)]
      // A word of its own bytes between others: comments, dots, blanks in a row.
      value += bytes.slice(0, 2) + bytes.slice(0, 2)
      const made: string = transform(value)
      const added: string[] = [...made].filter(
        (byte) => !value.includes(byte) && !value.includes(capital(byte)) && !adds.includes(byte),
      )
      assert.deepEqual(added, [], JSON.stringify(value))
    }
  })
}
