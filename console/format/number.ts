/** Numbers as a person reads them. A narrow no-break space stands before each unit. */
const space = '\u202f'

const wholeFormat = new Intl.NumberFormat('en')
const compactFormat = new Intl.NumberFormat('en', {
  notation: 'compact',
  maximumSignificantDigits: 3,
})

/** `1,234,567`. */
export function whole(n: number): string {
  return wholeFormat.format(n)
}

/** `999`, `12.3K`, `1.2M`. */
export function compact(n: number): string {
  return n < 10_000 ? whole(n) : compactFormat.format(n)
}

/** Requests a second: `0`, `0.25`, `4.1`, `120`, `12.3K`. */
export function rate(per_s: number): string {
  if (per_s === 0) return '0'
  if (per_s < 1) return String(Number(per_s.toFixed(2))) === '0' ? '<0.01' : per_s.toFixed(2)
  return per_s < 10 ? per_s.toFixed(1) : compact(Math.round(per_s))
}

/** A part of a whole: `0 %`, `<0.1 %`, `4.2 %`, `37 %`; a dash when there is no whole. */
export function share(part: number, all: number): string {
  if (all === 0) return '–'
  const percent = (part / all) * 100
  if (part === 0) return `0${space}%`
  if (percent < 0.1) return `<0.1${space}%`
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)}${space}%`
}

/** Microseconds: `85 µs`, `1.2 ms`, `140 ms`, `2.5 s`; a dash when unknown. */
export function micros(us: number | null | undefined): string {
  if (us === null || us === undefined) return '–'
  if (us < 1000) return `${Math.round(us)}${space}µs`
  const ms = us / 1000
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}${space}ms`
  return `${(ms / 1000).toFixed(1)}${space}s`
}

/** `512 B`, `13 KiB`, `1.2 MiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n}${space}B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let value = n / 1024
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${space}${units[unit]}`
}
