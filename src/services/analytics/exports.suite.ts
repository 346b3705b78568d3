import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { uuidv7 } from '#base/id.ts'
import { jsonLog } from '#base/log.ts'
import type { SystemEvent } from '#model/event.ts'
import { insertEvents } from '#parts/records/events.ts'
import { noon_ms, noonPlus } from '#parts/records/records.support.ts'
import { hitRecord, type TestAnalytics } from './analytics.support.ts'
import { octetCounted, syslogMessage } from './exports/rfc5424.ts'
import { exports, nameOf } from './exports.ts'
import { AnalyticsSettings } from './settings.ts'

export function exportsSuite(shared: () => TestAnalytics): void {
  describe('exports', () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-exports-'))
    after(() => rmSync(dir, { recursive: true }))
    let analytics: TestAnalytics
    before(() => {
      analytics = shared()
    })

    let number = 0
    function eventOf(name: string, words: Partial<SystemEvent> = {}): SystemEvent {
      number += 1
      return {
        id: uuidv7(noon_ms),
        at: noonPlus(0),
        hlc: `${String(noon_ms).padStart(15, '0')}.${String(number).padStart(5, '0')}`,
        node: 'edge-1',
        severity: 'warning',
        name,
        message: `${name} happened`,
        fields: {},
        ...words,
      }
    }
    const happen = (...events: SystemEvent[]) => insertEvents(analytics.database, events)

    /** Exports to these targets until disposed; `started` once they know where to begin. */
    async function start(
      targets: readonly object[],
      lines: string[] = [],
      holder?: string,
    ): Promise<AsyncDisposable> {
      const settings = AnalyticsSettings.parse({ export: targets })
      const log = jsonLog('event', (line) => lines.push(line))
      await using rising = new AsyncDisposableStack()
      rising.use(exports(settings.export, analytics.database, { ...analytics.world, log }, holder))
      await until(async () => {
        const rows = await analytics.database.kysely
          .selectFrom('export_cursors')
          .selectAll()
          .execute()
        return settings.export.every((one) => rows.some((row) => row.target === nameOf(one)))
      })
      return rising.move()
    }

    async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
      const limit = AbortSignal.timeout(15_000)
      while (!(await condition())) {
        limit.throwIfAborted()
        await analytics.world.clock.sleep(20)
      }
    }

    test('a message is as RFC 5424 wants it, whatever an attacker put into it', () => {
      const told = {
        ...eventOf('bundle.activated'),
        node: 'edge 1',
        message: 'one\r\n<0>1 two',
        fields: { reason: 'a "b" \\ ]c\n', 'x=y': true, took_ms: 1.5 },
      }
      assert.equal(
        syslogMessage(told, 'local0', 2048).toString(),
        `<132>1 2026-11-20T12:00:00.000Z edge_1 gatehouse - bundle.activated [gatehouse@32473 id="${told.id}" reason="a \\"b\\" \\\\ \\]c " x_y="true" took_ms="1.5"] \ufeffone  <0>1 two`,
      )
      const many = Object.fromEntries(
        Array.from({ length: 99 }, (_, i) => [`f${i}`, 'ü'.repeat(999)]),
      )
      const cut = syslogMessage({ ...told, fields: many, message: 'ü'.repeat(9_999) }, 'kern', 2048)
      assert.ok(cut.length <= 2048)
      assert.match(cut.toString(), /^<4>1 .* \[gatehouse@32473 id="[^"]*"( f\d+="ü+")*\] \ufeffü+$/)
      const tiny = syslogMessage(told, 'kern', 90).toString()
      assert.doesNotMatch(tiny, /\ufffd/)
      assert.equal(octetCounted(Buffer.from('ü')).toString(), '2 ü')
    })

    test('datagrams tell what happens from now on, attacks too, and only what was asked for', async (t) => {
      const receiver = createSocket('udp4')
      t.after(() => receiver.close())
      const seen: string[] = []
      receiver.on('message', (message) => seen.push(message.toString()))
      receiver.bind(0, '127.0.0.1')
      await once(receiver, 'listening')
      await happen(eventOf('rollout.done'))
      const address = `udp://127.0.0.1:${receiver.address().port}`
      {
        await using _running = await start([
          { kind: 'syslog', address, events: ['rollout.', 'attack'], facility: 'auth' },
        ])
        await happen(eventOf('node.joined'), eventOf('rollout.stopped', { severity: 'error' }))
        await until(() => seen.length === 1)
        await analytics.deliver([hitRecord(noonPlus(0))])
        await until(() => seen.length === 2)
      }
      assert.match(seen[0] ?? '', /^<35>1 \S+ edge-1 gatehouse - rollout\.stopped \[/)
      assert.match(
        seen[1] ?? '',
        /gatehouse - attack \[.*SQL injection on shop\.example\/cart in ARGS:id/,
      )
    })

    test('a stream that breaks off is opened again, and a restart goes on where it was', async (t) => {
      let text = ''
      const lines: Socket[] = []
      const receiver = createTcp((socket) => {
        lines.push(socket)
        socket.on('data', (data) => {
          text += data.toString()
        })
        socket.on('error', () => {})
      })
      t.after(() => {
        receiver.close()
        for (const line of lines) line.destroy()
      })
      receiver.listen(0, '127.0.0.1')
      await once(receiver, 'listening')
      const { port } = receiver.address() as AddressInfo
      const target = { kind: 'syslog', address: `tcp://127.0.0.1:${port}` }
      const names = () => [...text.matchAll(/gatehouse - (\S+) /g)].map(([, name]) => name)
      {
        await using _running = await start([target])
        await happen(eventOf('a.one'), eventOf('a.two'))
        await until(() => names().length === 2)
        lines[0]?.destroy()
        await happen(eventOf('a.three'))
        await until(() => names().includes('a.three'))
      }
      await happen(eventOf('a.four'))
      {
        await using _running = await start([target])
        await until(() => names().includes('a.four'))
      }
      assert.deepEqual(names(), ['a.one', 'a.two', 'a.three', 'a.four'])
      for (let rest = text; rest !== ''; ) {
        const [count = '', size = ''] = /^(\d+) /.exec(rest) ?? []
        const frame = Buffer.from(rest.slice(count.length)).subarray(0, Number(size)).toString()
        assert.match(frame, /^<132>1 .* happened$/)
        rest = rest.slice(count.length + frame.length)
      }
    })

    test('a webhook is signed, tried again in order, and what it cannot take is left out and told', async (t) => {
      const secret = join(dir, 'secret')
      writeFileSync(secret, 'hush\n')
      const answers = [503, 200, 422, 200]
      const seen: { name: string; is_signed: boolean }[] = []
      const receiver = createServer(async (request, response) => {
        const body = (await request.toArray()).join('')
        const header = String(request.headers['x-gatehouse-signature'])
        const [, at = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
        const right = createHmac('sha256', 'hush').update(`${at}.${body}`).digest('hex')
        seen.push({ name: JSON.parse(body).name, is_signed: mac === right })
        response.writeHead(answers.shift() ?? 200).end()
      })
      t.after(() => {
        receiver.close()
        receiver.closeAllConnections()
      })
      receiver.listen(0, '127.0.0.1')
      await once(receiver, 'listening')
      const { port } = receiver.address() as AddressInfo
      const log: string[] = []
      {
        const url = `http://127.0.0.1:${port}/hook?team=1`
        await using _running = await start([{ kind: 'webhook', url, secret }], log)
        await happen(eventOf('b.one'), eventOf('b.two'), eventOf('b.three'))
        await until(() => seen.length === 4)
      }
      assert.deepEqual(
        seen.map(({ name }) => name),
        ['b.one', 'b.one', 'b.two', 'b.three'],
      )
      assert.ok(seen.every(({ is_signed }) => is_signed))
      const names = log.map((line) => JSON.parse(line).event)
      assert.deepEqual(names, ['export.stopped', 'export.resumed', 'export.left_out'])
      assert.doesNotMatch(log.join(), /hush|team=1/)
    })

    test('of two analytics services on one database one tells a target, and the other goes on after it', async (t) => {
      const receiver = createSocket('udp4')
      t.after(() => receiver.close())
      const seen: string[] = []
      receiver.on('message', (message) =>
        seen.push(/gatehouse - (\S+)/.exec(message.toString())?.[1] ?? ''),
      )
      receiver.bind(0, '127.0.0.1')
      await once(receiver, 'listening')
      const target = { kind: 'syslog', address: `udp://127.0.0.1:${receiver.address().port}` }
      {
        await using _one = await start([target], [], 'one')
        {
          await using _other = await start([target], [], 'other')
          await happen(eventOf('c.one'))
          await until(() => seen.length > 0)
        }
        await happen(eventOf('c.two'))
        await until(() => seen.length > 1)
      }
      await happen(eventOf('c.three'))
      await using _other = await start([target], [], 'other')
      await until(() => seen.length > 2)
      assert.deepEqual(seen, ['c.one', 'c.two', 'c.three'])
    })

    test('a target that is dead holds nobody up', async () => {
      const targets = [{ kind: 'webhook', url: 'http://127.0.0.1:9/' }]
      await using _running = await start(targets)
      const started = performance.now()
      assert.deepEqual(await analytics.deliver([hitRecord(noonPlus(1))]), {
        stored: 1,
        rejected: [],
      })
      assert.ok(performance.now() - started < 5_000)
    })

    test('settings of an export that cannot work are refused', () => {
      for (const wrong of [
        { kind: 'syslog', address: 'http://x:1' },
        { kind: 'syslog', address: 'udp://x' },
        { kind: 'syslog', address: 'tcp://x:1', facility: 'local9' },
        { kind: 'webhook', url: 'ftp://x' },
        { kind: 'webhook', url: 'https://user:secret@x/' },
        { kind: 'mail', to: 'x' },
      ]) {
        const parsed = AnalyticsSettings.safeParse({ export: [wrong] })
        assert.equal(parsed.success, false, JSON.stringify(wrong))
      }
      const settings = AnalyticsSettings.parse({
        export: [{ kind: 'webhook', url: 'https://x/', secret: join(dir, 'nowhere') }],
      })
      assert.throws(() => exports(settings.export, analytics.database, analytics.world), {
        code: 'analytics.export_unreadable',
      })
    })
  })
}
