/** The version of this program, as package.json tells it. */
import { readFileSync } from 'node:fs'

const file = new URL('../../package.json', import.meta.url)
const { version: found } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }

export const version: string = found
