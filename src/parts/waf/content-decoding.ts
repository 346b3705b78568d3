import { constants, crc32, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/**
 * Encodings one over the other: no honest server sends more than one, and each may multiply the
 * size.
 */
const LAYERS_MAX = 3

/** Small bodies may grow more than the ratio allows: a page of equal bytes is no bomb. */
const OUTPUT_BYTES_FREE = 64 * 1024

const PREFIX_BYTES_MAX = 1 << 20
const PREFIX_RUNS_MAX = 24

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

/** With `is_cut` the bytes may end anywhere, and what they give so far is the result. */
type Inflate = (bytes: Buffer, output_bytes_max: number, is_cut: boolean) => Inflated

/** What came out, and how many of the bytes were needed for it. */
type Inflated = { readonly buffer: Buffer; readonly used: number }

function inflaterOf(
  layer: string,
  limits: Pick<DecodingLimits, 'is_gzip_plain'>,
): Inflate | undefined {
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
  const steps = stepsOf(encoding, limits)
  if ('kind' in steps) return steps
  // No bytes, no stream: what HEAD and 204 answer with.
  if (bytes.length === 0) return { kind: 'decoded', bytes }
  const by_ratio = Math.max(OUTPUT_BYTES_FREE, Math.floor(bytes.length * limits.ratio_max))
  const output_bytes_max = Math.min(limits.output_bytes_max, by_ratio)
  let content = bytes
  for (const step of steps) {
    const decoded = decodeLayer(step, content, output_bytes_max, false)
    if (decoded.kind !== 'decoded') return decoded
    content = decoded.bytes
  }
  return { kind: 'decoded', bytes: content }
}

/**
 * Decodes the beginning of a content, as far as `bytes` and the limit reach: where a body is cut,
 * or is larger than the rules look. At most 1 MiB. The sizes of a stream are known only by running
 * it, so the part that gives enough is searched for; that takes a few runs of at most 2 MiB each.
 */
export function decodePrefix(
  encoding: string,
  bytes: Buffer,
  limits: Omit<DecodingLimits, 'ratio_max'>,
): DecodedContent {
  const steps = stepsOf(encoding, limits)
  if ('kind' in steps) return steps
  let content = bytes
  for (const [i, step] of steps.entries()) {
    const is_last = i === steps.length - 1
    // A layer in between is as long as its zip, not as its content.
    const wanted = Math.min(is_last ? limits.output_bytes_max : Infinity, PREFIX_BYTES_MAX)
    const decoded = prefixOf(step, content, wanted)
    if (decoded.kind !== 'decoded') return decoded
    content = decoded.bytes
  }
  return { kind: 'decoded', bytes: content }
}

/** Searches for a part of `bytes` that gives `wanted` bytes, or a little more. */
function prefixOf(step: Inflate, bytes: Buffer, wanted: number): DecodedContent {
  const room = Math.max(wanted * 2, wanted + OUTPUT_BYTES_FREE)
  let content: Buffer = Buffer.alloc(0)
  let low = 0
  let high = bytes.length + 1
  let guess = Math.min(bytes.length, Math.ceil(wanted / 4))
  for (let run = 0; run < PREFIX_RUNS_MAX && high - low > 1 && content.length < wanted; run++) {
    const size = Math.max(low + 1, Math.min(high - 1, guess))
    const decoded = decodeLayer(step, bytes.subarray(0, size), room, true)
    if (decoded.kind === 'decoded') {
      content = decoded.bytes
      low = size
      const ratio = Math.max(1, content.length) / size
      guess = run % 2 === 0 ? Math.ceil((wanted * 1.4) / ratio) : (low + high) >> 1
    } else if (decoded.kind === 'refused' && decoded.reason === 'too_large') {
      high = size
      guess = (low + high) >> 1
    } else return decoded
  }
  return { kind: 'decoded', bytes: content.subarray(0, wanted) }
}

type Steps = readonly Inflate[] | Exclude<DecodedContent, { kind: 'decoded' }>

function stepsOf(encoding: string, limits: Pick<DecodingLimits, 'is_gzip_plain'>): Steps {
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
  return steps
}

function decodeLayer(
  step: Inflate,
  bytes: Buffer,
  output_bytes_max: number,
  is_cut: boolean,
): DecodedContent {
  try {
    const result = step(bytes, output_bytes_max, is_cut)
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
function inflate(bytes: Buffer, output_bytes_max: number, is_cut: boolean): Inflated {
  const first = bytes[0] ?? 0
  const has_zlib_header = (first & 15) === 8 && (first * 256 + (bytes[1] ?? 0)) % 31 === 0
  const run = has_zlib_header ? inflateSync : inflateRawSync
  return inflated(run(bytes, options(output_bytes_max, is_cut)))
}

function gunzip(bytes: Buffer, output_bytes_max: number, is_cut: boolean): Inflated {
  return inflated(gunzipSync(bytes, options(output_bytes_max, is_cut)))
}

/** One member, no flag but FTEXT (RFC 1952, section 2.3.1). */
function gunzipPlain(bytes: Buffer, output_bytes_max: number, is_cut: boolean): Inflated {
  const header = [0x1f, 0x8b, 8]
  if (header.some((byte, i) => i < bytes.length && bytes[i] !== byte)) throw new Broken('corrupt')
  if (((bytes[3] ?? 0) & 0xfe) !== 0) throw new Broken('corrupt')
  const nothing = { buffer: Buffer.alloc(0), used: bytes.length }
  if (is_cut && bytes.length <= GZIP_HEADER_BYTES) return nothing
  if (bytes.length < GZIP_HEADER_BYTES) throw new Broken('truncated')
  const stream = bytes.subarray(GZIP_HEADER_BYTES)
  const { buffer, used } = inflated(inflateRawSync(stream, options(output_bytes_max, is_cut)))
  const end = GZIP_HEADER_BYTES + used
  if (is_cut && bytes.length < end + GZIP_TRAILER_BYTES) return { buffer, used: bytes.length }
  if (bytes.length < end + GZIP_TRAILER_BYTES) throw new Broken('truncated')
  if (bytes.readUInt32LE(end) !== crc32(buffer)) throw new Broken('corrupt')
  if (bytes.readUInt32LE(end + 4) !== buffer.length) throw new Broken('corrupt')
  return { buffer, used: end + GZIP_TRAILER_BYTES }
}

function options(maxOutputLength: number, is_cut: boolean) {
  return {
    info: true,
    // Zero is no limit the platform takes.
    maxOutputLength: Math.max(1, maxOutputLength),
    finishFlush: is_cut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH,
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
