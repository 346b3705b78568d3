/** A rule while its actions are read. */
import type { Place } from '#parts/seclang/tree.ts'
import type { Disposition, Effect, Template } from '../program.ts'
import type { NamedTransformation } from './chains.ts'

export type Disruption = Disposition['kind'] | 'block'

/** Filled by the actions (`actions.ts`), read by `rules.ts`. */
export type Draft = {
  readonly place: Place
  /** False for the links of a chain after the first. */
  readonly is_head: boolean
  /** A SecAction that stands alone. */
  readonly is_unconditional: boolean
  id: number | undefined
  phase: number
  disruption: Disruption | undefined
  allow_scope: 'transaction' | 'phase' | 'request'
  status: number | undefined
  location: Template | undefined
  is_logged: boolean | undefined
  message: Template | undefined
  data: Template | undefined
  severity: string
  severity_rank: number
  readonly tags: string[]
  version: string
  revision: string
  skip: number
  skip_after: string | undefined
  is_chained: boolean
  is_multi_match: boolean
  is_capturing: boolean
  adds_score: boolean
  readonly transformations: NamedTransformation[]
  readonly effects: Effect[]
}

export function draft(
  place: Place,
  isHead: boolean,
  phase: number,
  isUnconditional = false,
): Draft {
  return {
    place,
    is_head: isHead,
    is_unconditional: isUnconditional,
    id: undefined,
    phase,
    disruption: undefined,
    allow_scope: 'transaction',
    status: undefined,
    location: undefined,
    is_logged: undefined,
    message: undefined,
    data: undefined,
    severity: '',
    severity_rank: 255,
    tags: [],
    version: '',
    revision: '',
    skip: 0,
    skip_after: undefined,
    is_chained: false,
    is_multi_match: false,
    is_capturing: false,
    adds_score: false,
    transformations: [],
    effects: [],
  }
}
