import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { curlCommand, shellQuoted } from './curl.ts'

const request = {
  method: 'POST',
  uri: "/search?q=1' OR 1=1",
  http_version: '1.1',
  headers: [
    ['Host', 'shop.example'],
    ['User-Agent', 'x'],
    ['Content-Length', '3'],
    ['X-Empty', ''],
  ] as [string, string][],
  body: '@/etc/passwd',
  body_bytes: 12,
  is_cut: false,
  spans: [],
}

test('curlCommand() keeps what was sent and leaves to curl what curl makes', () => {
  assert.equal(
    curlCommand(request, 'fallback.example'),
    [
      'curl --globoff --path-as-is',
      '-X POST',
      "--url 'http://shop.example/search?q=1'\\'' OR 1=1'",
      "-H 'User-Agent: x'",
      "-H 'X-Empty;'",
      '--data-raw @/etc/passwd',
    ].join(' \\\n  '),
  )
})

test('curlCommand() does not believe a Host that is no host', () => {
  const forged = { ...request, headers: [['Host', "x'; rm -rf /"]] as [string, string][] }
  assert.match(curlCommand(forged, 'shop.example'), /--url 'http:\/\/shop\.example\//)
})

test('curlCommand() leaves out a header whose name is no token', () => {
  const odd = { ...request, headers: [['@/etc/passwd', 'x']] as [string, string][] }
  assert.doesNotMatch(curlCommand(odd, 'shop.example'), /-H/)
})

test('shellQuoted() is one word for a real shell, whatever an attacker wrote', () => {
  const readable = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .filter((text) => !text.includes('\\') && !text.includes('\0') && text.isWellFormed())
  const samples = [...fc.sample(readable, 40), "'; id; '", '$(id)', '`id`', '-n', '\n', '!!', '']
  const script = `for w in ${samples.map(shellQuoted).join(' ')}; do printf '%s\\0' "$w"; done`
  const words = execFileSync('bash', ['-c', script]).toString().split('\0').slice(0, -1)
  assert.deepEqual(words, samples)
})

test('shellQuoted() gives the shell the bytes that recorded text escapes', () => {
  const script = `printf '%s' ${shellQuoted("a\\x01\\\\b'c")}`
  assert.equal(execFileSync('bash', ['-c', script]).toString(), "a\u0001\\b'c")
})
