/** How the newest commit reaches the nodes. */
import type { Handler } from '../handler.ts'

export const getRollout: Handler<'GET /api/v1/policy/rollout'> = async (_input, desk) => ({
  rollout: await desk.rollout(),
})

export const resumeRollout: Handler<'POST /api/v1/policy/rollout/resume'> = async (
  _input,
  desk,
  call,
) => {
  const rollout = await desk.rollout()
  await desk.record(call, 'rollout.resume', `revision ${rollout?.revision ?? 0}`)
  await desk.resumeRollout()
  return undefined
}
