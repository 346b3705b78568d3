import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { bodyRoom, type CollectedBody, collectBody, streamBody } from './body.ts'

const limits = { bytes_max: 10, silence_ms: 1000 }
const tick = () => new Promise((resolve) => setImmediate(resolve))

function collecting(source: PassThrough, clock = testClock(), room = bodyRoom(100)) {
  const results: { body: CollectedBody; held: number }[] = []
  collectBody(source, limits, room, clock, (body, held) => results.push({ body, held }))
  return { results, clock, room }
}

test('a body that fits comes whole', async () => {
  const source = new PassThrough()
  const { results, room } = collecting(source)
  source.write('hello')
  source.end(' all')
  await tick()
  const [result] = results
  assert.ok(result?.body.kind === 'whole')
  assert.equal(result.body.bytes.toString(), 'hello all')
  assert.equal(result.held, 9)
  assert.equal(room.taken, 9, 'the caller gives it back')
})

test('a body over the limit stops the source and keeps what came', async () => {
  const source = new PassThrough()
  const { results } = collecting(source)
  source.write('hello')
  source.write('world!')
  source.write('more')
  await tick()
  const [result] = results
  assert.ok(result?.body.kind === 'over')
  assert.equal(result.body.bytes.toString(), 'helloworld!')
  assert.ok(source.isPaused())
})

test('silence is what is bounded, not the whole time', async () => {
  const source = new PassThrough()
  const { results, clock } = collecting(source)
  for (let i = 0; i < 5; i++) {
    await clock.advance(900)
    source.write('.')
    await tick()
  }
  assert.equal(results.length, 0)
  await clock.advance(1001)
  assert.equal(results[0]?.body.kind, 'silent')
})

test('a source that goes away says so once', async () => {
  const source = new PassThrough()
  const { results, clock } = collecting(source)
  source.destroy()
  await tick()
  await clock.advance(5000)
  assert.deepEqual(
    results.map((r) => r.body.kind),
    ['gone'],
  )
})

test('without room nothing is taken', async () => {
  const source = new PassThrough()
  const { results, room } = collecting(source, testClock(), bodyRoom(3))
  source.write('hello')
  await tick()
  assert.equal(results[0]?.body.kind, 'no_room')
  assert.equal(room.taken, 0)
})

test('a streamed body begins with what was already read, and its end leaves the source alone', async () => {
  const source = new PassThrough()
  const troubles: string[] = []
  const { stream, bytes } = streamBody(
    Buffer.from('ab'),
    source,
    { ...limits, bytes_max: 100 },
    testClock(),
    (kind) => troubles.push(kind),
  )
  source.write('cd')
  source.end('ef')
  let text = ''
  for await (const chunk of stream) text += chunk
  assert.equal(text, 'abcdef')
  assert.equal(bytes(), 6)
  const other = new PassThrough()
  const second = streamBody(undefined, other, limits, testClock(), (kind) => troubles.push(kind))
  second.stream.destroy()
  await tick()
  assert.ok(!other.destroyed)
  assert.deepEqual(troubles, [])
})

test('a streamed body that grows too large, falls silent or goes away tells it', async () => {
  for (const [kind, act] of [
    ['over', (source: PassThrough) => void source.write('far too many bytes')],
    ['gone', (source: PassThrough) => void source.destroy()],
    ['silent', () => {}],
  ] as const) {
    const source = new PassThrough()
    const clock = testClock()
    const troubles: string[] = []
    const { stream } = streamBody(undefined, source, limits, clock, (what) => troubles.push(what))
    stream.resume()
    await tick()
    act(source)
    await tick()
    await clock.advance(1001)
    assert.deepEqual(troubles, [kind])
    assert.ok(stream.destroyed)
  }
})

test('while the reader is slow, silence is not the sender’s', async () => {
  const source = new PassThrough()
  const clock = testClock()
  const troubles: string[] = []
  const big = { bytes_max: 1e9, silence_ms: 1000 }
  streamBody(Buffer.alloc(100_000), source, big, clock, (kind) => troubles.push(kind))
  await tick()
  await clock.advance(10_000)
  assert.deepEqual(troubles, [])
})
