/** Ready exceptions and limits for applications that we know. They travel in the bundle, so that all nodes enforce the same. */
import { z } from '#base/schema.ts'
import { rateKeys } from '#model/policy.ts'
import { type SiteProfile, siteProfiles } from '#model/site.ts'
import { wordpress } from './profiles/wordpress.data.ts'

const paths = z.array(z.string().startsWith('/'))
/** Empty: all. */
const methods = z.array(z.string()).default([])

/** For which requests an exception is, beside path and method. */
const When = z.strictObject({
  /** A cookie of somebody who is logged in is there. It may be made up: that narrows, and proves nothing. */
  login: z.boolean().default(false),
  /** Each of these arguments is there exactly once, with one of these values. */
  arguments: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  /** There are arguments whose names begin and end so, and the values of all of them begin in one of these ways. */
  values: z
    .array(
      z.strictObject({
        names_begin: z.string(),
        names_end: z.string(),
        values_begin: z.array(z.string()).min(1),
      }),
    )
    .default([]),
  /** None of these arguments is there. */
  without: z.array(z.string()).default([]),
})

/** What the application sends that no attack is. Rules that a rule set does not have are passed over. */
const ProfileException = z.strictObject({
  why: z.string(),
  /** Paths, or beginnings followed by *; below the path of the site. */
  paths,
  methods,
  when: When.prefault({}),
  /** Targets of the rule language; empty: the rules do not run at all. */
  parameters: z.array(z.string()).default([]),
  rules: z.array(z.int()).default([]),
  tags: z.array(z.string()).default([]),
})
export type ProfileException = z.infer<typeof ProfileException>

export const Profile = z.strictObject({
  name: z.enum(siteProfiles),
  /** How the names of cookies begin that only those have who are logged in. */
  login_cookies: z.array(z.string()).default([]),
  exceptions: z.array(ProfileException).max(1000),
  rate_limits: z
    .array(
      z.strictObject({
        name: z.string(),
        paths,
        methods,
        key: z.enum(rateKeys),
        rate: z.string(),
        burst: z.int(),
        status: z.union([z.literal(429), z.literal(503)]),
      }),
    )
    .max(100),
})
export type Profile = z.infer<typeof Profile>

export const profileData: Readonly<Record<SiteProfile, z.input<typeof Profile>>> = { wordpress }
