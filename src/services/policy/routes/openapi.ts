/** The contract, told by itself. */
import type { Handler } from '../handler.ts'

export const getOpenapi: Handler<'GET /api/v1/openapi.json'> = async (_input, desk) =>
  desk.openapi()
