import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { faults } from '#base/fault.ts'
import { hybridClock } from '#base/hybrid-clock.ts'
import { jsonLog } from '#base/log.ts'
import { SystemEvent, systemEvents } from '#model/event.ts'
import { eventSentences } from './event-sentences.ts'
import { relayedLog } from './relayed-log.ts'

const { away } = faults('test', { away: (f: { host: string }) => `Cannot reach ${f.host}: away` })

function setting() {
  const clock = testClock()
  const lines: string[] = []
  const events: SystemEvent[] = []
  const under = jsonLog('detail', (line) => lines.push(line))
  const relay = relayedLog(under, { node: () => 'n1', clock, hlc: hybridClock(clock) })
  return {
    clock,
    lines,
    events,
    relay,
    log: relay.log,
    open: () => relay.open((e) => events.push(e)),
  }
}

test('events of the catalogue and troubles are relayed with a sentence, all else stays in the log', () => {
  const { log, lines, events, open } = setting()
  log.event('bundle.activated', { bundle: '3-3fa9c2d1', revision: 3, took_ms: 41 })
  open()
  log.with({ who: 'x' }).trouble('edge.delivery_stopped', away({ host: 'db' }), { waiting: 7 })
  log.event('analytics.started', { address: 'x' })
  log.detail('live.poll_failed', {})
  assert.equal(lines.length, 4)
  assert.deepEqual(
    events.map(({ name, severity, message, fields }) => [name, severity, message, fields]),
    [
      [
        'bundle.activated',
        'notice',
        '3-3fa9c2d1 is enforced after 41 ms',
        { bundle: '3-3fa9c2d1', revision: 3, took_ms: 41 },
      ],
      [
        'edge.delivery_stopped',
        'error',
        'Cannot reach db: away',
        { who: 'x', host: 'db', code: 'test.away', waiting: 7 },
      ],
    ],
  )
  assert.ok(events.every((event) => SystemEvent.safeParse(event).success))
  assert.ok((events[0]?.hlc ?? '') < (events[1]?.hlc ?? ''))
})

test('a trouble that repeats is told twenty times a minute, then how many were left out', async () => {
  const { log, clock, events, open } = setting()
  open()
  for (let i = 0; i < 1_000; i++) log.trouble('tls.failed', new Error('x'))
  assert.equal(events.length, 20)
  await clock.advance(60_000)
  assert.deepEqual(
    [events.length, events[20]?.message, events[20]?.fields],
    [21, '980 more of tls.failed were left out within a minute', { left_out: 980 }],
  )
  log.trouble('tls.failed', new Error('x'))
  assert.equal(events.length, 22)
})

test('what a line carries is cut to what can be kept', () => {
  const { log, events, open } = setting()
  open()
  const many = Object.fromEntries(
    Array.from({ length: 99 }, (_, i) => [`f${i}`, 'x'.repeat(9_999)]),
  )
  log.trouble('x.failed', new Error(`\0half \ud800 ${'long'.repeat(999)}`), {
    ...many,
    n: Infinity,
  })
  const [event] = events
  assert.ok(JSON.stringify(event).length < 16_384)
  assert.equal(SystemEvent.safeParse(event).success, true)
  assert.match(event?.message ?? '', /^\ufffdhalf \ufffd long/)
})

test('what happened before the node knew its name is told under that name', () => {
  const clock = testClock()
  let node = 'from-the-file'
  const relay = relayedLog(jsonLog('silent'), { node: () => node, clock, hlc: hybridClock(clock) })
  relay.log.event('gatehouse.started', {})
  node = 'edge-2'
  const events: SystemEvent[] = []
  relay.open((event) => events.push(event))
  assert.deepEqual(
    events.map((event) => event.node),
    ['edge-2'],
  )
})

test('every event of the catalogue has a sentence', () => {
  assert.deepEqual(Object.keys(eventSentences).sort(), Object.keys(systemEvents).sort())
})
