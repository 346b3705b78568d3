/**
 * One read for all who ask while another one is under way. It begins after they asked, so it knows what they know, and
 * two never run at once: an older answer never takes the place of a newer one.
 */
export function sharedRead(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    running = read().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    if (running === undefined) return start()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return running ?? start()
      })
    return next
  }
}
