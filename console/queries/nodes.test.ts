import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeView } from '#model/node-view.ts'
import { type ListedNode, withViews } from './nodes.ts'

const view = (id: string, name: string) => ({ id, name }) as NodeView

test('newer views keep what each node told of itself, whoever comes or goes', () => {
  const status = { node: 'edge-1' } as ListedNode['status']
  const before = {
    nodes: [
      { ...view('1', 'edge-1'), status },
      { ...view('2', 'old'), status },
    ],
  }
  const after = withViews(before, [view('1', 'edge-one'), view('3', 'new')])
  assert.deepEqual(after?.nodes, [
    { ...view('1', 'edge-one'), status },
    { ...view('3', 'new'), status: null },
  ])
})

test('before the list was read once there is nothing to put views into', () => {
  assert.equal(withViews(undefined, [view('1', 'a')]), undefined)
})
