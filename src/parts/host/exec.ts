/** Runs programs: the one home of child processes. Never a shell, always a limit on time and output. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { systemClock } from '#base/clock.ts'
import { hostFaults } from './faults.ts'

export type ExecOptions = {
  readonly timeout_ms: number
  /** Of stdout and stderr each. */
  readonly output_bytes_max?: number
  readonly cwd?: string
  /** Added to the search path and the locale C; nothing of ours is inherited. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  readonly signal?: AbortSignal
}

/** Where the system keeps its programs; our own environment must not decide which one runs. */
const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export type ExecResult = {
  /** Exit status; 128 + number when a signal ended it, as shells count. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `argv[0]` with the rest as arguments and waits for its end.
 * @throws host.not_found, host.not_started, host.timed_out, host.too_much_output (the program is killed)
 */
export async function exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const [program = '', ...args] = argv
  const output_bytes_max = options.output_bytes_max ?? 1_048_576
  const child = spawn(program, args, {
    shell: false,
    env: { PATH: programPath, LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' }),
  })
  let fault: Error | undefined
  const stopWith = (error: Error) => {
    fault ??= error
    child.kill('SIGKILL')
    // A grandchild may hold the pipes open; the end of this program is enough for us.
    child.stdout.destroy()
    child.stderr.destroy()
  }
  using _timer = systemClock.after(options.timeout_ms, () => {
    stopWith(hostFaults.timed_out({ program, timeout_ms: options.timeout_ms }))
  })
  const collect = (stream: NodeJS.ReadableStream) => {
    const parts: Buffer[] = []
    let size_bytes = 0
    stream.on('data', (part: Buffer) => {
      size_bytes += part.length
      if (size_bytes > output_bytes_max) {
        stopWith(hostFaults.too_much_output({ program, output_bytes_max }))
      } else parts.push(part)
    })
    return () => Buffer.concat(parts).toString('utf8')
  }
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  // A program may end without reading what it is given.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(options.signal.reason)
      else if (error.code === 'ENOENT') reject(hostFaults.not_found({ program }, { cause: error }))
      else reject(hostFaults.not_started({ program, why: error.message }, { cause: error }))
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + signalNumber(signal)))
  })
  if (fault) throw fault
  return { status, stdout: stdout(), stderr: stderr() }
}

/**
 * Hands the terminal to a program that a person works with, such as an editor, and waits for its end; its status.
 * It gets our whole environment and no limit: the person decides. @throws host.not_found, host.not_started
 */
export function attached([program = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { shell: false, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') reject(hostFaults.not_found({ program }, { cause: error }))
      else reject(hostFaults.not_started({ program, why: error.message }, { cause: error }))
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + signalNumber(signal)))
  })
}

/** Like `exec`, and any status but 0 is a fault. @throws host.failed and all of `exec` */
export async function execOk(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const result = await exec(argv, options)
  if (result.status !== 0) {
    const said = (result.stderr || result.stdout).trim().slice(-2_000)
    throw hostFaults.failed({ program: argv[0] ?? '', status: result.status, said })
  }
  return result
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal]
}
