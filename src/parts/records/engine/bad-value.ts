/** Turns "this value fits no column" into a fault, so that callers need not know SQLSTATEs. */
import { messageOf } from '#base/fault.ts'
import { recordsFaults } from '../faults.ts'
import { isDataError } from './outage.ts'

/** @throws records.bad_value, and whatever `write` throws */
export async function refusingBadValues<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isDataError(error)) throw error
    throw recordsFaults.bad_value({ why: messageOf(error) }, { cause: error })
  }
}
