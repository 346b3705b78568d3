/** What a commit must not have wrong. */
import { Fault } from '#base/fault.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Answers, Files } from './workbench.ts'

/** The files of a policy whose check is good. @throws policy.check_failed */
export function demandGood({ result, files }: Answers['check']): Files {
  if (result.is_good && files) return files
  const parts = result.findings
    .filter((finding) => finding.severity === 'error')
    .map(({ path, message }) => ({ path, message }))
  throw policyFaults.check_failed({ count: parts.length }, { cause: new Parts(parts) })
}

/** A fault of the rules is told as a check that failed. @throws policy.check_failed */
export async function refusingUncompiled<T>(compile: () => Promise<T>): Promise<T> {
  try {
    return await compile()
  } catch (error) {
    if (!(error instanceof Fault) || /^(policy|records)\./.test(error.code)) throw error
    const parts = new Parts([{ path: '', message: error.message }])
    throw policyFaults.check_failed({ count: 1 }, { cause: parts })
  }
}
