/** What is told in the order of numbers that only grow, and once: attacks that changed, system events. */

/** The topics whose messages a listener can miss. */
export type NumberedTopic = 'attack' | 'event'

/** Where a listener stands, of each topic: everything up to this number was told. */
export type Places = Readonly<Partial<Record<NumberedTopic, number>>>

export type NumberedSource = {
  latest(): Promise<number>
  /** What came after `number`, and the number of the last of it. */
  since(number: number, limit: number): Promise<{ number: number; items: readonly unknown[] }>
}

/** The id of a message: `12`, or `12-7` once system events are told too. */
export function idOf({ attack, event }: Places): string | undefined {
  if (event !== undefined) return `${attack ?? 0}-${event}`
  return attack === undefined ? undefined : String(attack)
}

/** What `Last-Event-ID` says; undefined when it is no id of ours. */
export function placesOf(id: string | undefined): Places | undefined {
  const [, attack, event] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(id ?? '') ?? []
  if (attack === undefined) return undefined
  return { attack: Number(attack), ...(event === undefined ? {} : { event: Number(event) }) }
}

/** A message in the event stream format (WHATWG HTML, section 9.2.6). */
export function message(name: string, data: unknown, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Only the last one has an id: whoever was cut off in the middle gets the whole batch again. */
export function messages(topic: NumberedTopic, items: readonly unknown[], id?: string): string {
  const last = items.length - 1
  return items.map((item, i) => message(topic, item, i === last ? id : undefined)).join('')
}
