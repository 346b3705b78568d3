/** The table of scenarios. Adding one is a file in scenarios/ and a line here. */
import type { Scenario } from './scenario.ts'
import { databaseGone } from './scenarios/database-gone.ts'
import { killEverything } from './scenarios/kill-everything.ts'
import { killOffice } from './scenarios/kill-office.ts'
import { killWorker } from './scenarios/kill-worker.ts'
import { reload } from './scenarios/reload.ts'
import { secondStart } from './scenarios/second-start.ts'
import { slowClients } from './scenarios/slow-clients.ts'
import { spoolFull } from './scenarios/spool-full.ts'
import { stop } from './scenarios/stop.ts'

export const scenarios: readonly Scenario[] = [
  killWorker,
  killOffice,
  killEverything,
  reload,
  stop,
  secondStart,
  databaseGone,
  spoolFull,
  slowClients,
]
