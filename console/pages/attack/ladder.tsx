import type { MatchRecord, RequestRecord } from '#model/hit.ts'
import { transformationWords, variableWords } from '../../format/operator-words.ts'
import { wireText } from '../../format/wire.ts'
import { Evidence } from '../../ui/evidence.tsx'
import { Marked } from '../../ui/marked.tsx'
import { words } from '../../words.ts'

type Props = { readonly match: MatchRecord; readonly request: RequestRecord }

type Rung = {
  readonly label: string
  readonly name?: string
  readonly value: string
  readonly is_last: boolean
}

/** How a value came to be what the rule saw, step by step. Steps that changed nothing are not told. */
export function Ladder({ match, request }: Props) {
  const rungs = rungsOf(match, wireText(request, match))
  const hit = [{ start: match.highlight_start, end: match.highlight_end }]
  return (
    <ol className="flex flex-col">
      {rungs.map((rung, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place on the ladder is the identity
        <li key={i} className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-3">
          <span aria-hidden="true" className="flex flex-col items-center">
            <span
              className={`mt-1 size-2.5 shrink-0 rounded-full border-2 ${rung.is_last ? 'border-blocked bg-blocked' : 'border-line-strong'}`}
            />
            {!rung.is_last && <span className="w-px grow bg-line-strong" />}
          </span>
          <div className={rung.is_last ? '' : 'pb-3'}>
            <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
              <span className="font-medium">{rung.label}</span>
              {rung.name && <code className="label font-mono">{rung.name}</code>}
              {rung.is_last && (
                <span className="ml-auto font-medium text-blocked text-xs">{words.attack.saw}</span>
              )}
            </p>
            <Evidence label={rung.label} text={rung.value}>
              <Marked text={rung.value} ranges={rung.is_last ? hit : []} />
            </Evidence>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** Of equal values only the first is told; the last one is what the rule saw. */
function rungsOf(match: MatchRecord, wire: string | undefined): readonly Rung[] {
  const { raw_value, steps, value, variable } = match
  const text = words.attack
  const changing = steps.filter((step, i) => step.value !== (steps[i - 1]?.value ?? raw_value))
  const rungs: Omit<Rung, 'is_last'>[] = [
    ...(wire === undefined ? [] : [{ label: text.sent, value: wire }]),
    {
      label: wire === undefined ? text.sent : text.read_as(variableWords(variable)),
      value: raw_value,
    },
    ...changing.map((step) => ({
      label: transformationWords(step.transformation),
      name: step.transformation,
      value: step.value,
    })),
  ]
  const last = rungs.at(-1)
  // Steps are cut shorter than the value that the rule saw.
  if (last && value.startsWith(last.value)) rungs[rungs.length - 1] = { ...last, value }
  else rungs.push({ label: text.as_text, value })
  return rungs.map((rung, i) => ({ ...rung, is_last: i === rungs.length - 1 }))
}
