import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LiveMessage, messagesOf } from './messages.ts'

async function read(...chunks: readonly string[]): Promise<LiveMessage[]> {
  async function* pieces() {
    yield* chunks
  }
  return Array.fromAsync(messagesOf(pieces()))
}

const stream =
  ': hello\n\nevent: attack\nid: 7\ndata: {"a":1}\n\nevent: traffic\r\ndata: x\r\ndata:y\r\n\r\ndata\n\nevent: none\n\n'
const messages = [
  { event: 'attack', id: '7', data: '{"a":1}' },
  { event: 'traffic', id: '7', data: 'x\ny' },
  { event: 'message', id: '7', data: '' },
]

test('messages have event, id and data; comments and empty ones are left out', async () => {
  assert.deepEqual(await read(stream), messages)
})

test('it does not matter where the stream is cut', async () => {
  for (let i = 0; i <= stream.length; i++) {
    assert.deepEqual(await read(stream.slice(0, i), stream.slice(i)), messages, `cut at ${i}`)
  }
  assert.deepEqual(await read(...stream), messages)
})

test('a message that is not finished is not told', async () => {
  assert.deepEqual(await read('data: half'), [])
  assert.deepEqual(await read('data: half\n'), [])
})

test('a line without end is refused', async () => {
  const chunk = 'x'.repeat(1024 * 1024)
  await assert.rejects(read('data: ', chunk, chunk, chunk, chunk, chunk), RangeError)
})
