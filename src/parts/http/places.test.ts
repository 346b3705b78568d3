import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { limitPlaces } from './places.ts'

/** A port and its connections, without wires: what counts is who is let go. */
function port() {
  const server = new EventEmitter()
  const limits = { strangers_of_network_max: 2, strangers_max: 4, of_node_max: 2 }
  type Line = EventEmitter & {
    readonly node: string | undefined
    is_open: boolean
    destroy(): void
  }
  limitPlaces(server, limits, (socket) => {
    return (socket as TLSSocket & Pick<Line, 'node'>).node
  })
  let remotePort = 1024
  const socketAt = (remoteAddress: string, node?: string): Line => {
    const line = Object.assign(new EventEmitter(), {
      ...{ remoteAddress, remotePort, node },
      is_open: true,
      destroy() {
        line.is_open = false
        line.emit('close')
      },
    })
    return line
  }
  return {
    comes(address: string) {
      remotePort += 1
      const line = socketAt(address)
      server.emit('connection', line)
      return line
    },
    /** From the address and port of the connection before, whose end was not told. */
    comesAgain(address: string) {
      const line = socketAt(address)
      server.emit('connection', line)
      return line
    },
    /** With the certificate of a node on it. */
    joins(address: string, node: string) {
      remotePort += 1
      server.emit('connection', socketAt(address))
      const line = socketAt(address, node)
      server.emit('secureConnection', line)
      return line
    },
  }
}

test('one IPv6 network is one stranger: its addresses push out each other, nobody else', () => {
  const { comes } = port()
  const other = comes('192.0.2.1')
  const lines = [1, 2, 3, 4, 5].map((n) => comes(`2001:db8::${n}`))
  assert.deepEqual(
    lines.map((line) => line.is_open),
    [false, false, false, true, true],
  )
  assert.ok(other.is_open)
})

test('strangers of many networks take no place of a node, and a newcomer gets in', () => {
  const { comes, joins } = port()
  const nodes = [joins('192.0.2.1', 'a'), joins('192.0.2.1', 'b')]
  const lines = [1, 2, 3, 4, 5, 6].map((n) => comes(`198.51.100.${n}`))
  nodes.push(joins('192.0.2.1', 'a'))
  assert.ok(nodes.every((line) => line.is_open))
  assert.deepEqual(
    lines.map((line) => line.is_open),
    [false, false, false, true, true, true],
  )
})

test('a node has so many places, wherever it comes from, and gets back what it left', () => {
  const { joins } = port()
  const [first, second] = [joins('192.0.2.1', 'a'), joins('2001:db8::1', 'a')]
  assert.ok(!joins('192.0.2.3', 'a').is_open)
  assert.ok(first.is_open && second.is_open)
  first.destroy()
  assert.ok(joins('192.0.2.3', 'a').is_open)
})

test('an address and port that are used again before the end is told count once', () => {
  const { comes, comesAgain } = port()
  comes('192.0.2.1')
  const again = Array.from({ length: 5 }, () => comesAgain('192.0.2.1'))
  assert.ok(again.at(-1)?.is_open)
  assert.ok(comes('192.0.2.1').is_open)
})
