/**
 * What a commit costs a node: compiling a policy from its files, alone and after another one.
 * Run: node src/parts/enforcement/enforcement.bench.ts [rule set]
 */
import { Policy, type PolicyDocument } from '#model/policy.ts'
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { gatherBundle } from './gather.ts'

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

function measure(name: string, rounds: number, run: (round: number) => void): void {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    run(round)
    times.push(performance.now() - started)
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
