/** Variables of the local time at which the request came. */
import type { State, Variable } from '../program.ts'
import { one } from './define.ts'

const date = (state: State) => new Date(state.start.at_ms)
const two = (n: number) => String(n).padStart(2, '0')

export const timeVariables: readonly Variable[] = [
  one('TIME', 1, (s) => {
    const at = date(s)
    return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  }),
  one('TIME_DAY', 1, (s) => String(date(s).getDate())),
  one('TIME_EPOCH', 1, (s) => String(Math.floor(s.start.at_ms / 1000))),
  one('TIME_HOUR', 1, (s) => String(date(s).getHours())),
  one('TIME_MIN', 1, (s) => String(date(s).getMinutes())),
  one('TIME_MON', 1, (s) => String(date(s).getMonth() + 1)),
  one('TIME_SEC', 1, (s) => String(date(s).getSeconds())),
  one('TIME_WDAY', 1, (s) => String(date(s).getDay())),
  one('TIME_YEAR', 1, (s) => String(date(s).getFullYear())),
]
