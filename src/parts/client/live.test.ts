import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenLive } from './live.ts'

/** As much of an EventSource as listenLive() uses. */
class FakeSource extends EventTarget {
  readyState = 0
  is_closed = false
  close(): void {
    this.is_closed = true
  }
}

test('attacks and traffic arrive as data, and the state of the stream is told', () => {
  const source = new FakeSource()
  const seen: unknown[] = []
  let path = ''
  const listening = listenLive(
    {
      attack: (attack) => seen.push(attack),
      alive: (is_alive) => seen.push(is_alive),
    },
    (asked) => {
      path = asked
      return source as unknown as EventSource
    },
  )
  source.dispatchEvent(new Event('open'))
  source.dispatchEvent(new MessageEvent('attack', { data: '{"id":"1"}' }))
  source.dispatchEvent(new Event('error'))
  assert.equal(path, '/api/v1/events/stream?topics=attack')
  assert.deepEqual(seen, [true, { id: '1' }, false])
  listening[Symbol.dispose]()
  assert.equal(source.is_closed, true)
})

test('a stream that was refused is opened again after a while, until it is disposed', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const opened: FakeSource[] = []
  const listening = listenLive({ traffic() {} }, () => {
    const source = new FakeSource()
    opened.push(source)
    return source as unknown as EventSource
  })
  const fail = () => {
    const source = opened.at(-1)
    if (!source) return
    source.readyState = 2
    source.dispatchEvent(new Event('error'))
  }
  fail()
  t.mock.timers.tick(4_999)
  assert.equal(opened.length, 1)
  t.mock.timers.tick(1)
  assert.equal(opened.length, 2)
  fail()
  listening[Symbol.dispose]()
  t.mock.timers.tick(60_000)
  assert.equal(opened.length, 2)
})
