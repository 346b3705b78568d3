import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attack } from '#model/attack.ts'
import { attackLines, attackTable, cell } from './export.ts'

const attack: Attack = {
  id: '0192e4a0-0000-7000-8000-000000000001',
  attack_type: 'sqli',
  parameter: 'ARGS:id',
  target: 'shop.example/cart',
  site: 'shop',
  first_at: '2026-11-20T10:00:00.000Z',
  last_at: '2026-11-20T10:05:00.000Z',
  hits: 3,
  blocked: 2,
  clients: 1,
  client: '203.0.113.9',
  node: 'a',
  score_max: 15,
  rule_ids: [942100, 942190],
  value: '=HYPERLINK("http://evil.example","x"),1',
  reason: 'two\nlines',
  last_hit_id: '0192e4a0-0000-7000-8000-000000000002',
}

async function* times(count: number) {
  for (let i = 0; i < count; i++) yield attack
}

test('text that starts like a formula is neutralised', () => {
  for (const text of ['=1', '+1', '-1', '@x', '\t=1', '\r=1', '\t1', ' =1', '"=1', '\uff1d1']) {
    assert.match(cell(text), /^"?'/, JSON.stringify(text))
  }
  for (const text of ['1', 'a=b', 'a-b', '', 'http://x/?a=+b']) assert.equal(cell(text), text)
})

test('numbers stay numbers, also below zero', () => {
  assert.equal(cell(-5), '-5')
  assert.equal(cell([1, 2]), '1 2')
})

test('quotes, commas and line ends stay inside their cell', () => {
  assert.equal(cell('a"b'), '"a""b"')
  assert.equal(cell('a,b'), '"a,b"')
  assert.equal(cell('a\r\nb'), '"a\r\nb"')
})

test('a table has a header and a row per attack', async () => {
  const text = (await Array.fromAsync(attackTable(times(1)))).join('')
  assert.equal(
    text,
    'id,attack_type,parameter,target,site,first_at,last_at,hits,blocked,clients,client,node,score_max,rule_ids,value,reason,last_hit_id\r\n' +
      '0192e4a0-0000-7000-8000-000000000001,sqli,ARGS:id,shop.example/cart,shop,2026-11-20T10:00:00.000Z,2026-11-20T10:05:00.000Z,3,2,1,203.0.113.9,a,15,942100 942190,' +
      '"\'=HYPERLINK(""http://evil.example"",""x""),1","two\nlines",0192e4a0-0000-7000-8000-000000000002\r\n',
  )
})

test('an empty export is a header, or nothing', async () => {
  assert.equal((await Array.fromAsync(attackTable(times(0)))).length, 1)
  assert.equal((await Array.fromAsync(attackLines(times(0)))).length, 0)
})

test('lines are JSON, and come in chunks of bounded size', async () => {
  const chunks = await Array.fromAsync(attackLines(times(1000)))
  assert.ok(chunks.length > 5 && chunks.every((chunk) => chunk.length < 64 * 1024))
  const lines = chunks.join('').trimEnd().split('\n')
  assert.equal(lines.length, 1000)
  assert.deepEqual(JSON.parse(lines[999] ?? ''), attack)
})
