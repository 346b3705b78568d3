/** The whole program as a user meets it: start, first login, an attack through the edge that appears live, and its detail. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type LabWorld, labWorld, until } from '../lab/world.ts'
import { openBrowser, type Watch, watch } from './support/browser.ts'
import { login } from './support/login.ts'

const rising = new AsyncDisposableStack()
let world: LabWorld
let page: Page
let seen: Watch

before(async () => {
  world = rising.use(await labWorld())
  await world.start()
  const said = () => readFileSync(join(world.dir, 'log'), 'utf8')
  await until('console and login are printed', 60_000, async () => /Login\s+admin \/ /.test(said()))
  const url = /Console\s+(http\S+)/.exec(said())?.[1] ?? ''
  const password = /Login\s+admin \/ (\S+)/.exec(said())?.[1] ?? ''
  const browser = rising.use(await openBrowser())
  page = await browser.newPage()
  seen = watch(page, url)
  seen.expect('401')
  await login(page, { url, username: 'admin', password } as Parameters<typeof login>[1])
})
after(() => rising.disposeAsync())

function get(path: string): Promise<{ readonly status: number; readonly request_id: string }> {
  const headers = { host: 'shop.example', 'user-agent': 'Mozilla/5.0', accept: 'text/html' }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: world.port, path, headers, agent: false })
    sent.once('error', reject)
    sent.once('response', (answer) => {
      answer.resume()
      const request_id = String(answer.headers['x-request-id'])
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, request_id }))
    })
    sent.end()
  })
}

test('an attack through the edge appears live, and its page tells payload, rule, file and line', async () => {
  await page.getByRole('link', { name: 'Attacks' }).first().click()
  await page.getByText('Live', { exact: true }).first().waitFor()
  assert.equal((await get('/catalogue?page=2')).status, 200)
  const attack = await get('/search?q=1%27%20UNION%20SELECT%20name,secret%20FROM%20users--%20-')
  assert.equal(attack.status, 403)
  const start = performance.now()
  const row = page.locator('tbody tr').filter({ hasText: 'SQL injection' }).first()
  const pill = page.getByRole('button', { name: /new$/ })
  await row.or(pill).first().waitFor()
  const shown_ms = performance.now() - start
  if (await pill.count()) await pill.click()
  await row.getByText('shop.example/search').first().waitFor()
  console.log(`an attack was shown after ${Math.round(shown_ms)} ms`)
  await row.getByRole('link').first().click()
  await page.getByRole('heading', { name: 'SQL injection' }).waitFor()
  const text = (await page.locator('main').textContent()) ?? ''
  assert.match(text, /UNION SELECT name,secret FROM users/)
  assert.match(text, /REQUEST-942-APPLICATION-ATTACK-SQLI\.conf:\d+/)
  assert.match(text, new RegExp(attack.request_id))
  const marked = await page.locator('mark').allTextContents()
  assert.ok(
    marked.some((m) => /UNION/i.test(m)),
    `nothing is marked: ${marked.join(' | ')}`,
  )
  assert.deepEqual(seen.wrongs, [])
})

test('the overview counts it', async () => {
  await page.getByRole('link', { name: 'Overview' }).first().click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByText('SQL injection').first().waitFor()
  assert.deepEqual(seen.wrongs, [])
})
