/** Does this node enforce the newest policy? */
import { Fault } from '#base/fault.ts'
import { whyIgnored } from '../file-import.ts'
import { withApi } from '../local.ts'
import { oneLine } from '../policy-words.ts'
import {
  type Check,
  critical,
  type Finding,
  isPolicyServer,
  ok,
  type Patient,
  warning,
} from './finding.ts'

export const policy: Check = async (patient) => {
  const { status, nodes, identity } = patient
  if (!status) return []
  const own = nodes.find((node) => node.id === identity?.node_id)
  if (status.bundle === '') {
    return [
      critical('no policy has arrived yet', {
        why: 'every request is answered with 503 until the first one comes',
        fix: 'bring a policy server in reach; the checks of peers say what is in the way',
      }),
    ]
  }
  const found: Finding[] = await stoppedRollout(patient)
  if (own?.refusal) {
    found.push(
      critical(`the newest policy was refused here: ${own.refusal.message}`, {
        why: `${status.bundle} stays in force, other nodes may be ahead`,
        fix: 'gatehouse rollback, or bring this node to the version of the policy server',
      }),
    )
  } else if (own?.sync_status === 'behind') {
    found.push(
      warning(`${status.bundle} is in force, which is not the newest policy`, {
        why: 'a change that others enforce is not enforced here',
        fix: 'gatehouse rollout shows whether a roll-out is under way or was stopped',
      }),
    )
  }
  const different = status.workers.filter(
    (worker) => worker.state === 'ready' && worker.bundle !== status.bundle,
  )
  if (different.length > 0) {
    found.push(
      warning(`${different.length} workers enforce another policy than ${status.bundle}`, {
        fix: 'look again in a few seconds: it is so while a policy is changed',
      }),
    )
  }
  if (status.revision === 0) {
    found.push(
      warning('the policy of the settings file is in force, none that was committed', {
        why: 'other nodes get their policy from commits only',
        fix: 'look at the log for why the file was not committed',
      }),
    )
  }
  const ignored = isPolicyServer(patient) ? await whyIgnored(patient.settings) : undefined
  if (ignored !== undefined) {
    found.push(
      warning(ignored, {
        why: 'what is committed is in force; changes of the file change nothing',
        fix: 'gatehouse reload --take-file, or remove sites: and rules: from the file',
      }),
    )
  }
  if (status.faults > 0) {
    found.push(
      warning(`the rule engine failed on ${status.faults} requests`, {
        why: 'on_fault of their site decided whether they passed',
        fix: 'the log names rule and request of each',
      }),
    )
  }
  return found.length > 0 ? found : [ok(`${status.bundle} is in force`)]
}

/** Only policy servers know. An API that does not answer is told by the check of the database. */
async function stoppedRollout(patient: Patient): Promise<Finding[]> {
  if (!isPolicyServer(patient)) return []
  const call = 'GET /api/v1/policy/rollout'
  const answer = await withApi(patient.settings, (api) => api.call(call), {
    timeout_ms: 4000,
  }).catch((error: unknown) => {
    if (error instanceof Fault) return undefined
    throw error
  })
  const rollout = answer?.rollout
  if (rollout?.state !== 'stopped') return []
  return [
    warning(`the roll-out of ${rollout.bundle} is stopped: ${oneLine(rollout.why, 300)}`, {
      why: 'some nodes enforce it, others the one before',
      fix: 'gatehouse rollout shows each node; gatehouse rollback N --yes, or gatehouse rollout --resume',
    }),
  ]
}
