/** The pace of an agent and what it takes at most. Nothing here is for an operator to choose. */
export const pace = {
  /** Between two rounds of tries, doubled with every round that fails, then shortened by chance. */
  pause_min_ms: 200,
  pause_max_ms: 5_000,
  /** A line that held this long was a good one: the next pause is short again. */
  good_line_ms: 10_000,
  /** A server that refused us for what we are is asked again after this. */
  refused_pause_ms: 30_000,
  /** Policy servers say something every 5 s. */
  silence_ms: 15_000,
  /** For a connection and the beginning of an answer; for the next bytes of a file. */
  answer_ms: 5_000,
  report_ms: 1_000,
  renewal_ms: 60_000,
  /** Reports that fail one after another before the line counts as dead. */
  failed_reports_max: 5,
  line_bytes_max: 32 * 1024 ** 2,
  /** Answers to reports, and refusals. */
  answer_bytes_max: 64 * 1024,
  receipts_max: 100,
  receipts_per_report_max: 20,
  /** Of the sentence in a receipt, characters: a report must fit what policy servers take. */
  sentence_max: 1_000,
  /** Files that are fetched at the same time. */
  connections_max: 6,
  tries_per_file: 3,
  policy_servers_max: 16,
} as const
