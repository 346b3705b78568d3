/** The part of a draft's address after `?`: which section, and what is looked for in it. */
import { policyWords } from '../../words/policy.ts'

export type DraftTab = keyof typeof policyWords.sections | 'review'

export type DraftSearch = {
  /** The sites when left out. */
  readonly tab?: DraftTab
  /** Path of what is looked for: `sites.0.name`. */
  readonly at?: string
  /** Text in the exceptions. */
  readonly q?: string
}

export const draftTabs = [...Object.keys(policyWords.sections), 'review'] as readonly DraftTab[]

export function draftSearch(search: Readonly<Record<string, unknown>>): DraftSearch {
  const tab = draftTabs.find((one) => one === search['tab'])
  const { at, q } = search
  return {
    ...(tab ? { tab } : {}),
    ...(typeof at === 'string' && at !== '' ? { at } : {}),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
  }
}

/** Where a finding leads. */
export function placeOf(path: string): DraftSearch {
  const section = draftTabs.find((one) => one === path.split('.')[0])
  return section ? { tab: section, at: path } : {}
}
