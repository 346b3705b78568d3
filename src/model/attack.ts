/** An attack: hits of one type on one parameter of one target, with no gap of an hour between them. */
import { z } from '#base/schema.ts'
import { AttackType } from './attack-type.ts'

export const Attack = z.strictObject({
  id: z.uuid(),
  attack_type: AttackType,
  parameter: z.string(),
  target: z.string(),
  site: z.string(),
  first_at: z.iso.datetime(),
  last_at: z.iso.datetime(),
  hits: z.int(),
  blocked: z.int().describe('Hits that were blocked or refused'),
  clients: z.int().describe('Different client addresses'),
  /** The client with the newest hit. */
  client: z.string(),
  node: z.string(),
  score_max: z.int(),
  rule_ids: z.array(z.int()),
  /** Payload of the newest hit, printable. */
  value: z.string(),
  reason: z.string(),
  last_hit_id: z.uuid(),
})
export type Attack = z.infer<typeof Attack>

/** Attacks counted by one of their words. */
export const AttackGroup = z.strictObject({
  key: z.string(),
  attacks: z.int(),
  hits: z.int(),
  blocked: z.int(),
  last_at: z.iso.datetime(),
})
export type AttackGroup = z.infer<typeof AttackGroup>
