/** Attacks: list, groups, export, detail. */
import {
  type AttackFilter,
  getAttack,
  groupAttacks,
  listAttacks,
  streamAttacks,
} from '#parts/records/attacks.ts'
import { getHit, listHits } from '#parts/records/hits.ts'
import { policyFaults } from '../faults.ts'
import type { Handler, HandlerInput } from '../handler.ts'
import { attackLines, attackTable } from './export.ts'
import { timeSpan } from './time-range.ts'

type FilterQuery = Omit<HandlerInput<'GET /api/v1/attacks'>['query'], 'cursor' | 'limit'>

function filterOf(query: FilterQuery, now_ms: number): AttackFilter {
  const { type, client, site, parameter, target, action, rule_id, q } = query
  return {
    ...timeSpan(query, now_ms),
    ...(type === undefined ? {} : { types: Array.isArray(type) ? type : [type] }),
    ...(client === undefined ? {} : { client }),
    ...(site === undefined ? {} : { site }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(target === undefined ? {} : { target }),
    ...(action === undefined ? {} : { action }),
    ...(rule_id === undefined ? {} : { rule_id }),
    ...(q === undefined ? {} : { q }),
  }
}

function pageOf(query: { cursor?: string | undefined; limit: number }) {
  const { cursor, limit } = query
  return cursor === undefined ? { limit } : { cursor, limit }
}

export const list: Handler<'GET /api/v1/attacks'> = ({ query }, { database, clock }) =>
  listAttacks(database, filterOf(query, clock.now()), pageOf(query))

export const groups: Handler<'GET /api/v1/attack-groups'> = async (
  { query },
  { database, clock },
) => ({ groups: await groupAttacks(database, filterOf(query, clock.now()), query.by) })

export const exportAttacks: Handler<'GET /api/v1/attacks-export'> = async (
  { query },
  { database, clock },
) => {
  const attacks = streamAttacks(database, filterOf(query, clock.now()))
  const day = new Date(clock.now()).toISOString().slice(0, 10)
  return query.format === 'csv'
    ? {
        media: 'text/csv; charset=utf-8; header=present',
        file_name: `attacks-${day}.csv`,
        chunks: attackTable(attacks),
      }
    : {
        media: 'application/x-ndjson; charset=utf-8',
        file_name: `attacks-${day}.jsonl`,
        chunks: attackLines(attacks),
      }
}

export const getAttackDetail: Handler<'GET /api/v1/attacks/{id}'> = async (
  { params },
  { database },
) => {
  const attack = await getAttack(database, params.id)
  const hit = attack && (await getHit(database, attack.last_hit_id))
  if (!attack || !hit) throw policyFaults.not_found({ what: `the attack ${params.id}` })
  return { attack, hit }
}

export const hitsOfAttack: Handler<'GET /api/v1/attacks/{id}/hits'> = async (
  { params, query },
  { database },
) => {
  const page = await listHits(database, { attack_id: params.id, ...pageOf(query) })
  if (page.items.length === 0 && !(await getAttack(database, params.id))) {
    throw policyFaults.not_found({ what: `the attack ${params.id}` })
  }
  return page
}
