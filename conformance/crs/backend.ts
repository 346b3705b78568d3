/** The application behind the suite: answers as it is told at /reflect, and with an empty page elsewhere. */
import type { SentRequest } from './cases.ts'

export type SentResponse = {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const empty: SentResponse = { status: 200, headers: [['Content-Type', 'text/plain']], body: '' }

export function answer(request: SentRequest): SentResponse {
  if (request.method !== 'POST' || !/^\/reflect(?:\?|$)/.test(request.uri)) return empty
  let told: unknown
  try {
    told = JSON.parse(Buffer.from(request.body, 'latin1').toString('utf8'))
  } catch {
    return { ...empty, status: 400 }
  }
  if (typeof told !== 'object' || told === null) return empty
  const { status = 200, headers = {}, body = '', encodedBody } = told as Record<string, unknown>
  const sent = Object.entries(headers as Record<string, string>)
  const hasType = sent.some(([name]) => name.toLowerCase() === 'content-type')
  const text =
    typeof encodedBody === 'string'
      ? Buffer.from(encodedBody, 'base64').toString('latin1')
      : Buffer.from(String(body), 'utf8').toString('latin1')
  return {
    status: Number(status),
    headers: hasType ? sent : [['Content-Type', 'text/plain'], ...sent],
    body: text,
  }
}
