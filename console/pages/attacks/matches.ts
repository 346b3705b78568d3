/** Whether an attack that just came in belongs to the list on the page. */
import type { Attack } from '#model/attack.ts'
import type { AttackQuery } from '#model/attack-query.ts'

/**
 * What the API would decide, from what the stream tells. Of the clients of an attack only the newest is known here;
 * that one made the hit we are told of.
 */
export function matches(query: AttackQuery, attack: Attack): boolean {
  const { type, client, site, parameter, target, action, rule_id, from, to, q } = query
  return (
    (type === undefined || type.includes(attack.attack_type)) &&
    (client === undefined || attack.client === client) &&
    (site === undefined || attack.site === site) &&
    (parameter === undefined || attack.parameter === parameter) &&
    (target === undefined || has(attack.target, target)) &&
    (rule_id === undefined || attack.rule_ids.includes(rule_id)) &&
    (action === undefined || (action === 'monitored') === attack.blocked < attack.hits) &&
    (from === undefined || Date.parse(attack.last_at) >= Date.parse(from)) &&
    (to === undefined || Date.parse(attack.first_at) <= Date.parse(to)) &&
    (q === undefined ||
      [attack.value, attack.target, attack.parameter, attack.client].some((text) => has(text, q)))
  )
}

function has(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}
