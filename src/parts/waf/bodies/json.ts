import { isUtf8 } from 'node:buffer'
import { hexByte } from '../transformations/bytes.ts'
import { type BodyLimits, emptyBody, type ParsedBody } from './parsed-body.ts'

/**
 * Bytes of argument names that a body of any size may make; a larger body may make as many as it
 * has bytes. One long key around many short ones would otherwise make a name of the size of the
 * body for each of them.
 */
const NAME_BYTES_MIN = 1 << 20

/** An open object or array: how the arguments below it are called. */
type Frame = { readonly prefix: string; readonly is_array: boolean; count: number }

/** The JSON text is not what RFC 8259 says, or larger than the limits. Never leaves this file. */
class JsonError extends Error {}

/**
 * The body processor JSON: RFC 8259 and nothing else, over bytes, without recursion. Duplicate keys
 * are kept. Arguments are called as in libmodsecurity: `json.user.name`, `json.items.array_0.id`,
 * `json.empty-key`; numbers, true and false are their text, null is empty. An empty object or array
 * is an argument without value, so that its name is seen (libmodsecurity does not show it). After an
 * error the rest of the body is an argument without a name.
 */
export function jsonBody(body: string, _content_type: string, limits: BodyLimits): ParsedBody {
  if (body.length === 0) return emptyBody
  const reader = new JsonReader(body, limits)
  let error: string | undefined
  try {
    reader.read()
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    error = `JSON: ${thrown.message} at byte ${reader.position}`
    // A laxer server may read on: the rest is inspected as it stands.
    const rest = body.slice(reader.kept)
    if (rest.trim() !== '') reader.args.push(['', rest])
  }
  // Read all the same: what can be inspected is inspected.
  if (!isUtf8(Buffer.from(body, 'latin1'))) error = 'JSON: invalid UTF-8'
  return { ...emptyBody, args: reader.args, error }
}

class JsonReader {
  readonly args: (readonly [string, string])[] = []
  position = 0
  /** Behind the last argument: what is before it can be seen in `args`. */
  kept = 0
  private readonly body: string
  private readonly limits: BodyLimits
  private readonly frames: Frame[] = []
  private name_bytes = 0

  constructor(body: string, limits: BodyLimits) {
    this.body = body
    this.limits = limits
  }

  read(): void {
    this.skipSpace()
    this.value('json')
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      this.member(frame)
    }
    this.skipSpace()
    if (this.position < this.body.length) throw new JsonError('data after the value')
  }

  /** Reads the next member of the innermost container, or its end. */
  private member(frame: Frame): void {
    this.skipSpace()
    const closing = frame.is_array ? 93 : 125
    if (this.peek() === closing) {
      this.position++
      this.frames.pop()
      if (frame.count === 0 && this.frames.length > 0) this.add(frame.prefix, '')
      return
    }
    if (frame.count > 0) {
      this.expect(44, 'no comma between two members')
      this.skipSpace()
    }
    if (frame.is_array) {
      this.value(`${frame.prefix}.array_${frame.count++}`)
      return
    }
    frame.count++
    if (this.peek() !== 34) throw new JsonError('no key')
    const key = this.string()
    this.skipSpace()
    this.expect(58, 'no colon after the key')
    this.skipSpace()
    this.value(`${frame.prefix}.${key === '' ? 'empty-key' : key}`)
  }

  private value(name: string): void {
    const code = this.peek()
    if (code === 123) this.open(name, false)
    else if (code === 91) this.open(name, true)
    else this.add(name, this.scalar(code))
  }

  private scalar(code: number): string {
    switch (code) {
      case 34:
        return this.string()
      case 116:
        return this.literal('true', 'true')
      case 102:
        return this.literal('false', 'false')
      case 110:
        return this.literal('null', '')
      default:
        return this.number()
    }
  }

  private open(prefix: string, is_array: boolean): void {
    if (this.frames.length >= this.limits.json_depth_max) {
      throw new JsonError(`more than ${this.limits.json_depth_max} levels`)
    }
    this.position++
    this.frames.push({ prefix, is_array, count: 0 })
  }

  private add(name: string, value: string): void {
    if (this.args.length >= this.limits.arguments_max) {
      throw new JsonError(`more than ${this.limits.arguments_max} arguments`)
    }
    this.name_bytes += name.length
    if (this.name_bytes > Math.max(NAME_BYTES_MIN, this.body.length)) {
      throw new JsonError('names too long')
    }
    this.args.push([name, value])
    this.kept = this.position
  }

  private literal(word: string, value: string): string {
    if (!this.body.startsWith(word, this.position)) throw new JsonError('no value')
    this.position += word.length
    return value
  }

  private number(): string {
    const from = this.position
    if (this.peek() === 45) this.position++
    if (this.peek() === 48) this.position++
    else this.digits(from === this.position ? 'no value' : 'no digit after the sign')
    if (this.peek() === 46) {
      this.position++
      this.digits('no digit after the point')
    }
    if ((this.peek() | 32) === 101) {
      this.position++
      if (this.peek() === 43 || this.peek() === 45) this.position++
      this.digits('no digit in the exponent')
    }
    return this.body.slice(from, this.position)
  }

  private digits(problem: string): void {
    const from = this.position
    for (let code = this.peek(); code >= 48 && code <= 57; code = this.peek()) this.position++
    if (this.position === from) throw new JsonError(problem)
  }

  /** Reads a string from its opening quote to behind its closing one. */
  private string(): string {
    const { body } = this
    let at = this.position + 1
    let from = at
    let decoded = ''
    for (;;) {
      const code = body.charCodeAt(at)
      if (code === 34) break
      if (code === 92) {
        this.position = at
        decoded += body.slice(from, at) + this.escape()
        at = this.position
        from = at
      } else if (code >= 32) {
        at++
      } else {
        // A control character, or NaN behind the end.
        this.position = at
        throw new JsonError(at < body.length ? 'control character in a string' : 'open string')
      }
    }
    this.position = at + 1
    return decoded + body.slice(from, at)
  }

  /** Reads an escape from its backslash on; gives UTF-8, U+FFFD for half a surrogate pair. */
  private escape(): string {
    const kind = this.body.charCodeAt(this.position + 1)
    if (kind === 117) {
      const unit = this.unit()
      if (unit < 0xd800 || unit > 0xdfff) return utf8(unit)
      const is_high = unit < 0xdc00 && this.body.startsWith('\\u', this.position)
      const before = this.position
      const low = is_high ? this.unit() : 0
      if (low >= 0xdc00 && low <= 0xdfff) return utf8(((unit - 0xd800) << 10) + low + 0x2400)
      this.position = before
      return utf8(0xfffd)
    }
    const at = '"\\/bfnrt'.indexOf(String.fromCharCode(kind))
    if (Number.isNaN(kind) || at < 0) throw new JsonError('unknown escape')
    this.position += 2
    return '"\\/\b\f\n\r\t'.charAt(at)
  }

  private unit(): number {
    const high = hexByte(this.body, this.position + 2)
    const low = hexByte(this.body, this.position + 4)
    if (high < 0 || low < 0) throw new JsonError('unknown escape')
    this.position += 6
    return high * 256 + low
  }

  private expect(code: number, problem: string): void {
    if (this.peek() !== code) throw new JsonError(problem)
    this.position++
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.peek()
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
      this.position++
    }
  }

  private peek(): number {
    return this.body.charCodeAt(this.position)
  }
}

function utf8(point: number): string {
  if (point < 128) return String.fromCharCode(point)
  return Buffer.from(String.fromCodePoint(point), 'utf8').toString('latin1')
}
