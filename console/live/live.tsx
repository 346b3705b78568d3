/** The live stream for every component below; opened once, while somebody is logged in. */
import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Attack } from '#model/attack.ts'
import type { SystemEvent } from '#model/event.ts'
import { listenLive } from '#parts/client/live.ts'
import { nodesQuery, withViews } from '../queries/nodes.ts'
import { rolloutQuery } from '../queries/policy.ts'
import { type LiveFeed, type LiveState, liveFeed } from './live-feed.ts'

const LiveContext = createContext<LiveFeed | undefined>(undefined)
const offline: LiveState = { status: 'connecting' }
const nobody = () => () => {}

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [feed, setFeed] = useState<LiveFeed>()
  useEffect(() => {
    const opened = liveFeed(listenLive)
    setFeed(opened)
    return () => opened[Symbol.dispose]()
  }, [])
  useRereadAfterBreak(feed)
  useCluster(feed)
  return <LiveContext value={feed}>{children}</LiveContext>
}

/** Whether the stream is alive, and the traffic of the last seconds. */
export function useLiveState(): LiveState {
  return useStateOf(useContext(LiveContext))
}

/** Calls back with new and changed attacks, twice a second at most. */
export function useLiveAttacks(action: (attacks: readonly Attack[]) => void): void {
  const feed = useContext(LiveContext)
  const told = useEffectEvent(action)
  useEffect(() => feed?.onAttacks((attacks) => told(attacks)), [feed])
}

/** Calls back with system events, twice a second at most. */
export function useLiveEvents(action: (events: readonly SystemEvent[]) => void): void {
  const feed = useContext(LiveContext)
  const told = useEffectEvent(action)
  useEffect(() => feed?.onEvents((events) => told(events)), [feed])
}

/** Nodes and roll-out go to where every page reads them. */
function useCluster(feed: LiveFeed | undefined): void {
  const client = useQueryClient()
  useEffect(
    () =>
      feed?.onCluster(({ nodes, rollout }) => {
        if (nodes) client.setQueryData(nodesQuery.queryKey, (data) => withViews(data, nodes))
        if (rollout) client.setQueryData(rolloutQuery.queryKey, { rollout })
      }),
    [feed, client],
  )
}

/** A flood of attacks must not become a flood of queries. */
const reread_ms = 3000

/** Reads what `queryKey` names again after attacks came in: soon, and then not more often than every few seconds. */
export function useRereadOnAttacks(queryKey: readonly unknown[]): void {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const read_at = useRef(0)
  const reread = () => {
    timer.current = undefined
    read_at.current = Date.now()
    void client.invalidateQueries({ queryKey })
  }
  useLiveAttacks(() => {
    const wait_ms = Math.max(0, read_at.current + reread_ms - Date.now())
    timer.current ??= setTimeout(reread, wait_ms)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
}

function useStateOf(feed: LiveFeed | undefined): LiveState {
  return useSyncExternalStore(feed?.subscribe ?? nobody, () => feed?.state() ?? offline)
}

/** Messages may have been missed while the stream was broken: everything on the page is read again. */
function useRereadAfterBreak(feed: LiveFeed | undefined): void {
  const client = useQueryClient()
  const { status } = useStateOf(feed)
  const [was_lost, setWasLost] = useState(false)
  useEffect(() => {
    if (status === 'lost') setWasLost(true)
    if (status !== 'live' || !was_lost) return
    setWasLost(false)
    void client.invalidateQueries()
  }, [status, was_lost, client])
}
