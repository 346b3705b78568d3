/**
 * What a settings file says of the policy, against what is committed. A file is taken only while nobody changed its part
 * elsewhere since it was taken the last time: an old file on some disk must not take back what people committed.
 */
import { canonicalJson } from '#parts/bundle/canonical.ts'
import { sha256 } from '#parts/bundle/signing.ts'
import { emptyDocument } from './document.ts'
import type { Document } from './things.ts'

/** What a file may have said, all of it or a part. */
const choices: readonly (readonly string[])[] = [
  ['rules', 'sites', 'own_rules'],
  ['rules', 'sites'],
  ['rules', 'own_rules'],
  ['rules'],
  [],
]

/** Digest of these sections of a normalised document. */
export function filePrint(document: Document, sections: readonly string[]): string {
  const part = Object.fromEntries(sections.map((section) => [section, document[section]]))
  return sha256(canonicalJson(JSON.parse(JSON.stringify(part))))
}

/** The sections that were last taken from a file and still stand so; undefined when they were changed since, or none ever was taken. */
export function saidByFile(
  document: Document,
  last_import: string | undefined,
): readonly string[] | undefined {
  return choices.find((sections) => filePrint(document, sections) === last_import)
}

/** Whether taking these sections from a file would take back what was committed elsewhere. */
export function isBehind(
  document: Document,
  sections: readonly string[],
  last_import: string | undefined,
): boolean {
  const said = saidByFile(document, last_import)
  if (said === undefined) return true
  const empty = emptyDocument()
  return sections.some(
    (section) =>
      !said.includes(section) && filePrint(document, [section]) !== filePrint(empty, [section]),
  )
}
