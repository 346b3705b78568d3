/**
 * What a commit costs a node: compiling a policy from its files, alone and after another one. What exceptions and IP lists
 * cost a request. All in CPU time.
 * Run: node src/parts/enforcement/enforcement.bench.ts [rule set]
 */

import { systemClock } from '#base/clock.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { Policy, type PolicyDocument } from '#model/policy.ts'
import { type CompiledPolicy, compilePolicy, compilePolicyInSlices } from './compiled-policy.ts'
import { gatherBundle } from './gather.ts'
import { compileLists } from './ip-lists.ts'

const set = process.argv[2] ?? 'package'

function filesOf(document: PolicyDocument) {
  const policy = Policy.parse(document)
  return gatherBundle(policy, Policy.encode(policy), { kept_dir: '' })
}

function documentOf(exceptions: number, own: string): PolicyDocument {
  return {
    rules: { set },
    sites: [
      { name: 'shop', hosts: ['shop.example'], upstreams: [{ url: 'http://127.0.0.1:3000' }] },
      {
        name: 'blog',
        hosts: ['blog.example'],
        upstreams: [{ url: 'http://127.0.0.1:3001' }],
        profiles: ['wordpress'],
      },
    ],
    own_rules: [{ name: 'own', text: own }],
    exceptions: Array.from({ length: exceptions }, (_, at) => ({
      name: `exception-${at}`,
      site: 'shop',
      path: at % 2 === 0 ? `/path/${at}` : `/path/${at}/*`,
      parameter: 'ARGS:content',
      rules: [942100],
    })),
  }
}

/** Of this process, in all threads: other work on the machine does not count. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function measure(name: string, rounds: number, run: (round: number) => void): void {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = cpuMilliseconds()
    run(round)
    times.push(cpuMilliseconds() - started)
  }
  times.sort((a, b) => a - b)
  const median = times[times.length >> 1] ?? 0
  console.log(`${name}: median ${median.toFixed(1)} ms, slowest ${times.at(-1)?.toFixed(1)} ms`)
}

const rule = (round: number) =>
  `SecRule ARGS:own "@rx ^bad${round}$" "id:100001,phase:2,deny,status:403,msg:'Own'"\n`

measure('gather', 10, () => void filesOf(documentOf(0, rule(0))))
const plain = filesOf(documentOf(0, rule(0)))
measure('compile alone', 10, () => void compilePolicy(plain))
let last: CompiledPolicy = compilePolicy(plain)
last.ruleset.warmUp(3)
const step = (files: ReturnType<typeof filesOf>) => {
  last = compilePolicy(files, last)
}
const other = filesOf(documentOf(1, rule(0)))
measure('exceptions changed', 40, (round) => step(round % 2 === 0 ? other : plain))
const own = Array.from({ length: 20 }, (_, round) => filesOf(documentOf(0, rule(round + 1))))
measure('own rules changed', 20, (round) => step(own[round] ?? plain))
const many = [0, 1].map((more) => filesOf(documentOf(10_000 + more, rule(19))))
measure('10,000 exceptions, one changed', 10, (round) => step(many[round % 2] ?? plain))

/** How long a process that compiles in slices keeps others waiting. */
async function slices(name: string, files: ReturnType<typeof filesOf>, previous?: CompiledPolicy) {
  let began = performance.now()
  const taken: number[] = []
  const clock = {
    ...systemClock,
    async sleep() {
      taken.push(performance.now() - began)
      await systemClock.sleep(0)
      began = performance.now()
    },
  }
  await compilePolicyInSlices(files, previous, clock)
  taken.push(performance.now() - began)
  console.log(`${name}: ${taken.length} slices, the longest ${Math.max(...taken).toFixed(1)} ms`)
}
await slices('slices, alone', plain)
await slices('slices, own rules changed', own[1] ?? plain, last)
await slices('slices, 10,000 exceptions', many[0] ?? plain, last)

/** Nanoseconds a call. */
function each(name: string, calls: number, run: (call: number) => unknown): void {
  for (let call = 0; call < calls / 10; call++) run(call)
  const started = cpuMilliseconds()
  for (let call = 0; call < calls; call++) run(call)
  console.log(`${name}: ${(((cpuMilliseconds() - started) * 1e6) / calls).toFixed(0)} ns`)
}

const headers: (readonly [string, string])[] = [['Host', 'shop.example']]
const request = (method: string, uri: string) => ({
  request_id: 'r',
  at_ms: 1_800_000_000_000,
  client_address: '192.0.2.7',
  client_port: 40_000,
  server_address: '127.0.0.1',
  server_port: 80,
  method,
  uri,
  http_version: '1.1',
  headers,
})
const bare = compilePolicy(plain, last).sites[0]
const full = compilePolicy(many[0] ?? plain, last).sites[0]
for (const uri of ['/shop/items/1.html?q=1', '/path/5000?q=1', '/path/5001/a/b?q=1']) {
  each(`begin ${uri}, no exceptions`, 100_000, () => bare?.begin(request('GET', uri), uri))
  each(`begin ${uri}, 10,000 exceptions`, 100_000, () => full?.begin(request('GET', uri), uri))
}

const entry = (at: number): ListEntry => ({
  id: `018f0000-0000-7000-8000-${String(at).padStart(12, '0')}`,
  kind: at % 10 === 0 ? 'allow' : at % 3 === 0 ? 'gray' : 'deny',
  network:
    at % 5 === 0
      ? `2001:db8:${(at % 65_536).toString(16)}:${(at >> 16).toString(16)}::/${64 - (at % 4)}`
      : `${1 + ((at >> 16) % 200)}.${(at >> 8) & 255}.${at & 255}.0/${24 + (at % 9)}`,
  site: '',
  reason: '',
  origin: 'operator',
  created_by: 'a',
  created_at: '2026-01-01T00:00:00Z',
  expires_at: at % 2 === 0 ? '2027-01-01T00:00:00Z' : null,
})
for (const size of [1000, 100_000, 1_000_000]) {
  const entries = Array.from({ length: size }, (_, at) => entry(at))
  const started = cpuMilliseconds()
  const lists = compileLists(entries)
  console.log(`${size} list entries: built in ${(cpuMilliseconds() - started).toFixed(0)} ms`)
  const at_ms = Date.UTC(2026, 5, 1)
  each(`find IPv4 among ${size}`, 200_000, (call) =>
    lists.find(`${1 + (call % 200)}.${call & 255}.7.9`, 'shop', at_ms),
  )
  each(`find IPv6 among ${size}`, 200_000, (call) =>
    lists.find(`2001:db8:${(call % 65_536).toString(16)}::1`, 'shop', at_ms),
  )
}
