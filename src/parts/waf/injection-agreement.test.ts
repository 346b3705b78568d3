import assert from 'node:assert/strict'
import { test } from 'node:test'
import { honest } from './injection/honest.support.ts'
import { html_attacks } from './injection/html-attacks.support.ts'
import { openOracle } from './injection/oracle.support.ts'
import { generate } from './injection/random.support.ts'
import { type RuleId, readStages, rule_ids, type Stage } from './injection/regression.support.ts'
import { sql_attacks } from './injection/sql-attacks.support.ts'
import { detectSqli } from './sqli.ts'
import { detectXss } from './xss.ts'

/*
 * How far our two detectors agree with libinjection, and what happens where they do not. The
 * floors are the numbers of the last measurement, by this test; they may only get better.
 */
const regression_suite = new URL(
  '../../../../shared/corpus/crs/tests/regression/tests/',
  import.meta.url,
).pathname
const cases_per_family = 150
const seed = 7

const oracle = openOracle()

const detectors = {
  sqli: { ours: detectSqli, theirs: oracle.sqli, attacks: sql_attacks },
  xss: { ours: detectXss, theirs: oracle.xss, attacks: html_attacks },
} as const

interface Floor {
  readonly attacks: number
  readonly honest: number
  /** Of the attacks, in percent. */
  readonly recall: number
  /** Of the attacks that libinjection finds, in percent. */
  readonly recall_of_theirs: number
  /** Of the honest values, in number. */
  readonly false_positives: number
  /** Of the honest values, in percent. */
  readonly agreement: number
}

const floors: Readonly<Record<keyof typeof detectors, Floor>> = {
  sqli: {
    attacks: 3346,
    honest: 3282,
    recall: 99.97,
    recall_of_theirs: 100,
    false_positives: 0,
    agreement: 98.47,
  },
  xss: {
    attacks: 2290,
    honest: 3282,
    recall: 99.73,
    recall_of_theirs: 100,
    false_positives: 0,
    agreement: 99.96,
  },
}

for (const [name, { ours, theirs, attacks }] of Object.entries(detectors)) {
  const floor = floors[name === 'sqli' ? 'sqli' : 'xss']

  test(`${name}: generated attacks are found, and nearly all that libinjection finds`, (t) => {
    const cases = generate(attacks, cases_per_family, seed)
    const found = cases.filter(({ value }) => ours(value) !== undefined)
    const theirs_found = cases.filter(({ value }) => theirs(value) === true)
    const both = theirs_found.filter(({ value }) => ours(value) !== undefined)
    const recall = percent(found.length, cases.length)
    const recall_of_theirs = percent(both.length, theirs_found.length)
    t.diagnostic(
      `${cases.length} attacks: ours ${recall} %, libinjection ${percent(theirs_found.length, cases.length)} %, of theirs ${recall_of_theirs} %`,
    )
    assert.ok(cases.length >= floor.attacks, `only ${cases.length} attacks were made`)
    assert.ok(recall >= floor.recall, `recall fell to ${recall} %`)
    assert.ok(recall_of_theirs >= floor.recall_of_theirs, `of theirs only ${recall_of_theirs} %`)
  })

  test(`${name}: honest text is left alone, at least as well as libinjection does`, (t) => {
    const cases = generate(honest, cases_per_family, seed)
    const flagged = cases.filter(({ value }) => ours(value) !== undefined)
    const theirs_flagged = cases.filter(({ value }) => theirs(value) === true)
    const equal = cases.filter(({ value }) => (ours(value) !== undefined) === theirs(value))
    const agreement = percent(equal.length, cases.length)
    t.diagnostic(
      `${cases.length} honest values: ours flags ${flagged.length}, libinjection ${theirs_flagged.length}, agreement ${agreement} %`,
    )
    assert.ok(cases.length >= floor.honest, `only ${cases.length} honest values were made`)
    assert.ok(
      flagged.length <=
        Math.min(floor.false_positives, Math.max(theirs_flagged.length, floor.false_positives)),
      `flagged: ${JSON.stringify(flagged)}`,
    )
    assert.ok(agreement >= floor.agreement, `agreement fell to ${agreement} %`)
  })
}

/** Percent of the values of all stages, with differences counted that a corpus explains. */
const regression_floors: Readonly<Record<RuleId, { values: number; agreement: number }>> = {
  941100: { values: 3553, agreement: 99.97 },
  941101: { values: 376, agreement: 100 },
  942100: { values: 3657, agreement: 99.34 },
  942101: { values: 511, agreement: 100 },
}
const stages_expected = 5009

const stages = readStages(regression_suite)

if (stages === undefined)
  test(`CRS regression suite, ${stages_expected} stages`, (t) => {
    t.skip(`MISSING: ${rule_ids.length} rules on ${stages_expected} stages of ${regression_suite}`)
  })
else {
  test('CRS regression suite: every stage is read', () => {
    assert.ok(stages.length >= stages_expected, `${stages.length} stages`)
  })
  for (const id of rule_ids) testRule(id, stages)
}

function testRule(id: RuleId, all: readonly Stage[]): void {
  const { ours, theirs } = id < 942000 ? detectors.xss : detectors.sqli
  const hits = (stage: Stage): boolean => stage.values[id].some((v) => ours(v) !== undefined)

  test(`CRS regression suite: ${id} is detected where it must and nowhere it must not`, (t) => {
    const expecting = all.filter((stage) => stage.expected.includes(id))
    const forbidding = all.filter((stage) => stage.forbidden.includes(id))
    t.diagnostic(`${expecting.length} stages expect ${id}, ${forbidding.length} forbid it`)
    assert.ok(expecting.length >= 3)
    const names = (list: readonly Stage[]): readonly string[] => list.map((stage) => stage.name)
    assert.deepEqual(names(expecting.filter((stage) => !hits(stage))), [])
    assert.deepEqual(names(forbidding.filter(hits)), [])
  })

  test(`CRS regression suite: ${id} agrees with libinjection on the values of all stages`, (t) => {
    const stageOf = new Map<string, Stage>()
    for (const stage of all) for (const value of stage.values[id]) stageOf.set(value, stage)
    let count = 0
    let equal = 0
    let better = 0
    for (const [value, stage] of stageOf) {
      const verdict = theirs(value)
      if (verdict === undefined) continue
      count++
      const is_found = ours(value) !== undefined
      if (is_found === verdict) equal++
      else if (is_found && isAttackOfKind(stage, id)) better++
    }
    const agreement = percent(equal + better, count)
    t.diagnostic(
      `${count} values: equal ${percent(equal, count)} %, with ${better} attacks that only ours finds ${agreement} %`,
    )
    const floor = regression_floors[id]
    assert.ok(count >= floor.values, `only ${count} values`)
    assert.ok(agreement >= floor.agreement, `agreement fell to ${agreement} %`)
  })
}

/** Does the suite itself call this stage an attack of the rule's kind (941: XSS, 942: SQL)? */
function isAttackOfKind(stage: Stage, id: RuleId): boolean {
  const family = Math.floor(id / 1000)
  return stage.expected.some((expected) => Math.floor(expected / 1000) === family)
}

/** Rounded down to two places, so that a floor is never above what was measured. */
function percent(part: number, whole: number): number {
  return Math.floor((part / whole) * 10_000) / 100
}
