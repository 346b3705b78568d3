import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf } from './call.ts'
import { ApiProblem, apiClient, type TransportRequest, type TransportResponse } from './client.ts'
import { fetchTransport } from './fetch-transport.ts'

const id = '0192e4a0-0000-7000-8000-000000000001'

function recording(response: Partial<TransportResponse>) {
  const requests: TransportRequest[] = []
  const client = apiClient(async (request) => {
    requests.push(request)
    return { status: 200, media: 'application/json', text: '{}', ...response }
  })
  return { client, requests }
}

test('a call becomes method, path with parameters and query, and JSON body', async () => {
  const { client, requests } = recording({})
  await client.call('GET /api/v1/attacks/{id}/hits', { params: { id }, query: { limit: 5 } })
  await client.call('POST /api/v1/session', { body: { username: 'a', password: 'b' } })
  assert.deepEqual(requests, [
    { method: 'GET', path: `/api/v1/attacks/${id}/hits?limit=5` },
    { method: 'POST', path: '/api/v1/session', body: '{"username":"a","password":"b"}' },
  ])
})

test('the state that was read is named in quotes', async () => {
  const { client, requests } = recording({})
  const body = { document: {} }
  await client.call('PUT /api/v1/drafts/{id}', { params: { id }, etag: '3', body })
  assert.equal(requests[0]?.if_match, '"3"')
})

test('lists are repeated in the query, undefined is left out, everything is escaped', () => {
  const query = { type: ['sqli', 'xss'], q: 'a&b=c /', site: undefined }
  assert.equal(
    addressOf('GET /api/v1/attacks', { query }).path,
    '/api/v1/attacks?type=sqli&type=xss&q=a%26b%3Dc+%2F',
  )
  const params = { id: '../session?x' }
  assert.equal(addressOf('GET /api/v1/hits/{id}', { params }).path, '/api/v1/hits/..%2Fsession%3Fx')
})

test('an answer is its JSON, and nothing for 204', async () => {
  const { client } = recording({ text: '{"sites":[]}' })
  assert.deepEqual(await client.call('GET /api/v1/sites'), { sites: [] })
  const empty = recording({ status: 204, text: '' })
  assert.equal(await empty.client.call('DELETE /api/v1/session'), undefined)
})

test('a problem is thrown with its code, status and fields', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Not found',
    detail: 'No such thing',
    status: 404,
    code: 'policy.not_found',
  }
  const { client } = recording({
    status: 404,
    media: 'application/problem+json',
    text: JSON.stringify(problem),
  })
  await assert.rejects(client.call('GET /api/v1/hits/{id}', { params: { id } }), (error) => {
    assert.ok(error instanceof ApiProblem)
    assert.deepEqual(
      [error.code, error.status, error.message],
      ['policy.not_found', 404, 'No such thing'],
    )
    assert.deepEqual(error.problem, problem)
    return true
  })
})

test('an answer from something else is told as such', async () => {
  const { client } = recording({ status: 502, media: 'text/html', text: '<html>' })
  await assert.rejects(client.call('GET /api/v1/sites'), { code: 'client.not_our_api' })
})

type Seen = { readonly method: string; readonly path: string; readonly token: string | null }

function fakeServer(seen: Seen[]) {
  const answer: typeof fetch = async (url, init) => {
    const headers = new Headers(init?.headers)
    seen.push({ method: init?.method ?? '', path: String(url), token: headers.get('x-csrf-token') })
    if (init?.method === 'DELETE') return new Response(null, { status: 204 })
    return Response.json({ csrf_token: `token-${seen.length}` })
  }
  return apiClient(fetchTransport({ fetch: answer }))
}

test('fetchTransport() sends the token of the last session with every change', async () => {
  const seen: Seen[] = []
  const client = fakeServer(seen)
  await client.call('POST /api/v1/session', { body: { username: 'a', password: 'b' } })
  const body = { current_password: 'b', new_password: 'a longer one' }
  await client.call('POST /api/v1/session/password', { body })
  await client.call('DELETE /api/v1/session')
  assert.deepEqual(
    seen.map((s) => s.token),
    [null, 'token-1', 'token-2'],
  )
})

test('fetchTransport() asks for the session before the first change of a reloaded page', async () => {
  const seen: Seen[] = []
  await fakeServer(seen).call('DELETE /api/v1/session')
  assert.deepEqual(seen, [
    { method: 'GET', path: '/api/v1/session', token: null },
    { method: 'DELETE', path: '/api/v1/session', token: 'token-1' },
  ])
})

test('fetchTransport() tells an unreachable server as a fault', async () => {
  const broken: typeof fetch = async () => {
    throw new TypeError('connection refused')
  }
  const client = apiClient(fetchTransport({ fetch: broken }))
  await assert.rejects(client.call('GET /api/v1/sites'), {
    code: 'client.unreachable',
    message: 'Cannot reach Gatehouse at this address: connection refused',
  })
})
