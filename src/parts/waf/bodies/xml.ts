import { SaxesParser } from 'saxes'
import { type BodyLimits, emptyBody, type ParsedBody } from './parsed-body.ts'

const DEPTH_MAX = 512

/**
 * The declaration is at the very beginning; one that is longer than this names no encoding we know.
 */
const DECLARATION_BYTES_MAX = 256

/** The document is not well formed, or holds what we do not accept. Never leaves this file. */
class XmlError extends Error {}

/**
 * The body processor XML: strict, in UTF-8 or ISO 8859-1. Only the five entities of the standard
 * and character references are expanded; a document type declaration is an error, so no other
 * entity can exist (CWE-611, CWE-776).
 * After an error the whole body is an argument without a name.
 */
export function xmlBody(body: string, _content_type: string, limits: BodyLimits): ParsedBody {
  if (body.length === 0) return emptyBody
  const texts: string[] = []
  const attributes: string[] = []
  let error: string | undefined
  try {
    readDocument(decoded(body), limits, texts, attributes)
  } catch (thrown) {
    if (!(thrown instanceof XmlError)) throw thrown
    error = `XML: ${thrown.message}`
  }
  const xml = { texts: [bytes(texts.join(''))], attributes: attributes.map(bytes) }
  // A laxer server may read what we do not: it is inspected as it stands.
  const args: ParsedBody['args'] = error === undefined ? [] : [['', body]]
  return { ...emptyBody, args, xml, error }
}

function readDocument(
  document: string,
  limits: BodyLimits,
  texts: string[],
  attributes: string[],
): void {
  const depth_max = limits.xml_depth_max ?? DEPTH_MAX
  const parser = new SaxesParser({ xmlns: false, position: false })
  let depth = 0
  parser.on('error', (error) => {
    throw new XmlError(error.message)
  })
  parser.on('doctype', () => {
    throw new XmlError('document type declaration')
  })
  parser.on('opentagstart', () => {
    if (++depth > depth_max) throw new XmlError(`more than ${depth_max} levels`)
  })
  parser.on('attribute', (attribute) => {
    if (attribute.name === 'xmlns' || attribute.name.startsWith('xmlns:')) return
    if (attributes.length >= limits.arguments_max) {
      throw new XmlError(`more than ${limits.arguments_max} attributes`)
    }
    attributes.push(attribute.value)
  })
  parser.on('closetag', () => {
    depth--
  })
  parser.on('text', (text) => {
    if (depth > 0) texts.push(text)
  })
  parser.on('cdata', (text) => {
    texts.push(text)
  })
  parser.write(document).close()
}

/** The characters of the body. */
function decoded(body: string): string {
  if (body.startsWith('\xfe\xff') || body.startsWith('\xff\xfe') || body.indexOf('\0') >= 0) {
    throw new XmlError('UTF-16 or NUL bytes')
  }
  const encoding = declaredEncoding(body).toLowerCase()
  if (encoding === 'iso-8859-1' || encoding === 'latin1') return body
  if (encoding !== '' && encoding !== 'utf-8' && encoding !== 'utf8' && encoding !== 'us-ascii') {
    throw new XmlError('neither UTF-8 nor ISO 8859-1')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'latin1'))
  } catch (cause) {
    throw new XmlError('invalid UTF-8', { cause })
  }
}

/** The encoding that the XML declaration names; empty when it names none. */
function declaredEncoding(body: string): string {
  const start = body.startsWith('\xef\xbb\xbf') ? 3 : 0
  if (!body.startsWith('<?xml', start)) return ''
  const head = body.slice(start, start + DECLARATION_BYTES_MAX)
  const declaration = head.slice(0, Math.max(0, head.indexOf('?>')))
  const word = declaration.indexOf('encoding')
  const equals = word < 0 ? -1 : declaration.indexOf('=', word)
  if (equals < 0) return ''
  const value = declaration.slice(equals + 1).trim()
  const close = value.indexOf(value.charAt(0), 1)
  return value.slice(1, close < 0 ? undefined : close)
}

function bytes(characters: string): string {
  return Buffer.from(characters, 'utf8').toString('latin1')
}
