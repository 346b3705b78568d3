/** What can go wrong with commands and processes, in sentences. */
import { faults } from '#base/fault.ts'

export const supervisorFaults = faults('supervisor', {
  closed_intake: (f: { listen: string }) =>
    `Cannot take records of other nodes: analytics.listen (${f.listen}) is reached from this machine only`,
  own_records: (f: { name: string; policy_servers: string }) =>
    `Cannot start "${f.name}": it takes records for its cluster and would keep them in its embedded database, where no console finds them; set database: to the PostgreSQL that the policy server (${f.policy_servers}) uses`,
  in_use: (f: { dir: string; holder: string }) =>
    `Cannot start on "${f.dir}": ${f.holder} is running on it`,
  worker_hung: (f: { index: number }) =>
    `Edge worker ${f.index} was not ready after 60 seconds and is ended`,
  worker_died: (f: { index: number; how: string }) => `Edge worker ${f.index} died: ${f.how}`,
  worker_stalled: (f: { index: number }) =>
    `Edge worker ${f.index} gave no sign of life for 20 seconds and is replaced`,
  worker_refused: (f: { code: string; message: string }) => f.message,
  worker_slow: (f: { index: number }) =>
    `Cannot change the policy: edge worker ${f.index} has not answered for 20 seconds`,
  worker_lost: (f: { index: number }) =>
    `Cannot change the policy: edge worker ${f.index} died over it`,
  boot_policy_broken: (f: { path: string; why: string }) =>
    `Cannot read the policy of the settings file in "${f.path}": ${f.why}`,
  no_authority: (f: { dir: string }) =>
    `Cannot start the office: "${f.dir}" lacks the keys of a policy server`,
  office_away: (f: { state: string }) => `Cannot commit what the settings file says: ${f.state}`,
  sites_ignored: (f: { file: string }) =>
    `Cannot use sites and rules of "${f.file}": this node takes its policy from the policy servers of its cluster`,
  not_in_force: (f: { revision: number; state: string }) =>
    `Cannot tell that revision ${f.revision} is in force here: ${f.state}`,
  office_died: (f: { how: string }) => `Analytics, API and console died: ${f.how}`,
  office_refused: (f: { code: string; message: string }) => f.message,
  needs_restart: (f: { parts: string; count: number }) =>
    `Cannot apply changed settings while running: ${f.parts} ${f.count === 1 ? 'needs' : 'need'} a restart`,
})

export const cliFaults = faults('cli', {
  not_running: (f: { why: string }) => `Cannot reach Gatehouse on this machine: ${f.why}`,
  exists: (f: { file: string }) => `Cannot write settings: "${f.file}" is there already`,
  no_site: (f: { file: string }) => `Cannot find a site in "${f.file}"`,
  site_off: (f: { site: string }) =>
    `Cannot explain: site "${f.site}" is off, nothing is inspected`,
  bad_request: (f: { why: string }) => `Cannot read the request: ${f.why}`,
  rule_file: (f: { file: string; why: string }) => `Cannot read rules from "${f.file}": ${f.why}`,
  usage: (f: { why: string }) => f.why,
  token_file: (f: { path: string; reason: string }) => `Cannot use "${f.path}": ${f.reason}`,
  member: (f: { name: string; cluster_id: string; state_dir: string }) =>
    `Cannot join: this machine belongs to cluster ${f.cluster_id} already, as "${f.name}"`,
  still_running: (f: { state_dir: string; holder: string }) =>
    `Cannot join: ${f.holder} runs Gatehouse on "${f.state_dir}"`,
  unwritable: (f: { file: string; why: string }) => `Cannot write settings "${f.file}": ${f.why}`,
  no_api: (f: { name: string; servers: string }) =>
    `Cannot do this on "${f.name}": it has no console and no API; type it on a policy server (${f.servers})`,
  api_away: (f: { pid: number }) =>
    `Cannot reach the API of this machine: Gatehouse runs (process ${f.pid}), but its API does not answer`,
  no_node: (f: { name: string; known: string }) =>
    `Cannot find the node "${f.name}": the cluster has ${f.known}`,
  not_listed: (f: { network: string; known: string }) =>
    `Cannot take "${f.network}" off: it is not on the list; there is ${f.known}`,
  no_draft: (f: { name: string; known: string }) =>
    `Cannot find ${f.name === '' ? 'a draft of yours' : `the draft "${f.name}"`}: there are ${f.known}`,
  drafts_many: (f: { known: string }) => `Cannot tell which draft is meant: name one of ${f.known}`,
  policy_file: (f: { file: string; why: string }) => `Cannot use "${f.file}": ${f.why}`,
  stopped: (f: { revision: number; state: string; why: string }) =>
    `Cannot bring revision ${f.revision} to all nodes: the roll-out is ${f.state}: ${f.why}`,
  still_going: (f: { revision: number; waited: string; why: string }) =>
    `Cannot say that revision ${f.revision} is on all nodes: after ${f.waited} the roll-out still runs: ${f.why}`,
})
