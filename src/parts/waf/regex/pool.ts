/** What the pool may empty: the automata it was told of. */
type Emptied = { empty(): void }

/** All automata of a process share this many bytes; when they are full, all begin anew. */
const bytes_max = 40 * 1024 * 1024

/**
 * Keeps the automata of all expressions within one bound.
 * It is one for the process, because memory is: each rule set cannot know of the others.
 */
export const pool = {
  used_bytes: 0,
  members: new Set<Emptied>(),

  /** Counts `bytes` more (or fewer) for one automaton. */
  charge(member: Emptied, bytes: number): void {
    pool.used_bytes += bytes
    pool.members.add(member)
  },

  /**
   * Empties all automata if they are over the bound. Never called while one of them reads a value.
   */
  keepBound(): void {
    if (pool.used_bytes <= bytes_max) return
    for (const member of pool.members) member.empty()
    pool.members.clear()
    pool.used_bytes = 0
  },
}
