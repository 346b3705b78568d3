/** All suites of analytics on one embedded database: to start one costs more than most of what they do with it. */
import { after, before } from 'node:test'
import { type TestAnalytics, testAnalytics } from './analytics.support.ts'
import { exportsSuite } from './exports.suite.ts'
import { jailsSuite } from './jails.suite.ts'
import { nodesSuite } from './nodes.suite.ts'
import { retentionSuite } from './retention.suite.ts'
import { serviceSuite } from './service.suite.ts'

let analytics: TestAnalytics | undefined
before(async () => {
  analytics = await testAnalytics()
})
after(() => analytics?.[Symbol.asyncDispose]())

const shared = (): TestAnalytics => {
  if (!analytics) throw new Error('the database is not open yet')
  return analytics
}
// In this order: what one leaves behind is none of the next.
serviceSuite(shared)
nodesSuite(shared)
jailsSuite(shared)
exportsSuite(shared)
retentionSuite(shared)
