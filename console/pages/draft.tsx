/** ★ A draft: its sections as forms, what the check found beside each field, and the way to a commit. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useBlocker } from '@tanstack/react-router'
import { type JsonSchema, withoutRefs } from '../form/json-schema.ts'
import { checkQuery, policyQuery, schemaQuery } from '../queries/policy.ts'
import { useMay } from '../session/may.ts'
import { useSession } from '../session/session-gate.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { policyWords as text } from '../words/policy.ts'
import { words } from '../words.ts'
import { DraftBanners } from './draft/draft-banners.tsx'
import { DraftForm } from './draft/draft-form.tsx'
import { DraftHeader } from './draft/draft-header.tsx'
import { DraftTabs } from './draft/draft-tabs.tsx'
import { type DraftEdit, useDraft } from './draft/use-draft.ts'
import { useSaveKey } from './draft/use-save-key.ts'
import { Review } from './review/review.tsx'

const route = getRouteApi('/policy/drafts/$id')

export function DraftPage() {
  const { id } = route.useParams()
  const edit = useDraft(id)
  const schema = useQuery(schemaQuery)
  const error = edit.read_error ?? schema.error
  useSaveKey(() => void edit.save())
  return (
    <>
      <Link
        to="/policy"
        className="touch -ml-1 mb-2 inline-flex h-8 items-center gap-1 rounded-md px-1 text-ink-2 text-sm hover:text-ink"
      >
        <Icon name="left" size={14} />
        {text.back}
      </Link>
      {error && (
        <>
          <h1 className="sr-only">{text.drafts}</h1>
          <ProblemView error={error} onRetry={schema.refetch} />
        </>
      )}
      {!error && !(edit.draft && schema.data) && (
        <Skeleton lines={10} label={words.overview.loading} />
      )}
      {edit.draft && schema.data && <Open edit={edit} schema={schema.data as JsonSchema} />}
      <LeaveGuard edit={edit} />
    </>
  )
}

function Open({ edit, schema }: { readonly edit: DraftEdit; readonly schema: JsonSchema }) {
  const { draft } = edit
  const { tab = 'sites', at = '' } = route.useSearch()
  const { username } = useSession()
  const may = useMay()
  const { data: policy } = useQuery({ ...policyQuery, refetchInterval: 15_000 })
  // What a check found is shown beside the fields; asking for one is the review's.
  const check = useQuery({
    ...checkQuery(draft?.id ?? '', draft?.etag ?? '', policy?.revision ?? 0),
    enabled: false,
  })
  if (!draft) return null
  const is_own = draft.owner === username
  const findings = edit.is_dirty ? [] : (check.data?.findings ?? [])
  return (
    <>
      <title>{`${draft.name} · ${words.product}`}</title>
      <DraftHeader
        edit={edit}
        draft={draft}
        can_write={is_own && may('analyst')}
        is_review={tab === 'review'}
      />
      <DraftBanners edit={edit} draft={draft} head={policy?.revision} is_own={is_own} />
      <DraftTabs
        id={draft.id}
        tab={tab}
        findings={[...findings, ...edit.field_errors]}
        has_review={may('analyst')}
      />
      {tab === 'review' ? (
        <Review edit={edit} draft={draft} head={policy?.revision} />
      ) : (
        <DraftForm
          key={tab}
          section={tab}
          schema={withoutRefs(schema).properties?.[tab] ?? {}}
          document={edit.document}
          at={at}
          errors={[...findings, ...edit.field_errors]}
          is_read_only={!is_own || !may('analyst')}
          onEdit={edit.edit}
        />
      )}
    </>
  )
}

/** What is not saved must not be lost by a wrong click, nor by closing the window. */
function LeaveGuard({ edit }: { readonly edit: DraftEdit }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => edit.is_dirty && current.pathname !== next.pathname,
    enableBeforeUnload: edit.is_dirty,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Confirm
      title={text.leave_title}
      submit={text.leave_submit}
      cancel={text.leave_stay}
      is_busy={false}
      error={undefined}
      onSubmit={proceed}
      onClose={reset}
    >
      <p>{text.leave_text}</p>
    </Confirm>
  )
}
