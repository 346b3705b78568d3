/** Nodes: who is in the cluster, how each is, and cutting one off. */
import type { NodeView } from '#model/node-view.ts'
import { getNodeById, removeNode, revokeNode, setNodeGroup } from '#parts/records/cluster-nodes.ts'
import { listNodes } from '#parts/records/nodes.ts'
import { policyFaults } from '../faults.ts'
import type { Desk, Handler } from '../handler.ts'

export const listAllNodes: Handler<'GET /api/v1/nodes'> = async (_input, desk) => {
  const views = await desk.nodes()
  const told = new Map((await listNodes(desk.database)).map((status) => [status.node, status]))
  return { nodes: views.map((view) => ({ ...view, status: told.get(view.name) ?? null })) }
}

export const writeNode: Handler<'PUT /api/v1/nodes/{id}'> = async (
  { params, body },
  desk,
  call,
) => {
  const node = await onList(desk, params.id)
  const details = { before: node.group, after: body.group }
  const note = { action: 'nodes.write', subject: `node ${node.name}`, details }
  await desk.recordWith(call, note, async (db) => {
    if (!(await setNodeGroup(db, node.id, body.group))) throw unknown()
  })
  desk.onNodesChanged()
  return undefined
}

export const revokeOneNode: Handler<'POST /api/v1/nodes/{id}/revoke'> = async (
  { params },
  desk,
  call,
) => {
  // Also one that is off the list: its certificate may still count.
  const node = await getNodeById(desk.database, params.id)
  if (!node) throw unknown()
  if (node.roles.includes('policy')) throw policyFaults.policy_server({ name: node.name })
  if (node.revoked_at !== null) return undefined
  const at = new Date(desk.clock.now()).toISOString()
  const details = { id: node.id, roles: node.roles, group: node.group }
  const note = { action: 'nodes.revoke', subject: `node ${node.name}`, details }
  await desk.recordWith(call, note, (db) => revokeNode(db, node.id, at))
  desk.log.event('node.revoked', { name: node.name, id: node.id, by: call.who?.username ?? '' })
  desk.onNodesChanged()
  desk.onListsChanged()
  return undefined
}

export const removeOneNode: Handler<'DELETE /api/v1/nodes/{id}'> = async (
  { params },
  desk,
  call,
) => {
  const node = await onList(desk, params.id)
  if (node.roles.includes('policy')) throw policyFaults.policy_server({ name: node.name })
  if (node.connection_status === 'connected') {
    throw policyFaults.node_connected({ name: node.name })
  }
  const at = new Date(desk.clock.now()).toISOString()
  const details = { id: node.id, was: node.connection_status }
  const note = { action: 'nodes.remove', subject: `node ${node.name}`, details }
  await desk.recordWith(call, note, async (db) => {
    if (!(await removeNode(db, node.id, at))) throw unknown()
  })
  desk.log.event('node.removed', { name: node.name, id: node.id, by: call.who?.username ?? '' })
  desk.onNodesChanged()
  return undefined
}

async function onList(desk: Desk, id: string): Promise<NodeView> {
  const node = (await desk.nodes()).find((one) => one.id === id)
  if (!node) throw unknown()
  return node
}

function unknown(): Error {
  return policyFaults.not_found({ what: 'the node' })
}
