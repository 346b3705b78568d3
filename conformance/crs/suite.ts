/** The whole suite: which stages pass, which fail, and whether the failures are the expected ones. */
import { readFileSync } from 'node:fs'
import { z } from '#base/schema.ts'
import { loadStages, type Stage } from './cases.ts'
import { suiteRuleset } from './engine.ts'
import { type Complaints, runStage } from './stage.ts'

export type Failure = { readonly stage: Stage; readonly complaints: Complaints }

export type SuiteResult = {
  readonly test_count: number
  readonly stage_count: number
  /** Stages that look at the log: these run here. */
  readonly run_count: number
  /** Stages that look at nothing but the HTTP answer: the socket suite's. */
  readonly wire_only_count: number
  readonly passed_count: number
  readonly failures: readonly Failure[]
  /** Failures that nobody expected. */
  readonly unexpected_failures: readonly Failure[]
  /** Names that stand among the expected failures but pass, or are no stage. */
  readonly unexpected_passes: readonly string[]
  readonly cpu_ms: number
}

const ExpectedFailures = z.record(z.string(), z.string().min(10))

/** Stage name to reason. */
export function expectedFailures(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('expected-failures.json', import.meta.url), 'utf8')
  return ExpectedFailures.parse(JSON.parse(text))
}

export function runSuite(crsDir: string): SuiteResult {
  const stages = loadStages(crsDir)
  const ruleset = suiteRuleset(crsDir)
  const run = stages.filter((stage) => stage.expected.has_log_checks)
  const started = process.cpuUsage()
  const failures: Failure[] = []
  for (const stage of run) {
    const complaints = runStage(ruleset, stage)
    if (complaints.length > 0) failures.push({ stage, complaints })
  }
  const { user, system } = process.cpuUsage(started)
  const expected = expectedFailures()
  const failed = new Set(failures.map(({ stage }) => stage.name))
  return {
    test_count: new Set(stages.map((stage) => stage.test_name)).size,
    stage_count: stages.length,
    run_count: run.length,
    wire_only_count: stages.length - run.length,
    passed_count: run.length - failures.length,
    failures,
    unexpected_failures: failures.filter(({ stage }) => expected[stage.name] === undefined),
    unexpected_passes: Object.keys(expected).filter((name) => !failed.has(name)),
    cpu_ms: (user + system) / 1000,
  }
}
