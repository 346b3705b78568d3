/** The pages about policy, nodes, users and logs, in both themes, on a desk and on a phone: they hold together and anybody can use them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import {
  accessibilityFaults,
  openBrowser,
  scrollsSideways,
  type Watch,
  watch,
} from './support/browser.ts'
import { login } from './support/login.ts'
import { eachLook } from './support/screenshots.ts'
import { type ConsoleServer, consoleServer } from './support/server.ts'
import { work } from './support/work.ts'

const rising = new AsyncDisposableStack()
let server: ConsoleServer
let browser: BrowserContext
let page: Page
let seen: Watch

before(async () => {
  server = rising.use(await consoleServer({ has_rollback: false }))
  browser = rising.use(await openBrowser())
  page = await browser.newPage()
  seen = watch(page, server.url)
  seen.expect('401')
  await login(page, server)
  await work(server, page)
})
after(() => rising.disposeAsync())

async function holds(name: string, fullPage = true): Promise<void> {
  const look = async (where: string) => {
    assert.deepEqual(await accessibilityFaults(page), [], where)
    assert.equal(await scrollsSideways(page), false, `${where} scrolls sideways`)
  }
  await eachLook(page, name, look, fullPage)
  assert.deepEqual(seen.wrongs, [])
}

const open = (path: string) => page.goto(server.url + path)
const heading = (name: string) => page.getByRole('heading', { name }).first().waitFor()

test('nodes', async () => {
  await open('/nodes')
  await page.getByText('edge-2').first().waitFor()
  await page.getByText('Refused').first().waitFor()
  await holds('nodes')
})

test('add a node', async () => {
  await page.getByRole('button', { name: 'Add node' }).click()
  await page.getByRole('heading', { name: 'Add a node' }).waitFor()
  await holds('node-add', false)
  await page.getByRole('button', { name: 'Make the line' }).click()
  await page.getByText('Waiting for the node').waitFor()
  await holds('node-line', false)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('heading', { name: 'Open invitations' }).waitFor()
})

test('a node', async () => {
  await page.getByRole('link', { name: 'gw-a' }).click()
  await heading('Upstreams')
  await holds('node')
})

test('a node that refused', async () => {
  await open('/nodes')
  await page.getByRole('link', { name: 'edge-2' }).click()
  await page.getByText('It would not take the newest bundle').waitFor()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByLabel('Type edge-2 to confirm').waitFor()
  await holds('node-revoke', false)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await holds('node-refused')
})

test('policy', async () => {
  await open('/policy')
  await heading('History')
  await page.getByText('Stopped').first().waitFor()
  await holds('policy')
})

test('a commit', async () => {
  await open('/policy/commits/2')
  await heading('What changed')
  await page.getByText('inbound threshold', { exact: false }).first().waitFor()
  await holds('commit')
})

test('rolling back says what it does', async () => {
  await open('/policy')
  await page.getByRole('button', { name: 'Roll back to revision 1' }).click()
  await page.getByText('Commits what revision 1 held again').waitFor()
  await page.getByText('What changes by it').waitFor()
  await holds('roll-back', false)
  await page.keyboard.press('Escape')
})

test('a draft, section by section', async () => {
  await open('/policy')
  await page.getByRole('link', { name: 'Stricter shop' }).click()
  await page.getByText('shop', { exact: true }).first().click()
  await page.getByLabel('Host names').first().waitFor()
  await holds('draft-site')
  for (const [tab, wait] of [
    ['Rule set', 'Paranoia level'],
    ['Roll-out', 'Canary group'],
    ['Groups', 'Groups'],
  ] as const) {
    await page.getByRole('link', { name: tab }).click()
    await page.getByText(wait).first().waitFor()
  }
  await page.getByRole('link', { name: 'Own rules' }).click()
  await page.getByText('import', { exact: true }).first().click()
  await page.getByText('the script is out of reach').click()
  await page.getByLabel('Path and query').waitFor()
  await holds('draft-rules')
})

test('exceptions in a draft', async () => {
  await page.getByRole('link', { name: 'Exceptions' }).nth(1).click()
  await page.getByRole('button', { name: 'blog-editor' }).click()
  await page.getByRole('heading', { name: 'Edit blog-editor' }).waitFor()
  await holds('draft-exception', false)
  await page.keyboard.press('Escape')
})

test('review', async () => {
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByText('rules of').first().waitFor({ timeout: 60_000 })
  await page.getByText('Newly blocked').first().waitFor({ timeout: 60_000 })
  await holds('review')
})

test('rules', async () => {
  await open('/rules')
  await heading('Own rules')
  await holds('rules')
})

test('exceptions', async () => {
  await open('/exceptions')
  await page.getByText('shop-search').waitFor()
  await holds('exceptions', false)
  await page.getByRole('button', { name: 'shop-search' }).click()
  await page.getByRole('dialog').waitFor()
  await holds('exception', false)
})

test('IP lists', async () => {
  await open('/lists')
  await page.getByText('203.0.113.77').first().waitFor()
  await holds('lists')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('dialog').waitFor()
  await holds('list-add', false)
})

test('system log', async () => {
  await open('/log')
  await page.getByText('policy.committed').first().waitFor()
  await page.locator('summary').nth(2).click()
  await holds('log')
})

test('users', async () => {
  await open('/settings')
  await page.getByText('nora').first().waitFor()
  await holds('users')
  await page.getByRole('button', { name: 'Actions for nora' }).click()
  await page.getByRole('menuitem', { name: 'Remove user' }).click()
  await page.getByLabel('Type nora to confirm').waitFor()
  await holds('user-remove', false)
  await page.keyboard.press('Escape')
})

test('tokens', async () => {
  await page.getByRole('link', { name: 'Tokens' }).click()
  await page.getByText('nightly report').waitFor()
  await holds('tokens')
})

test('second factor', async () => {
  await page.getByRole('link', { name: 'Second factor' }).click()
  await page.getByRole('button', { name: 'Set it up' }).waitFor()
  await holds('second-factor')
})

test('activity', async () => {
  await open('/activity')
  await page.getByText('drafts.create').first().waitFor()
  await page.getByText('Began a draft').first().waitFor()
  await page.getByRole('button', { name: 'Verify the chain' }).click()
  await page.getByText('The chain is whole').waitFor()
  await page.locator('summary').first().click()
  await holds('activity')
})

test('a fix, and a ban', async () => {
  await open('/attacks?q=type:xss')
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('button', { name: 'Find a fix' }).click()
  await page.getByRole('button', { name: 'Use this, fix 1' }).waitFor({ timeout: 60_000 })
  await holds('fix')
  await page.getByRole('button', { name: 'Ban source' }).click()
  await page.getByRole('dialog').waitFor()
  await holds('ban', false)
})

test('a roll-out that was stopped goes on when it is told to', async () => {
  await open('/policy')
  await page.getByText('3 of 4 nodes').waitFor()
  await page.getByRole('button', { name: 'Go on with it' }).click()
  await page.getByText('4 of 4 nodes').waitFor()
  await page.getByText('Stopped').first().waitFor({ state: 'detached' })
})

test('screens from 320 pixels on scroll in one direction only', async () => {
  const paths = ['/nodes', '/policy', '/rules', '/exceptions', '/lists', '/log', '/activity']
  for (const path of [...paths, '/settings/users', '/settings/tokens', '/policy/commits/1']) {
    await open(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    for (const width of [320, 640, 768, 1024, 1160]) {
      await page.setViewportSize({ width, height: 700 })
      await page.waitForTimeout(100)
      assert.equal(await scrollsSideways(page), false, `${path} at ${width}`)
    }
  }
})

test('more pages on a phone', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open('/')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('dialog').waitFor()
  await holds('more', false)
})
