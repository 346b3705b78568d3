/** Reads a JSON body within its limits, into the shape that it must have. */
import type { IncomingMessage } from 'node:http'
import { messageOf } from '#base/fault.ts'
import type { Data, z } from '#base/schema.ts'
import { notifierFaults } from '../faults.ts'

/**
 * @throws notifier.wrong_media, notifier.too_large, notifier.cut_short, notifier.not_json, notifier.malformed
 */
export async function readBody<S extends z.ZodType>(
  request: IncomingMessage,
  schema: S,
  size_bytes_max: number,
): Promise<Data<S>> {
  const media = request.headers['content-type'] ?? ''
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!/^application\/json\s*(;|$)/i.test(media) || encoding !== 'identity') {
    throw notifierFaults.wrong_media({ media: `${media} ${encoding}`.slice(0, 100) })
  }
  const checked = schema.safeParse(parsed(await bytesOf(request, size_bytes_max)))
  if (checked.success) return checked.data
  const { path = [], message = '' } = checked.error.issues[0] ?? {}
  throw notifierFaults.malformed({ why: `${path.join('.')}: ${message}`.slice(0, 300) })
}

async function bytesOf(request: IncomingMessage, size_bytes_max: number): Promise<Buffer> {
  const too_large = notifierFaults.too_large({ size_bytes_max })
  if (Number(request.headers['content-length'] ?? 0) > size_bytes_max) throw too_large
  const parts: Buffer[] = []
  let size_bytes = 0
  try {
    // Not destroyed when we stop early: the sender is still to hear why.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      size_bytes += part.length
      if (size_bytes > size_bytes_max) break
      parts.push(part)
    }
  } catch (cause) {
    throw notifierFaults.cut_short({ why: messageOf(cause) }, { cause })
  }
  if (size_bytes > size_bytes_max) throw too_large
  return Buffer.concat(parts)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw notifierFaults.not_json({ why: messageOf(cause).slice(0, 100) }, { cause })
  }
}
