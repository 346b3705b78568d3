/** An exception in a few words, and whether a search means it. */
import { ruleWords as text } from '../../words/rules.ts'
import type { ExceptionText } from '../policy/document.ts'

/** `shop /wp-admin/*`. */
export function whereWords({ site = '', path = '/*' }: ExceptionText): string {
  const where = path === '/*' ? text.all_paths : path
  return site === '' ? `${text.all_sites}, ${where}` : `${site}, ${where}`
}

/** `942100, attack-xss on ARGS:content`. */
export function whatWords({ rules = [], tags = [], parameter = '' }: ExceptionText): string {
  const what = [...rules, ...tags]
  const named = what.length === 0 ? text.all_rules : what.join(', ')
  return `${named} ${parameter === '' ? text.whole_request : text.on_parameter(parameter)}`
}

/** Every word of the search stands somewhere in the exception. */
export function fits(exception: ExceptionText, q: string): boolean {
  const wanted = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return true
  const { name, site, path, parameter, rules = [], tags = [], reason } = exception
  const all = [name, site, path, parameter, ...rules, ...tags, reason].join('\n').toLowerCase()
  return wanted.every((word) => all.includes(word))
}
