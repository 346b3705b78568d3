/**
 * ★ A policy is swapped in two phases: all workers make it ready beside the one in force, and only
 * when every one of them has, it counts, in all of them. One refusal or one silence, and all keep
 * the old one. A worker that starts meanwhile begins with what counts at that moment and is brought
 * up to date like the others; so is the successor of one that died over it.
 */
import type { Clock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import { supervisorFaults } from '../faults.ts'
import type { FromWorker, PolicyFacts, PolicyRef, ToWorker } from './messages.ts'

/** A worker, as far as the swap knows it. */
export type Member = {
  readonly index: number
  /** It takes new connections: the swap waits for it. One that is about to end is told and not waited for. */
  readonly is_awaited: () => boolean
  readonly send: (message: ToWorker) => void
  readonly kill: () => void
}

export type Swap = {
  /** What counts; null before the first. */
  readonly current: PolicyRef | null
  /** What a worker said when it put the current one in force. */
  readonly onActivated: (listener: (facts: PolicyFacts) => void) => void
  /** Workers that start from now on begin with this; those that are there are not told. */
  startWith(policy: PolicyRef | null): void
  /** A new worker, which begins with `current`. */
  join(member: Member): void
  leave(member: Member): void
  hear(member: Member, message: FromWorker): void
  /**
   * Phase one. @throws what a worker refused it with; supervisor.worker_slow; supervisor.worker_lost
   * when none is left that made it ready, or successors keep dying
   */
  prepare(policy: PolicyRef): Promise<void>
  /** Phase two: cannot fail. A worker that does not follow is ended; its successor begins with the new policy. */
  activate(policy: PolicyRef): Promise<void>
}

/** A worker that has not answered after so long will not. */
const answer_within_ms = 20_000
/** Successors of workers that die over a policy are asked so often: one that kills them all must not go on for ever. */
const rounds_max = 4

type Seat = { active: string | undefined }
type Question = {
  readonly member: Member
  readonly kind: 'prepare' | 'activate'
  readonly id: string
  readonly settle: (fault?: Error) => void
}

export function swap(clock: Clock, first: PolicyRef | null): Swap {
  const seats = new Map<Member, Seat>()
  const open = new Set<Question>()
  const listeners: ((facts: PolicyFacts) => void)[] = []
  let current = first

  function ask(member: Member, kind: Question['kind'], policy: PolicyRef): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const patience = clock.after(answer_within_ms, () =>
      question.settle(supervisorFaults.worker_slow({ index: member.index })),
    )
    const question: Question = {
      member,
      kind,
      id: policy.id,
      settle(fault) {
        patience[Symbol.dispose]()
        open.delete(question)
        if (fault === undefined) resolve()
        else reject(fault)
      },
    }
    open.add(question)
    member.send({ kind, policy })
    return promise
  }

  function answer(member: Member, kind: Question['kind'], id: string, fault?: Error): void {
    for (const question of open)
      if (question.member === member && question.kind === kind && question.id === id)
        question.settle(fault)
  }

  /** True when it is ready, false when the worker died over it. */
  async function makeReady(member: Member, policy: PolicyRef): Promise<boolean> {
    try {
      await ask(member, 'prepare', policy)
      return true
    } catch (fault) {
      if (fault instanceof Fault && fault.code === 'supervisor.worker_lost') return false
      throw fault
    }
  }

  async function prepare(policy: PolicyRef): Promise<void> {
    const ready = new Set<Member>()
    const isAnyLeft = (): boolean => [...ready].some((member) => seats.has(member))
    let lost: Member | undefined
    for (let round = 1; ; round++) {
      // Those that are about to end make it ready when it counts: their time is not waited for.
      const awaited = [...seats.keys()].filter((one) => one.is_awaited() && !ready.has(one))
      if (awaited.length === 0) {
        if (lost === undefined || isAnyLeft()) return
        // Who was ready died as well, and nobody has taken a place yet: there is nobody to wait for.
        throw supervisorFaults.worker_lost({ index: lost.index })
      }
      const answers = await Promise.all(awaited.map((member) => makeReady(member, policy)))
      const died = awaited.filter((_, at) => answers[at] === false)
      for (const [at, member] of awaited.entries()) if (answers[at]) ready.add(member)
      lost = died.at(-1) ?? lost
      // All of several, or nobody to ask: whoever comes after them would die as well.
      const is_deadly = ready.size === 0 && died.length === awaited.length && died.length !== 1
      const is_over = is_deadly || (died.length > 0 && round >= rounds_max)
      if (lost !== undefined && is_over) throw supervisorFaults.worker_lost({ index: lost.index })
    }
  }

  async function follow(member: Member, seat: Seat, policy: PolicyRef): Promise<void> {
    if (seat.active === policy.id) return
    const asked = ask(member, 'activate', policy)
    if (!member.is_awaited()) return void asked.catch(() => {})
    try {
      await asked
    } catch {
      // It enforces something else than the others, or nothing knows what.
      if (seats.has(member)) member.kill()
    }
  }

  return {
    get current() {
      return current
    },
    onActivated: (listener) => void listeners.push(listener),
    startWith(policy) {
      current = policy
    },
    join(member) {
      seats.set(member, { active: current?.id })
    },
    leave(member) {
      seats.delete(member)
      for (const question of open)
        if (question.member === member)
          question.settle(supervisorFaults.worker_lost({ index: member.index }))
    },
    hear(member, message) {
      const seat = seats.get(member)
      if (seat === undefined) return
      if (message.kind === 'prepared') {
        answer(member, 'prepare', message.id)
      } else if (message.kind === 'refused') {
        const fault = new Fault(message.code, message.message, { worker: member.index })
        answer(member, 'prepare', message.id, fault)
        answer(member, 'activate', message.id, fault)
      } else if (message.kind === 'activated') {
        seat.active = message.id
        if (message.id === current?.id) for (const listener of listeners) listener(message.facts)
        answer(member, 'activate', message.id)
      }
    },
    prepare,
    async activate(policy) {
      current = policy
      await Promise.all([...seats].map(([member, seat]) => follow(member, seat, policy)))
    },
  }
}
