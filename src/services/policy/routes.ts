/** ★ Every call of the API and who answers it; the contracts are in `model/api.ts`. */
import type { ApiCall } from '#model/api.ts'
import type { Handler } from './handler.ts'
import { listActivity, verifyAllActivity } from './routes/activity.ts'
import { exportAttacks, getAttackDetail, groups, hitsOfAttack, list } from './routes/attacks.ts'
import {
  checkDraft,
  commitDraft,
  createDraft,
  discardDraft,
  getOneDraft,
  listAllDrafts,
  rebaseDraft,
  replayDraft,
  writeOneDraft,
} from './routes/drafts.ts'
import { streamEvents } from './routes/events.ts'
import { applyFix, listFixes } from './routes/fixes.ts'
import { getOneHit, listAllHits, whyRequest } from './routes/hits.ts'
import { inviteNode, listAllInvites, withdrawOneInvite } from './routes/invites.ts'
import { addListEntry, listAllEntries, removeListEntry, replaceLists } from './routes/lists.ts'
import { listAllNodes, removeOneNode, revokeOneNode, writeNode } from './routes/nodes.ts'
import { getOpenapi } from './routes/openapi.ts'
import { getOverview } from './routes/overview.ts'
import {
  applyPolicy,
  comparePolicy,
  diffVersions,
  getOneCommit,
  getPolicy,
  getPolicySchema,
  listHistory,
  rollbackPolicy,
} from './routes/policy.ts'
import { getRecordedRequest, listRecordedRequests } from './routes/replay.ts'
import { getRollout, resumeRollout } from './routes/rollout.ts'
import { changePassword, closeSession, getSession, openSession } from './routes/session.ts'
import { beginTotp, confirmOwnTotp, removeOwnTotp } from './routes/session-totp.ts'
import { listSites } from './routes/sites.ts'
import { listSystemEvents } from './routes/system-log.ts'
import { createToken, listAllTokens, revokeToken } from './routes/tokens.ts'
import {
  addUser,
  deleteUser,
  listAllUsers,
  removeUsersTotp,
  resetPassword,
  writeUser,
} from './routes/users.ts'

export const routes: { readonly [K in ApiCall]: Handler<K> } = {
  'POST /api/v1/session': openSession,
  'GET /api/v1/session': getSession,
  'DELETE /api/v1/session': closeSession,
  'POST /api/v1/session/password': changePassword,
  'POST /api/v1/session/totp': beginTotp,
  'PUT /api/v1/session/totp': confirmOwnTotp,
  'DELETE /api/v1/session/totp': removeOwnTotp,
  'GET /api/v1/users': listAllUsers,
  'POST /api/v1/users': addUser,
  'PUT /api/v1/users/{username}': writeUser,
  'DELETE /api/v1/users/{username}': deleteUser,
  'POST /api/v1/users/{username}/password-reset': resetPassword,
  'DELETE /api/v1/users/{username}/totp': removeUsersTotp,
  'GET /api/v1/tokens': listAllTokens,
  'POST /api/v1/tokens': createToken,
  'DELETE /api/v1/tokens/{id}': revokeToken,
  'GET /api/v1/activity': listActivity,
  'GET /api/v1/activity/verify': verifyAllActivity,
  'GET /api/v1/attacks': list,
  'GET /api/v1/attack-groups': groups,
  'GET /api/v1/attacks-export': exportAttacks,
  'GET /api/v1/attacks/{id}': getAttackDetail,
  'GET /api/v1/attacks/{id}/hits': hitsOfAttack,
  'GET /api/v1/hits': listAllHits,
  'GET /api/v1/hits/{id}': getOneHit,
  'GET /api/v1/requests/{request_id}': whyRequest,
  'GET /api/v1/overview': getOverview,
  'GET /api/v1/policy': getPolicy,
  'GET /api/v1/policy/schema': getPolicySchema,
  'GET /api/v1/policy/commits': listHistory,
  'GET /api/v1/policy/commits/{revision}': getOneCommit,
  'GET /api/v1/policy/diff': diffVersions,
  'POST /api/v1/policy/compare': comparePolicy,
  'POST /api/v1/policy/apply': applyPolicy,
  'POST /api/v1/policy/rollback': rollbackPolicy,
  'GET /api/v1/policy/rollout': getRollout,
  'POST /api/v1/policy/rollout/resume': resumeRollout,
  'GET /api/v1/drafts': listAllDrafts,
  'POST /api/v1/drafts': createDraft,
  'GET /api/v1/drafts/{id}': getOneDraft,
  'PUT /api/v1/drafts/{id}': writeOneDraft,
  'DELETE /api/v1/drafts/{id}': discardDraft,
  'POST /api/v1/drafts/{id}/rebase': rebaseDraft,
  'POST /api/v1/drafts/{id}/check': checkDraft,
  'POST /api/v1/drafts/{id}/replay': replayDraft,
  'POST /api/v1/drafts/{id}/commit': commitDraft,
  'GET /api/v1/recorded-requests': listRecordedRequests,
  'GET /api/v1/recorded-requests/{id}': getRecordedRequest,
  'GET /api/v1/requests/{request_id}/fixes': listFixes,
  'POST /api/v1/requests/{request_id}/fixes': applyFix,
  'GET /api/v1/sites': listSites,
  'GET /api/v1/nodes': listAllNodes,
  'PUT /api/v1/nodes/{id}': writeNode,
  'POST /api/v1/nodes/{id}/revoke': revokeOneNode,
  'DELETE /api/v1/nodes/{id}': removeOneNode,
  'GET /api/v1/invites': listAllInvites,
  'POST /api/v1/invites': inviteNode,
  'DELETE /api/v1/invites/{id}': withdrawOneInvite,
  'GET /api/v1/lists': listAllEntries,
  'POST /api/v1/lists': addListEntry,
  'PUT /api/v1/lists': replaceLists,
  'DELETE /api/v1/lists/{id}': removeListEntry,
  'GET /api/v1/events': listSystemEvents,
  'GET /api/v1/events/stream': streamEvents,
  'GET /api/v1/openapi.json': getOpenapi,
}
