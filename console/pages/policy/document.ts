/** A written policy as pages read it. It comes from the API, which has checked it, and may still be half-written in a draft. */
import type { Exception } from '#model/exception.ts'

export type PolicyText = Readonly<Record<string, unknown>>

type Thing = Readonly<Record<string, unknown>>

/** The things of a section, whatever stands there. */
export function thingsIn(document: PolicyText | undefined, section: string): readonly Thing[] {
  const things = document?.[section]
  return Array.isArray(things) ? things.filter(isThing) : []
}

export function namesIn(document: PolicyText | undefined, section: string): readonly string[] {
  return thingsIn(document, section)
    .map((thing) => thing['name'])
    .filter((name) => typeof name === 'string')
}

export function groupsIn(document: PolicyText | undefined) {
  return thingsIn(document, 'groups').map((group) => ({
    name: textOf(group['name']),
    parent: textOf(group['parent']),
  }))
}

export type ExceptionText = Partial<Exception> & { readonly name: string }

export function exceptionsIn(document: PolicyText | undefined): readonly ExceptionText[] {
  return thingsIn(document, 'exceptions') as readonly ExceptionText[]
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
