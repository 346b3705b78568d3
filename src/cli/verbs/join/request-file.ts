/**
 * The key and the request that a join goes out with, kept until the answer is stored. A policy server answers the same
 * request again although its token is used: a join that was cut off on the way is finished by typing the line again.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '#base/schema.ts'
import { newRequest } from '#parts/identity/requests.ts'

const Kept = z.strictObject({ token: z.string(), csr: z.string(), key: z.string() })
type Request = { readonly csr: string; readonly key: string }

function fileIn(state_dir: string): string {
  return join(state_dir, 'joining.json')
}

/** The request that this token was tried with before, else a new one. */
export async function keptRequest(
  state_dir: string,
  token: string,
  name: string,
): Promise<Request> {
  const file = fileIn(state_dir)
  const kept = readKept(file)
  if (kept?.token === token) return { csr: kept.csr, key: kept.key }
  const request = await newRequest(name)
  rmSync(file, { force: true })
  writeFileSync(file, JSON.stringify({ token, ...request }), {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  })
  return request
}

export function forgetRequest(state_dir: string): void {
  rmSync(fileIn(state_dir), { force: true })
}

function readKept(file: string): z.infer<typeof Kept> | undefined {
  try {
    return Kept.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}
