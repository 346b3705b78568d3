/** Working with a cluster: a node joins, a change is drafted, replayed, committed and rolled back, a false positive is fixed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { attackSamples } from './support/attacks.data.ts'
import { openBrowser, type Watch, watch } from './support/browser.ts'
import { login } from './support/login.ts'
import { hitOf } from './support/seed.ts'
import { type ConsoleServer, consoleServer } from './support/server.ts'
import { addNode, call, callAs, commit, inSync, makeDraft, withSite } from './support/work.ts'

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

/** Rules are compiled twice on the way to a commit, on a machine that may be busy. */
const slow = { timeout: 60_000 }
const open = (path: string) => page.goto(server.url + path)
const button = (name: string) => page.getByRole('button', { name, exact: true })

test('a node joins with the line of the wizard, and is seen to arrive', async () => {
  await open('/nodes')
  await button('Add node').click()
  await page.getByLabel('Group').selectOption('web')
  await button('Make the line').click()
  await page.getByText('so no other machine can use this line').waitFor()
  await page.getByText('Waiting for the node').waitFor()
  const line = (await page.locator('dialog pre').textContent()) ?? ''
  assert.match(line, /^gatehouse join 127\.0\.0\.1:\d+ --token \S+ --pin sha256:[0-9a-f]{64}$/)
  await server.cluster.join(line, 'edge-1')
  await page.getByText('edge-1 joined').waitFor()
  await page.getByText('edge-1 is in sync').waitFor()
  await button('Done').click()
  const row = page.getByRole('row', { name: /edge-1/ })
  for (const word of ['In sync', 'Connected', 'Stable']) await row.getByText(word).waitFor()
  await page.getByText('europe').first().waitFor()
  await assert.rejects(server.cluster.join(line, 'edge-again'), /used/)
})

test('a node is put into another group', async () => {
  await page.getByRole('link', { name: 'edge-1' }).click()
  await button('Move to group').click()
  await page.getByRole('dialog').getByLabel('Group').selectOption('canary')
  await button('Move').click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText('canary').waitFor()
})

test('a change goes from a draft over its review to every node', async () => {
  await addNode(server, 'edge-2', 'web')
  await inSync(server, 3)
  await open('/policy')
  await button('New draft').click()
  await page.getByLabel('Name').fill('Watch the shop')
  await button('Create').click()
  await page.getByRole('heading', { name: 'Watch the shop' }).waitFor()
  await page.locator('summary', { hasText: 'shop' }).first().click()
  await page.getByLabel('Mode').selectOption('monitor')
  await page.getByText('Not saved yet').waitFor()
  await button('Save and review').click()
  await page.getByText(/rules of .* compile/).waitFor(slow)
  await page.getByText('Newly let through').first().waitFor(slow)
  const change = page.getByRole('listitem').filter({ hasText: 'Mode' }).last()
  await change.getByText('monitor').waitFor()
  await page.getByLabel('Note').fill('We look before we block')
  await button('Commit').click()
  await page.waitForURL(`${server.url}/policy`, slow)
  await page.getByText('Revision 2').waitFor()
  const rollout = page.getByRole('region', { name: 'Roll-out' })
  await rollout
    .getByText(/Preparing to Commit|Committing Changes/)
    .first()
    .waitFor()
  await rollout.getByText('3 of 3 nodes').waitFor()
  await rollout.getByText('Done').first().waitFor()
  await page.getByText('We look before we block').first().waitFor()
  await inSync(server, 3)
})

test('what was not saved is asked for before it is left', async () => {
  await makeDraft(page, 'Half a thought', (document) => document)
  await open('/policy')
  await page.getByRole('link', { name: 'Half a thought' }).click()
  await page.getByRole('link', { name: 'Roll-out' }).click()
  await page.getByLabel('Wave size').fill('2')
  await page.getByRole('link', { name: 'Overview' }).first().click()
  await button('Stay').click()
  assert.equal(await page.getByLabel('Wave size').inputValue(), '2')
  await page.keyboard.press('Control+s')
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.reload()
  await page.getByLabel('Wave size').waitFor()
  assert.equal(await page.getByLabel('Wave size').inputValue(), '2')
  // Whoever throws all of it away need not be asked for a part of it.
  await page.getByLabel('Wave size').fill('3')
  await button('Discard').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
  await page.waitForURL(`${server.url}/policy`)
  await page.getByRole('link', { name: 'Half a thought' }).waitFor({ state: 'detached' })
})

test('two who write one draft are told', async () => {
  seen.expect('412')
  const draft = await makeDraft(page, 'Written by two', (document) => document)
  await open(`/policy/drafts/${draft.id}?tab=rollout`)
  await page.getByLabel('Wave size').waitFor()
  const theirs = { ...draft.document, rollout: { wave_size: 7 } }
  await callAs(page, `PUT /api/v1/drafts/${draft.id}`, { document: theirs }, draft.etag)
  await page.getByLabel('Wave size').fill('5')
  await button('Save').click()
  await page.getByText('Somebody wrote this draft meanwhile').waitFor()
  await button('Overwrite with mine').click()
  await page.getByText('Saved', { exact: true }).waitFor()
  const written = await callAs<typeof draft>(page, `GET /api/v1/drafts/${draft.id}`)
  assert.equal((written.document['rollout'] as { wave_size: number }).wave_size, 5)
})

test('who would rather have what the other wrote reads it', async () => {
  const draft = await makeDraft(page, 'Written by two again', (document) => document)
  await open(`/policy/drafts/${draft.id}?tab=rollout`)
  await page.getByLabel('Wave size').fill('5')
  const theirs = { ...draft.document, rollout: { wave_size: 7 } }
  await callAs(page, `PUT /api/v1/drafts/${draft.id}`, { document: theirs }, draft.etag)
  await button('Save').click()
  await button('Read theirs').click()
  await page.getByText('Somebody wrote this draft meanwhile').waitFor({ state: 'detached' })
  assert.equal(await page.getByLabel('Wave size').inputValue(), '7')
})

test('a draft that is older than the newest commit is put onto it', async () => {
  const draft = await makeDraft(page, 'Overtaken', (document) =>
    withSite(document, 'blog', { mode: 'monitor' }),
  )
  await commit(server, 'Meanwhile', (document) => withSite(document, 'shop', { block_status: 406 }))
  await open(`/policy/drafts/${draft.id}?tab=review`)
  await page.getByText('It can be committed once its changes are put').waitFor(slow)
  const own = page.getByRole('region', { name: 'What changes' })
  await own.getByText('monitor').first().waitFor()
  assert.equal(await own.getByText('406').count(), 0)
  await page.getByRole('region', { name: 'Committed since' }).getByText('406').first().waitFor()
  await button('Put onto newest commit').click()
  await page.getByText('Older than head').waitFor({ state: 'detached' })
  await button('Commit').waitFor(slow)
  const rebased = await callAs<typeof draft>(page, `GET /api/v1/drafts/${draft.id}`)
  const [shop, blog] = rebased.document['sites'] as { block_status: number; mode: string }[]
  assert.deepEqual([shop?.block_status, blog?.mode], [406, 'monitor'])
})

test('thirty sites are searched, on their page and in a draft', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `site-${i}`)
  await page.route('**/api/v1/sites', async (route) => {
    const answer = await route.fetch()
    const { sites } = (await answer.json()) as { sites: { name: string }[] }
    await route.fulfill({ json: { sites: names.map((name) => ({ ...sites[0], name })) } })
  })
  await open('/sites')
  await page.getByText('30 sites').waitFor()
  await page.getByLabel('Search sites').fill('site-17')
  await page.getByText('1 of 30 sites').waitFor()
  await page.getByRole('link', { name: 'site-17', exact: true }).waitFor()
  await page.unroute('**/api/v1/sites')

  const draft = await makeDraft(page, 'Many sites', (document) => {
    const [shop] = document['sites'] as object[]
    return {
      ...document,
      sites: names.map((name) => ({ ...shop, name, hosts: [`${name}.example`] })),
    }
  })
  await open(`/policy/drafts/${draft.id}`)
  await page.getByLabel('Search sites').fill('site-17.example')
  await page.locator('summary', { hasText: 'site-18' }).waitFor({ state: 'hidden' })
  await page.locator('summary', { hasText: 'site-17' }).waitFor()
})

test('a section is written as text too', async () => {
  const draft = await makeDraft(page, 'As text', (document) => document)
  await open(`/policy/drafts/${draft.id}?tab=groups`)
  await page.getByRole('radio', { name: 'Text' }).click()
  await page.getByRole('textbox', { name: 'Groups' }).fill('[{"name": "asia"')
  await page.getByText('This is no JSON').waitFor()
  await page.getByRole('textbox', { name: 'Groups' }).fill('[{"name": "asia"}]')
  await page.keyboard.press('Control+s')
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.getByRole('radio', { name: 'Form' }).click()
  await page.getByText('asia').waitFor()
})

test('a finding leads to its field', async () => {
  const draft = await makeDraft(page, 'With a mistake', (document) => ({
    ...document,
    own_rules: [{ name: 'broken', text: 'SecRule ARGS "@rx (" "id:100002,phase:2,deny"' }],
  }))
  await open(`/policy/drafts/${draft.id}?tab=review`)
  await page.getByText('1 error').waitFor(slow)
  await page.getByText('It can be committed once the check finds no error').first().waitFor()
  await page.getByRole('link', { name: /own_rules/ }).click()
  await page.waitForURL(/tab=own_rules&at=own_rules/)
  await page.locator('details[open] textarea').first().waitFor()
  const focused = await page.evaluate('document.activeElement.id || document.activeElement.tagName')
  assert.match(String(focused), /^field-own_rules\.0|SUMMARY/)
})

test('a wrongly blocked request becomes an exception by one click', async () => {
  const sample = attackSamples.find((one) => one.type === 'xss')
  assert.ok(sample)
  const hit = hitOf({ ...sample, path: '/letters' }, Date.now(), '203.0.113.240')
  await server.store([hit])
  await open('/attacks?q=client:203.0.113.240')
  await page.getByRole('table').getByRole('link').first().click()
  await button('Find a fix').click()
  await page.getByText('Unblocks 1 request of 1 client').first().waitFor(slow)
  await page.getByLabel('Why this is a false alarm').fill('Readers send letters with markup')
  await button('Use this, fix 1').click()
  await page.waitForURL(/\/policy\/drafts\/.*tab=review/)
  await page.getByText('Readers send letters with markup').waitFor()
  await page.getByText(/rules of .* compile/).waitFor(slow)
  await button('Commit').click()
  await page.waitForURL(`${server.url}/policy`, slow)
  await page.getByText('Revision 4').waitFor()
  await page.getByRole('region', { name: 'Roll-out' }).getByText('3 of 3 nodes').waitFor()
  await open('/exceptions?q=letters')
  await page.getByText('1 of 3').waitFor()
})

test('an earlier revision comes back as a new one', async () => {
  await open('/policy')
  await button('Roll back to revision 1').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('as revision 5').waitFor()
  await dialog.getByText('Removed').waitFor()
  await button('Roll back').last().click()
  await page.getByText('Revision 5').waitFor(slow)
  await page.getByRole('region', { name: 'Roll-out' }).getByText('3 of 3 nodes').waitFor()
  await inSync(server, 3)
})

test('a node that refuses stops the roll-out, and all go back by themselves', async () => {
  const sentence = 'Cannot compile rule 100001: it knows no such operator'
  server.cluster.refuseNext('edge-1', sentence)
  await commit(server, 'Not for everybody', (document) =>
    withSite(document, 'blog', { block_status: 406 }),
  )
  await page.getByText('Revision 7').waitFor(slow)
  const history = page.getByRole('region', { name: 'History' })
  await history.getByText('Rolled back', { exact: true }).waitFor()
  await page.getByText('Done').first().waitFor()
  await inSync(server, 3)
})

test('ten thousand exceptions are searched, and drawn as far as they are seen', async () => {
  const exceptions = Array.from({ length: 10_000 }, (_, i) => ({
    name: `made-${i}`,
    site: 'shop',
    path: `/page/${i}/*`,
    rules: [942100],
    reason: i === 7777 ? 'the needle' : '',
  }))
  const draft = await makeDraft(page, 'Many', (document) => ({ ...document, exceptions }))
  await open(`/policy/drafts/${draft.id}?tab=exceptions`)
  await page.getByText('10.0K exceptions').or(page.getByText('10K exceptions')).waitFor()
  assert.ok((await page.locator('tbody tr').count()) < 100)
  await page.getByLabel('Search exceptions').fill('needle')
  await page.getByText('made-7777').waitFor()
  assert.equal(await page.locator('tbody tr').count(), 1)
  await button('made-7777').click()
  await page.getByRole('dialog').getByLabel('Reason').fill('found')
  await button('Take over').click()
  await page.getByLabel('Search exceptions').fill('found')
  await page.getByText('made-7777').waitFor()
  await button('Save').click()
  await page.getByText('Saved', { exact: true }).waitFor()
})

test('a revoked node is cut off, and goes from the list', async () => {
  await open('/nodes')
  await page.getByRole('link', { name: 'edge-2' }).click()
  await button('Revoke').click()
  const submit = button('Revoke this node')
  assert.equal(await submit.isDisabled(), true)
  await page.getByLabel('Type edge-2 to confirm').fill('edge-2')
  await submit.click()
  await page.getByText('Revoked').waitFor()
  await button('Remove from list').click()
  await button('Remove').click()
  await page.waitForURL(`${server.url}/nodes`)
  await page.getByRole('link', { name: 'edge-2' }).waitFor({ state: 'detached' })
  const { nodes } = await call<{ nodes: { name: string }[] }>(server, 'GET /api/v1/nodes')
  assert.deepEqual(nodes.map((node) => node.name).sort(), ['edge-1', 'gw-a'])
})

test('nothing of all this was logged as an error or went to another host', () => {
  assert.deepEqual(seen.wrongs, [])
})
