import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderPage } from './problem.ts'

const page = {
  status: 403,
  title: '<script>alert(1)</script>',
  detail: `"quotes" & 'more' <b>`,
  request_id: 'id-1',
  node: '<node>',
  at: '2026-01-01T00:00:00.000Z',
}

test('nothing on the page is markup but ours', () => {
  const html = renderPage(page, 'text/html').body.toString()
  assert.ok(!html.includes('<script') && !html.includes('<b>') && !html.includes('<node>'))
  assert.ok(
    html.includes('&lt;node&gt;') && html.includes('&quot;quotes&quot; &amp; &#39;more&#39;'),
  )
})

test('the form follows Accept', () => {
  const type = (accept: string) => renderPage(page, accept).headers[1]
  assert.equal(type('text/html,application/xhtml+xml,*/*;q=0.8'), 'text/html; charset=utf-8')
  assert.equal(type('application/json'), 'application/problem+json')
  assert.equal(type('application/vnd.api+json'), 'application/problem+json')
  assert.equal(type('*/*'), 'text/plain; charset=utf-8')
  assert.equal(type(''), 'text/plain; charset=utf-8')
  const json = JSON.parse(renderPage(page, 'application/json').body.toString())
  assert.deepEqual(
    [json.status, json.request_id, json.node, json.time],
    [403, 'id-1', '<node>', page.at],
  )
})

test('its length is in bytes', () => {
  const { body, headers } = renderPage({ ...page, detail: 'é' }, '')
  assert.equal(headers[headers.indexOf('content-length') + 1], String(body.length))
})
