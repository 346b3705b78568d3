/** Attacks and hits: list, group, export, detail, and the answer to "why was this blocked". */
import { z } from '#base/schema.ts'
import { Attack, AttackGroup } from '../attack.ts'
import { AttackType } from '../attack-type.ts'
import { Action, Hit, HitSummary } from '../hit.ts'
import { type Contracts, pageOf, pageQuery, timeQuery } from './contract.ts'

/** What narrows a list of attacks; all given conditions must hold. */
export const attackFilter = {
  ...timeQuery,
  type: z.union([AttackType, z.array(AttackType)]).optional(),
  client: z.string().max(64).optional().describe('Attacks with a hit from this address'),
  site: z.string().max(63).optional(),
  parameter: z.string().max(300).optional(),
  target: z.string().max(300).optional().describe('Part of host and path'),
  action: Action.optional().describe('Attacks with a hit that ended so'),
  rule_id: z.coerce.number().int().optional(),
  q: z.string().max(200).optional().describe('Text in payload, target, parameter or client'),
}

export const attacksApi = {
  'GET /api/v1/attacks': {
    id: 'attacks.list',
    summary: 'Attacks, newest activity first',
    access: 'viewer',
    query: z.strictObject({ ...attackFilter, ...pageQuery }),
    response: pageOf(Attack),
  },
  'GET /api/v1/attack-groups': {
    id: 'attacks.groups',
    summary: 'Attacks counted by type, client, target or site',
    access: 'viewer',
    query: z.strictObject({ ...attackFilter, by: z.enum(['type', 'client', 'target', 'site']) }),
    response: z.strictObject({ groups: z.array(AttackGroup) }),
  },
  'GET /api/v1/attacks-export': {
    id: 'attacks.export',
    summary: 'All attacks that a filter finds, as CSV or JSON lines; at most 100,000',
    access: 'viewer',
    query: z.strictObject({ ...attackFilter, format: z.enum(['csv', 'json']) }),
    media: ['text/csv', 'application/x-ndjson'],
  },
  'GET /api/v1/attacks/{id}': {
    id: 'attacks.get',
    summary: 'One attack with its newest hit in full',
    access: 'viewer',
    response: z.strictObject({ attack: Attack, hit: Hit }),
  },
  'GET /api/v1/attacks/{id}/hits': {
    id: 'attacks.hits',
    summary: 'Hits of an attack, newest first',
    access: 'viewer',
    query: z.strictObject(pageQuery),
    response: pageOf(HitSummary),
  },
  'GET /api/v1/hits': {
    id: 'hits.list',
    summary: 'Hits, newest first',
    access: 'viewer',
    query: z.strictObject({ ...timeQuery, client: z.string().max(64).optional(), ...pageQuery }),
    response: pageOf(HitSummary),
  },
  'GET /api/v1/hits/{id}': {
    id: 'hits.get',
    summary: 'One hit in full',
    access: 'viewer',
    response: Hit,
  },
  'GET /api/v1/requests/{request_id}': {
    id: 'requests.why',
    summary: 'Why a request was blocked: all its hits, by the code on the block page',
    access: 'viewer',
    response: z.strictObject({ request_id: z.string(), hits: z.array(Hit) }),
  },
} as const satisfies Contracts
