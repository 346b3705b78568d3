/**
 * Why a request is refused before any rule sees it: one stable word each, with its status and a
 * sentence.
 */

/** A request that is not served; `reason` is a key of `refusals`. */
export type Refusal = { readonly status: number; readonly reason: RefusalReason }

const table = {
  bad_request: [400, 'The request does not follow HTTP'],
  bad_request_line: [400, 'The request line does not follow HTTP'],
  bad_header: [400, 'A header field does not follow HTTP'],
  obsolete_folding: [400, 'A header field is folded over lines, which HTTP no longer allows'],
  bare_line_feed: [400, 'A line ends without a carriage return'],
  bad_content_length: [400, 'Content-Length is not one whole number'],
  ambiguous_length: [400, 'Content-Length and Transfer-Encoding contradict each other'],
  bad_transfer_encoding: [400, 'Transfer-Encoding does not end in chunked'],
  transfer_encoding_on_1_0: [400, 'Transfer-Encoding is not part of HTTP/1.0'],
  unknown_transfer_encoding: [501, 'This transfer encoding is not supported'],
  bad_chunk: [400, 'A chunk of the body does not follow HTTP'],
  missing_host: [400, 'The request names no host'],
  duplicate_host: [400, 'The request names its host more than once'],
  duplicate_content_encoding: [400, 'The request names its content encoding more than once'],
  duplicate_content_type: [400, 'The request names its content type more than once'],
  bad_host: [400, 'The host is not a valid name'],
  contradicting_host: [400, 'Host and request target name different hosts'],
  bad_target: [400, 'The request target is not one this method takes'],
  cut_off: [400, 'The request was cut off'],
  unknown_method: [501, 'This method is not supported'],
  tunnel: [405, 'This server does not open tunnels'],
  bad_version: [400, 'The request line names no version of HTTP'],
  unsupported_version: [505, 'This version of HTTP is not supported'],
  uri_too_long: [414, 'The request target is too long'],
  too_many_headers: [431, 'There are too many header fields'],
  headers_too_large: [431, 'The header fields are too large'],
  body_too_large: [413, 'The request body is too large'],
  header_timeout: [408, 'The request header did not come in time'],
  body_timeout: [408, 'The request body did not come in time'],
  body_cut_off: [400, 'The request body ended too early'],
  unsupported_encoding: [415, 'The request body is in an encoding that cannot be inspected'],
  corrupt_encoding: [400, 'The request body is not in the encoding it names'],
  bad_expectation: [417, 'This expectation cannot be met'],
  unknown_host: [421, 'No site of this name is served here'],
  unknown_path: [404, 'No site is served at this path'],
  no_policy: [503, 'This node has no policy yet; try again soon'],
  too_busy: [503, 'Too many requests are waiting; try again soon'],
} as const satisfies Record<string, readonly [number, string]>

export type RefusalReason = keyof typeof table

/** Makes the answer for a reason. */
export function refusal(reason: RefusalReason): Refusal {
  return { status: table[reason][0], reason }
}

/** What a person reads on the page and in the record. */
export function refusalSentence(reason: RefusalReason): string {
  return table[reason][1]
}

/** What Node's parser tells with `clientError`; only the parts we read. */
export type ParserError = {
  readonly code?: string
  readonly reason?: string
  readonly rawPacket?: Buffer
}

/**
 * The refusal for what Node's strict parser did not take. Undefined when nobody is to be answered:
 * the peer went away, or sent bytes after `Connection: close`.
 */
export function refusalOf(error: ParserError): Refusal | undefined {
  const reason = error.reason ?? ''
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
    case 'HPE_CLOSED_CONNECTION':
      return undefined
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusal('header_timeout')
    case 'HPE_HEADER_OVERFLOW':
      return refusal(isInRequestLine(error.rawPacket) ? 'uri_too_long' : 'headers_too_large')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refusal('body_too_large')
    case 'HPE_INVALID_METHOD':
      return refusal(hasMethodToken(error.rawPacket) ? 'unknown_method' : 'bad_request_line')
    case 'HPE_INVALID_VERSION':
      if (reason.startsWith('Expected CRLF')) return refusal('bare_line_feed')
      return refusal(hasLaterVersion(error.rawPacket) ? 'unsupported_version' : 'bad_version')
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_CONSTANT':
    case 'HPE_PAUSED_H2_UPGRADE':
      return refusal('bad_request_line')
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return refusal(
        reason.includes('Transfer-Encoding') ? 'ambiguous_length' : 'bad_content_length',
      )
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return refusal(
        reason.includes('Content-Length') ? 'ambiguous_length' : 'bad_transfer_encoding',
      )
    case 'HPE_CR_EXPECTED':
    case 'HPE_LF_EXPECTED':
      return refusal(reason.includes('chunk') ? 'bad_chunk' : 'bare_line_feed')
    case 'HPE_INVALID_CHUNK_SIZE':
    case 'HPE_STRICT':
      return refusal('bad_chunk')
    case 'HPE_INVALID_HEADER_TOKEN':
    case 'HPE_UNEXPECTED_SPACE':
      return refusal(reason.startsWith('Unexpected') ? 'obsolete_folding' : 'bad_header')
    case 'HPE_INVALID_EOF_STATE':
      return refusal('cut_off')
    default:
      return refusal('bad_request')
  }
}

/**
 * Node hands over the last packet only: one without a line end can only be part of a request line
 * or of one huge field.
 */
function isInRequestLine(packet: Buffer | undefined): boolean {
  if (packet === undefined) return false
  const end = packet.indexOf(10)
  if (end < 0) return packet.indexOf(': ') < 0
  return end > 8192
}

function hasMethodToken(packet: Buffer | undefined): boolean {
  return packet !== undefined && /^[A-Z][A-Z-]{0,30} \S/.test(packet.toString('latin1', 0, 64))
}

function hasLaterVersion(packet: Buffer | undefined): boolean {
  return (
    packet !== undefined && / HTTP\/[1-9]\.[0-9]\r\n/.test(packet.toString('latin1', 0, 20_000))
  )
}
