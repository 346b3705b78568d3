/** Actions that decide how values are looked at. */
import type { Action } from './define.ts'

function plain(apply: Action['apply']): Action {
  return { argument: 'none', is_for_head: false, apply }
}

export const matchingActions: Readonly<Record<string, Action>> = {
  capture: plain((draft) => {
    draft.is_capturing = true
  }),
  multiMatch: plain((draft) => {
    draft.is_multi_match = true
  }),
  t: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      draft.transformations.push({ place: node.place, name: argument })
    },
  },
}
