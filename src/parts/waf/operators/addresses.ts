/** Operators that compare IP addresses. */
import { BlockList, isIP } from 'node:net'
import { wafFaults } from '../faults.ts'
import type { Operator } from '../program.ts'
import { fromArgument, type OperatorMaker, type OperatorNeeds } from './define.ts'
import { linesOf } from './patterns.ts'

/** Addresses and networks divided by commas. */
export const ipMatch: OperatorMaker = (needs) =>
  fromArgument(needs, (text) => addressOperator(needs, text.split(',')))

export const ipMatchFromFile: OperatorMaker = (needs) => addressOperator(needs, linesOf(needs))

function addressOperator(needs: OperatorNeeds, ranges: readonly string[]): Operator {
  const list = new BlockList()
  for (const range of ranges) addRange(needs, list, range.trim())
  return {
    matches(value) {
      const family = isIP(value)
      return family !== 0 && list.check(value, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

function addRange(needs: OperatorNeeds, list: BlockList, range: string) {
  const slash = range.indexOf('/')
  const address = slash === -1 ? range : range.slice(0, slash)
  const family = isIP(address)
  const bits_max = family === 6 ? 128 : 32
  const bits = slash === -1 ? bits_max : Number(range.slice(slash + 1))
  if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > bits_max) {
    const expected = 'IP addresses or networks in CIDR notation'
    const { place, name } = needs
    throw wafFaults.bad_argument({ ...place, kind: 'operator', name, value: range, expected })
  }
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4')
}
