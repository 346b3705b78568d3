/** Settings open where the user has most to do: administrators with the users, others with their tokens. */
import { Navigate } from '@tanstack/react-router'
import { useMay } from '../session/may.ts'

export function SettingsPage() {
  const may = useMay()
  return <Navigate to={may('administrator') ? '/settings/users' : '/settings/tokens'} replace />
}
