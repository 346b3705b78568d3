/** The anomaly scores as CRS keeps them. */
import type { State } from '../program.ts'
import { toInteger } from './values.ts'

const numberOf = (state: State, name: string): number | undefined => {
  const entry = state.tx.get(name)
  return entry === undefined ? undefined : toInteger(entry.value.text)
}

/** The sums over the paranoia levels that may block, by the names of CRS 4 or else of CRS 3. */
export function scoresOf(state: State): { readonly inbound: number; readonly outbound: number } {
  const level = numberOf(state, 'blocking_paranoia_level') ?? numberOf(state, 'paranoia_level') ?? 4
  let inbound = 0
  let outbound = 0
  for (let pl = 1; pl <= level; pl++) {
    inbound +=
      numberOf(state, `inbound_anomaly_score_pl${pl}`) ??
      numberOf(state, `anomaly_score_pl${pl}`) ??
      0
    outbound += numberOf(state, `outbound_anomaly_score_pl${pl}`) ?? 0
  }
  return { inbound, outbound }
}
