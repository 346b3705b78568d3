/** The home of @peculiar/x509, loaded when first asked for. */
import type * as x509 from '@peculiar/x509'

/**
 * The library builds its parts with tsyringe, which asks Reflect for constructor metadata that only TypeScript's old
 * decorators write. None of those parts has any, so answering "none" is all that it needs of a polyfill.
 */
export async function loadX509(): Promise<typeof x509> {
  for (const name of ['getMetadata', 'getOwnMetadata']) {
    if (name in Reflect) continue
    Object.defineProperty(Reflect, name, { value: () => undefined, configurable: true })
  }
  return await import('@peculiar/x509')
}
