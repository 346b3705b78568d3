import type { RequestRecord, Span } from '#model/hit.ts'
import { bytes } from '../../format/number.ts'
import { Marked } from '../../ui/marked.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { words } from '../../words.ts'

/** The request as it arrived, with its payloads marked where they stand. */
export function RequestView({ request }: { readonly request: RequestRecord }) {
  const spansOf = (part: Span['part'], index = 0) =>
    request.spans.filter((span) => span.part === part && span.index === index)
  const text = words.attack
  return (
    <>
      <ScrollBox
        label={text.request}
        className="evidence max-h-[32rem] rounded-md border border-line bg-sunken p-3"
      >
        <p>
          <span className="font-semibold">{request.method}</span>{' '}
          <Marked text={request.uri} ranges={spansOf('uri')} />{' '}
          <span className="text-ink-3">HTTP/{request.http_version}</span>
        </p>
        {request.headers.map(([name, value], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice; the place is the identity
          <p key={i}>
            <span className="text-ink-3">{name}: </span>
            <Marked text={value} ranges={spansOf('header', i)} />
          </p>
        ))}
        {request.body !== '' && (
          <p className="mt-3">
            <Marked text={request.body} ranges={spansOf('body')} />
          </p>
        )}
      </ScrollBox>
      {request.is_cut && (
        <p className="label mt-2">
          {request.body_bytes > request.body.length
            ? text.body_cut(bytes(request.body.length), bytes(request.body_bytes))
            : text.head_cut}
        </p>
      )}
    </>
  )
}
