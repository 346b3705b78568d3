/** The kinds of attack we tell apart (FEATURES.md A5), and the rule tags that name them. */
import { z } from '#base/schema.ts'
import { type AttackType as AttackTypeName, attackTypes } from './attack-type-names.ts'

export const AttackType = z.enum(attackTypes)
export type AttackType = AttackTypeName

/** By the tags that OWASP CRS 3.3 and 4 put on their rules; the first that fits wins. */
const byTag: readonly (readonly [tag: string, type: AttackType])[] = [
  ['attack-sqli', 'sqli'],
  ['attack-nosqli', 'nosqli'],
  ['attack-injection-nosql', 'nosqli'],
  ['attack-xss', 'xss'],
  ['attack-rce', 'rce'],
  ['attack-lfi', 'ptrav'],
  ['attack-rfi', 'rfi'],
  ['attack-ssrf', 'ssrf'],
  ['attack-ssti', 'ssti'],
  ['attack-ldap', 'ldapi'],
  ['attack-xxe', 'xxe'],
  ['attack-injection-php', 'php'],
  ['attack-injection-java', 'java'],
  ['attack-fixation', 'session_fixation'],
  ['attack-reputation-scanner', 'scanner'],
  ['attack-disclosure', 'data_leak'],
  ['attack-multipart-header', 'protocol'],
  ['attack-protocol', 'protocol'],
  ['attack-deprecated-header', 'protocol'],
  ['attack-dos', 'data_bomb'],
  ['attack-injection-generic', 'other'],
]

/** Rule number ranges of CRS whose tags say less than their file does. */
const byRange: readonly (readonly [from: number, to: number, type: AttackType])[] = [
  [911000, 912999, 'protocol'],
  [913000, 913999, 'scanner'],
  [920000, 920999, 'protocol'],
  [921100, 921199, 'crlf'],
  [921000, 922999, 'protocol'],
  [950000, 954999, 'data_leak'],
  [955000, 955999, 'web_shell'],
  [956000, 956999, 'data_leak'],
]

/** The attack type of a matched rule. */
export function attackTypeOf(rule_id: number, tags: readonly string[]): AttackType {
  for (const [from, to, type] of byRange) if (rule_id >= from && rule_id <= to) return type
  for (const [tag, type] of byTag) if (tags.includes(tag)) return type
  return 'other'
}
