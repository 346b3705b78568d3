/** A reader for the archives that rule sets come in: gzipped tar, read with suspicion. */
import { gunzipSync } from 'node:zlib'
import { messageOf } from '#base/fault.ts'
import { rulesetFaults } from './faults.ts'

export type TarFile = { readonly path: string; readonly content: Buffer }

/** CRS 4.28 with its tests has some 900 entries and 9 MB. */
export const tarLimits = {
  unpacked_bytes_max: 128 * 1024 ** 2,
  file_bytes_max: 8 * 1024 ** 2,
  entries_max: 20_000,
} as const

const blockSize = 512

/**
 * The regular files of an archive whose paths `isWanted` (which sees them without their first folder). Throws
 * `rulesets.bad_archive` for a path that is absolute or goes up, for a wanted link or device, for a checksum that is
 * wrong, and beyond the limits. Formats: ustar, pax and GNU long names (POSIX.1-2008, pax).
 */
export function readTarGz(
  path: string,
  bytes: Buffer,
  isWanted: (path: string) => boolean,
): readonly TarFile[] {
  const bad = (reason: string) => rulesetFaults.bad_archive({ path, reason })
  const data = unzipped(bytes, bad)
  const files: TarFile[] = []
  let longName: string | undefined
  let entries = 0
  for (let at = 0; at + blockSize <= data.length; ) {
    const header = data.subarray(at, at + blockSize)
    if (header.every((byte) => byte === 0)) return files
    if (++entries > tarLimits.entries_max) throw bad('it has too many entries')
    if (!hasChecksum(header)) throw bad('a checksum in it is wrong')
    const size = octal(header, 124, 12)
    const content = data.subarray(at + blockSize, at + blockSize + size)
    if (!(size >= 0) || content.length !== size) throw bad('it ends too early')
    at += blockSize + Math.ceil(size / blockSize) * blockSize
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L') longName = text(content, 0, size)
    if (type === 'x') longName = paxPath(content) ?? longName
    if (type === 'L' || type === 'x' || type === 'g') continue
    const name = longName ?? nameOf(header)
    longName = undefined
    checkPath(name, bad)
    const inner = name.slice(name.indexOf('/') + 1)
    if (type === '5' || !isWanted(inner)) continue
    if (type !== '0' && type !== '\0') throw bad(`"${name}" is no regular file`)
    if (size > tarLimits.file_bytes_max) throw bad(`"${name}" is too large`)
    files.push({ path: inner, content })
  }
  return files
}

type Bad = (reason: string) => Error

function unzipped(bytes: Buffer, bad: Bad): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: tarLimits.unpacked_bytes_max })
  } catch (cause) {
    throw bad(`it cannot be unzipped (${messageOf(cause)})`)
  }
}

function checkPath(name: string, bad: Bad) {
  const parts = name.split('/')
  if (name.startsWith('/') || name.includes('\0') || name.includes('\\') || parts.includes('..')) {
    throw bad(`the path "${name}" leads out of it`)
  }
}

function nameOf(header: Buffer): string {
  const name = text(header, 0, 100)
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Up to the first NUL. */
function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}

function octal(header: Buffer, start: number, length: number): number {
  const digits = text(header, start, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

/** The sum of all bytes of the header with the checksum itself taken as spaces. */
function hasChecksum(header: Buffer): boolean {
  let sum = 0
  for (let at = 0; at < blockSize; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0)
  return sum === octal(header, 148, 8)
}

/** The record `path` of a pax header: `LENGTH path=VALUE\n`. */
function paxPath(content: Buffer): string | undefined {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at)
    const length = Number(content.toString('latin1', at, space))
    if (space === -1 || !(length > 0)) return undefined
    const record = content.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) return record.slice(5)
    at += length
  }
  return undefined
}
