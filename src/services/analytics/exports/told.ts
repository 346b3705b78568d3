/** What is told to other systems: system events, and attacks as they grow. */
import type { Attack } from '#model/attack.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { SystemEvent } from '#model/event.ts'

export type Told = Omit<SystemEvent, 'hlc'>

/** Payloads are evidence, not cargo. */
const value_chars_max = 200

export function toldOf({ hlc: _, ...event }: SystemEvent): Told {
  return event
}

/** An attack is told again whenever it has grown, under the same id. */
export function toldOfAttack(attack: Attack): Told {
  const { id, last_at, node, site, target, parameter, client, clients, hits, blocked } = attack
  const name = attackTypeNames[attack.attack_type]
  const others = clients > 1 ? ` and ${clients - 1} more` : ''
  const where = parameter === '' ? target : `${target} in ${parameter}`
  return {
    id,
    at: last_at,
    node,
    severity: blocked > 0 ? 'warning' : 'notice',
    name: 'attack',
    message: `${name} on ${where} by ${client}${others}: ${hits} hits, ${blocked} blocked`,
    fields: {
      ...{ attack_type: attack.attack_type, site, target, parameter, client, clients },
      ...{ hits, blocked, score_max: attack.score_max, first_at: attack.first_at },
      rule_ids: attack.rule_ids.join(' '),
      value: attack.value.slice(0, value_chars_max).toWellFormed(),
    },
  }
}

/** Does an export want it? No prefixes: everything. */
export function isWanted(told: Told, prefixes: readonly string[]): boolean {
  return prefixes.length === 0 || prefixes.some((prefix) => told.name.startsWith(prefix))
}
