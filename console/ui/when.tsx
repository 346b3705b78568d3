import { fullTime, shortTime } from '../format/time.ts'

/** A time in local words; the exact UTC instant on hover. */
export function When({ at, is_full = false }: { readonly at: string; readonly is_full?: boolean }) {
  const time = new Date(at)
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {is_full ? fullTime(time) : shortTime(time, new Date())}
    </time>
  )
}
