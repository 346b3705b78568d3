/** Directives in own rules that turn far more off than a line looks like; allowed, since somebody may mean it, and told. */
import type { PolicyNote } from '../compiled-policy.ts'

type OwnText = { readonly name: string; readonly text: string }

/** More are not looked for: who has so many of them has been told. */
const told_max = 100

const doubtful: readonly (readonly [pattern: RegExp, message: string])[] = [
  [
    /^\s*SecRuleEngine\b.*/i,
    'has no say here: the mode of each site decides whether rules run and refuse',
  ],
  [
    /^\s*SecRuleRemoveById\b.*\d-\d.*/i,
    'takes a whole range of rules away from all sites; an exception can do that for one parameter, path or site',
  ],
  [
    /\bctl:ruleEngine=(off|detectiononly)\b/i,
    'turns the rules off for every request that it matches',
  ],
]

export function engineDirectives(own_rules: readonly OwnText[]): PolicyNote[] {
  const notes: PolicyNote[] = []
  for (const [at, { name, text }] of own_rules.entries()) {
    for (const [index, line] of text.split('\n').entries()) {
      if (notes.length >= told_max) return notes
      if (line.trimStart().startsWith('#')) continue
      for (const [pattern, message] of doubtful) {
        const [found] = pattern.exec(line) ?? []
        if (found === undefined) continue
        const place = `own/${name}.conf:${index + 1}`
        const path = `own_rules.${at}.text`
        notes.push({ path, message: `${place}: ${found.trim().slice(0, 100)} ${message}` })
      }
    }
  }
  return notes
}
