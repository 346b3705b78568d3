/** People and what they leave behind: users, tokens, second factors, bans, activity, system log; and what a viewer is not offered. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { insertEvents } from '#parts/records/events.ts'
import { sixDigits } from './support/authenticator.ts'
import { openBrowser, type Watch, watch } from './support/browser.ts'
import { eventOf } from './support/events.data.ts'
import { login, own_password } from './support/login.ts'
import { type ConsoleServer, consoleServer } from './support/server.ts'
import { callAs, commit, makeDraft, withSite } from './support/work.ts'

const rising = new AsyncDisposableStack()
let server: ConsoleServer
let browser: BrowserContext
let page: Page
let seen: Watch

before(async () => {
  server = rising.use(await consoleServer())
  browser = rising.use(await openBrowser())
  page = await browser.newPage()
  seen = watch(page, server.url)
  seen.expect('401')
  await login(page, server)
})
after(() => rising.disposeAsync())

const open = (path: string) => page.goto(server.url + path)
const button = (name: string) => page.getByRole('button', { name, exact: true })
const cell = (name: string) => page.getByRole('cell', { name, exact: true }).first()
const dialog = () => page.getByRole('dialog')

test('an address is put on a list, found, and taken off', async () => {
  await open('/lists')
  await page.getByText('Nobody is listed').waitFor()
  await button('Add').click()
  await page.getByLabel('Address or network').fill('198.51.100.0/24')
  await page.getByLabel('Reason').fill('a scanner')
  await page.getByLabel('For how long').selectOption('For ever')
  await button('Put on the list').click()
  await cell('198.51.100.0/24').waitFor()
  await page.getByLabel('Search lists').fill('198.51.100.77')
  await page.waitForURL(/q=198\.51\.100\.77/)
  await cell('198.51.100.0/24').waitFor()
  await page.getByLabel('Search lists').fill('203.0.113.1')
  await page.getByText('Nothing fits').waitFor()
  await open('/lists')
  await button('Remove 198.51.100.0/24').click()
  await button('Remove').click()
  await page.getByText('Nobody is listed').waitFor()
  await page.getByLabel('With those that ended').click()
  await page.getByText('Ended').first().waitFor()
})

test('an address that is none is told', async () => {
  seen.expect('400')
  seen.expect('422')
  await open('/lists')
  await button('Add').click()
  await page.getByLabel('Address or network').fill('300.1.2.3')
  await button('Put on the list').click()
  await dialog().getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
})

test('the sender of an attack is banned from where the attack is read', async () => {
  await open('/attacks?q=type:sqli')
  await page.getByRole('table').getByRole('link').first().click()
  await button('Ban source').click()
  await dialog().getByLabel('For how long').selectOption('1 day')
  await button('Ban').click()
  await page.getByText('is banned').waitFor()
  await page.getByRole('link', { name: 'See the lists' }).click()
  await cell('Deny').waitFor()
})

test('a token is told once, and gone when it is revoked', async () => {
  await open('/settings/tokens')
  await page.getByText('No token yet').waitFor()
  await button('New token').click()
  await page.getByLabel('Name').fill('report')
  await page.getByLabel('Role').selectOption('viewer')
  await button('Make it').click()
  await page.getByText('It is shown only now').waitFor()
  const token = (await dialog().locator('code').textContent()) ?? ''
  const asked = await fetch(`${server.url}/api/v1/nodes`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(asked.status, 200)
  await button('Done').click()
  await button('Revoke report').click()
  await button('Revoke').click()
  await page.getByText('No token yet').waitFor()
})

test('a second factor is set up, asked for, and turned off', async () => {
  await open('/settings/security')
  await page.getByLabel('Your password', { exact: true }).fill(own_password)
  await button('Set it up').click()
  const secret = (await page.locator('main code').first().textContent()) ?? ''
  await page.getByLabel('Then type what it shows').fill(sixDigits(secret, 0))
  await button('Turn it on').click()
  await page.getByText('Your second factor is on').waitFor()
  await page.getByRole('button', { name: 'admin' }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill(own_password)
  await button('Log in').click()
  await page.getByLabel('Six digits').waitFor()
  assert.equal(await page.getByRole('alert').count(), 0)
  // A code counts once: the next one is taken, which the clock allows for.
  await page.getByLabel('Six digits').fill(sixDigits(secret, 1))
  await button('Log in').click()
  await page.getByText('Your second factor is on').waitFor()
})

test('a change is on the activity log, whose chain holds', async () => {
  await commit(server, 'A change to be seen', (document) =>
    withSite(document, 'blog', { block_status: 406 }),
  )
  await open('/activity')
  await page.getByText('policy.commit').first().waitFor()
  await page.getByLabel('Search activity').fill('tokens.')
  await page.getByText('tokens.revoke').waitFor()
  await button('Verify the chain').click()
  await page.getByText('The chain is whole').waitFor()
})

test('the system log is filtered, and tells what happens while one looks', async () => {
  await open('/log')
  await page.getByText('edge-2 refused it').waitFor()
  await page.getByLabel('This severe or worse').selectOption('Error')
  await page.getByText('Worker 1 died').waitFor({ state: 'detached' })
  await page.getByLabel('Event').fill('rollout.')
  await page.getByText('has not been heard of').waitFor({ state: 'detached' })
  await page.waitForURL(/severity=error/)
  await page.getByText('Live', { exact: true }).first().waitFor()
  const start_ms = performance.now()
  const said = { node: 'gw-a', severity: 'error', name: 'rollout.stopped', fields: {} } as const
  await insertEvents(server.database, [
    eventOf(Date.now(), { ...said, message: 'It stopped again' }),
    eventOf(Date.now(), { ...said, severity: 'info', message: 'Nobody minds' }),
  ])
  await page.getByText('It stopped again').waitFor()
  const took_ms = performance.now() - start_ms
  assert.ok(took_ms < 4000, `it took ${took_ms} ms`)
  assert.equal(await page.getByText('Nobody minds').count(), 0)
})

test('a new user gets a one-time password, and as a viewer is offered nothing to change', async () => {
  await open('/settings/users')
  await button('Add user').click()
  await page.getByLabel('User name').fill('victor')
  await button('Add').click()
  await page.getByText('victor logs in with it once').waitFor()
  const password = (await dialog().locator('code').textContent()) ?? ''
  await button('Done').click()
  await makeDraft(page, 'Of the administrator', (document) => document)

  await using other = await openBrowser()
  const view = await other.newPage()
  const watched = watch(view, server.url)
  watched.expect('401')
  await login(view, { ...server, username: 'victor', password })
  for (const [path, word] of [
    ['/policy', 'History'],
    ['/rules', 'Own rules'],
    ['/exceptions', 'blog-editor'],
    ['/lists', 'Deny'],
    ['/nodes', 'In sync'],
  ] as const) {
    await view.goto(server.url + path)
    await view.getByText(word).first().waitFor()
    const names = await view.locator('main').getByRole('button').allTextContents()
    const changing = names.filter((name) =>
      /\b(add|new|edit|remove|roll back|revoke|commit|write|ban)\b/i.test(name),
    )
    assert.deepEqual(changing, [], path)
  }
  await view.goto(`${server.url}/attacks?q=type:xss`)
  await view.getByRole('table').getByRole('link').first().click()
  await view.getByRole('heading', { name: 'Facts' }).waitFor()
  for (const name of ['Find a fix', 'Ban source']) {
    assert.equal(await view.getByRole('button', { name }).count(), 0, name)
  }
  await view.goto(`${server.url}/policy`)
  await view.getByRole('link', { name: 'Of the administrator' }).click()
  await view.getByText('You may read drafts, not write them').waitFor()
  assert.equal(await view.getByRole('button', { name: /Save|Discard|Review/ }).count(), 0)
  await view.goto(`${server.url}/settings`)
  await view.waitForURL('**/settings/tokens')
  assert.equal(await view.getByRole('link', { name: 'Users' }).count(), 0)
  assert.deepEqual(watched.wrongs, [])
})

test('an analyst prepares a change, and is told who commits it', async () => {
  const { one_time_password: password } = await callAs<{ one_time_password: string }>(
    page,
    'POST /api/v1/users',
    { username: 'nora', role: 'analyst' },
  )
  await using other = await openBrowser()
  const view = await other.newPage()
  await login(view, { ...server, username: 'nora', password })
  const draft = await makeDraft(view, 'By an analyst', (document) =>
    withSite(document, 'shop', { mode: 'monitor' }),
  )
  await view.goto(`${server.url}/policy/drafts/${draft.id}?tab=review`)
  await view.getByText('An administrator commits it').waitFor()
  await view.getByText(/rules of .* compile/).waitFor({ timeout: 60_000 })
  assert.equal(await view.getByRole('button', { name: 'Commit' }).count(), 0)
  // Whoever may commit goes on with a copy.
  await open(`/policy/drafts/${draft.id}`)
  await page.getByText('This draft belongs to nora').waitFor()
  await button('Make it mine as a copy').click()
  await page.getByRole('heading', { name: 'By an analyst (copy)' }).waitFor()
  await open('/settings/users')
})

test('a user is removed when the name is typed', async () => {
  await page.getByRole('button', { name: 'Actions for victor' }).click()
  await page.getByRole('menuitem', { name: 'Remove user' }).click()
  await page.getByLabel('Type victor to confirm').fill('victor')
  await dialog().getByRole('button', { name: 'Remove user' }).click()
  await page.getByText('victor', { exact: true }).waitFor({ state: 'detached' })
})

test('nothing of all this was logged as an error or went to another host', () => {
  assert.deepEqual(seen.wrongs, [])
})
