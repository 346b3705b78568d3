/** Does Gatehouse run here, with all its workers? */
import { counted } from '../policy-words.ts'
import { type Check, critical, type Finding, ok, warning } from './finding.ts'

/** So many restarts since start are no accident. */
const restarts_max = 3

export const running: Check = async ({ status, settings }) => {
  if (!status) {
    return [
      warning('Gatehouse is not running on this machine', {
        why: `nothing answers on ${settings.edge.admin}; some checks can only be made while it runs`,
        fix: 'gatehouse run, or systemctl start gatehouse',
      }),
    ]
  }
  const { workers, last_reload, version, started_at } = status
  const ready = workers.filter((worker) => worker.state === 'ready')
  const found: Finding[] = []
  if (ready.length === 0) {
    found.push(
      critical('no edge worker takes requests', {
        why: 'visitors get no answer',
        fix: 'look at the log: gatehouse log, journalctl -u gatehouse',
      }),
    )
  } else if (ready.length < workers.length) {
    found.push(
      warning(`${ready.length} of ${workers.length} edge workers are ready`, {
        fix: 'look again in a minute; if it stays so, the log has the reason',
      }),
    )
  }
  for (const worker of workers.filter((one) => one.restarts > restarts_max)) {
    found.push(
      warning(`edge worker ${worker.index} was restarted ${worker.restarts} times`, {
        why: 'requests under way are lost at every restart',
        fix: 'the log has the reason of each; memory (OOM killer: dmesg) is the usual one',
      }),
    )
  }
  if (last_reload?.is_done === false) {
    found.push(
      warning(`the last reload was refused: ${last_reload.message}`, {
        why: 'the node runs with the settings from before',
        fix: 'correct the settings, then gatehouse reload',
      }),
    )
  }
  if (last_reload?.is_done && last_reload.message !== '') {
    found.push(
      warning(last_reload.message, {
        why: 'the node runs with the old value of these',
        fix: 'systemctl restart gatehouse, or stop gatehouse run and start it again',
      }),
    )
  }
  if (found.length > 0) return found
  return [
    ok(`gatehouse ${version} runs since ${started_at}, ${counted(ready.length, 'worker')} ready`),
  ]
}
