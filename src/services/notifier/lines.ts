/** The open streams, one a node: what is written to them, and the end of readers that are too slow. */
import type { ServerResponse } from 'node:http'
import type { ToAgent } from '#model/cluster.ts'

/** More than this unread, besides what was one long line, and the line is cut. */
const queued_bytes_max = 8 * 1024 ** 2

export type Line = {
  readonly id: string
  readonly node_id: string
  readonly boot_id: string
  /** What it was last told to run. */
  offered: string
  /** Revision of the lists that it has. */
  lists_revision: number
  /** When something came from it, by the monotonic clock. */
  heard_at_ms: number
  /** End of the certificate that it was opened with, by the wall clock. */
  readonly ends_ms: number
  /** What it was told before is still on its way. */
  readonly is_busy: boolean
  /** How much of what it was told has left us, in messages: while it is busy and this stands still, nobody reads. */
  readonly taken: number
  send(message: ToAgent): void
  /** A message as JSON, made once for many lines. */
  sendText(text: string): void
  close(): void
}

export type Lines = {
  get(node_id: string): Line | undefined
  /** Takes the place of the line that the node had. */
  open(line: Line): void
  /** Forgets it, unless another one took its place. */
  gone(line: Line): void
  all(): Line[]
  readonly size: number
}

export function lines(): Lines {
  const open = new Map<string, Line>()
  return {
    get: (node_id) => open.get(node_id),
    open(line) {
      const before = open.get(line.node_id)
      open.set(line.node_id, line)
      before?.close()
    },
    gone(line) {
      if (open.get(line.node_id) === line) open.delete(line.node_id)
    },
    all: () => [...open.values()],
    get size() {
      return open.size
    },
  }
}

export function line(
  response: ServerResponse,
  about: Pick<Line, 'id' | 'node_id' | 'boot_id' | 'lists_revision' | 'heard_at_ms' | 'ends_ms'>,
): Line {
  let longest_bytes = 0
  let taken = 0
  const made: Line = {
    ...about,
    offered: '',
    get is_busy() {
      return response.writableLength > 0
    },
    get taken() {
      return taken
    },
    send: (message) => made.sendText(JSON.stringify(message)),
    sendText(text) {
      if (response.destroyed || response.writableEnded) return
      if (response.writableLength === 0) longest_bytes = 0
      longest_bytes = Math.max(longest_bytes, text.length)
      response.write(`${text}\n`, () => {
        taken++
      })
      if (response.writableLength > queued_bytes_max + longest_bytes) made.close()
    },
    close: () => void response.destroy(),
  }
  return made
}
