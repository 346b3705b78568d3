import type { ReactNode } from 'react'
import { Brand } from '../ui/icon.tsx'
import { words } from '../words.ts'

/** The quiet page around login and password. */
export function SessionFrame({ children }: { readonly children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-4 py-10">
      <p className="flex items-center gap-2.5 font-semibold text-lg">
        <Brand size={28} />
        {words.product}
      </p>
      {children}
    </main>
  )
}
