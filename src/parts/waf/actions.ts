/** Every action of the rule language that we know, as the manual writes it; looked up without regard to case. */
import { controlActions } from './actions/control.ts'
import { dataActions } from './actions/data.ts'
import type { Action } from './actions/define.ts'
import { flowActions } from './actions/flow.ts'
import { matchingActions } from './actions/matching.ts'
import { metadataActions } from './actions/metadata.ts'

export const actions: Readonly<Record<string, Action>> = {
  ...controlActions,
  ...dataActions,
  ...flowActions,
  ...matchingActions,
  ...metadataActions,
}

/** Actions of the manual that we refuse, with the reason. */
export const unsupportedActions: Readonly<Record<string, string>> = {
  append: 'responses are never changed',
  deprecatevar: 'use expirevar',
  exec: 'rules never run programs',
  pause: 'a waiting rule would hold up every other request',
  prepend: 'responses are never changed',
  proxy: 'sites and their upstreams stand in the settings',
  xmlns: 'of XPath only /* and //@* are known',
}
