/** Webhooks: one message a request, signed when there is a secret. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import type { Log } from '#base/log.ts'
import { poster } from '#parts/http/post-json.ts'
import { analyticsFaults } from '../faults.ts'
import type { WebhookExport } from '../settings.ts'
import type { Sender } from './sender.ts'

const timeout_ms = 10_000

/** Says no to this one message, and would again: the others must not wait behind it for ever. */
const unfit: ReadonlySet<number> = new Set([400, 413, 415, 422])

/**
 * `X-Gatehouse-Signature: t=SECONDS,v1=HEX`: HMAC-SHA256 with the secret over `SECONDS.BODY`, so that what was recorded
 * cannot be sent again later.
 * @throws analytics.export_unreadable when the secret cannot be read
 */
export function webhookSender(settings: WebhookExport, clock: Clock, log: Log): Sender {
  const url = new URL(settings.url)
  const secret = settings.secret === undefined ? undefined : readSecret(settings.secret)
  const line = poster(url.href, timeout_ms)
  return {
    batch_max: 1,
    async send(batch) {
      for (const told of batch) {
        const body = JSON.stringify(told)
        const headers = {
          'user-agent': 'gatehouse',
          'x-gatehouse-delivery': told.id,
          ...(secret && { 'x-gatehouse-signature': signatureOf(body, secret, clock.now()) }),
        }
        const { status } = await line.post(url.pathname + url.search, body, headers)
        const { host } = url
        if (unfit.has(status)) {
          log.trouble('export.left_out', analyticsFaults.export_refused({ host, status }), {
            id: told.id,
          })
        } else if (status < 200 || status > 299) {
          throw analyticsFaults.export_refused({ host, status })
        }
      }
    },
    [Symbol.dispose]: () => line[Symbol.dispose](),
  }
}

export function signatureOf(body: string, secret: string, now_ms: number): string {
  const seconds = Math.trunc(now_ms / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

function readSecret(path: string): string {
  try {
    const secret = readFileSync(path, 'utf8').trim()
    if (secret !== '') return secret
  } catch (cause) {
    throw analyticsFaults.export_unreadable({ path, why: messageOf(cause) }, { cause })
  }
  throw analyticsFaults.export_unreadable({ path, why: 'it is empty' })
}
