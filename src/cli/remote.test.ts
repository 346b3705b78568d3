/** Users, tokens and the activity log on the command line, on this machine and from another one. */
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pc from 'picocolors'
import type { ActivityCheck } from '#model/activity.ts'
import type { TokenView, UserView } from '#model/user.ts'
import { type TestPolicy, testPolicy } from '#services/policy/policy.support.ts'
import { program } from './command.ts'
import { exitCodeOf } from './exit.ts'

let site: TestPolicy
let here: readonly string[]
before(async () => {
  site = await testPolicy()
  const settings = join(site.dir, 'gatehouse.yaml')
  writeFileSync(settings, `state_dir: ${site.dir}\n`)
  here = ['--settings', settings]
})
after(() => site[Symbol.asyncDispose]())

type Ran = { readonly status: number; readonly data: unknown; readonly text: string; why: string }

async function gatehouse(...args: readonly string[]): Promise<Ran> {
  let data: unknown
  let text = ''
  const tree = program({
    line: (line = '') => {
      text += `${line}\n`
    },
    json: (value) => {
      data = value
    },
    table: async (_head, rows) => {
      text += rows.map((row) => row.join(' ')).join('\n')
    },
    note: () => {},
    colors: pc.createColors(false),
  }).configureOutput({ writeErr: () => {} })
  try {
    await tree.parseAsync(['node', 'gatehouse', ...args])
    return { status: 0, data, text, why: '' }
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    return { status: exitCodeOf(error), data, text, why }
  }
}

/** A token in a file, as `gatehouse token create` prints it. */
async function tokenFile(...options: readonly string[]): Promise<string> {
  const made = await gatehouse(...here, 'token', 'create', '--name', 'far', ...options)
  assert.equal(made.status, 0, made.why)
  const path = join(site.dir, `token-${Math.trunc(performance.now() * 1000)}`)
  writeFileSync(path, made.text, { mode: 0o600 })
  return path
}

test('a user is made, seen, given a role and removed; what cannot be ends with its exit code', async () => {
  const made = await gatehouse(...here, 'user', 'add', 'vera', '--role', 'analyst')
  assert.match(made.text, /^vera \/ [\w-]{24}\n$/)
  assert.equal((await gatehouse(...here, 'user', 'add', 'vera', '--role', 'viewer')).status, 6)
  assert.equal((await gatehouse(...here, 'user', 'add', 'x', '--role', 'boss')).status, 2)
  assert.equal((await gatehouse(...here, 'user', 'role', 'vera', 'viewer')).status, 0)
  const { data } = await gatehouse(...here, '--json', 'user', 'list')
  const { users } = data as { users: UserView[] }
  assert.deepEqual(
    users.map((one) => [one.username, one.role]),
    [
      ['admin', 'administrator'],
      ['vera', 'viewer'],
    ],
  )
  assert.equal((await gatehouse(...here, 'user', 'role', 'admin', 'viewer')).status, 6)
  assert.equal((await gatehouse(...here, 'user', 'remove', 'vera')).status, 0)
  assert.equal((await gatehouse(...here, 'user', 'remove', 'vera')).status, 4)
  assert.equal((await gatehouse(...here, 'user', 'remove-totp', 'admin')).status, 0)
})

test('with a token the same verbs work from another machine, as far as its role goes', async () => {
  const far = (file: string) => ['--server', site.policy.url, '--token-file', file]
  const reader = await tokenFile('--role', 'viewer')
  assert.equal((await gatehouse(...far(reader), 'attacks')).status, 0)
  const refused = await gatehouse(...far(reader), 'user', 'list')
  assert.deepEqual([refused.status, /needs administrator/.test(refused.why)], [5, true])

  const strong = await tokenFile('--ttl', '1h')
  const { data } = await gatehouse(...far(strong), '--json', 'token', 'list')
  const { tokens } = data as { tokens: TokenView[] }
  assert.deepEqual(tokens.map((one) => [one.name, one.owner, one.role]).sort(), [
    ['far', 'local', 'administrator'],
    ['far', 'local', 'viewer'],
  ])
  for (const { id } of tokens.toSorted((a, b) => (a.role > b.role ? -1 : 1)))
    assert.equal((await gatehouse(...far(strong), 'token', 'revoke', id)).status, 0)
  assert.equal((await gatehouse(...far(strong), 'token', 'list')).status, 5)
})

test('a token file that others may read, or that holds no token, is not used', async () => {
  const file = await tokenFile()
  const list = ['--server', site.policy.url, '--token-file', file, 'user', 'list']
  chmodSync(file, 0o644)
  const open = await gatehouse(...list)
  assert.deepEqual([open.status, /chmod 600/.test(open.why)], [2, true])
  chmodSync(file, 0o600)
  assert.equal((await gatehouse(...list)).status, 0)
  writeFileSync(file, 'correct horse')
  assert.equal((await gatehouse(...list)).status, 2)
})

test('flags for another machine are refused where they mean nothing', async () => {
  const file = await tokenFile()
  const far = ['--server', site.policy.url, '--token-file', file]
  for (const verb of ['status', 'check', 'reload'])
    assert.equal((await gatehouse(...far, verb)).status, 2, verb)
  assert.equal((await gatehouse('--server', site.policy.url, 'user', 'list')).status, 2)
  assert.equal((await gatehouse('--token-file', file, 'user', 'list')).status, 2)
  const plain = ['--server', 'http://192.0.2.1', '--token-file', file]
  assert.match((await gatehouse(...plain, 'user', 'list')).why, /https only/)
  const away = ['--server', 'http://127.0.0.1:1', '--token-file', file]
  assert.equal((await gatehouse(...away, 'user', 'list')).status, 7)
})

test('audit lists and verifies; a head that is not in the chain ends with 1', async () => {
  const listed = await gatehouse(...here, 'audit', 'list', '--search', 'users.create')
  assert.match(listed.text, /local local users\.create user vera/)
  const { data } = await gatehouse(...here, '--json', 'audit', 'verify')
  const { head } = data as ActivityCheck
  const verify = (noted: string) => gatehouse(...here, 'audit', 'verify', '--head', noted)
  assert.match((await verify(head)).text, /^intact: \d+ entries/)
  const other = await verify('0'.repeat(64))
  assert.equal(other.status, 1)
  assert.match(other.text, /^broken: .*noted/)
  assert.equal((await verify('x')).status, 2)
})
