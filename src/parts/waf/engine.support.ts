/** A small engine for tests: rules in, requests through all phases. */
import { compileRuleset } from './ruleset.ts'
import type { Transaction, TransactionStart } from './transaction.ts'

export type Sent = Partial<TransactionStart> & {
  readonly body?: string
  readonly response?: { readonly status: number; readonly type: string; readonly body: string }
}

const base = `
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
`

/** A rule set and a way to send requests through all its phases. */
export function engine(rules: string): (sent?: Sent) => Transaction {
  const ruleset = compileRuleset([{ file: 'test.conf', text: base + rules }], {
    read_data: (path) => (path === 'words.data' ? '# words\nevil\n\n bad word \n' : undefined),
  })
  return ({ body, response, ...start } = {}) => {
    const transaction = ruleset.begin({
      request_id: 'r1',
      at_ms: Date.UTC(2026, 0, 1),
      client_address: '192.0.2.1',
      client_port: 1,
      server_address: '127.0.0.1',
      server_port: 80,
      method: 'GET',
      uri: '/',
      http_version: '1.1',
      headers: [],
      ...start,
    })
    transaction.requestHeaders()
    transaction.requestBody(body)
    const { status = 200, type = 'text/html', body: page = '' } = response ?? {}
    const headers = [['Content-Type', type]] as const
    transaction.responseHeaders({ status, http_version: '1.1', headers })
    transaction.responseBody(transaction.wantsResponseBody() ? page : undefined)
    transaction.logging()
    return transaction
  }
}

/** The ids of the rules that matched, in order. */
export const ids = (transaction: Transaction) => transaction.matches.map((match) => match.rule_id)
