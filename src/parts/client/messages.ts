/** Server-sent events out of text (WHATWG HTML, section 9.2.6), for where there is no EventSource. */

export type LiveMessage = {
  /** `message` when the stream names none. */
  readonly event: string
  /** The newest id seen; `` before the first. */
  readonly id: string
  readonly data: string
}

/** Longest line and longest message; a stream that exceeds it is not ours. */
const size_max = 4 * 1024 * 1024

/** Messages as they become whole; comments (heartbeats) are left out. Throws RangeError on a line without end. */
export async function* messagesOf(chunks: AsyncIterable<string>): AsyncGenerator<LiveMessage> {
  let rest = ''
  let event = ''
  let id = ''
  let data: string[] = []
  for await (const chunk of chunks) {
    rest += chunk
    if (rest.length > size_max) throw new RangeError('the event stream sends a line without end')
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', id, data: data.join('\n') }
        event = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'data') data.push(value)
      else if (field === 'event') event = value
      else if (field === 'id' && !value.includes('\0')) id = value
    }
  }
}
