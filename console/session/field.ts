/** How fields of a form look; 16 px on a phone, or the browser there zooms in. */
export const fieldClass =
  'h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-lg text-ink sm:text-base max-sm:h-11'
export const labelClass = 'mb-1 block font-medium text-sm'
