import { createContext, useContext } from 'react'
import type { Path } from './json-path.ts'

/** What every field of a form may reach. */
export type Form = {
  readonly is_read_only: boolean
  /** Path of what is looked for, such as `sites.0.name`; `` for nothing. What is closed around it opens. */
  readonly at: string
  /** Undefined takes the value out, so that its default counts. */
  readonly change: (path: Path, value: unknown) => void
  /** What is wrong exactly there. */
  readonly errorAt: (path: string) => string | undefined
  /** How much is wrong there and below. */
  readonly errorsBelow: (path: string) => number
  /** Names that a field refers to, with what an empty one means; undefined when it refers to nothing. */
  readonly namesFor: (path: Path) => Names | undefined
}

export type Names = { readonly names: readonly string[]; readonly none: string }

export const FormContext = createContext<Form | undefined>(undefined)

export function useForm(): Form {
  const form = useContext(FormContext)
  if (!form) throw new Error('useForm stands outside of a form')
  return form
}

/** Id of the element of a field; findings lead there. */
export function fieldId(path: string): string {
  return `field-${path}`
}
