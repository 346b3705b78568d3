import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadProgram } from '../compile/load.ts'
import type { Program } from '../program.ts'
import { begin } from './begin.ts'

const operators = [
  '@rx (?i)<script[^>]*>',
  '@rx [\\n\\r]+(?:location|set-cookie)\\s*:',
  '@rx ^[^;]+;\\s*a=b$',
  '@rx (?:union|select)\\b.{1,8}?from',
  '@rx [A-Z]{3}',
  '@rx [A-F]\\d',
  '@rx \\x5c[ux][0-9a-f]{2}',
  '@rx %[0-9a-f]{2}',
  '@rx \\xc3[\\x80-\\xbf]',
  '@rx a|b*$',
  '!@rx ^[a-z ]*$',
  '@pm union select ../ <x',
  '@validateByteRange 32-126',
  '!@validateByteRange 48-57',
  '@validateUrlEncoding',
  '@validateUtf8Encoding',
]
const chains = [
  't:none',
  't:lowercase',
  't:urlDecodeUni,t:lowercase',
  't:htmlEntityDecode,t:removeWhitespace',
  't:compressWhitespace,t:uppercase',
  't:replaceComments,t:cmdLine',
  't:normalizePathWin,t:removeNulls',
  't:base64Decode,t:lowercase',
  't:utf8toUnicode,t:urlDecodeUni',
  't:length',
]

/** Every operator after every chain, on its own and with multiMatch. */
function program(): Program {
  const lines = operators.flatMap((operator, row) =>
    chains.flatMap((chain, column) => {
      const id = 1000 + row * 100 + column * 2
      const rule = `SecRule ARGS "${operator}" "phase:1,pass,log,${chain}`
      return [`${rule},id:${id}"`, `${rule},id:${id + 1},multiMatch"`]
    }),
  )
  const text = `SecRuleEngine On\n${lines.join('\n')}\n`
  return loadProgram([{ file: 'test.conf', text }], { read_data: () => undefined }).program
}

/** Takes away what the prefilter knows, so that every operator sees every value. */
function blind(seeing: Program): Program {
  for (const rule of seeing.rules) {
    for (const link of rule.links) {
      Object.assign(link, { needs: [] })
      for (const node of [link.chain, ...link.chain.nodes]) Object.assign(node, { is_always: true })
    }
  }
  return seeing
}

function matchesOf(of: Program, query: string) {
  const transaction = begin(of, {
    request_id: 'r',
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 1,
    server_address: '192.0.2.2',
    server_port: 80,
    method: 'GET',
    uri: `/?${query}`,
    http_version: '1.1',
    headers: [],
  })
  transaction.requestHeaders()
  const values = transaction.matches.map((m) => `${m.rule_id} ${m.variable} ${m.value}`)
  return { values, left_out: transaction.matches_left_out }
}

const pieces = [
  ...'aAbBcCdDeEfFxXuU019 \t\n\r\v\0<>&;%+\\/.*-_=()\'"#!:,',
  '\x80',
  '\xc3\xa9',
  '\xa0',
  ...['<script>', 'union', 'SELECT', 'from', '%3c', '&lt;', '\\x3c', '/*x*/', '../', 'location:'],
]

test('what the prefilter passes over would not have matched', () => {
  const seeing = program()
  const unaided = blind(program())
  let state = 99
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  let matched = 0
  for (let round = 0; round < 1500; round++) {
    const value = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('')
    const escaped = [...value].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    const query = `a=${escaped.join('')}&b=plain`
    const expected = matchesOf(unaided, query)
    assert.deepEqual(matchesOf(seeing, query), expected, JSON.stringify(value))
    matched += expected.values.length
  }
  assert.ok(matched > 10_000, `the values tell something: ${matched} matches`)
})
