import { rate } from '../format/number.ts'
import { useLiveState } from '../live/live.tsx'
import { words } from '../words.ts'

const looks = {
  live: 'bg-good',
  connecting: 'bg-ink-3',
  lost: 'bg-monitored',
} as const

/** Whether what you see is live, and how much comes through. */
export function LiveDot() {
  const { status, traffic } = useLiveState()
  const per_s = traffic && traffic.span_s > 0 ? traffic.requests / traffic.span_s : undefined
  return (
    <p className="flex items-center gap-2 px-2 text-ink-2 text-xs">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${looks[status]}`} />
      <span>{words.live[status]}</span>
      {status === 'live' && per_s !== undefined && (
        <span className="text-ink-3 max-md:hidden">{words.live.per_second(rate(per_s))}</span>
      )}
    </p>
  )
}
