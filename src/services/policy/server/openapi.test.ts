import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Contract } from '#model/api/contract.ts'
import { api } from '#model/api.ts'
import { type TestPolicy, testPolicy } from '../policy.support.ts'

type Json = Readonly<Record<string, unknown>>
type Operation = Json & {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; schema: Json }[]
  readonly requestBody?: { readonly content: Json }
  readonly responses: Readonly<Record<string, { description?: string; content?: Json }>>
}

let site: TestPolicy
let document: Json & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
before(async () => {
  site = await testPolicy()
  document = (await site.ask('GET /api/v1/openapi.json')).json as typeof document
})
after(() => site[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      key: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )

test('it is OpenAPI 3.1 with every call of the contract and no other', () => {
  assert.match(String(document['openapi']), /^3\.1\.\d$/)
  const { title, version } = document['info'] as Json
  assert.deepEqual([title, version], ['Gatehouse', '0.0.1'])
  const keys = operations().map(({ key }) => key)
  assert.deepEqual(keys.sort(), Object.keys(api).sort())
})

test('every operation has an id of its own, a summary and described answers', () => {
  const ids = operations().map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, Object.keys(api).length)
  for (const { key, operation } of operations()) {
    assert.ok(operation['summary'], key)
    const answers = Object.entries(operation.responses)
    assert.ok(
      answers.some(([status]) => /^20[04]$/.test(status)),
      key,
    )
    for (const [status, answer] of answers) {
      assert.match(status, /^([1-5]\d\d|[1-5]XX|default)$/, `${key} ${status}`)
      assert.ok(answer.description, `${key} ${status} has no description`)
    }
    assert.ok(operation.responses['4XX']?.content?.['application/problem+json'], key)
  }
})

test('every parameter of a path is told, required, and no other is', () => {
  for (const { key, path, operation } of operations()) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const told = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    assert.deepEqual(
      told.map((parameter) => parameter.name),
      named,
      key,
    )
    for (const parameter of told) assert.equal((parameter as unknown as Json)['required'], true)
  }
})

test('queries, bodies and answers are those of the contract', () => {
  for (const { key, operation } of operations()) {
    const contract: Contract = api[key as keyof typeof api]
    const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query')
    const shape = Object.keys(contract.query?.shape ?? {})
    assert.deepEqual(query.map((parameter) => parameter.name).sort(), shape.sort(), key)
    assert.equal(operation.requestBody !== undefined, contract.body !== undefined, key)
    const media = Object.keys(operation.responses['200']?.content ?? {})
    if (contract.media) assert.deepEqual(media, contract.media, key)
  }
  const list = document.paths['/api/v1/attacks']?.['get']
  const limit = list?.parameters?.find((parameter) => parameter.name === 'limit')
  assert.deepEqual([limit?.schema['minimum'], limit?.schema['maximum']], [1, 200])
})

const types = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** Calls `visit` with every schema below, found by the keywords of JSON Schema 2020-12. */
function walk(schema: unknown, path: string, visit: (schema: Json, path: string) => void): void {
  if (typeof schema !== 'object' || schema === null) {
    assert.equal(typeof schema, 'boolean', `${path} is no schema`)
    return
  }
  const known = schema as Json
  visit(known, path)
  for (const word of ['items', 'additionalProperties', 'propertyNames', 'not']) {
    if (word in known) walk(known[word], `${path}/${word}`, visit)
  }
  for (const word of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const list = known[word]
    if (Array.isArray(list)) list.forEach((one, i) => void walk(one, `${path}/${word}/${i}`, visit))
  }
  for (const [name, one] of Object.entries((known['properties'] ?? {}) as Json)) {
    walk(one, `${path}/properties/${name}`, visit)
  }
}

test('every schema is one of JSON Schema 2020-12: known types, references that lead somewhere', () => {
  let seen = 0
  const check = (schema: Json, path: string) => {
    seen++
    const type = schema['type']
    for (const one of Array.isArray(type) ? type : type === undefined ? [] : [type]) {
      assert.ok(types.includes(String(one)), `${path}: type ${one}`)
    }
    assert.equal(schema['nullable'], undefined, `${path}: nullable is of OpenAPI 3.0`)
    const reference = schema['$ref']
    if (reference === undefined) return
    let target: unknown = document
    for (const part of String(reference).replace(/^#\//, '').split('/')) {
      target = (target as Json | undefined)?.[part]
    }
    assert.ok(target, `${path}: ${reference} leads nowhere`)
  }
  for (const { key, operation } of operations()) {
    for (const parameter of operation.parameters ?? []) {
      walk(parameter.schema, `${key} ${parameter.name}`, check)
    }
    const contents = [operation.requestBody, ...Object.values(operation.responses)]
    for (const content of contents.map((body) => body?.content ?? {})) {
      for (const [media, body] of Object.entries(content)) {
        walk((body as Json)['schema'], `${key} ${media}`, check)
      }
    }
  }
  assert.ok(seen > 300, `only ${seen} schemas`)
})
