/** zod's only home: every shape that comes from outside is checked by a schema made here. */
import { z } from 'zod'

export { z }

/** The data a schema lets through. */
export type Data<S extends z.ZodType> = z.infer<S>

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A duration written with its unit (`500ms`, `30s`, `5m`, `12h`, `7d`); milliseconds in code. Encodes back to text. */
export const Duration = z.codec(
  z
    .string('expected a duration with a unit, such as 500ms, 30s, 5m, 12h or 7d')
    .regex(
      /^\d+(ms|s|m|h|d)$/,
      'expected a duration with a unit, such as 500ms, 30s, 5m, 12h or 7d',
    ),
  z.number(),
  { decode: (text) => measured(text, units), encode: (ms) => written(ms, units) },
)

const sizes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** A size written with its unit (`64KiB`, `13MiB`, `1GiB`, `512B`); bytes in code. Encodes back to text. */
export const Size = z.codec(
  z
    .string('expected a size with a unit, such as 512B, 64KiB, 13MiB or 1GiB')
    .regex(
      /^\d+(B|KiB|MiB|GiB)$/,
      'expected a size with a unit, such as 512B, 64KiB, 13MiB or 1GiB',
    ),
  z.number(),
  { decode: (text) => measured(text, sizes), encode: (bytes) => written(bytes, sizes) },
)

function measured(text: string, known: Readonly<Record<string, number>>): number {
  const [, count, unit] = /^(\d+)(\w+)$/.exec(text) ?? []
  return Number(count) * (known[unit ?? ''] ?? 1)
}

/** In the largest unit that says it in whole numbers. */
function written(value: number, known: Readonly<Record<string, number>>): string {
  const [unit, size] =
    Object.entries(known).findLast(([, one]) => value % one === 0 && value >= one) ??
    (Object.entries(known)[0] as [string, number])
  return `${value / size}${unit}`
}
