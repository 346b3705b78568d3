/** The policy of a bundle, by its schema. */
import { z } from '#base/schema.ts'
import { Exception } from '#model/exception.ts'
import { Policy } from '#model/policy.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { enforcementFaults } from '../faults.ts'
import { jsonOf, parsedBy } from '../rule-files.ts'

const path = 'policy.json'
const Exceptions = z.array(Exception)
/** Exceptions in one step: about a millisecond. */
const atOnce = 200
/** As many as `Policy` allows. */
const exceptionsMax = 50_000

/** Reads `policy.json`; exceptions, of which there may be thousands, a few at a time. Throws enforcement.missing_file and bad_file. */
export function* readPolicy(files: BundleFiles): Generator<void, Policy> {
  const written = jsonOf(files, path, z.record(z.string(), z.unknown()))
  const { exceptions: list, ...others } = written
  if (!Array.isArray(list) || list.length <= atOnce) return parsedBy(Policy, written, path)
  const bad = (problem: string) => enforcementFaults.bad_file({ path, problem })
  if (list.length > exceptionsMax) throw bad(`exceptions: more than ${exceptionsMax}`)
  const policy = parsedBy(Policy, others, path)
  const exceptions: Exception[] = []
  const names = new Set<string>()
  for (let at = 0; at < list.length; at += atOnce) {
    yield
    for (const exception of parsedBy(Exceptions, list.slice(at, at + atOnce), path)) {
      if (names.has(exception.name)) throw bad(`exceptions: two are named "${exception.name}"`)
      names.add(exception.name)
      exceptions.push(exception)
    }
  }
  return { ...policy, exceptions }
}
