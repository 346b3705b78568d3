import { useEffect, useState } from 'react'
import { timeAgo } from '../format/time.ts'
import { useLiveState } from '../live/live.tsx'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'

/** A reconnect within this time is nobody's business. */
const patience_ms = 5000

/** Says that the page is no longer live, and since when. */
export function StaleBanner() {
  const { status, lost_at } = useLiveState()
  const now = useSeconds(status === 'lost')
  const is_stale = status === 'lost' && lost_at !== undefined && now - lost_at > patience_ms
  return (
    <div aria-live="polite">
      {is_stale && (
        <p className="flex items-center gap-2 border-monitored/40 border-b bg-monitored-soft px-4 py-2 text-monitored text-sm md:px-7">
          <Icon name="warning" />
          {words.live.stale(timeAgo(lost_at, now))}
        </p>
      )}
    </div>
  )
}

/** The time, every second while `is_running`. */
function useSeconds(is_running: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!is_running) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [is_running])
  return now
}
