/** Sites: what is protected, how strictly, and whether it is up. */
import { useQuery } from '@tanstack/react-query'
import { sitesQuery } from '../queries.ts'
import { Empty } from '../ui/empty.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { words } from '../words.ts'
import { SiteCard } from './sites/site-card.tsx'

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
      <div className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {data?.sites.map((site) => (
          <SiteCard key={site.name} site={site} />
        ))}
      </div>
    </>
  )
}
