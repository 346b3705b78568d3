/** Counts the work of all matchers, so that tests can hold it against the length of a value. */
export const work = {
  /** Bytes that a finished automaton read. */
  bytes: 0,
  /** Threads that were moved over a byte, to build a state or instead of one. */
  moves: 0,
  /** Steps of the matcher that finds captures. */
  captures: 0,
}
