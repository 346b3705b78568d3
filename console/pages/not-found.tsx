import { Link } from '@tanstack/react-router'
import { Empty } from '../ui/empty.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { words } from '../words.ts'

export function NotFoundPage() {
  return (
    <>
      <PageHeader title={words.not_found.title} />
      <Empty icon="help" title={words.not_found.title} text={words.not_found.text}>
        <Link to="/" className="touch font-medium text-accent underline underline-offset-4">
          {words.not_found.home}
        </Link>
      </Empty>
    </>
  )
}
