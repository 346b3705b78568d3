import { startedBytes, text } from './bytes.ts'

/** Bit 7 of each byte makes the number of ones even. Manual: parityEven7bit. */
export function parityEven7bit(value: string): string {
  return withTopBit(value, (code) => ones(code) & 1)
}

/** Bit 7 of each byte makes the number of ones odd. Manual: parityOdd7bit. */
export function parityOdd7bit(value: string): string {
  return withTopBit(value, (code) => (ones(code) & 1) ^ 1)
}

/** Bit 7 of each byte is cleared. Manual: parityZero7bit. */
export function parityZero7bit(value: string): string {
  return withTopBit(value, () => 0)
}

function withTopBit(value: string, top: (code: number) => number): string {
  const length = value.length
  const out = startedBytes(value, length, length)
  let is_changed = false
  for (let i = 0; i < length; i++) {
    const code = out[i] ?? 0
    const low = code & 127
    const byte = low | (top(low) << 7)
    if (byte !== code) is_changed = true
    out[i] = byte
  }
  return is_changed ? text(out, length) : value
}

function ones(code: number): number {
  let count = 0
  for (let rest = code; rest !== 0; rest &= rest - 1) count++
  return count
}
