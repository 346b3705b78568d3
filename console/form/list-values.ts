/** Between what is typed into a field and the value it means. */

/** Items of a text with one a line; numbers may also be parted by blanks and commas. What is no number stays a text, so that the check can say so. */
export function typedLines(typed: string, is_number: boolean): readonly (string | number)[] {
  const parts = typed.split(is_number ? /[\s,]+/ : /\n/).map((part) => part.trim())
  return parts
    .filter((part) => part !== '')
    .map((part) => (is_number && /^\d{1,15}$/.test(part) ? Number(part) : part))
}

/** `2026-11-20T10:44` in local time, as a field of type datetime-local has it. */
export function localTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Whether what is typed stands somewhere in a thing: in its names, addresses, texts. */
export function holdsText(thing: unknown, typed: string): boolean {
  const wanted = typed.trim().toLowerCase()
  const holds = (value: unknown): boolean =>
    typeof value === 'object' && value !== null
      ? Object.values(value).some(holds)
      : String(value ?? '')
          .toLowerCase()
          .includes(wanted)
  return wanted === '' || holds(thing)
}
