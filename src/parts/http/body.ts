/** Request bodies: held for inspection within bounds, or streamed on as they come. */
import { Readable } from 'node:stream'
import type { Clock } from '#base/clock.ts'

/** Where body bytes come from: Node's request of HTTP/1.1 or HTTP/2. */
export type BodySource = Readable

export type CollectedBody =
  /** All of it. */
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** More than was asked for: the source is paused, `bytes` is what came so far. */
  | { readonly kind: 'over'; readonly bytes: Buffer }
  /** No byte for too long. */
  | { readonly kind: 'silent' }
  /** The client went away, or what it sent was not HTTP. */
  | { readonly kind: 'gone' }
  /** The memory for bodies of all requests is used up. */
  | { readonly kind: 'no_room' }

/** How much memory all bodies under way may take together. */
export type BodyRoom = {
  take(bytes: number): boolean
  give(bytes: number): void
  readonly taken: number
}

export function bodyRoom(bytes_max: number): BodyRoom {
  let taken = 0
  return {
    take(bytes) {
      if (taken + bytes > bytes_max) return false
      taken += bytes
      return true
    },
    give(bytes) {
      taken -= bytes
    },
    get taken() {
      return taken
    },
  }
}

export type CollectLimits = {
  /** More than this is `over`. */
  readonly bytes_max: number
  /** Longest silence. */
  readonly silence_ms: number
}

/**
 * Collects a body and calls `done` once. What it takes from `room` stays taken: the caller gives it
 * back when the body is no longer needed (`held` tells how much).
 */
export function collectBody(
  source: BodySource,
  limits: CollectLimits,
  room: BodyRoom,
  clock: Clock,
  done: (body: CollectedBody, held: number) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  let heard_at = clock.elapsed()
  let timer = clock.after(limits.silence_ms, look)
  let is_over = false

  const finish = (body: CollectedBody): void => {
    if (is_over) return
    is_over = true
    timer[Symbol.dispose]()
    source.off('data', onData)
    source.off('end', onEnd)
    source.off('close', onClose)
    done(body, size)
  }
  const onData = (chunk: Buffer): void => {
    heard_at = clock.elapsed()
    if (!room.take(chunk.length)) {
      source.pause()
      finish({ kind: 'no_room' })
      return
    }
    chunks.push(chunk)
    size += chunk.length
    if (size > limits.bytes_max) {
      source.pause()
      finish({ kind: 'over', bytes: joined() })
    }
  }
  const onEnd = (): void => finish({ kind: 'whole', bytes: joined() })
  const onClose = (): void => finish({ kind: 'gone' })
  const joined = (): Buffer =>
    chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)

  /**
   * One timer a body, not one a chunk: it looks when the last byte came and waits for the rest of
   * the time.
   */
  function look(): void {
    const left = heard_at + limits.silence_ms - clock.elapsed()
    if (left > 0) timer = clock.after(left, look)
    else finish({ kind: 'silent' })
  }

  source.on('data', onData)
  source.on('end', onEnd)
  source.on('close', onClose)
  source.on('error', ignore)
}

/** 'close' follows and says the same. */
function ignore(): void {}

export type StreamedBody = { readonly stream: Readable; readonly bytes: () => number }

/**
 * A body that flows on while it comes: first `head`, then the rest of `source`. Destroying it
 * leaves `source` alone, so that its client can still be answered. `onSilent` is called when no
 * byte comes for too long.
 */
export function streamBody(
  head: Buffer | undefined,
  source: BodySource,
  limits: CollectLimits,
  clock: Clock,
  onTrouble: (kind: 'silent' | 'over' | 'gone') => void,
): StreamedBody {
  let bytes = head?.length ?? 0
  let heard_at = clock.elapsed()
  let is_waiting = false
  let timer: Disposable | undefined
  const look = (): void => {
    const left = heard_at + limits.silence_ms - clock.elapsed()
    if (!is_waiting || left > 0) timer = clock.after(Math.max(left, 1000), look)
    else fail('silent')
  }
  const fail = (kind: 'silent' | 'over' | 'gone'): void => {
    close()
    onTrouble(kind)
    stream.destroy(new Error(`request body: ${kind}`))
  }
  const close = (): void => {
    timer?.[Symbol.dispose]()
    source.off('data', onData)
    source.off('end', onEnd)
    source.off('close', onClose)
  }
  const onData = (chunk: Buffer): void => {
    heard_at = clock.elapsed()
    bytes += chunk.length
    if (bytes > limits.bytes_max) {
      source.pause()
      fail('over')
    } else if (!stream.push(chunk)) {
      is_waiting = false
      source.pause()
    }
  }
  const onEnd = (): void => {
    close()
    stream.push(null)
  }
  const onClose = (): void => fail('gone')
  const stream = new Readable({
    read() {
      is_waiting = true
      heard_at = clock.elapsed()
      source.resume()
    },
    destroy(error, callback) {
      close()
      callback(error)
    },
  })
  stream.on('error', ignore)
  source.on('error', ignore)
  source.on('data', onData)
  source.on('end', onEnd)
  source.on('close', onClose)
  source.pause()
  timer = clock.after(limits.silence_ms, look)
  if (head !== undefined && head.length > 0) stream.push(head)
  return { stream, bytes: () => bytes }
}
