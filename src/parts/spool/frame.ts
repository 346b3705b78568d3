/**
 * How a record lies in a segment: 4 bytes of mark, 4 of length, 4 of CRC-32 over length and record (all big endian),
 * then the record. The mark lets a reader find the next record behind bytes that are broken.
 */
import { crc32 } from 'node:zlib'

export const header_bytes = 12

/** A longer record is refused: what the intake of analytics takes in one batch, with room to spare. */
export const record_bytes_max = 4 * 1024 ** 2

const mark = 0x4748_5231

/** Undefined when the record is too long. */
export function frameOf(record: Buffer | string): Buffer | undefined {
  const length = typeof record === 'string' ? Buffer.byteLength(record) : record.length
  if (length > record_bytes_max) return undefined
  const frame = Buffer.allocUnsafe(header_bytes + length)
  frame.writeUInt32BE(mark, 0)
  frame.writeUInt32BE(length, 4)
  if (typeof record === 'string') frame.write(record, header_bytes)
  else record.copy(frame, header_bytes)
  frame.writeUInt32BE(checksum(frame, 0, length), 8)
  return frame
}

/**
 * Where the record at `at` ends, or why there is none: `cut` when `bytes` end too early for what the header promises,
 * `broken` when what stands there was never written by us like this.
 */
export function frameEnd(bytes: Buffer, at: number): number | 'cut' | 'broken' {
  const left = bytes.length - at
  if (left < header_bytes) return isPartOfMark(bytes, at) ? 'cut' : 'broken'
  if (bytes.readUInt32BE(at) !== mark) return 'broken'
  const length = bytes.readUInt32BE(at + 4)
  if (length > record_bytes_max) return 'broken'
  const end = at + header_bytes + length
  if (end > bytes.length) return 'cut'
  return bytes.readUInt32BE(at + 8) === checksum(bytes, at, length) ? end : 'broken'
}

/** Start of the first whole record after `at`; undefined when there is none. */
export function nextFrame(bytes: Buffer, at: number): number | undefined {
  const pattern = Buffer.alloc(4)
  pattern.writeUInt32BE(mark)
  for (let i = bytes.indexOf(pattern, at + 1); i !== -1; i = bytes.indexOf(pattern, i + 1)) {
    if (typeof frameEnd(bytes, i) === 'number') return i
  }
  return undefined
}

function checksum(bytes: Buffer, at: number, length: number): number {
  const start = at + header_bytes
  return crc32(bytes.subarray(start, start + length), crc32(bytes.subarray(at + 4, at + 8)))
}

function isPartOfMark(bytes: Buffer, at: number): boolean {
  for (let i = 0; i < 4 && at + i < bytes.length; i++) {
    if (bytes[at + i] !== ((mark >>> (24 - 8 * i)) & 0xff)) return false
  }
  return true
}
