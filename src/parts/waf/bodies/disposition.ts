import { type Parameters, readParameters } from './parameters.ts'

/** What a part's Content-Disposition says. */
export type Disposition = {
  /** Undefined when it names none. */
  readonly name: string | undefined
  readonly filename: string | undefined
  /** Single quotes around or in a name, or a quote where none belongs. */
  readonly has_invalid_quoting: boolean
  /** The first thing that is wrong with it. */
  readonly problem: string | undefined
}

/**
 * Reads `form-data; name="…"; filename="…"`. Source: RFC 7578 section 4.2, which forbids
 * `filename*`.
 */
export function readDisposition(header: string): Disposition {
  const type = 'form-data'
  const is_form = header.slice(0, type.length).toLowerCase() === type
  const parameters = readParameters(header, is_form ? type.length : firstEnd(header), true)
  const { list } = parameters
  const name = list.find((parameter) => parameter.name === 'name')?.value
  const filename =
    list.find((parameter) => parameter.name === 'filename' && parameter.value !== '')?.value ??
    list.find((parameter) => parameter.name === 'filename*')?.value
  const has_invalid_quoting =
    parameters.problem === 'open quote' ||
    parameters.problem === 'quote inside a value' ||
    list.some((parameter) => parameter.quote === "'" || parameter.value.includes("'"))
  return {
    name,
    filename: filename === '' ? undefined : filename,
    has_invalid_quoting,
    problem: is_form ? problemOf(parameters) : 'not form-data',
  }
}

function problemOf(parameters: Parameters): string | undefined {
  if (parameters.is_semicolon_missing) return 'no semicolon'
  if (parameters.problem !== undefined) return parameters.problem
  const seen = new Set<string>()
  for (const { name } of parameters.list) {
    if (name !== 'name' && name !== 'filename') return 'unknown parameter'
    if (seen.has(name)) return `two parameters "${name}"`
    seen.add(name)
  }
  return seen.has('name') ? undefined : 'no name'
}

/** Where the first word of another disposition ends. */
function firstEnd(header: string): number {
  const at = header.indexOf(';')
  return at < 0 ? header.length : at
}
