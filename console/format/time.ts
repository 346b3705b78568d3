/** Times as a person reads them: local, short, with the exact UTC instant always at hand. */
const locale = 'en-GB'

const clockFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hour12: false })
const shortFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
/** Around New Year the hour says more than the year. */
const near_ms = 60 * 86_400_000
const fullFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })

/** `10:44:03` today, `19 Nov 10:44` on any other day of the year, `1 Jan 2030` in another one; local time. */
export function shortTime(at: Date, now: Date): string {
  if (at.toDateString() === now.toDateString()) return clockFormat.format(at)
  const is_near = Math.abs(at.getTime() - now.getTime()) < near_ms
  if (at.getFullYear() !== now.getFullYear() && !is_near) return dateFormat.format(at)
  return `${dayFormat.format(at)} ${shortFormat.format(at)}`
}

/** `20 Nov 2026, 10:44:03`; local time. */
export function fullTime(at: Date): string {
  return fullFormat.format(at)
}

/** A sentence of the server with the UTC instants in it as a person reads them. */
export function withShortTimes(sentence: string, now: Date): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (at) =>
    shortTime(new Date(at), now),
  )
}

/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; the future is now. */
export function timeAgo(at_ms: number, now_ms: number): string {
  const text = duration(now_ms - at_ms)
  return text === '0 s' ? 'now' : `${text} ago`
}

/** The largest whole unit of a duration: `12 s`, `5 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 86_400) return `${Math.floor(s / 3600)} h`
  return `${Math.floor(s / 86_400)} d`
}

/** A tick of a time axis: the day at midnight or when steps are days, else hour and minute, with seconds below a minute. */
export function axisTime(at: Date, step_s: number): string {
  const is_midnight = at.getHours() === 0 && at.getMinutes() === 0
  if (step_s >= 86_400 || is_midnight) return dayFormat.format(at)
  return step_s < 60 ? clockFormat.format(at) : shortFormat.format(at)
}
