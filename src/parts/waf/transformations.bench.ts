import { bench, do_not_optimize, group, run } from 'mitata'
import { transformations } from './transformations.ts'

/** A value as honest requests hold it, an encoded attack, and a long text. */
const values = {
  plain: 'running-shoes size 42',
  attack: '%3Cscript%3Ealert(1)%3C/script%3E &lt;img src=\\x41 /*x*/ UNION%20SELECT',
  long: Buffer.from(
    'The quick brown fox jumps over the lazy dog, and the gateway looks on. '.repeat(29),
  ).toString('latin1'),
}

for (const [kind, value] of Object.entries(values)) {
  group(`${kind} (${value.length} bytes)`, () => {
    for (const [name, transform] of transformations) {
      bench(name, () => do_not_optimize(transform(value)))
    }
  })
}

await run()
