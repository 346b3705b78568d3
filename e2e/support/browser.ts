/** The system's Chromium with a profile of its own, and pages that remember what they must not do. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

/** Debian's package `chromium`; `scripts/install-deps test` installs it. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export type Theme = 'light' | 'dark'

export async function openBrowser(): Promise<BrowserContext & AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  context.setDefaultTimeout(10_000)
  return Object.assign(context, {
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  })
}

export type Watch = {
  /** Everything that went wrong so far: console errors (a broken security policy is one), faults, foreign requests. */
  readonly wrongs: readonly string[]
  /** These parts of messages are expected: a test that provokes an error says which. */
  expect(part: string): void
}

/** Remembers what a page does wrong from now on. */
export function watch(page: Page, url: string): Watch {
  const wrongs: string[] = []
  const expected: string[] = []
  const { host } = new URL(url)
  const note = (wrong: string) => {
    if (!expected.some((part) => wrong.includes(part))) wrongs.push(wrong)
  }
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      note(`${message.type()}: ${message.text()} (${message.location().url})`)
    }
  })
  page.on('pageerror', (error) => note(`thrown: ${error.message}`))
  page.on('request', (request) => {
    if (new URL(request.url()).host !== host) note(`request to ${request.url()}`)
  })
  return { wrongs, expect: (part) => expected.push(part) }
}

type AxeResult = {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe-core finds wrong with the page as it stands, one line for each place. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(`${await axe}; 0`)
  const run = `axe.run(document, { runOnly: ${JSON.stringify(tags)} })`
  const { violations } = (await page.evaluate(run)) as AxeResult
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary ?? ''}`),
  )
}

/** Whether the page can be scrolled sideways, which it never should. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  const expression = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
  return Boolean(await page.evaluate(expression))
}
