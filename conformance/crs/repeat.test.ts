import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadStages } from './cases.ts'
import { suiteRuleset } from './engine.ts'
import { findCrs } from './location.ts'
import { exchange } from './stage.ts'

const place = findCrs()
const skip = place.kind === 'missing' ? place.sentence : false

// Whatever one transaction leaves behind in caches and automata must not change the next one's verdict.
test('every request of the suite gets the same matches again, in another order', { skip }, () => {
  if (place.kind === 'missing') return
  const stages = [...loadStages(place.dir)]
  const ruleset = suiteRuleset(place.dir)
  const ids = () =>
    new Map(
      stages.map((stage) => {
        const { matches } = exchange(ruleset, stage.request, stage.name)
        return [stage.name, matches.map((match) => `${match.rule_id} ${match.variable}`).join()]
      }),
    )
  const first = ids()
  stages.reverse()
  const second = ids()
  assert.equal(first.size, 5009)
  for (const [name, matches] of first) assert.equal(second.get(name), matches, name)
})
