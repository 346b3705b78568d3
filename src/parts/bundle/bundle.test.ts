import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SignedBundle } from '#model/bundle.ts'
import { cluster_id, testCluster, testEntry, testFiles } from './bundle.support.ts'
import { contentOf, packBundle, verifyBundle } from './bundle.ts'
import { canonicalJson } from './canonical.ts'
import { mergedLists, verifyLists } from './lists.ts'
import { readSigningKey, sha256, signText } from './signing.ts'

const cluster = testCluster()
const good = cluster.commit(3, testFiles('a'))

/** Signs whatever head somebody thinks of with our own key: what is left to catch is the head itself. */
function signed(head: object): unknown {
  const text = canonicalJson(head)
  return {
    id: sha256(text),
    head,
    key_id: cluster.key.key_id,
    signature: signText(text, cluster.key),
  }
}

function withFiles(files: readonly object[]): unknown {
  return signed({ ...good.head, files, content: sha256(canonicalJson(files)) })
}

function refuses(data: unknown, code: string, trust = cluster.trust): void {
  assert.throws(() => verifyBundle(data, trust), { code: `bundle.${code}` })
}

test('a bundle is taken as it was packed, also from its text', () => {
  assert.deepEqual(verifyBundle(good, cluster.trust), good)
  assert.deepEqual(verifyBundle(JSON.stringify(good), cluster.trust), good)
})

test('the same files have the same content whatever their order; other files have another', () => {
  const turned = new Map([...testFiles('a')].reverse())
  assert.equal(contentOf(turned).content, good.head.content)
  assert.equal(cluster.commit(4, turned).head.content, good.head.content)
  assert.notEqual(cluster.commit(4, turned).id, good.id)
  assert.notEqual(contentOf(testFiles('b')).content, good.head.content)
})

test('one flipped bit anywhere in the text of a bundle is refused', () => {
  const bytes = Buffer.from(JSON.stringify(good))
  for (let i = 0; i < bytes.length; i++) {
    // Every byte, one of its bits: which one changes from byte to byte.
    bytes[i] = Number(bytes[i]) ^ (1 << (i % 8))
    assert.throws(() => verifyBundle(bytes.toString('utf8'), cluster.trust), /^Fault/, `byte ${i}`)
    bytes[i] = Number(bytes[i]) ^ (1 << (i % 8))
  }
  assert.deepEqual(verifyBundle(bytes.toString('utf8'), cluster.trust), good)
})

test('a bit that base64 ignores makes another signature: there is one spelling', () => {
  const last = good.signature.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const near = alphabet.charAt(alphabet.indexOf(last) ^ 1)
  refuses({ ...good, signature: good.signature.slice(0, -1) + near }, 'bad_signature')
})

test('an id of another bundle is refused', () => {
  refuses({ ...good, id: cluster.commit(4, testFiles('a')).id }, 'malformed')
})

test('a stranger who signs with a key of his own is refused, also when he claims our key', () => {
  const stranger = testCluster(cluster_id)
  const foreign = stranger.commit(3, testFiles('a'))
  refuses(foreign, 'foreign_signature')
  refuses({ ...foreign, key_id: cluster.key.key_id }, 'bad_signature')
})

test('a bundle of another cluster is refused, also with a key that is ours', () => {
  const other = '11111111-1111-4111-8111-111111111111'
  const foreign = packBundle(testFiles('a'), { ...good.head, cluster_id: other }, cluster.key)
  refuses(foreign, 'foreign_cluster')
})

for (const path of [
  '../etc/passwd',
  '/etc/passwd',
  'rules/../../x',
  'rules//x',
  '.',
  'a/./b',
  'rules\\x',
  'policy.json\u0000',
  'Policy.json',
]) {
  test(`the path ${JSON.stringify(path)} is refused when packed and when received`, () => {
    const file = { path, sha256: sha256(''), size_bytes: 0 }
    refuses(withFiles([file]), 'bad_path')
    assert.throws(() => cluster.commit(1, new Map([[path, Buffer.alloc(0)]])), {
      code: 'bundle.bad_path',
    })
  })
}

test('two files of one path, and a file where another has its folder, are refused', () => {
  const [first, ...rest] = good.head.files
  refuses(withFiles([{ ...first }, { ...first }, ...rest]), 'bad_path')
  refuses(withFiles([...good.head.files, { ...first, path: 'rules' }]), 'bad_path')
})

test('a gigabyte that is declared is refused before a byte is fetched', () => {
  const huge = { path: 'huge', sha256: sha256(''), size_bytes: 1024 ** 3 }
  refuses(withFiles([huge]), 'too_large')
  const many = Array.from({ length: 70 }, (_, i) => ({
    path: `f${i}`,
    sha256: sha256(''),
    size_bytes: 1024 ** 2,
  }))
  refuses(withFiles(many), 'too_large')
})

test('a head that is too long is refused, as text and as data', () => {
  const long = signed({ ...good.head, message: 'm'.repeat(5 * 1024 ** 2) })
  refuses(long, 'too_large')
  refuses(JSON.stringify(long), 'too_large')
})

test('what is no bundle is refused', () => {
  for (const data of [null, 1, '', '{', '[]', {}, { ...good, extra: 1 }, [good], new Date(0)])
    refuses(data, 'malformed')
})

test('a head that lies about its content is refused', () => {
  const head = { ...good.head, content: sha256('something else') }
  refuses(signed(head), 'malformed')
})

test('keys of another kind are told as such', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.throws(() => readSigningKey(pem), { code: 'bundle.unusable_key' })
  assert.throws(() => readSigningKey('not a key'), { code: 'bundle.unusable_key' })
  const own = cluster.key.private_key.export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.equal(readSigningKey(own).key_id, cluster.key.key_id)
})

test('canonical JSON has one text for one value, and reads back as that value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(JSON.parse(text)), text)
    }),
    { numRuns: 40 },
  )
  const value = { b: [1, 1e21, -0, 0.1], a: { ü: '\u0007"', Z: null }, '': true }
  assert.equal(
    canonicalJson(value),
    '{"":true,"a":{"Z":null,"ü":"\\u0007\\""},"b":[1,1e+21,0,0.1]}',
  )
})

test('canonical JSON refuses what JSON cannot carry', () => {
  const nested = JSON.parse('['.repeat(300) + ']'.repeat(300))
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  const bad = [undefined, Number.NaN, Infinity, 1n, () => 1, Symbol('s'), [, 1], { a: undefined }]
  for (const value of [...bad, '\ud800', { '\udc00': 1 }, new Date(0), new Map(), nested])
    assert.throws(() => canonicalJson(value), { code: 'bundle.not_canonical' })
})

test('lists are refused when forged, of another cluster or with one entry changed', () => {
  const lists = cluster.lists({ revision: 2, entries: [testEntry(1)] })
  assert.deepEqual(verifyLists(lists, cluster.trust), lists)
  const changed = { ...lists, head: { ...lists.head, entries: [testEntry(2)] } }
  assert.throws(() => verifyLists(changed, cluster.trust), { code: 'bundle.bad_signature' })
  assert.throws(() => verifyLists({ ...lists, head: 1 }, cluster.trust), {
    code: 'bundle.malformed',
  })
  const foreign = testCluster(cluster_id).lists({ revision: 2 })
  assert.throws(() => verifyLists(foreign, cluster.trust), { code: 'bundle.foreign_signature' })
  const other = testCluster('11111111-1111-4111-8111-111111111111').lists({ revision: 2 })
  assert.throws(() => verifyLists(other, cluster.trust), { code: 'bundle.foreign_cluster' })
})

test('a signature over lists is none over a bundle', () => {
  const lists = cluster.lists({ revision: 2 })
  const crossed = { ...good, signature: lists.signature } satisfies SignedBundle
  refuses(crossed, 'bad_signature')
})

test('parts of a full state count as they come, and what was in none of them is gone with the last', () => {
  const merged = mergedLists()
  const take = (head: Parameters<typeof cluster.lists>[0]) => merged.take(cluster.lists(head).head)
  const ids = () => merged.head()?.entries.map((entry) => Number(entry.id.slice(-2)))
  take({ revision: 40, entries: [testEntry(1), testEntry(2)] })
  const node = '22222222-2222-4222-8222-222222222222'
  const more = true as const
  const first = { revision: 41, entries: [testEntry(2), testEntry(3)], more }
  const change = take({ ...first, revoked_nodes: [node] })
  assert.deepEqual([change.since, change.entries.length], [41, 2], 'only what is new is told')
  assert.deepEqual([merged.revision, merged.is_whole, ids()], [40, false, [1, 2, 3]])
  assert.deepEqual(merged.head()?.revoked_nodes, [node])
  // The line breaks: what the next one tells has nothing to do with the parts of this one.
  take({ revision: 42, since: 40, entries: [testEntry(4)] })
  assert.deepEqual([merged.revision, merged.is_whole, ids()], [42, true, [1, 2, 3, 4]])
  assert.throws(() => take({ revision: 43, since: 43, entries: [] }), { code: 'bundle.lists_gap' })
  take({ ...first, revision: 43 })
  take({ revision: 43, since: 43, entries: [testEntry(5)], more: true })
  const last = take({ revision: 43, since: 43, entries: [testEntry(6)] })
  assert.deepEqual(last.removed, [testEntry(1).id, testEntry(4).id])
  assert.deepEqual([merged.revision, merged.is_whole, ids()], [43, true, [2, 3, 5, 6]])
})

test('changes of lists are merged; a gap and an older state are told and change nothing', () => {
  const merged = mergedLists()
  assert.equal(merged.head(), undefined)
  merged.take(cluster.lists({ revision: 5, entries: [testEntry(1), testEntry(2)] }).head)
  const change = { since: 5, entries: [testEntry(3)], removed: [testEntry(1).id] }
  const node = '22222222-2222-4222-8222-222222222222'
  merged.take(cluster.lists({ revision: 7, ...change, revoked_nodes: [node] }).head)
  const ids = () => merged.head()?.entries.map((entry) => entry.id)
  assert.deepEqual(ids(), [testEntry(2).id, testEntry(3).id])
  assert.deepEqual(merged.head()?.revoked_nodes, [node])
  const later = cluster.lists({ revision: 12, since: 9, entries: [testEntry(4)] })
  assert.throws(() => merged.take(later.head), { code: 'bundle.lists_gap' })
  const older = cluster.lists({ revision: 6 })
  assert.throws(() => merged.take(older.head), { code: 'bundle.older_lists' })
  assert.deepEqual(ids(), [testEntry(2).id, testEntry(3).id])
  assert.equal(merged.revision, 7)
  merged.take(cluster.lists({ revision: 8, since: 0, entries: [testEntry(9)] }).head)
  assert.deepEqual(ids(), [testEntry(9).id])
})
