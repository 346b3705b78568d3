/** On the policy server: a policy and everything on disk that it means become the files of a bundle. */
import type { Policy, PolicyDocument } from '#model/policy.ts'
import type { BundleFiles } from './rule-files.ts'

/** Everything a node needs. `document` is the policy in written form, all defaults spelled out. Throws `rulesets.*` faults. */
export declare function gatherBundle(
  policy: Policy,
  document: PolicyDocument,
  options: { readonly kept_dir: string },
): BundleFiles
