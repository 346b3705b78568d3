/** One sentence for each event of the timeline, made of its fields; `of('name')` is the field in words, `?` when it is missing. */

type Sentence = (of: (field: string) => string) => string

export const eventSentences: Readonly<Record<string, Sentence>> = {
  'gatehouse.started': (of) => `Gatehouse ${of('version')} started`,
  'gatehouse.stopping': (of) => `Gatehouse was told to stop by ${of('signal')}`,
  'worker.replaced': (of) => `Edge worker ${of('index')} died and was replaced`,
  'office.started': (of) => `Analytics, API and console run${where(of('url'))}`,
  'reload.done': () => 'The settings file was read again',
  'cluster.founded': (of) => `This node founded the cluster ${of('cluster_id')}`,
  'node.joined': (of) => `Node ${of('name')} joined as ${of('roles')}`,
  'node.connected': (of) => `Node ${of('name')} is connected from ${of('address')}`,
  'node.disconnected': (of) => `Node ${of('name')} is not connected any more`,
  'node.inactive': (of) => `Node ${of('name')} has not been heard of for ${of('away_s')} s`,
  'node.removed': (of) => `Node ${of('name')} was taken off the list`,
  'node.revoked': (of) => `Node ${of('name')} was cut off by ${of('by')}`,
  'certificate.renewed': (of) => `The certificate was renewed and holds until ${of('valid_until')}`,
  'policy.committed': (of) =>
    `${of('author')} committed ${of('bundle')} with ${counted(of('changes'), 'change')}`,
  'rollout.started': (of) => `The roll-out of ${of('bundle')} began`,
  'rollout.wave_done': (of) =>
    `${capital(of('wave'))}: done, ${of('applied')} of ${of('nodes')} enforce revision ${of('revision')}`,
  'rollout.done': (of) =>
    of('why') === '?'
      ? `All nodes enforce ${of('bundle')} after ${of('took_ms')} ms`
      : `The roll-out of ${of('bundle')} is done: ${of('why')}`,
  'rollout.stopped': (of) => `The roll-out of ${of('bundle')} stopped: ${of('why')}`,
  'rollout.rolled_back': (of) =>
    `The roll-out of ${of('bundle')} went wrong and was rolled back by revision ${of('by_revision')}`,
  'bundle.activated': (of) => `${of('bundle')} is enforced after ${of('took_ms')} ms`,
  'bundle.refused': (of) => `${of('bundle')} was refused`,
  'list.added': (of) => `${of('network')} is on the ${of('list')} list, put there by ${of('by')}`,
  'list.removed': (of) => `${of('network')} was taken off the ${of('list')} list by ${of('by')}`,
  'jail.banned': (of) =>
    `Jail ${of('jail')} put ${of('client')} on the ${of('list')} list for ${of('ban_s')} s after ${counted(of('hits'), 'hit')}`,
  'session.opened': (of) => `${of('username')} logged in from ${of('client')}`,
  'password.reset': (of) => `The password of ${of('username')} was reset by ${of('by')}`,
}

function counted(count: string, thing: string): string {
  return `${count} ${thing}${count === '1' ? '' : 's'}`
}

/** `wave 1` → `Wave 1`. */
function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function where(url: string): string {
  return url === '?' ? '' : ` at ${url}`
}
