/** The first minutes: nothing has happened yet; then the first attack; then the gateway is gone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { attackSamples } from './support/attacks.data.ts'
import { accessibilityFaults, openBrowser, type Watch, watch } from './support/browser.ts'
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
  server = rising.use(await consoleServer({ is_empty: true }))
  browser = rising.use(await openBrowser())
  page = await browser.newPage()
  seen = watch(page, server.url)
  seen.expect('401')
  await login(page, server)
})
after(() => rising.disposeAsync())

const look = (name: string) =>
  eachLook(page, name, async (where) => {
    assert.deepEqual(await accessibilityFaults(page), [], where)
  })

test('an empty overview says what to send', async () => {
  await page.getByText('curl -i http://localhost/etc/passwd').waitFor()
  await look('empty-overview')
})

test('no sites: how to add one', async () => {
  await page.goto(`${server.url}/sites`)
  await page.getByText('gatehouse up --site').waitFor()
  await look('empty-sites')
})

test('a cluster in which nothing was decided yet says how to begin', async () => {
  seen.expect('404')
  await page.goto(`${server.url}/policy`)
  await page.getByText('gatehouse apply -f policy.yaml').waitFor()
  await look('empty-policy')
  await page.goto(`${server.url}/lists`)
  await page.getByText('gatehouse ban').waitFor()
  await look('empty-lists')
  await page.goto(`${server.url}/log`)
  await page.getByText('Nothing has happened yet').waitFor()
  await look('empty-log')
})

test('the first attack appears by itself', async () => {
  await page.goto(`${server.url}/attacks`)
  await page.getByRole('heading', { name: 'No attack yet' }).waitFor()
  await look('empty-attacks')
  await page.getByText('Live', { exact: true }).first().waitFor()
  const sample = attackSamples[1]
  assert.ok(sample)
  const start_ms = performance.now()
  await server.store([hitOf(sample, Date.now(), '203.0.113.9')])
  await page.getByRole('link', { name: 'Path traversal' }).waitFor()
  const took_ms = performance.now() - start_ms
  assert.ok(took_ms < 2000, `it took ${took_ms} ms`)
  assert.deepEqual(seen.wrongs, [])
})

test('a gateway that is gone is said to be gone, and what was read stays', async () => {
  for (const part of ['ERR_CONNECTION', 'ERR_INCOMPLETE', 'ERR_EMPTY', 'Failed to load']) {
    seen.expect(part)
  }
  await server.stop()
  await page.getByText('Live updates stopped').waitFor({ timeout: 15_000 })
  await page.getByRole('link', { name: 'Path traversal' }).waitFor()
  await look('stale')
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
  await page.getByText('Gatehouse does not answer').first().waitFor()
  await look('gone')
  assert.deepEqual(seen.wrongs, [])
})
