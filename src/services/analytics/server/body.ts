/** Reads a JSON body within its limits. */
import type { IncomingMessage } from 'node:http'
import { messageOf } from '#base/fault.ts'
import { analyticsFaults } from '../faults.ts'

/** A batch of the courier stays well below; more is not ours. */
export const body_bytes_max = 8 * 1024 ** 2

/** @throws analytics.wrong_media, analytics.too_large, analytics.cut_short, analytics.not_json */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const media = request.headers['content-type'] ?? ''
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!/^application\/json\s*(;|$)/i.test(media) || encoding !== 'identity') {
    throw analyticsFaults.wrong_media({ media: `${media} ${encoding}`.slice(0, 100) })
  }
  const too_large = analyticsFaults.too_large({ size_bytes_max: body_bytes_max })
  if (Number(request.headers['content-length'] ?? 0) > body_bytes_max) throw too_large
  const parts: Buffer[] = []
  let size_bytes = 0
  try {
    // Not destroyed when we stop early: the sender is still to hear why.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      size_bytes += part.length
      if (size_bytes > body_bytes_max) break
      parts.push(part)
    }
  } catch (cause) {
    throw analyticsFaults.cut_short({ why: messageOf(cause) }, { cause })
  }
  if (size_bytes > body_bytes_max) throw too_large
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch (cause) {
    throw analyticsFaults.not_json({ why: messageOf(cause).slice(0, 100) }, { cause })
  }
}
