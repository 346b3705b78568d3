/** Every page of the console, in both themes, on a desk and on a phone: it holds together and anybody can use it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { attackSamples } from './support/attacks.data.ts'
import {
  accessibilityFaults,
  openBrowser,
  scrollsSideways,
  type Watch,
  watch,
} from './support/browser.ts'
import { login } from './support/login.ts'
import { eachLook } from './support/screenshots.ts'
import { hitOf } from './support/seed.ts'
import { type ConsoleServer, consoleServer } from './support/server.ts'

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

test('login', async () => {
  seen.expect('401')
  await page.goto(`${server.url}/`)
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  await holds('login')
})

test('first password', async () => {
  await page.getByLabel('User name').fill(server.username)
  await page.getByRole('textbox', { name: 'Password' }).fill(server.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  await holds('password')
})

test('overview', async () => {
  await login(page, server)
  await page.getByRole('heading', { name: 'Latest attacks' }).waitFor()
  await page.getByText('Live', { exact: true }).first().waitFor()
  await holds('overview')
})

test('overview in numbers', async () => {
  const show = page.getByRole('button', { name: 'Show as table' })
  await show.first().click()
  await page.getByRole('columnheader', { name: 'Allowed' }).waitFor()
  await holds('overview-table')
  await show.first().click()
})

test('overview of a week', async () => {
  await page.getByRole('radio', { name: '7 days' }).click()
  await page.waitForURL('**/?range=7d')
  await page.waitForTimeout(500)
  await holds('overview-week')
})

test('attacks', async () => {
  await page.goto(`${server.url}/attacks`)
  await page.getByRole('table').waitFor()
  await holds('attacks', false)
})

test('attacks with a filter, and what it offers next', async () => {
  await page.goto(`${server.url}/attacks?q=${encodeURIComponent('type:sqli,xss last:7d rule:x')}`)
  await page.getByRole('table').waitFor()
  await page.getByRole('combobox').pressSequentially('cl')
  await holds('attacks-filter', false)
})

test('attacks by client', async () => {
  await page.goto(`${server.url}/attacks?group=client`)
  await page.getByRole('columnheader', { name: 'Hits' }).waitFor()
  await holds('attacks-by-client')
})

test('attacks, none found', async () => {
  await page.goto(`${server.url}/attacks?q=nothing-has-this`)
  await page.getByRole('heading', { name: 'Nothing fits this filter' }).waitFor()
  await holds('attacks-none')
})

test('attack', async () => {
  await page.goto(`${server.url}/attacks?q=type:ptrav`)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('heading', { name: 'From bytes to verdict' }).waitFor()
  await page.getByText('Other hits of this client').waitFor()
  await holds('attack')
})

test('attack with a long payload and a long expression', async () => {
  const xss = attackSamples.find((sample) => sample.type === 'xss')
  assert.ok(xss)
  const long = xss.raw.repeat(20)
  const sample = { ...xss, raw: long, steps: [['jsDecode', long] as const], path: '/long' }
  await server.store([hitOf(sample, Date.now(), '203.0.113.210')])
  await page.goto(`${server.url}/attacks?q=client:203.0.113.210`)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByText('941110').click()
  await holds('attack-long')
})

test('request', async () => {
  await page.getByRole('term').filter({ hasText: 'Request ID' }).locator('+ dd a').click()
  await page.getByRole('heading', { name: 'What was found in this request' }).waitFor()
  await page.getByRole('heading', { name: 'From bytes to verdict' }).waitFor()
  await holds('request')
})

test('sites', async () => {
  await page.goto(`${server.url}/sites`)
  await page.getByRole('heading', { name: 'intranet' }).waitFor()
  await holds('sites')
})

test('palette', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('inj')
  await holds('palette')
  await page.keyboard.press('Escape')
  // While a dialog is open it keeps the keys to itself.
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('keyboard help', async () => {
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
  await holds('help')
  await page.keyboard.press('Escape')
})

test('a page that is not there', async () => {
  await page.goto(`${server.url}/no/such/page`)
  await page.getByRole('heading', { name: 'There is no such page' }).first().waitFor()
  await holds('not-found')
})

test('an attack that is not there', async () => {
  seen.expect('404')
  await page.goto(`${server.url}/attacks/01931f3c-0000-7000-8000-000000000001`)
  await page.getByRole('alert').waitFor()
  await holds('problem')
})

test('screens from 320 pixels on scroll in one direction only', async () => {
  for (const path of ['/', '/attacks', '/attacks?group=target', '/sites', '/no/such/page']) {
    await page.goto(server.url + path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    for (const width of [320, 640, 768, 1024, 1160]) {
      await page.setViewportSize({ width, height: 700 })
      await page.waitForTimeout(150)
      assert.equal(await scrollsSideways(page), false, `${path} at ${width}`)
    }
  }
})
