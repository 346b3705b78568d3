/** An exception: rules that do not count for a parameter, on a path, of a site. The narrowest one that helps is the best. */
import { z } from '#base/schema.ts'

export const Exception = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'expected a short name in lower case, such as wp-editor')
    .describe('Name of the exception'),
  site: z.string().default('').describe('Name of the site; empty: all sites'),
  path: z
    .string()
    .regex(/^\/[^*]*\*?$/, 'expected a path, or a beginning followed by *')
    .default('/*')
    .describe(
      'A path, or a beginning followed by *; without the query. Never for a request path with . or .. segments, a backslash, or an encoded / \\ or .',
    ),
  parameter: z
    .string()
    .regex(
      /^$|^(ARGS|ARGS_GET|ARGS_POST|ARGS_NAMES|REQUEST_COOKIES|REQUEST_COOKIES_NAMES|REQUEST_HEADERS|FILES|FILES_NAMES|REQUEST_BODY|REQUEST_URI|REQUEST_FILENAME|QUERY_STRING|XML|RESPONSE_BODY|RESPONSE_HEADERS)(:[^\s"'|]{1,200})?$/,
      'expected a variable of the rule language such as ARGS:content, or nothing',
    )
    .default('')
    .describe(
      'What the rules do not look at, by its very name (no patterns); empty: the rules do not run at all',
    ),
  rules: z.array(z.int().min(1)).max(5000).default([]).describe('Rule ids'),
  tags: z
    .array(z.string().regex(/^[\w/.-]{1,100}$/))
    .max(500)
    .default([])
    .describe('All rules with one of these tags, such as attack-sqli'),
  expires_at: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe('When it ends by itself; null: never'),
  reason: z.string().max(1000).default('').describe('Why, for whoever reads it next year'),
})
/** With neither rules nor tags it means all rules; only together with a parameter. */
export type Exception = z.output<typeof Exception>
