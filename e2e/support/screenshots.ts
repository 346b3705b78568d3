/** Pictures of each page for people to look at, in both themes and on two screens. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Theme } from './browser.ts'

const screenshot_dir =
  process.env['SCREENSHOTS'] ?? join(import.meta.dirname, '../../.state/screenshots')

const screens = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const

const themes: readonly Theme[] = ['light', 'dark']

/**
 * Takes `name-light-1440.png` and its three sisters; `look` runs on each while it stands. A list that draws only
 * what is in view is shown without `fullPage`.
 */
export async function eachLook(
  page: Page,
  name: string,
  look: (where: string) => Promise<void>,
  fullPage = true,
): Promise<void> {
  await mkdir(screenshot_dir, { recursive: true })
  for (const screen of screens) {
    await page.setViewportSize(screen)
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const where = `${name}-${colorScheme}-${screen.width}`
      // Charts redraw and cards change to tables in the frame after.
      await page.evaluate(
        'new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))',
      )
      await page.screenshot({ path: join(screenshot_dir, `${where}.png`), fullPage })
      await look(where)
    }
  }
  await page.setViewportSize(screens[0])
}
