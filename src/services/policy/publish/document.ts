/** Policies from outside: read against the schema, with everything that does not fit told at once. */

import { explain } from '#base/settings.ts'
import { Policy } from '#model/policy.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Document } from './things.ts'

/** What is wrong with a document, as far as anybody reads. */
const parts_max = 500

/** Values in one document (50,000 exceptions have half a million), and fields in one of its objects. */
const bounds = { values_max: 1_500_000, fields_max: 10_000 }

/** Cheap, so that a document beyond belief is sent away before anything looks at it. @throws policy.document_too_large */
export function demandBounds(document: unknown): void {
  const open = [document]
  for (let values = 1; open.length > 0; ) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const inside: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
    values += inside.length
    const is_wide = !Array.isArray(value) && inside.length > bounds.fields_max
    if (is_wide || values > bounds.values_max) throw policyFaults.document_too_large(bounds)
    for (const one of inside) if (typeof one === 'object') open.push(one)
  }
}

export type ReadDocument = {
  readonly policy: Policy
  /** Every default spelled out: how documents are kept and compared. */
  readonly document: Record<string, unknown>
}

/** @throws policy.unfit_document */
export function readDocument(data: unknown): ReadDocument {
  const read = Policy.safeParse(data)
  if (!read.success) {
    const parts: { path: string; message: string }[] = []
    for (const issue of read.error.issues) {
      // Who writes a million unknown words is not told what each of them was meant to be.
      if (parts.length >= parts_max) break
      for (const { path, message } of explain(issue, Policy)) {
        parts.push({ path: path.map(String).join('.'), message })
      }
    }
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
