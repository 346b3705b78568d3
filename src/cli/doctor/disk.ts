/** Is there room for records, policies and the database? */
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Check, critical, type Finding, ok, warning } from './finding.ts'

const mib = 1024 ** 2
const free_bytes = { warning: 2048 * mib, critical: 256 * mib }

export const disk: Check = async ({ settings }) => {
  const place = existing(settings.state_dir)
  const { bsize, bavail, blocks, files, ffree } = await statfs(place)
  const free = bavail * bsize
  const share = blocks > 0 ? bavail / blocks : 1
  const left = `${Math.round(free / mib)} MiB (${Math.round(share * 100)} %) are free for ${settings.state_dir}`
  const more = {
    why: 'on a full disk records are lost and no new policy can be kept; what is in force stays',
    fix: `free some: du -xh ${place} | sort -h | tail; shorter analytics.retention needs less`,
  }
  const found: Finding[] = []
  if (free < free_bytes.critical) found.push(critical(left, more))
  else if (free < free_bytes.warning || share < 0.05) found.push(warning(left, more))
  // Some file systems have no fixed number of inodes and say 0.
  if (files > 0 && ffree / files < 0.05) {
    const sentence = `${ffree} of ${files} inodes are free for ${settings.state_dir}`
    found.push(ffree < 1000 ? critical(sentence, more) : warning(sentence, more))
  }
  return found.length > 0 ? found : [ok(left)]
}

/** Before the first start the folder is not there: then where it will be made. */
function existing(path: string): string {
  let place = path
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  return place
}
