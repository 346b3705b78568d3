/** The directives that are not rules. */
import { directives } from '#parts/seclang/directives.ts'
import { seclangFaults } from '#parts/seclang/faults.ts'
import type { DirectiveNode, SettingNode } from '#parts/seclang/tree.ts'
import type { Settings } from '../program.ts'
import type { LoadContext } from './context.ts'

type Draft = { -readonly [K in keyof Settings]: Settings[K] }

const defaults: Settings = {
  rule_engine: 'Off',
  request_body_access: false,
  request_body_limit_bytes: 131_072_000,
  request_body_no_files_limit_bytes: 1_048_576,
  request_body_limit_action: 'Reject',
  response_body_access: false,
  response_body_limit_bytes: 524_288,
  response_body_limit_action: 'ProcessPartial',
  response_body_mime_types: ['text/plain', 'text/html'],
  arguments_max: 1000,
  json_depth_max: 512,
  argument_separator: '&',
  collection_timeout_s: 3600,
  signature: '',
}

/** The settings that directives make; the last one of a name counts. Throws `seclang.bad_value`. */
export function settingsOf(nodes: readonly DirectiveNode[], context: LoadContext): Settings {
  const made: Draft = { ...defaults }
  for (const node of nodes) {
    if (node.kind !== 'setting') continue
    if (directives[node.name]?.effect === 'none') context.without_effect.add(node.name)
    else setters[node.name]?.(made, node)
  }
  return made
}

const setters: Readonly<Record<string, (made: Draft, node: SettingNode) => void>> = {
  SecArgumentSeparator(made, node) {
    if (node.values[0] !== '&') throw bad(node, '"&", the separator that applications use')
    made.argument_separator = '&'
  },
  SecArgumentsLimit: (made, node) => void (made.arguments_max = wholeNumber(node)),
  SecCollectionTimeout: (made, node) => void (made.collection_timeout_s = wholeNumber(node)),
  SecComponentSignature(made, node) {
    const signature = node.values[0] ?? ''
    made.signature = made.signature === '' ? signature : `${made.signature} ${signature}`
  },
  SecCookieFormat(_, node) {
    if (node.values[0] !== '0') throw bad(node, '0, cookies of version 0')
  },
  SecRequestBodyAccess: (made, node) => void (made.request_body_access = isOn(node)),
  SecRequestBodyJsonDepthLimit: (made, node) => void (made.json_depth_max = wholeNumber(node)),
  SecRequestBodyLimit: (made, node) => void (made.request_body_limit_bytes = wholeNumber(node)),
  SecRequestBodyLimitAction: (made, node) =>
    void (made.request_body_limit_action = oneOf(node, ['Reject', 'ProcessPartial'])),
  SecRequestBodyNoFilesLimit: (made, node) =>
    void (made.request_body_no_files_limit_bytes = wholeNumber(node)),
  SecResponseBodyAccess: (made, node) => void (made.response_body_access = isOn(node)),
  SecResponseBodyLimit: (made, node) => void (made.response_body_limit_bytes = wholeNumber(node)),
  SecResponseBodyLimitAction: (made, node) =>
    void (made.response_body_limit_action = oneOf(node, ['Reject', 'ProcessPartial'])),
  SecResponseBodyMimeType(made, node) {
    const types = node.values.flatMap((value) => value.split(/\s+/)).map((t) => t.toLowerCase())
    made.response_body_mime_types = [...made.response_body_mime_types, ...types]
  },
  SecResponseBodyMimeTypesClear: (made) => void (made.response_body_mime_types = []),
  SecRuleEngine: (made, node) =>
    void (made.rule_engine = oneOf(node, ['On', 'DetectionOnly', 'Off'])),
}

function bad(node: SettingNode, expected: string) {
  const value = node.values.join(' ')
  return seclangFaults.bad_value({ ...node.place, name: node.name, value, expected })
}

function wholeNumber(node: SettingNode): number {
  const text = node.values[0] ?? ''
  if (!/^\d{1,15}$/.test(text)) throw bad(node, 'a whole number')
  return Number(text)
}

function isOn(node: SettingNode): boolean {
  return oneOf(node, ['On', 'Off']) === 'On'
}

function oneOf<T extends string>(node: SettingNode, words: readonly T[]): T {
  const written = node.values[0] ?? ''
  const found = words.find((word) => word.toLowerCase() === written.toLowerCase())
  if (found === undefined) throw bad(node, words.join(' or '))
  return found
}
