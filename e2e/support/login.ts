/** Gets a page past login and first password, from wherever it stands. */
import type { Page } from 'playwright-core'
import type { ConsoleServer } from './server.ts'

/** The password of tests after the first login. */
export const own_password = 'correct horse battery staple'

export async function login(page: Page, server: ConsoleServer): Promise<void> {
  const heading = page.getByRole('heading', { level: 1 })
  if (!page.url().startsWith(server.url)) await page.goto(server.url)
  await heading.waitFor()
  if ((await heading.textContent()) === 'Log in') {
    await page.getByLabel('User name').fill(server.username)
    await page.getByRole('textbox', { name: 'Password' }).fill(server.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  }
  const current = page.getByRole('textbox', { name: 'Current password' })
  // Asked for only when it was not typed a moment ago.
  if ((await current.count()) > 0) await current.fill(server.password)
  await page.getByRole('textbox', { name: 'New password', exact: true }).fill(own_password)
  await page.getByRole('textbox', { name: 'New password, once more' }).fill(own_password)
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}
