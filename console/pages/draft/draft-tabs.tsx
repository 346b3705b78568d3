import { Icon } from '../../ui/icon.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { type DraftTab, draftTabs } from './draft-search.ts'

type Props = {
  readonly id: string
  readonly tab: DraftTab
  readonly findings: readonly { readonly path: string }[]
  /** Replaying is for who writes drafts. */
  readonly has_review: boolean
}

/** The sections of the policy; a number tells how much is wrong in each. */
export function DraftTabs({ id, tab, findings, has_review }: Props) {
  const wrong = (section: string) =>
    findings.filter(({ path }) => path.split('.')[0] === section).length
  return (
    <Tabs
      label={text.title}
      tabs={draftTabs
        .filter((one) => has_review || one !== 'review')
        .map((one) => ({
          key: one,
          to: '/policy/drafts/$id',
          params: { id },
          search: one === 'sites' ? {} : { tab: one },
          is_here: one === tab,
          label:
            one === 'review' ? (
              <span className="flex items-center gap-1.5">
                <Icon name="shield_check" size={14} />
                {text.review}
              </span>
            ) : (
              <>
                {text.sections[one]}
                {wrong(one) > 0 && (
                  <span className="flex items-center gap-0.5 font-medium text-blocked">
                    <Icon name="warning" size={12} />
                    {wrong(one)}
                  </span>
                )}
              </>
            ),
        }))}
    />
  )
}
