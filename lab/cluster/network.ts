/**
 * A network of its own on this machine: one bridge in a namespace, and a namespace with one address for every host.
 * Names carry the id of the process that made them; whatever an earlier, killed run left is removed first.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

export type Host = { readonly name: string; readonly namespace: string; readonly address: string }

export type Network = Disposable & {
  readonly hosts: Readonly<Record<string, Host>>
  /** Takes the host's cable out, or puts it back. */
  setCable(host: string, is_in: boolean): void
}

const prefix = 'gatehouse-lab-'

/** Hosts get 10.77.0.11, .12 … in the order given. Needs root and iproute2. */
export function clusterNetwork(names: readonly string[]): Network {
  if (process.getuid?.() !== 0)
    throw new Error('lab: network namespaces need root; run: sudo npm run lab -- nodes')
  removeLeftovers()
  const made: string[] = []
  const add = (name: string): string => {
    const namespace = `${prefix}${process.pid}-${name}`
    ip('netns', 'add', namespace)
    made.push(namespace)
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
    return namespace
  }
  const dispose = (): void => {
    for (const namespace of made.splice(0).reverse()) ip('netns', 'del', namespace)
  }
  try {
    const wires = add('switch')
    ip('-n', wires, 'link', 'add', 'lan', 'type', 'bridge')
    ip('-n', wires, 'link', 'set', 'lan', 'up')
    const hosts: Record<string, Host> = {}
    names.forEach((name, index) => {
      const namespace = add(name)
      const address = `10.77.0.${11 + index}`
      ip(
        '-n',
        namespace,
        'link',
        'add',
        'eth0',
        'type',
        'veth',
        'peer',
        'name',
        name,
        'netns',
        wires,
      )
      ip('-n', wires, 'link', 'set', 'dev', name, 'master', 'lan')
      ip('-n', wires, 'link', 'set', 'dev', name, 'up')
      ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
      ip('-n', namespace, 'link', 'set', 'eth0', 'up')
      hosts[name] = { name, namespace, address }
    })
    return {
      hosts,
      setCable: (host, is_in) => ip('-n', wires, 'link', 'set', 'dev', host, is_in ? 'up' : 'down'),
      [Symbol.dispose]: dispose,
    }
  } catch (error) {
    dispose()
    throw error
  }
}

/** The network that another process made, as its child sees it. */
export function inheritedNetwork(hosts: Network['hosts'], switchNamespace: string): Network {
  return {
    hosts,
    setCable: (host, is_in) =>
      ip('-n', switchNamespace, 'link', 'set', 'dev', host, is_in ? 'up' : 'down'),
    [Symbol.dispose]() {},
  }
}

/** The namespace of the bridge that this process made. */
export function switchOf(pid: number): string {
  return `${prefix}${pid}-switch`
}

function removeLeftovers(): void {
  let names: string[] = []
  try {
    names = readdirSync('/run/netns').filter((name) => name.startsWith(prefix))
  } catch {
    return
  }
  for (const name of names) {
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (isAlive(pid)) continue
    ip('netns', 'del', name)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
