/** Exceptions in force, searched; changes go into a draft. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { policyQuery } from '../queries/policy.ts'
import { useMay } from '../session/may.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ruleWords as text } from '../words/rules.ts'
import { words } from '../words.ts'
import { ExceptionTable } from './exceptions/exception-table.tsx'
import { Change } from './policy/change.tsx'
import { type ExceptionText, exceptionsIn } from './policy/document.ts'
import { NewDraft } from './policy/new-draft.tsx'

const route = getRouteApi('/exceptions')

export function ExceptionsPage() {
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(policyQuery)
  const [open, setOpen] = useState<ExceptionText>()
  const exceptions = exceptionsIn(data?.document)
  const add = <NewDraft label={text.add} has_choice search={{ tab: 'exceptions' }} />
  return (
    <>
      <PageHeader title={text.exceptions} lead={text.exceptions_lead}>
        {exceptions.length > 0 && add}
      </PageHeader>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && exceptions.length === 0 && (
        <Empty icon="exception" title={text.empty_title} text={text.empty_text}>
          {add}
        </Empty>
      )}
      {exceptions.length > 0 && (
        <ExceptionTable
          exceptions={exceptions}
          q={q}
          onSearch={(next) => void navigate({ search: next ? { q: next } : {}, replace: true })}
          onOpen={(at) => setOpen(exceptions[at])}
        />
      )}
      {open && <Look exception={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}

type LookProps = { readonly exception: ExceptionText; readonly onClose: () => void }

/** One exception in full, and the way to change it. */
function Look({ exception, onClose }: LookProps) {
  const may = useMay()
  return (
    <Dialog title={exception.name} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <Change
          change={{
            kind: 'added',
            section: 'exceptions',
            name: exception.name,
            field: '',
            before: undefined,
            after: exception,
          }}
        />
        {may('analyst') && (
          <div>
            <NewDraft
              look="plain"
              label={text.edit}
              has_choice
              search={{ tab: 'exceptions', q: exception.name }}
            />
          </div>
        )}
      </div>
    </Dialog>
  )
}
