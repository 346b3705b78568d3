import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SiteView } from '#model/site-view.ts'
import { fitsSite } from './fits-site.ts'

const shop: SiteView = {
  name: 'shop',
  hosts: ['shop.example', 'www.shop.example'],
  path: '/',
  mode: 'block',
  on_fault: 'pass',
  block_status: 403,
  inspect_responses: false,
  upstreams: [
    {
      site: 'shop',
      url: 'http://10.0.0.7:3000',
      is_up: true,
      is_backup: false,
      fails: 0,
    },
  ],
  requests: 0,
  attacks: 0,
  blocked: 0,
  rule_set: 'crs-4',
}

test('a site is found by parts of its name, hosts and upstreams, all of them', () => {
  for (const typed of ['', 'SHO', 'www.', '10.0.0.7', 'shop 3000']) assert.ok(fitsSite(shop, typed))
  for (const typed of ['blog', 'shop blog']) assert.ok(!fitsSite(shop, typed))
})
