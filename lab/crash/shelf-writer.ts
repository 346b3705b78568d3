/**
 * An owner of a shelf that is meant to be killed: stages and activates one bundle after another and prints which
 * ones are active, each before the next begins. Arguments: shelf directory, private key (PEM).
 */
import { writeSync } from 'node:fs'
import { cluster_id, testFiles } from '#parts/bundle/bundle.support.ts'
import { packBundle } from '#parts/bundle/bundle.ts'
import { openShelf } from '#parts/bundle/shelf.ts'
import { readSigningKey } from '#parts/bundle/signing.ts'

if (process.argv[1] === import.meta.filename) {
  const [dir = '', pem = ''] = process.argv.slice(2)
  const key = readSigningKey(pem)
  const shelf = openShelf(dir, () => ({ cluster_id, keys: [key.public_pem] }))
  for (let revision = shelf.revision_floor + 1; ; revision++) {
    const files = testFiles(`revision ${revision}`)
    files.set(`rules/${revision}.conf`, Buffer.from(`# ${revision}`.repeat(revision % 5000)))
    const commit = { cluster_id, author: '', message: '', committed_at: '2026-01-01T00:00:00Z' }
    const bundle = packBundle(files, { ...commit, revision }, key)
    for (const [path, bytes] of files) {
      const file = bundle.head.files.find((known) => known.path === path)
      if (file && shelf.missing(bundle).includes(file.sha256)) shelf.addFile(file.sha256, bytes)
    }
    shelf.stage(bundle)
    shelf.activate(bundle)
    writeSync(1, `${revision}\n`)
  }
}
