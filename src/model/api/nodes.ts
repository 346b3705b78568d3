/** Nodes: who is in the cluster and how each of them is. */
import { z } from '#base/schema.ts'
import { Invite, InviteView, NewInvite } from '../invite.ts'
import { NodeStatus } from '../node.ts'
import { NodeView } from '../node-view.ts'
import type { Contracts } from './contract.ts'

export const nodesApi = {
  'GET /api/v1/nodes': {
    id: 'nodes.list',
    summary: 'All nodes with their status fields and what each last told of itself',
    access: 'viewer',
    also: ['deploy'],
    response: z.strictObject({
      nodes: z.array(NodeView.extend({ status: NodeStatus.nullable() })),
    }),
  },
  'PUT /api/v1/nodes/{id}': {
    id: 'nodes.write',
    summary: 'Put a node into another group',
    access: 'administrator',
    body: z.strictObject({ group: z.string().max(63) }),
  },
  'POST /api/v1/nodes/{id}/revoke': {
    id: 'nodes.revoke',
    summary: 'Cut a node off, at once and everywhere; it must be invited anew to come back',
    access: 'administrator',
  },
  'DELETE /api/v1/nodes/{id}': {
    id: 'nodes.remove',
    summary: 'Take a node that is revoked or gone off the list',
    access: 'administrator',
  },
  'GET /api/v1/invites': {
    id: 'invites.list',
    summary: 'Invitations of the last days',
    access: 'viewer',
    also: ['deploy'],
    response: z.strictObject({ invites: z.array(InviteView) }),
  },
  'POST /api/v1/invites': {
    id: 'invites.create',
    summary: 'Invite a node: a token for one join, and the line to type there',
    access: 'administrator',
    also: ['deploy'],
    body: NewInvite,
    response: Invite,
  },
  'DELETE /api/v1/invites/{id}': {
    id: 'invites.withdraw',
    summary: 'Make an open invitation void',
    access: 'administrator',
    also: ['deploy'],
  },
} as const satisfies Contracts
