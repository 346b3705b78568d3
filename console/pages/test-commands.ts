import { useQuery } from '@tanstack/react-query'
import { sitesQuery } from '../queries.ts'

/** Commands that send an honest request and an attack to the first site with a name of its own. */
export function useTestCommands(): { readonly honest: string; readonly attack: string } {
  const { data } = useQuery(sitesQuery)
  const hosts = data?.sites.flatMap((site) => site.hosts) ?? []
  const host = hosts.find((name) => !name.includes('*')) ?? 'localhost'
  return { honest: `curl -i http://${host}/`, attack: `curl -i http://${host}/etc/passwd` }
}
