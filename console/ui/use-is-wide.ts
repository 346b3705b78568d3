import { useSyncExternalStore } from 'react'

/** Room for a table of six columns beside the rail. */
const wide = '(min-width: 72rem)'

export function useIsWide(): boolean {
  return useSyncExternalStore(
    (action) => {
      const media = matchMedia(wide)
      media.addEventListener('change', action)
      return () => media.removeEventListener('change', action)
    },
    () => matchMedia(wide).matches,
  )
}
