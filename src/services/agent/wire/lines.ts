/** Lines of a stream, each of bounded length. */
import { agentFaults } from '../faults.ts'
import { pace } from '../settings.ts'

/** A line that is longer than allowed is never read to its end. @throws agent.malformed */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  server: string,
): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = []
  let size_bytes = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const part = chunk.subarray(start, end)
      start = end + 1
      demandRoom(size_bytes + part.length, server)
      const line = parts.length === 0 ? part : Buffer.concat([...parts, part])
      parts = []
      size_bytes = 0
      if (line.length > 0) yield line
    }
    if (start === chunk.length) continue
    parts.push(chunk.subarray(start))
    size_bytes += chunk.length - start
    demandRoom(size_bytes, server)
  }
}

function demandRoom(size_bytes: number, server: string): void {
  if (size_bytes <= pace.line_bytes_max) return
  const why = `a line of it is longer than ${pace.line_bytes_max} bytes`
  throw agentFaults.malformed({ server, why })
}
