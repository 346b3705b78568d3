/** Which bundle counts: `active.json` (this one, before that one) and `floor.json` (nothing older than this, ever). */
import { join } from 'node:path'
import { type Data, z } from '#base/schema.ts'
import { Sha256 } from '#model/bundle.ts'
import { readWhole, replaceFile, replaceFileMeanwhile, settle, settleMeanwhile } from './durable.ts'

const Mark = z.strictObject({ id: Sha256, revision: z.int().min(1) })
/** One bundle, named so that it cannot be taken for another one. */
export type Mark = Data<typeof Mark>

const Pointer = z.strictObject({ active: Mark, previous: Mark.nullable() })
export type Pointer = Data<typeof Pointer>

/** Undefined before the first activation, and when the file is damaged. */
export function readPointer(dir: string): Pointer | undefined {
  return read(dir, 'active.json', Pointer)
}

/** The highest that was ever activated, as far as the disk tells. */
export function readFloor(dir: string): Mark | undefined {
  const pointer = readPointer(dir)
  return [read(dir, 'floor.json', Mark), pointer?.active, pointer?.previous ?? undefined]
    .filter((mark) => mark !== undefined)
    .sort((a, b) => b.revision - a.revision)[0]
}

/**
 * First the floor, then the pointer: a death between the two leaves the old bundle and demands the new one again,
 * but never lets an older one in. Both are on disk when this returns.
 */
export function movePointer(dir: string, pointer: Pointer, floor: Mark): void {
  replaceFile(join(dir, 'floor.json'), JSON.stringify(floor), 'sync')
  replaceFile(join(dir, 'active.json'), JSON.stringify(pointer), 'sync')
  settle(dir)
}

/** The same in the same order, while the process does other work. */
export async function movePointerMeanwhile(
  dir: string,
  pointer: Pointer,
  floor: Mark,
): Promise<void> {
  await replaceFileMeanwhile(join(dir, 'floor.json'), JSON.stringify(floor))
  await replaceFileMeanwhile(join(dir, 'active.json'), JSON.stringify(pointer))
  await settleMeanwhile(dir)
}

function read<S extends z.ZodType>(dir: string, name: string, schema: S): Data<S> | undefined {
  const bytes = readWhole(join(dir, name), 4096)
  if (bytes === undefined) return undefined
  try {
    return schema.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    // Damaged: whoever reads has another way to find out.
    return undefined
  }
}
