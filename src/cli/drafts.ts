/** Drafts by the names that people gave them. */
import type { DraftSummary } from '#model/draft.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from './faults.ts'
import { oneLine } from './policy-words.ts'

/**
 * The draft of this name or id; without a name your only one. Yours come before those of others.
 * @throws cli.no_draft, cli.drafts_many
 */
export async function findDraft(api: ApiClient, name: string | undefined): Promise<DraftSummary> {
  const { drafts } = await api.call('GET /api/v1/drafts')
  const { username } = await api.call('GET /api/v1/session')
  const named = name === undefined ? drafts : drafts.filter((d) => d.id === name || d.name === name)
  const mine = named.filter((draft) => draft.owner === username)
  // Without a name nobody means what belongs to others.
  const meant = mine.length > 0 || name === undefined ? mine : named
  const [found, second] = meant
  if (found && !second) return found
  if (found) {
    const key = name === undefined ? 'name' : 'id'
    throw cliFaults.drafts_many({ known: listed(meant.map((draft) => draft[key])) })
  }
  const known = listed(drafts.map((draft) => `"${draft.name}" of ${draft.owner}`))
  throw cliFaults.no_draft({ name: name ?? '', known })
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => oneLine(name, 60))
  if (names.length > shown.length) shown.push('…')
  return shown.join(', ') || 'none (gatehouse draft new NAME)'
}
