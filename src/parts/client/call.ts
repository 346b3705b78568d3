/** The contract seen from the caller: what a call takes, what it answers, and its address. Types only at run time. */
import type { z } from '#base/schema.ts'
import type { Api, ApiCall } from '#model/api.ts'

type Path<K extends string> = K extends `${string} ${infer P}` ? P : never
type ParamOf<P extends string> = P extends `${string}{${infer N}}${infer Rest}`
  ? N | ParamOf<Rest>
  : never

/** Names between braces in the path of a call. */
export type Param<K extends ApiCall> = ParamOf<Path<K>>

type Nothing = Record<never, never>
type WithParams<K extends ApiCall> = [Param<K>] extends [never]
  ? Nothing
  : { readonly params: Readonly<Record<Param<K>, string>> }
type WithQuery<K extends ApiCall> = Api[K] extends { readonly query: infer Q extends z.ZodType }
  ? Nothing extends z.input<Q>
    ? { readonly query?: Readonly<z.input<Q>> }
    : { readonly query: Readonly<z.input<Q>> }
  : Nothing
type WithBody<K extends ApiCall> = Api[K] extends { readonly body: infer B extends z.ZodType }
  ? { readonly body: Readonly<z.input<B>> }
  : Nothing

/** `etag`: the state that was read, as its answer named it. */
type WithEtag<K extends ApiCall> = Api[K] extends { readonly needs_etag: true }
  ? { readonly etag: string }
  : Nothing

/** What goes into a call. */
export type Input<K extends ApiCall> = WithParams<K> &
  WithQuery<K> &
  WithBody<K> &
  WithEtag<K> & { readonly signal?: AbortSignal }

/** What a call answers in JSON; undefined for 204. */
export type Answer<K extends ApiCall> = Api[K] extends {
  readonly response: infer R extends z.ZodType
}
  ? z.output<R>
  : undefined

/** Calls that answer JSON or nothing; the others (export, stream) are read from `addressOf`. */
export type JsonCall = {
  [K in ApiCall]: Api[K] extends { readonly media: readonly string[] } ? never : K
}[ApiCall]

/** What an address is made of. */
export type Parts = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
}

/** Method and address of a call: `{ method: 'GET', path: '/api/v1/attacks?limit=10' }`. */
export function addressOf(key: ApiCall, input: Parts = {}): { method: string; path: string } {
  const [method = '', template = ''] = key.split(' ')
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(input.params?.[name] ?? ''),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one))
    }
  }
  return { method, path: query.size > 0 ? `${path}?${query}` : path }
}
