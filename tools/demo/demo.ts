/**
 * `npm run demo`: a sample site, Gatehouse on its embedded default before it, one honest request, one attack, and
 * where to see them. Stays up until Ctrl-C; with --once it ends by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { settingsText } from '../../src/cli/verbs/up.ts'
import { startSite } from './site.ts'

const root = join(import.meta.dirname, '../..')
const state = join(root, '.state/demo')
const once = process.argv.includes('--once')

async function main(): Promise<void> {
  rmSync(state, { recursive: true, force: true })
  mkdirSync(state, { recursive: true })
  const site = await startSite()
  const edge = await freePort(8000)
  const desk = await freePort(8080)
  const intake = await freePort(3313)
  const admin = await freePort(8081, '127.0.0.8')
  const file = join(state, 'gatehouse.yaml')
  const text = settingsText({
    site: '*',
    to: site.url,
    listen: `127.0.0.1:${edge}`,
    mode: 'block',
    rules: 'package',
    stateDir: join(state, 'data'),
  })
  const ports = `  admin: "127.0.0.8:${admin}"\n`
  writeFileSync(
    file,
    `${text.replace('\nsites:', `${ports}\nsites:`)}
policy:
  listen: "127.0.0.1:${desk}"
analytics:
  listen: "127.0.0.1:${intake}"
`,
  )
  const gatehouse = spawn(join(root, 'bin/gatehouse'), ['run', '--settings', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const banner = await started(gatehouse)
  console.log(banner)
  await show(edge, '/search?q=boots', 'an honest request')
  const id = await show(edge, '/etc/passwd', 'an attack')
  console.log(`  Why:      bin/gatehouse why ${id} --settings ${file}`)
  console.log(`  Try:      curl 'http://127.0.0.1:${edge}/?id=1%27%20OR%20%271%27=%271'`)
  console.log(once ? '' : '  Ctrl-C ends the demo.\n')
  const end = () => gatehouse.kill('SIGTERM')
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  gatehouse.once('exit', (code) => {
    site.server.close()
    site.server.closeAllConnections()
    process.exitCode = code ?? 1
  })
  if (once) end()
}

/** Resolves with what Gatehouse tells a person when console and API answer. */
function started(gatehouse: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    let log = ''
    gatehouse.stdout?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000)
    })
    gatehouse.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('gatehouse test attack')) resolve(said)
    })
    gatehouse.once('exit', (code) =>
      reject(new Error(`Gatehouse ended with ${code}\n${said}\n${log}`)),
    )
  })
}

function show(port: number, path: string, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', 'user-agent': 'curl/8', host: 'shop.example' }
    const sent = request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      const id = String(answer.headers['x-request-id'])
      const verdict = answer.statusCode === 403 ? 'blocked' : 'allowed'
      console.log(
        `  ${verdict.padEnd(8)}  ${answer.statusCode}  GET ${path}   (${what}, request id ${id})`,
      )
      answer.resume()
      answer.once('end', () => resolve(id))
    })
    sent.once('error', reject)
    sent.end()
  })
}

/** The wanted port when it is free, else one that is. */
function freePort(wanted: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () =>
      wanted === 0 ? reject(new Error('no free port')) : resolve(freePort(0, host)),
    )
    probe.listen(wanted, host, () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : wanted
      probe.close(() => resolve(port))
    })
  })
}

await main()
