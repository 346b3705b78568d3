/** The console in use: what comes in live, what the keyboard does, what an attacker's text must not do. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { attackSamples } from './support/attacks.data.ts'
import { openBrowser, type Watch, watch } from './support/browser.ts'
import { login, own_password } from './support/login.ts'
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
  seen.expect('401')
  await login(page, server)
})
after(() => rising.disposeAsync())
beforeEach(() => page.goto(`${server.url}/attacks`))

const sample = (type: string) => {
  const found = attackSamples.find((s) => s.type === type)
  assert.ok(found, type)
  return found
}
const firstRow = () => page.locator('tbody tr[data-index="0"]')
const isLive = () => page.getByText('Live', { exact: true }).first().waitFor()

test('new attacks wait behind a pill, and nothing moves until it is pressed', async () => {
  await isLive()
  const before = await firstRow().textContent()
  await server.store([hitOf({ ...sample('xss'), path: '/new' }, Date.now(), '203.0.113.200')])
  await page.getByRole('button', { name: '1 new' }).waitFor()
  assert.equal(await firstRow().textContent(), before)
  await page.keyboard.press('n')
  await firstRow().getByText('blog.example/new').waitFor()
  assert.equal(await page.getByRole('button', { name: '1 new' }).count(), 0)
})

test('an attack of another kind than the filter asks for does not ring', async () => {
  await page.goto(`${server.url}/attacks?q=type:java`)
  await isLive()
  await firstRow().waitFor()
  await server.store([
    hitOf({ ...sample('xss'), path: '/other' }, Date.now(), '203.0.113.200'),
    hitOf({ ...sample('java'), path: '/wanted' }, Date.now(), '203.0.113.200'),
  ])
  await page.getByRole('button', { name: '1 new' }).waitFor()
})

test('a known attack counts up in place', async () => {
  const path = '/again'
  await server.store([hitOf({ ...sample('rce'), path }, Date.now(), '203.0.113.201')])
  await page.reload()
  await isLive()
  await firstRow().getByText(path).waitFor()
  await server.store([hitOf({ ...sample('rce'), path }, Date.now(), '203.0.113.201')])
  await firstRow().getByTitle('2', { exact: true }).waitFor()
  assert.equal(await page.getByRole('button', { name: /new$/ }).count(), 0)
})

test('what an attacker wrote is text, wherever it is shown', async () => {
  const evil = '<img src=x onerror="window.wasRun=1"><script>window.wasRun=1</script>'
  const hit = hitOf({ ...sample('sqli'), path: '/evil' }, Date.now(), '203.0.113.202')
  const match = hit.matches[0]
  assert.ok(match)
  const texts = { message: evil, data: evil, raw_value: evil, value: evil, variable: evil }
  await server.store([
    {
      ...hit,
      value: evil,
      target: `shop.example/${evil}`,
      parameter: `ARGS:${evil}`,
      reason: evil,
      matches: [{ ...match, ...texts, operator: `@rx ${evil}`, file: evil, tags: [evil] }],
      request: { ...hit.request, uri: `/${evil}`, headers: [[evil, evil]], body: evil },
    },
  ])
  await page.goto(`${server.url}/attacks?q=client:203.0.113.202`)
  await firstRow().getByText(evil).first().waitFor()
  await firstRow().getByRole('link').click()
  await page.getByRole('heading', { name: 'Facts' }).waitFor()
  assert.ok((await page.getByText(evil).count()) > 5)
  assert.equal(await page.evaluate('window.wasRun'), undefined)
  assert.equal(await page.locator('main img, main script').count(), 0)
})

test('conditions are typed, completed, and live in the address', async () => {
  await firstRow().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('type:sqli ')
  await page.waitForURL('**/attacks?q=type:sqli')
  await page.keyboard.type('act')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.type('b')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/attacks?q=type:sqli+action:blocked')
  await page.keyboard.press('Backspace')
  await page.waitForURL('**/attacks?q=type:sqli')
  assert.equal(await page.getByRole('combobox').inputValue(), 'action:blocked')
  await page.goBack()
  await page.getByRole('button', { name: 'Remove action:blocked' }).waitFor()
})

test('a condition that cannot be used says why', async () => {
  await page.goto(`${server.url}/attacks?q=type:sqlj`)
  await page.getByText('"sqlj" is no attack type; did you mean sqli?').waitFor()
})

test('the keyboard walks the list, opens a row, and comes back', async () => {
  await firstRow().waitFor()
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
  await page.locator('tr[data-index="1"] a:focus').waitFor()
  // The second page of the list is read on the way.
  const later = page.locator('tr[data-index="61"] a:focus')
  for (let i = 0; i < 500 && (await later.count()) === 0; i++) await page.keyboard.press('j')
  assert.equal(await later.count(), 1)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/attacks\/[0-9a-f-]{36}$/)
  await page.getByRole('heading', { name: 'From bytes to verdict' }).waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL(`${server.url}/attacks`)
})

test('two keys go to a page, and the palette finds a request by its code', async () => {
  await firstRow().waitFor()
  await page.keyboard.type('gs')
  await page.waitForURL('**/sites')
  await page.keyboard.type('go')
  await page.waitForURL(`${server.url}/`)
  const hit = hitOf(sample('ptrav'), Date.now(), '203.0.113.203')
  await server.store([hit])
  await page.keyboard.press('Control+k')
  await page.keyboard.type(hit.request_id)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/requests/${hit.request_id}`)
  await page.getByText(hit.reason).waitFor()
})

test('an attack shows payload, decoding, and the rule with its file and line', async () => {
  await page.goto(`${server.url}/attacks?q=type:ptrav`)
  await firstRow().getByRole('link').click()
  const { raw, hit, rules } = sample('ptrav')
  await page.locator('mark', { hasText: raw }).waitFor()
  await page.locator('mark', { hasText: hit }).first().waitFor()
  await page.getByText('URL decoded').first().waitFor()
  await page.getByText(`${rules[0]?.file}:${rules[0]?.line}`).waitFor()
  await browser.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy cURL' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const copied = String(await page.evaluate('navigator.clipboard.readText()'))
  assert.match(copied, /^curl .*--url 'http:\/\/shop\.example\/download\?page=2&file=\.\./s)
})

test('a group leads to its attacks', async () => {
  await page.getByRole('radio', { name: 'Client' }).click()
  await page.waitForURL('**/attacks?group=client')
  await page.getByRole('button', { name: '198.51.100.23' }).click()
  await page.waitForURL('**/attacks?q=client:198.51.100.23')
})

test('groups are sorted by what is pressed', async () => {
  await page.goto(`${server.url}/attacks?group=client`)
  const header = page.getByRole('columnheader', { name: 'Attacks' })
  await header.getByRole('button').click()
  const sort = await header.getAttribute('aria-sort')
  assert.equal(sort, 'descending')
  const cells = await page.locator('tbody td:nth-child(2)').allTextContents()
  const counts = cells.map(Number)
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  )
})

test('exports hold what the filter finds', async () => {
  await page.goto(`${server.url}/attacks?q=type:java`)
  await firstRow().waitFor()
  for (const [name, type] of [
    ['CSV', 'text/csv'],
    ['JSON lines', 'application/x-ndjson'],
  ] as const) {
    const href = await page.getByRole('link', { name }).getAttribute('href')
    const response = await page.request.get(server.url + href)
    assert.match(response.headers()['content-type'] ?? '', new RegExp(type))
    const text = await response.text()
    assert.match(text, /jndi/)
    assert.doesNotMatch(text, /UNION SELECT/)
  }
})

test('a theme stays chosen', async () => {
  await page.getByRole('button', { name: 'admin' }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.reload()
  await firstRow().waitFor()
  const scheme = await page.evaluate('getComputedStyle(document.documentElement).colorScheme')
  assert.equal(scheme, 'dark')
})

test('after logging out and in again the page is the same', async () => {
  await page.goto(`${server.url}/attacks?q=type:xss`)
  await page.getByRole('button', { name: 'admin' }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(own_password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Remove type:xss' }).waitFor()
  assert.equal(page.url(), `${server.url}/attacks?q=type:xss`)
})

test('a session that ended asks for the login', async () => {
  await firstRow().waitFor()
  await browser.clearCookies()
  await page.getByRole('radio', { name: '24 hours' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
})

test('nothing of all this was logged as an error or went to another host', () => {
  assert.deepEqual(seen.wrongs, [])
})
