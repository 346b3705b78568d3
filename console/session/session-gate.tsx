import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useState } from 'react'
import type { SessionInfo } from '#model/user.ts'
import { sessionQuery } from '../queries.ts'
import { ProblemView } from '../ui/problem-view.tsx'
import { ChangePassword } from './change-password.tsx'
import { Login } from './login.tsx'
import { SessionFrame } from './session-frame.tsx'

const SessionContext = createContext<SessionInfo | undefined>(undefined)

/** Who uses the console; only below a SessionGate. */
export function useSession(): SessionInfo {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession stands outside of SessionGate')
  return session
}

/** Shows the page to who is logged in, the login to everybody else. The address stays, so that links survive it. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const { data: session, error, refetch } = useQuery(sessionQuery)
  // So that a one-time password need not be typed twice; never leaves this page, and goes with the login.
  const [typed, setTyped] = useState<string>()
  if (session === undefined && error) {
    return (
      <SessionFrame>
        <ProblemView error={error} onRetry={refetch} />
      </SessionFrame>
    )
  }
  if (session === undefined) return null
  if (session === null) return <Login onLogin={setTyped} />
  if (session.must_change_password)
    return <ChangePassword is_forced {...(typed ? { known_password: typed } : {})} />
  if (typed !== undefined) setTyped(undefined)
  return <SessionContext value={session}>{children}</SessionContext>
}
