import { useState } from 'react'
import type { PolicyChange } from '#model/draft.ts'
import { fieldName } from '../../form/field-words.ts'
import { Button } from '../../ui/button.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { Change } from './change.tsx'

/** A commit may change thousands of things: that many are shown at once. */
const shown_max = 100

/** What differs, thing by thing. */
export function ChangeList({ changes }: { readonly changes: readonly PolicyChange[] }) {
  const [shown, setShown] = useState(shown_max)
  if (changes.length === 0) return <p className="text-ink-2">{text.no_changes}</p>
  const things = thingsOf(changes.slice(0, shown))
  return (
    <>
      <ul className="flex flex-col gap-3">
        {things.map((thing) => (
          <li key={thing.key} className="rounded-md border border-line">
            <h3 className="flex flex-wrap items-center gap-2 rounded-t-md bg-sunken/60 px-3 py-1.5">
              <KindWord kind={thing.kind} />
              <span className="label">{sectionName(thing.section)}</span>
              <span className="break-all font-medium">{thing.name}</span>
            </h3>
            <ul className="divide-y divide-line">
              {thing.changes.map((change) => (
                <li key={change.field} className="px-3 py-2">
                  <Change change={change} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {changes.length > shown && (
        <Button className="mt-3" onClick={() => setShown(shown + 10 * shown_max)}>
          {text.more_changes(changes.length - shown)}
        </Button>
      )}
    </>
  )
}

export function sectionName(section: string): string {
  return section in text.sections
    ? text.sections[section as keyof typeof text.sections]
    : fieldName(section)
}

type Thing = {
  readonly key: string
  readonly section: string
  readonly name: string
  readonly kind: PolicyChange['kind']
  readonly changes: readonly PolicyChange[]
}

function thingsOf(changes: readonly PolicyChange[]): readonly Thing[] {
  const groups = Map.groupBy(changes, ({ section, name }) => `${section}\n${name}`)
  return [...groups].map(([key, own]) => {
    const first = own[0]
    const whole = own.find((change) => change.field === '')
    return {
      key,
      section: first?.section ?? '',
      name: first?.name ?? '',
      kind: whole?.kind ?? 'changed',
      changes: own,
    }
  })
}

const kinds = {
  added: { look: 'text-good', icon: 'plus' },
  removed: { look: 'text-blocked', icon: 'minus' },
  changed: { look: 'text-accent', icon: 'edit' },
} as const satisfies Record<PolicyChange['kind'], { look: string; icon: IconName }>

function KindWord({ kind }: { readonly kind: PolicyChange['kind'] }) {
  return (
    <span className={`flex items-center gap-1 font-medium text-sm ${kinds[kind].look}`}>
      <Icon name={kinds[kind].icon} size={14} />
      {text.kinds[kind]}
    </span>
  )
}
