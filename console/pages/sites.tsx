/** Sites: what is protected, how strictly, and whether it is up. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SiteView } from '#model/site-view.ts'
import { sitesQuery } from '../queries.ts'
import { Empty } from '../ui/empty.tsx'
import { lineClass } from '../ui/field.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { words } from '../words.ts'
import { fitsSite } from './sites/fits-site.ts'
import { SiteCard } from './sites/site-card.tsx'
import { SiteRows } from './sites/site-rows.tsx'

/** More cards than this are not read but searched. */
const cards_max = 9

const add_command = 'gatehouse up --site shop.example --to http://127.0.0.1:3000'

export function SitesPage() {
  const { data, error, refetch } = useQuery(sitesQuery)
  const text = words.sites
  return (
    <>
      <PageHeader title={text.title} lead={text.lead} />
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={6} label={words.overview.loading} />}
      {data?.sites.length === 0 && (
        <Empty
          icon="globe"
          title={text.empty_title}
          text={text.empty_text}
          commands={[add_command]}
        />
      )}
      {data && data.sites.length > 0 && <Sites sites={data.sites} />}
    </>
  )
}

/** A few as cards; many as lines, with a search. */
function Sites({ sites }: { readonly sites: readonly SiteView[] }) {
  const text = words.sites
  const are_many = sites.length > cards_max
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<'cards' | 'lines'>()
  const view = chosen ?? (are_many ? 'lines' : 'cards')
  const found = sites.filter((site) => fitsSite(site, typed))
  return (
    <>
      {are_many && (
        <div className="mb-3 flex flex-wrap items-center gap-3">
          <input
            type="search"
            aria-label={text.search}
            placeholder={text.search_placeholder}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className={`${lineClass} max-w-sm`}
          />
          <Segmented
            label={text.view}
            value={view}
            options={[
              { value: 'lines', label: text.view_lines },
              { value: 'cards', label: text.view_cards },
            ]}
            onChange={setChosen}
          />
          <span role="status" className="label">
            {text.found(found.length, sites.length)}
          </span>
        </div>
      )}
      {view === 'lines' && found.length > 0 && <SiteRows sites={found} />}
      {view === 'cards' && (
        <div className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
          {found.map((site) => (
            <SiteCard key={site.name} site={site} />
          ))}
        </div>
      )}
    </>
  )
}
