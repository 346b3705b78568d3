/** Policies from outside: read against the schema, with everything that does not fit told at once. */

import { explain } from '#base/settings.ts'
import { Policy } from '#model/policy.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Document } from './things.ts'

export type ReadDocument = {
  readonly policy: Policy
  /** Every default spelled out: how documents are kept and compared. */
  readonly document: Record<string, unknown>
}

/** @throws policy.unfit_document */
export function readDocument(data: unknown): ReadDocument {
  const read = Policy.safeParse(data)
  if (!read.success) {
    const parts = read.error.issues
      .flatMap((issue) => explain(issue, Policy))
      .map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
    throw policyFaults.unfit_document({ count: parts.length }, { cause: new Parts(parts) })
  }
  return { policy: read.data, document: normalised(read.data) }
}

/** What a policy is before anybody said anything. */
export function emptyDocument(): Document {
  return normalised(Policy.parse({}))
}

/** Of a normalised document. */
export function exceptionNames({ exceptions }: Document): string[] {
  return (exceptions as readonly { readonly name: string }[]).map((exception) => exception.name)
}

/** Anomaly score from which a request to this site is an attack; of a normalised document. */
export function thresholdOf(document: Document, site_name: string): number {
  const { sites, rules } = document as Pick<Policy, 'sites' | 'rules'>
  const site = sites.find((one) => one.name === site_name)
  return site?.inbound_threshold ?? rules.inbound_threshold
}

/** JSON as the database gives it back: without fields that are undefined. */
function normalised(policy: Policy): Record<string, unknown> {
  const written: unknown = JSON.parse(JSON.stringify(Policy.encode(policy)))
  return written as Record<string, unknown>
}
