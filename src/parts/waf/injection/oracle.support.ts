import { createRequire } from 'node:module'
import { z } from '#base/schema.ts'

/** Verdicts of libinjection, to measure ours against. Development only. */
export interface Oracle {
  readonly version: string
  /** undefined when the value cannot be shown to the oracle: it takes UTF-8 text, not bytes. */
  sqli(value: string): boolean | undefined
  xss(value: string): boolean | undefined
}

const Binding = z.object({
  DDWAF: z.custom<BindingClass>((found) => typeof found === 'function'),
})

interface BindingClass {
  new (rules: object, path: string): { createContext(): Context }
  version(): string
}

interface Context {
  run(payload: object, timeout_us: number): { readonly events?: readonly object[] }
  dispose(): void
}

/** Loads `@datadog/native-appsec`; throws with the command that installs it. */
export function openOracle(): Oracle {
  let loaded: unknown
  try {
    loaded = createRequire(import.meta.url)('@datadog/native-appsec')
  } catch (cause) {
    throw new Error('Cannot load the oracle: npm install --include=dev @datadog/native-appsec', {
      cause,
    })
  }
  const { DDWAF } = Binding.parse(loaded)
  const rules = ['is_sqli', 'is_xss'].map((operator) => ({
    id: operator,
    name: operator,
    tags: { type: operator, category: 'attack_attempt' },
    conditions: [{ operator, parameters: { inputs: [{ address: operator }] } }],
    transformers: [],
  }))
  const waf = new DDWAF({ version: '2.2', rules }, 'oracle')
  const ask = (operator: string, value: string): boolean | undefined => {
    const text = Buffer.from(value, 'latin1').toString('utf8')
    if (Buffer.from(text, 'utf8').toString('latin1') !== value) return undefined
    const context = waf.createContext()
    const result = context.run({ persistent: { [operator]: text } }, 1_000_000)
    context.dispose()
    return (result.events?.length ?? 0) > 0
  }
  return {
    version: DDWAF.version(),
    sqli: (value) => ask('is_sqli', value),
    xss: (value) => ask('is_xss', value),
  }
}
