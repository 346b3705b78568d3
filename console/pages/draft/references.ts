/** Which fields of a policy name another thing of it. */
import type { Names } from '../../form/form-context.ts'
import type { Path } from '../../form/json-path.ts'
import { policyWords as text } from '../../words/policy.ts'
import { namesIn, type PolicyText } from '../policy/document.ts'

/** The names that a field may hold, or undefined when it is free. */
export function namesFor(document: PolicyText, path: Path): Names | undefined {
  switch (path.at(-1)) {
    case 'site':
      return { names: namesIn(document, 'sites'), none: text.all_sites }
    case 'block_page':
      return { names: namesIn(document, 'block_pages'), none: text.our_page }
    case 'parent':
    case 'canary_group':
      return { names: namesIn(document, 'groups'), none: text.not_set }
    default:
      return undefined
  }
}
