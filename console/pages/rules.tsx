/** Rules: the rule set of all sites, and those of one's own with their tests. Changes go into a draft. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { policyQuery } from '../queries/policy.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ruleWords as text } from '../words/rules.ts'
import { words } from '../words.ts'
import { Panel } from './attack/panel.tsx'
import { type PolicyText, textOf, thingsIn } from './policy/document.ts'
import { NewDraft } from './policy/new-draft.tsx'

export function RulesPage() {
  const { data, error, refetch } = useQuery(policyQuery)
  return (
    <>
      <PageHeader title={text.title} lead={text.lead}>
        {data && <NewDraft label={text.write} has_choice search={{ tab: 'own_rules' }} />}
      </PageHeader>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && (
        <div className="flex flex-col gap-4">
          <RuleSet document={data.document} />
          <OwnRules document={data.document} />
        </div>
      )}
    </>
  )
}

type Props = { readonly document: PolicyText }

function RuleSet({ document }: Props) {
  const rules = (document['rules'] ?? {}) as Readonly<Record<string, unknown>>
  return (
    <Panel title={text.set}>
      <dl className="flex flex-wrap gap-x-10 gap-y-3">
        {Object.entries(text.set_names).map(([key, label]) => (
          <div key={key}>
            <dt className="label">{label}</dt>
            <dd className="font-medium">{shown(key, rules[key])}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-3">
        <NewDraft look="plain" label={text.edit} has_choice search={{ tab: 'rules' }} />
      </div>
    </Panel>
  )
}

function shown(key: string, value: unknown): ReactNode {
  if (key === 'set' && (value === 'package' || value === undefined)) return text.package
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return text.from_set
  return Array.isArray(value) ? value.join(', ') : String(value)
}

function OwnRules({ document }: Props) {
  const own = thingsIn(document, 'own_rules')
  return (
    <Panel title={text.own}>
      {own.length === 0 && <p className="text-ink-2">{text.own_none}</p>}
      <ul className="flex flex-col gap-4">
        {own.map((rules, at) => {
          const name = textOf(rules['name'])
          const source = textOf(rules['text'])
          const tests = Array.isArray(rules['tests']) ? rules['tests'].length : 0
          return (
            <li key={name}>
              <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1">
                <h3 className="font-medium">{name}</h3>
                <span className="label">
                  {text.lines(source.split('\n').length)}, {text.tests(tests)}
                </span>
                <span className="ml-auto">
                  <NewDraft
                    look="plain"
                    label={text.edit}
                    has_choice
                    search={{ tab: 'own_rules', at: `own_rules.${at}` }}
                  />
                </span>
              </div>
              <ScrollBox
                label={name}
                className="evidence max-h-80 rounded-md border border-line bg-sunken p-3"
              >
                {source}
              </ScrollBox>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
