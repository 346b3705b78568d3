import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { program } from '../command.ts'
import type { Output } from '../output.ts'

async function scriptFor(shell: string): Promise<string> {
  let text = ''
  const line = (l = '') => {
    text += `${l}\n`
  }
  const output = { line, json() {}, note() {}, async table() {}, colors: {} } as unknown as Output
  await program(output).parseAsync(['node', 'gatehouse', 'completion', shell])
  return text
}

/** What bash offers after these words; the last is the one being typed. */
function offered(script: string, words: readonly string[]): string[] {
  const quoted = words.map((w) => `'${w}'`).join(' ')
  const ask = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _gatehouse; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).split('\n').filter(Boolean)
}

test('bash completes verbs, verbs below verbs, and flags', async () => {
  const script = await scriptFor('bash')
  assert.deepEqual(offered(script, ['gatehouse', 'stat']), ['status'])
  assert.deepEqual(offered(script, ['gatehouse', 'rules', 'a']), ['add'])
  assert.deepEqual(offered(script, ['gatehouse', '--json', 'test', 'at']), ['attack'])
  assert.ok(offered(script, ['gatehouse', 'attacks', '--s']).includes('--since'))
  assert.ok(offered(script, ['gatehouse', 'attacks', '--s']).includes('--settings'))
})

test('zsh gets a script that names every verb', async () => {
  const script = await scriptFor('zsh')
  assert.match(script, /^#compdef gatehouse/)
  for (const verb of ['up', 'run', 'check', 'why', 'explain', 'reload'])
    assert.match(script, new RegExp(`\\b${verb}\\b`))
})

test('an unknown shell is refused with what is known', async () => {
  await assert.rejects(scriptFor('fish'))
})
