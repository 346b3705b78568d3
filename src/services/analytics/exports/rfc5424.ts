/** A syslog message. Source: RFC 5424; how it is framed on a stream: RFC 5425 section 4.3, RFC 6587 section 3.4.1. */
import { severities } from '#model/event.ts'
import type { Told } from './told.ts'

/** RFC 5424, section 6.2.1. */
export const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'],
  ...['authpriv', 'ftp', 'ntp', 'audit', 'alert', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const

export type Facility = (typeof facilities)[number]

/** The number for examples (RFC 5612): we have none of our own. */
const data_id = 'gatehouse@32473'

const params_max = 20
const param_chars_max = 200
const message_chars_max = 800

/** `bytes_max`: what does not fit loses its last parameters first, then the end of its sentence. */
export function syslogMessage(told: Told, facility: Facility, bytes_max: number): Buffer {
  const priority = facilities.indexOf(facility) * 8 + severities.indexOf(told.severity)
  const head = `<${priority}>1 ${told.at} ${printable(told.node, 255)} gatehouse - ${printable(told.name, 32)}`
  const params = [['id', told.id] as const, ...Object.entries(told.fields)]
    .slice(0, params_max)
    .map(([name, value]) => `${paramName(name)}="${paramValue(String(value))}"`)
  const text = oneLine(told.message).slice(0, message_chars_max).toWellFormed()
  const written = (count: number): Buffer => {
    const data = count === 0 ? '-' : `[${data_id} ${params.slice(0, count).join(' ')}]`
    // The mark says that the text is UTF-8 (section 6.4).
    return Buffer.from(`${head} ${data} \ufeff${text}`)
  }
  let count = params.length
  let message = written(count)
  while (message.length > bytes_max && count > 0) {
    count -= 1
    message = written(count)
  }
  return message.length <= bytes_max ? message : cutAtCharacter(message, bytes_max)
}

/** Preceded by its length: whoever reads a stream knows where it ends, whatever is in it. */
export function octetCounted(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

function cutAtCharacter(message: Buffer, bytes_max: number): Buffer {
  let end = bytes_max
  // 10xxxxxx goes on with a character.
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return message.subarray(0, end)
}

/** PRINTUSASCII, at least one character. */
function printable(text: string, chars_max: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, chars_max) || '-'
}

/** SD-NAME: PRINTUSASCII without `=`, `]`, `"`. */
function paramName(text: string): string {
  return printable(text, 32).replaceAll(/[=\]"]/g, '_')
}

/** Section 6.3.3: these three are escaped, nothing else. */
function paramValue(text: string): string {
  return oneLine(text)
    .slice(0, param_chars_max)
    .toWellFormed()
    .replaceAll(/["\\\]]/g, '\\$&')
}

/** Receivers that read lines must not be given lines of an attacker's making. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
