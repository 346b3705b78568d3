import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latencyChartData, newest, trafficChartData } from './chart-data.ts'

const to = '2026-11-20T10:00:20.000Z'
const series = {
  at: ['2026-11-20T10:00:00.000Z', '2026-11-20T10:00:10.000Z'],
  requests: [100, 20],
  blocked: [10, 20],
  monitored: [20, 5],
  inspect_us_p50: [100, null],
  inspect_us_p99: [900, null],
}

test('trafficChartData() gives requests a second, stacked from blocked up to all', () => {
  const data = trafficChartData({ series, step_s: 10, to })
  assert.deepEqual(data.at_s, [1795168800, 1795168810])
  assert.deepEqual(data.blocked, [1, 2])
  assert.deepEqual(data.monitored, [2, 0.5])
  assert.deepEqual(data.stack[2], [1, 2])
  assert.deepEqual(data.stack[1], [3, 2.5])
  assert.deepEqual(data.stack[0], [10, 2.5])
})

test('trafficChartData() never shows allowed requests below zero', () => {
  assert.deepEqual(trafficChartData({ series, step_s: 10, to }).allowed, [7, 0])
})

test('latencyChartData() keeps holes, and newest() looks past them', () => {
  const data = latencyChartData({ series, step_s: 10, to })
  assert.deepEqual(data.p99, [900, null])
  assert.equal(newest(data.p99), 900)
  assert.equal(newest([null]), null)
})

test('a step that is not over yet is not drawn', () => {
  const now = { series, step_s: 10, to: '2026-11-20T10:00:14.000Z' }
  assert.deepEqual(trafficChartData(now).stack[0], [10])
  assert.deepEqual(latencyChartData(now).p50, [100])
})
