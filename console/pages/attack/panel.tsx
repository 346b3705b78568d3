import { type ReactNode, useId } from 'react'

type Props = { readonly title: string; readonly lead?: string; readonly children: ReactNode }

export function Panel({ title, lead, children }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="panel min-w-0 p-4">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {lead && <p className="label">{lead}</p>}
      <div className="mt-3">{children}</div>
    </section>
  )
}
