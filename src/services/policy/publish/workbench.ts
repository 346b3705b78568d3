/**
 * What the compile thread does: checks policies, keeps the newest compiled ones, and asks them about recorded requests.
 * Synchronous; knows neither the database nor the cluster.
 */
import type { Clock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { CheckResult, PolicyChange } from '#model/draft.ts'
import type { Exception } from '#model/exception.ts'
import type { RecordedRequest } from '#model/replay.ts'
import type { Mode } from '#model/site.ts'
import { contentOf } from '#parts/bundle/bundle.ts'
import { canonicalJson } from '#parts/bundle/canonical.ts'
import { checkPolicy, type FolderTrust } from '#parts/enforcement/check.ts'
import { type CompiledPolicy, compilePolicy } from '#parts/enforcement/compiled-policy.ts'
import { judge, type Verdict } from '#parts/enforcement/judge.ts'
import { Parts } from '../faults.ts'
import { diffDocuments } from './diff.ts'
import { readDocument } from './document.ts'
import { type Rebased, rebaseDocument } from './rebase.ts'
import { type Document, isRecord } from './things.ts'

/** Path → bytes. */
export type Files = ReadonlyMap<string, Uint8Array>

/** A policy to ask: one that is known by its content, as it is or with something more in it. */
export type Recipe = {
  readonly content: string
  readonly exceptions?: readonly Exception[]
  /** One paranoia level stricter, on every site. */
  readonly is_stricter?: boolean
}

/** What a policy makes of a request. `level`: 0 passes, 1 would be blocked if the site blocked, 2 is blocked. */
export type Outcome =
  | {
      readonly kind: 'judged'
      readonly site: string
      readonly mode: Mode
      readonly level: 0 | 1 | 2
      readonly rule_ids: readonly number[]
      readonly parameter: string
    }
  | { readonly kind: 'not_replayable' }

export type Question =
  /** `files`: whether they are wanted back. */
  | {
      readonly kind: 'check'
      readonly document: unknown
      readonly files: boolean
      readonly folder?: FolderTrust
    }
  | { readonly kind: 'load'; readonly files: Files }
  | { readonly kind: 'read'; readonly document: unknown }
  /** Checked, and compared with a normalised one. */
  | {
      readonly kind: 'compare'
      readonly from: Document
      readonly document: unknown
      readonly folder: FolderTrust
    }
  | { readonly kind: 'diff'; readonly from: Document; readonly to: Document }
  | {
      readonly kind: 'rebase'
      readonly base: Document
      readonly mine: Document
      readonly theirs: Document
    }
  | {
      readonly kind: 'judge'
      readonly recipes: readonly Recipe[]
      readonly requests: readonly RecordedRequest[]
    }

export type Answers = {
  readonly check: {
    readonly result: CheckResult
    /** Undefined when it is not good. */
    readonly content: string | undefined
    readonly files: Files | undefined
  }
  readonly load: { readonly content: string }
  readonly read:
    | { readonly document: Record<string, unknown> }
    | { readonly count: number; readonly parts: Parts['parts'] }
  readonly compare:
    | { readonly result: CheckResult; readonly changes: readonly PolicyChange[] }
    | { readonly count: number; readonly parts: Parts['parts'] }
  readonly diff: readonly PolicyChange[]
  readonly rebase: Rebased
  /**
   * By request, then by recipe; undefined: a recipe's policy is not known, load it first. Fewer requests than were asked, even
   * none: the slice was over, ask again with the rest.
   */
  readonly judge: readonly (readonly Outcome[])[] | undefined
}

export type Workbench = {
  answer<K extends Question['kind']>(question: Question & { kind: K }): Answers[K]
}

/** Compiled policies share what is the same in them; each further one costs little. */
const kept_max = 16

/** Whoever waits for the thread does not wait longer for a replay; one request or one recipe is always done whole. */
const slice_ms = 20

type Kept = { readonly files: Files; readonly compiled: CompiledPolicy }

export function workbench(options: { readonly kept_dir: string }, clock: Clock): Workbench {
  /** By content, or recipe; the one used last stands last. */
  const kept = new Map<string, Kept>()
  const keep = (key: string, one: Kept): Kept => {
    kept.delete(key)
    kept.set(key, one)
    for (const oldest of kept.keys()) {
      if (kept.size <= kept_max) break
      kept.delete(oldest)
    }
    return one
  }
  const find = (key: string): Kept | undefined => {
    const one = kept.get(key)
    return one && keep(key, one)
  }
  const newest = (): CompiledPolicy | undefined => [...kept.values()].at(-1)?.compiled

  const cook = (recipe: Recipe): Kept | undefined => {
    const base = find(recipe.content)
    if (!base || (!recipe.exceptions && !recipe.is_stricter)) return base
    const key = canonicalJson(recipe)
    const known = find(key)
    if (known) return known
    const files = new Map(base.files).set('policy.json', cooked(base.files, recipe))
    return keep(key, { files, compiled: compilePolicy(files, base.compiled) })
  }

  const answers: { [K in Question['kind']]: (question: Question & { kind: K }) => Answers[K] } = {
    check({ document, files, folder }) {
      const before = [...kept.values()].at(-1)?.files
      const previous = newest()
      const checked = checkPolicy(document, {
        ...options,
        clock,
        ...(folder ? { folder } : {}),
        ...(previous ? { previous } : {}),
      })
      const { result, compiled, files: made } = checked
      if (!result.is_good || !compiled || !made) {
        return { result, content: undefined, files: undefined }
      }
      const { content } = contentOf(made)
      keep(content, { files: withShared(made, before), compiled })
      return { result, content, files: files ? made : undefined }
    },
    load({ files }) {
      const { content } = contentOf(files)
      if (!find(content)) keep(content, { files, compiled: compilePolicy(files, newest()) })
      return { content }
    },
    read: ({ document }) => readOrTell(document),
    compare({ from, document, folder }) {
      const read = readOrTell(document)
      if ('parts' in read) return read
      const { result } = answers.check({ kind: 'check', document, files: false, folder })
      return { result, changes: diffDocuments(from, read.document) }
    },
    diff: ({ from, to }) => diffDocuments(from, to),
    rebase: ({ base, mine, theirs }) => rebaseDocument(base, mine, theirs),
    judge({ recipes, requests }) {
      const over_ms = clock.elapsed() + slice_ms
      const policies: CompiledPolicy[] = []
      const outcomes: Outcome[][] = []
      for (const recipe of recipes) {
        // What was made ready stays so: the next slice goes on from there.
        if (policies.length > 0 && clock.elapsed() > over_ms) return outcomes
        const one = cook(recipe)
        if (!one) return undefined
        policies.push(one.compiled)
      }
      for (const request of requests) {
        outcomes.push(policies.map((policy) => outcomeOf(policy, request, clock.now())))
        if (clock.elapsed() > over_ms) break
      }
      return outcomes
    },
  }
  return {
    answer: (question) => {
      const answer = answers[question.kind] as (
        of: typeof question,
      ) => Answers[typeof question.kind]
      return answer(question)
    },
  }
}

/** A fault that crosses threads loses its cause: what does not fit goes over as data. */
function readOrTell(document: unknown): Answers['read'] {
  try {
    return { document: readDocument(document).document }
  } catch (error) {
    if (!(error instanceof Fault) || !(error.cause instanceof Parts)) throw error
    const { parts } = error.cause
    return { count: parts.length, parts }
  }
}

/** The rule files of most policies are the same: they are kept once. */
function withShared(files: Files, known: Files | undefined): Files {
  const shared = new Map(files)
  for (const [path, bytes] of files) {
    const other = known?.get(path)
    if (other && Buffer.compare(other, bytes) === 0) shared.set(path, other)
  }
  return shared
}

/** As if it came now: exceptions that ended since do not count. */
function outcomeOf(policy: CompiledPolicy, request: RecordedRequest, now_ms: number): Outcome {
  let verdict: Verdict
  try {
    verdict = judge(policy, request, now_ms)
  } catch (error) {
    // What the engine cannot take, it could not take at the edge either: nothing is known of such a request.
    if (error instanceof Fault) return { kind: 'not_replayable' }
    throw error
  }
  if (verdict.kind === 'not_replayable') return { kind: 'not_replayable' }
  const { site, action, would_block, rule_ids, parameters } = verdict
  return {
    kind: 'judged',
    site,
    mode: policy.policy.sites.find((one) => one.name === site)?.mode ?? 'off',
    level: action === 'blocked' ? 2 : would_block ? 1 : 0,
    rule_ids,
    parameter: parameters[0] ?? '',
  }
}

/** The policy file with what the recipe adds. */
function cooked(files: Files, { exceptions = [], is_stricter }: Recipe): Uint8Array {
  const document = JSON.parse(Buffer.from(files.get('policy.json') ?? []).toString()) as {
    exceptions: unknown[]
    rules: { paranoia_level: number }
    sites: unknown[]
  }
  document.exceptions.push(...exceptions)
  if (is_stricter) {
    const stricter = (level: number): number => Math.min(4, level + 1)
    document.rules.paranoia_level = stricter(document.rules.paranoia_level)
    for (const site of document.sites) {
      if (!isRecord(site) || typeof site['paranoia_level'] !== 'number') continue
      site['paranoia_level'] = stricter(site['paranoia_level'])
    }
  }
  return Buffer.from(canonicalJson(document))
}
