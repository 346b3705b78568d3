import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attached, exec, execOk } from './exec.ts'

const node = process.execPath

test('a program gets its arguments and its input as they are, without a shell', async () => {
  const script =
    'process.stdin.on("data", (d) => process.stdout.write(process.argv[1] + String(d)))'
  const result = await exec([node, '-e', script, '$(id) `x` ;'], {
    timeout_ms: 10_000,
    input: '<in>',
  })
  assert.deepEqual(result, { status: 0, stdout: '$(id) `x` ;<in>', stderr: '' })
})

test('the status and what it said come back; execOk makes a fault of them', async () => {
  const argv = [node, '-e', 'console.error("no luck"); process.exit(7)']
  const result = await exec(argv, { timeout_ms: 10_000 })
  assert.deepEqual(result, { status: 7, stdout: '', stderr: 'no luck\n' })
  await assert.rejects(execOk(argv, { timeout_ms: 10_000 }), {
    code: 'host.failed',
    message: /status 7: no luck/,
  })
})

test('a program that a signal ended has status 128 and its number', async () => {
  const result = await exec(
    [node, '-e', 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9e4)'],
    {
      timeout_ms: 10_000,
    },
  )
  assert.equal(result.status, 143)
})

test('a program that runs too long is killed', async () => {
  await assert.rejects(exec([node, '-e', 'setTimeout(() => {}, 9e4)'], { timeout_ms: 300 }), {
    code: 'host.timed_out',
  })
})

test('a program that prints without end is killed', async () => {
  const argv = [node, '-e', 'for (;;) process.stdout.write("x".repeat(65536))']
  await assert.rejects(exec(argv, { timeout_ms: 10_000, output_bytes_max: 100_000 }), {
    code: 'host.too_much_output',
  })
})

test('a program that is not there is a fault with its name', async () => {
  await assert.rejects(exec(['gatehouse-no-such-program'], { timeout_ms: 1_000 }), {
    code: 'host.not_found',
    message: /gatehouse-no-such-program/,
  })
})

test('nothing of our environment reaches the program', async () => {
  process.env['GATEHOUSE_TEST_SECRET'] = 'x'
  const result = await exec([node, '-p', 'Object.keys(process.env).sort().join()'], {
    timeout_ms: 10_000,
    env: { ONLY: '1' },
  })
  delete process.env['GATEHOUSE_TEST_SECRET']
  assert.equal(result.stdout.trim(), 'LC_ALL,ONLY,PATH')
})

test('attached() hands the terminal over and tells the status', async () => {
  assert.equal(await attached(['sh', '-c', 'exit 3']), 3)
  await assert.rejects(attached(['gatehouse-no-such-program']), { code: 'host.not_found' })
})
