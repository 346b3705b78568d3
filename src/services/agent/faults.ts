/** Why a node has no line to a policy server, or does not take what it is offered. */
import { faults } from '#base/fault.ts'

export const agentFaults = faults('agent', {
  no_policy_server: (_: Record<string, never>) =>
    'Cannot reach a policy server: this node knows no address of one',
  unreachable: (f: { server: string; why: string }) =>
    `Cannot reach the policy server ${f.server}: ${f.why}`,
  refused: (f: { server: string; status: number; why: string; reason: string }) =>
    `Cannot connect to the policy server ${f.server}: it refuses this node (${f.status}, ${f.why})`,
  turned_away: (f: { server: string; status: number; why: string; reason: string }) =>
    `Cannot connect to the policy server ${f.server}: it answers ${f.status} (${f.why})`,
  malformed: (f: { server: string; why: string }) =>
    `Cannot understand the policy server ${f.server}: ${f.why}`,
  other_protocol: (f: { server: string; protocol: number; oldest: number; current: number }) =>
    `Cannot talk to the policy server ${f.server}: it speaks protocol ${f.protocol}, this node ${f.oldest} to ${f.current}`,
  silent: (f: { server: string; silence_ms: number }) =>
    `Cannot hear the policy server ${f.server}: it has been silent for ${f.silence_ms} ms`,
  line_ended: (f: { server: string }) =>
    `Cannot hear the policy server ${f.server}: it has closed the line`,
  reports_fail: (f: { server: string; why: string }) =>
    `Cannot report to the policy server ${f.server}: ${f.why}`,
  cannot_fetch: (f: { server: string; sha256: string; why: string }) =>
    `Cannot fetch the file ${f.sha256.slice(0, 16)} from ${f.server}: ${f.why}`,
  unexpected: (f: { bundle: string; why: string }) =>
    `Cannot enforce bundle "${f.bundle}": something unforeseen happened (${f.why})`,
})
