/** Light, dark, or as the system has it; kept in this browser. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'gatehouse.theme'

export function savedTheme(): Theme {
  const saved = localStorage.getItem(key)
  return themes.find((t) => t === saved) ?? 'system'
}

/** Puts a theme on the page; the colours follow from tokens.css. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Calls back when the colours on the page change, by choice or by the system. */
export function onThemeChange(action: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(action)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  media.addEventListener('change', action)
  return () => {
    observer.disconnect()
    media.removeEventListener('change', action)
  }
}
