import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startTestEdge, startUpstream } from './edge.fixture.ts'

test('a large held answer leaves nothing behind that cuts the next one on its connection', async () => {
  const size = 900_000
  await using upstream = await startUpstream((q, r) => {
    r.setHeader('content-type', 'text/html')
    if (q.url === '/large') r.end('y'.repeat(size))
    else setTimeout(() => r.end('slow, but here'), 1500)
  })
  const settings = { timeouts: { idle: '1s' } }
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings })
  const socket = connect(edge.port, '127.0.0.1')
  socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
  let text = ''
  let has_asked = false
  for await (const chunk of socket) {
    text += chunk.toString('latin1')
    if (!has_asked && text.endsWith('y') && text.length > size + text.indexOf('\r\n\r\n')) {
      has_asked = true
      socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    }
    if (text.endsWith('here')) break
  }
  assert.match(text, /slow, but here$/)
})
