import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#base/fault.ts'
import { routingPath, siteTable } from './sites.ts'

function table(...claims: readonly (readonly [name: string, hosts: string, path?: string])[]) {
  return siteTable(
    claims.map(([name, hosts, path = '/']) => ({
      claim: { name, hosts: hosts.split(' '), path },
      value: name,
    })),
  )
}

test('exact before wildcard, the longest wildcard first, * last', () => {
  const sites = table(['a', 'a.example'], ['w', '*.example'], ['x', '*.b.example'], ['any', '*'])
  const cases = {
    'a.example': 'a',
    'c.example': 'w',
    'x.b.example': 'x',
    'x.y.b.example': 'x',
    example: 'any',
    '': 'any',
  }
  for (const [host, expected] of Object.entries(cases))
    assert.equal(sites.find(host, '/'), expected, host)
  assert.equal(table(['a', 'a.example']).find('b.example', '/'), 'host')
})

test('the longest path wins, at whole segments only', () => {
  const sites = table(['shop', 'a', '/shop'], ['cart', 'a', '/shop/cart/'])
  const cases = {
    '/shop': 'shop',
    '/shop/': 'shop',
    '/shop?x': 'shop',
    '/shop/cart': 'cart',
    '/shop/cart/1': 'cart',
    '/shop/carts': 'shop',
    '/shopping': 'path',
    '/': 'path',
  }
  for (const [path, expected] of Object.entries(cases))
    assert.equal(sites.find('a', path), expected, path)
})

test('two sites with one claim are a fault that names both', () => {
  assert.throws(
    () => table(['one', 'a b', '/x'], ['two', 'b', '/x/']),
    (error) =>
      error instanceof Fault && error.code === 'edge.two_sites' && error.facts['second'] === 'two',
  )
})

test('no spelling of a path hides it', () => {
  for (const path of [
    '/admin',
    '/%61dmin',
    '//admin',
    '/./admin',
    '/x/../admin',
    '/x/%2e%2e/admin',
    '/x\\..\\admin',
    '/%2fadmin',
    '/admin?a=/../x',
    '/../admin',
  ])
    assert.equal(routingPath(path), '/admin', path)
  assert.equal(routingPath('/100%'), '/100%')
})
