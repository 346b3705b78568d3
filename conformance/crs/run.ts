/** Runs the regression suite of OWASP CRS in process and prints what came out. */
import { crsVersion, findCrs } from './location.ts'
import { expectedFailures, type Failure, runSuite } from './suite.ts'

const place = findCrs()
if (place.kind === 'missing') {
  console.log(place.sentence)
  console.log('0 passed, 0 failed; missing: OWASP CRS regression suite, 5003 tests')
} else {
  const result = runSuite(place.dir)
  console.log(`OWASP CRS ${crsVersion} regression suite at ${place.dir}`)
  console.log(
    `${result.test_count} tests, ${result.stage_count} stages: ${result.run_count} with log checks run here, ` +
      `${result.wire_only_count} without are left to the socket suite (conformance/http)`,
  )
  printFailures(result.failures)
  for (const name of result.unexpected_passes) {
    console.log(`unexpected pass: ${name}; take it out of expected-failures.json`)
  }
  const expected = result.failures.length - result.unexpected_failures.length
  console.log(`${expected} failures expected, ${result.unexpected_failures.length} not`)
  console.log(`${(result.cpu_ms / 1000).toFixed(1)} s of CPU for ${result.run_count} requests`)
  console.log(`${result.passed_count} passed, ${result.failures.length} failed`)
  if (result.unexpected_failures.length + result.unexpected_passes.length > 0) process.exitCode = 1
}

function printFailures(failures: readonly Failure[]) {
  const expected = expectedFailures()
  const byRule = Map.groupBy(failures, ({ stage }) => stage.rule_id)
  for (const [rule, failed] of [...byRule].sort(([a], [b]) => a - b)) {
    console.log(`${rule}: ${failed.length} failed`)
    for (const { stage, complaints } of failed) {
      const reason = expected[stage.name]
      const note = reason === undefined ? 'UNEXPECTED' : `expected: ${reason}`
      console.log(`  ${stage.name}: ${complaints.join(', ')} (${note})`)
    }
  }
}
