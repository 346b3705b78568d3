import { constants, crc32, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/**
 * Encodings one over the other: no honest server sends more than one, and each may multiply the
 * size.
 */
const LAYERS_MAX = 3

/** Small bodies may grow more than the ratio allows: a page of equal bytes is no bomb. */
const OUTPUT_BYTES_FREE = 64 * 1024

const GZIP_HEADER_BYTES = 10
const GZIP_TRAILER_BYTES = 8

export type DecodingLimits = {
  /** Bytes of the decoded content, and of every layer on the way to it. */
  readonly output_bytes_max: number
  /** Decoded bytes for each encoded one; only what is over 64 KiB is held to it. */
  readonly ratio_max: number
  /**
   * Take one gzip member with a bare header only. Name, comment and extra field are bytes of the
   * sender's choice that an upstream without a decoder reads, and many decoders stop after the first
   * member.
   */
  readonly is_gzip_plain?: boolean
}

export type DecodedContent =
  | { readonly kind: 'decoded'; readonly bytes: Buffer }
  /** The header names no encoding: the bytes are the content. */
  | { readonly kind: 'identity' }
  | {
      readonly kind: 'refused'
      readonly reason: 'truncated' | 'too_large' | 'corrupt' | 'unsupported'
    }

type Inflate = (bytes: Buffer, output_bytes_max: number) => Inflated

/** What came out, and how many of the bytes were needed for it. */
type Inflated = { readonly buffer: Buffer; readonly used: number }

function inflaterOf(layer: string, limits: DecodingLimits): Inflate | undefined {
  if (layer === 'deflate') return inflate
  if (layer !== 'gzip' && layer !== 'x-gzip') return undefined
  return limits.is_gzip_plain === true ? gunzipPlain : gunzip
}

/**
 * Takes the Content-Encoding off a whole body. Synchronous, in memory of the output limit at most.
 * Anything that two decoders could read in two ways (bytes behind the end, a missing end) is
 * refused. `br` is unsupported because the decoder of the platform is not safe on hostile bytes,
 * `zstd` because nothing here decodes it. Source: RFC 9110 section 8.4, RFC 1950 to 1952.
 */
export function decodeContent(
  encoding: string,
  bytes: Buffer,
  limits: DecodingLimits,
): DecodedContent {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim())
    .filter((layer) => layer !== '' && layer !== 'identity')
  if (layers.length === 0) return { kind: 'identity' }
  if (layers.length > LAYERS_MAX) return { kind: 'refused', reason: 'unsupported' }
  const steps: Inflate[] = []
  for (const layer of layers.reverse()) {
    const step = inflaterOf(layer, limits)
    if (step === undefined) return { kind: 'refused', reason: 'unsupported' }
    steps.push(step)
  }
  // No bytes, no stream: what HEAD and 204 answer with.
  if (bytes.length === 0) return { kind: 'decoded', bytes }
  const by_ratio = Math.max(OUTPUT_BYTES_FREE, Math.floor(bytes.length * limits.ratio_max))
  const output_bytes_max = Math.min(limits.output_bytes_max, by_ratio)
  let content = bytes
  for (const step of steps) {
    const decoded = decodeLayer(step, content, output_bytes_max)
    if (decoded.kind !== 'decoded') return decoded
    content = decoded.bytes
  }
  return { kind: 'decoded', bytes: content }
}

function decodeLayer(step: Inflate, bytes: Buffer, output_bytes_max: number): DecodedContent {
  try {
    const result = step(bytes, output_bytes_max)
    // The decoder stops at the end of the stream; what is behind it nobody would have seen.
    if (result.used !== bytes.length) return { kind: 'refused', reason: 'corrupt' }
    return { kind: 'decoded', bytes: result.buffer }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    return { kind: 'refused', reason }
  }
}

function reasonOf(error: unknown): 'truncated' | 'too_large' | 'corrupt' | undefined {
  if (error instanceof Broken) return error.reason
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ERR_BUFFER_TOO_LARGE':
      return 'too_large'
    case 'Z_BUF_ERROR':
      return 'truncated'
    case 'Z_DATA_ERROR':
    case 'Z_NEED_DICT':
    case 'Z_STREAM_ERROR':
      return 'corrupt'
    default:
      return undefined
  }
}

/**
 * RFC 9110 means zlib by `deflate`; some servers send the bare stream, and every client takes both.
 */
function inflate(bytes: Buffer, output_bytes_max: number): Inflated {
  const first = bytes[0] ?? 0
  const has_zlib_header = (first & 15) === 8 && (first * 256 + (bytes[1] ?? 0)) % 31 === 0
  const run = has_zlib_header ? inflateSync : inflateRawSync
  return inflated(run(bytes, options(output_bytes_max)))
}

function gunzip(bytes: Buffer, output_bytes_max: number): Inflated {
  return inflated(gunzipSync(bytes, options(output_bytes_max)))
}

/** One member, no flag but FTEXT (RFC 1952, section 2.3.1). */
function gunzipPlain(bytes: Buffer, output_bytes_max: number): Inflated {
  const header = [0x1f, 0x8b, 8]
  if (header.some((byte, i) => i < bytes.length && bytes[i] !== byte)) throw new Broken('corrupt')
  if (((bytes[3] ?? 0) & 0xfe) !== 0) throw new Broken('corrupt')
  if (bytes.length < GZIP_HEADER_BYTES) throw new Broken('truncated')
  const stream = bytes.subarray(GZIP_HEADER_BYTES)
  const { buffer, used } = inflated(inflateRawSync(stream, options(output_bytes_max)))
  const end = GZIP_HEADER_BYTES + used
  if (bytes.length < end + GZIP_TRAILER_BYTES) throw new Broken('truncated')
  if (bytes.readUInt32LE(end) !== crc32(buffer)) throw new Broken('corrupt')
  if (bytes.readUInt32LE(end + 4) !== buffer.length) throw new Broken('corrupt')
  return { buffer, used: end + GZIP_TRAILER_BYTES }
}

function options(maxOutputLength: number) {
  return {
    info: true,
    // Zero is no limit the platform takes.
    maxOutputLength: Math.max(1, maxOutputLength),
    finishFlush: constants.Z_FINISH,
  }
}

/** With `info` the platform gives more than its types tell. */
function inflated(result: unknown): Inflated {
  if (typeof result !== 'object' || result === null || !('buffer' in result && 'engine' in result))
    throw new TypeError('zlib gave no info')
  const { buffer, engine } = result as Info
  return { buffer, used: engine.bytesWritten }
}

type Info = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }

class Broken extends Error {
  readonly reason: 'truncated' | 'corrupt'

  constructor(reason: 'truncated' | 'corrupt') {
    super(reason)
    this.reason = reason
  }
}
