import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupNodes } from './node-groups.ts'

const node = (name: string, group: string) => ({ name, group })

test('groups stand under their parents, nodes in the order of their numbers, the ungrouped last', () => {
  const nodes = [node('edge-10', 'web'), node('ps', ''), node('edge-2', 'web'), node('x', 'europe')]
  const groups = [{ name: 'web', parent: 'europe' }, { name: 'europe' }]
  assert.deepEqual(
    groupNodes(nodes, groups).map((group) => [group.path, group.nodes.map((n) => n.name)]),
    [
      [['europe'], ['x']],
      [
        ['europe', 'web'],
        ['edge-2', 'edge-10'],
      ],
      [[], ['ps']],
    ],
  )
})

test('groups in a circle and groups that the policy does not know are shown all the same', () => {
  const groups = [
    { name: 'a', parent: 'b' },
    { name: 'b', parent: 'a' },
  ]
  const found = groupNodes([node('1', 'a'), node('2', 'other')], groups)
  assert.deepEqual(
    found.map((group) => group.path),
    [['b', 'a'], ['other']],
  )
})
